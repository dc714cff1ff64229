"""Every output that can be made from a cut, as SHA-256 by name: run as a program it prints them, for another process to compare.

python -m tests.cuts.outputs DATABASE-URL CUT MADE-AT
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime

from analysis import closed_tables
from analysis.adam.made import datasets
from analysis.closed_outputs import CLOSED
from analysis.closed_results import closed_results
from analysis.interim_outputs import AtLook
from analysis.issued import as_json, issue
from analysis.outputs import OPEN
from analysis.performance_outputs import with_calls
from analysis.performance_results import document, long_table, performance_results
from analysis.reports import status_figures, status_tables
from analysis.reports.closed import closed_report
from analysis.reports.performance import performance_report
from analysis.reports.status import status_report
from analysis.results import pooled_results
from analysis.taken.bundle import FORMATS, files_of
from trial.actor import Actor
from trial.protocol import PROTOCOL
from trial.store import extract
from trial.store.engine import make_engine
from trial.store.model_calls import model_calls
from trial.store.reading import Reading
from trial.store.types import canonical

Outputs = Callable[[Reading, str, datetime], Iterator[tuple[str, bytes]]]
BLINDED, UNBLINDED = (Actor(None, role, role, None) for role in ("statistician", "unblinded_statistician"))


def made(reader: Reading, cut: str, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each output, made at `now`."""
    when = {"cut_on": now.date(), "now": now, "cut": cut}
    pooled, closed = extract.pooled(reader, BLINDED, **when), extract.closed(reader, UNBLINDED, **when)
    calls = model_calls(reader, BLINDED, cut_on=now.date(), cut=cut)
    status = pooled_results(pooled, pooled.opened_on)
    by_arm, measured = closed_results(closed), performance_results(pooled, calls)
    yield "status.pdf", status_report(status, system="Vigil", made_at=now)
    yield "closed.pdf", closed_report(by_arm, AtLook.of(by_arm, closed, None, last=False), system="Vigil", made_at=now)
    yield "performance.pdf", performance_report(measured, system="Vigil", made_at=now)
    yield "performance.csv", long_table(measured).as_csv().encode()
    yield "performance.json", json.dumps(document(measured)).encode()
    figures = (
        status_figures.draw_accrual(status.accrual),
        status_figures.draw_survival(status.nrdfs),
        status_figures.draw_incidence(status.regrowth),
        closed_tables.draw_by_arm(by_arm.nrdfs),
    )
    for number, figure in enumerate(figures):
        yield f"figure-{number}.svg", figure.svg
        yield f"figure-{number}.pdf", figure.pdf
    yield "by-arm.csv", closed_tables.by_arm_table(by_arm.nrdfs).as_csv().encode()
    yield from issued(with_calls(pooled, calls), closed)
    for form in FORMATS:
        listing = extract.listing(reader, BLINDED, **when)
        files = files_of(datasets(PROTOCOL.study_id, listing, pooled), form, "9").items()
        yield from ((f"{form}/{name}", content) for name, content in files)
    yield from tables(reader, cut, now)


def issued(pooled: extract.Extract, closed: extract.Extract) -> Iterator[tuple[str, bytes]]:
    """Every output there is, as a document and as drawings."""
    for outputs, taken in ((OPEN, pooled), (CLOSED, closed)):
        for output in outputs:
            found = issue(output, taken, closed=taken is closed)
            yield f"{taken is closed} {output.id}.json", as_json(found).encode()
            yield from ((f"{taken is closed} {output.id} {drawn.id}.svg", drawn.svg) for drawn in found.figures)


def tables(reader: Reading, cut: str, now: datetime) -> Iterator[tuple[str, bytes]]:
    """What takes no drawing: pooled tables, and rows as each role gets them."""
    when = {"cut_on": now.date(), "now": now, "cut": cut}
    pooled = extract.pooled(reader, BLINDED, **when)
    status = pooled_results(pooled, pooled.opened_on)
    for table in (
        status_tables.survival_table(status.nrdfs),
        status_tables.incidence_table(status.regrowth),
        status_tables.disposition_table(status.disposition),
        status_tables.sites_table(status.accrual),
        status_tables.months_table(status.accrual),
        status_tables.terms_table(status.adverse_events),
    ):
        yield f"{table.id}.csv", table.as_csv().encode()
        yield f"{table.id}.txt", table.as_text().encode()
    for role in ("statistician", "data_manager", "unblinded_statistician"):
        listed = extract.listing(reader, Actor(None, role, role, None), **when)
        told = [[r.participant, r.site, r.allocation, list(r.codings), repr(r.crfs)] for r in listed.rows]
        yield f"listing for {role}", canonical(told).encode()


def digests(url: str, cut: str, now: datetime, which: Outputs = made) -> dict[str, str]:
    """Name to SHA-256."""
    engine = make_engine(url)
    with Reading(engine) as reader:
        found = {name: hashlib.sha256(content).hexdigest() for name, content in which(reader, cut, now)}
    engine.dispose()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]))))
