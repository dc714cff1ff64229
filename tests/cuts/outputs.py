"""Every output that can be made from a cut, as SHA-256 by name: run as a program it prints them, for another process to compare.

python -m tests.cuts.outputs DATABASE-URL CUT MADE-AT
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime

from analysis import closed_tables
from analysis.closed_results import closed_results
from analysis.performance_results import document, long_table, performance_results
from analysis.reports import status_figures, status_tables
from analysis.reports.closed import closed_report
from analysis.reports.performance import performance_report
from analysis.reports.performance_figures import NAMES, draw
from analysis.reports.status import status_report
from analysis.results import pooled_results
from trial.actor import Actor
from trial.store import extract
from trial.store.engine import make_engine
from trial.store.model_calls import model_calls
from trial.store.reading import Reading
from trial.store.types import canonical

BLINDED, UNBLINDED = (Actor(None, role, role, None) for role in ("statistician", "unblinded_statistician"))


def made(reader: Reading, cut: str, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each output, made at `now`."""
    when = {"cut_on": now.date(), "now": now, "cut": cut}
    pooled, closed = extract.pooled(reader, BLINDED, **when), extract.closed(reader, UNBLINDED, **when)
    calls = model_calls(reader, BLINDED, cut_on=now.date(), cut=cut)
    status = pooled_results(pooled, pooled.opened_on)
    by_arm, measured = closed_results(closed), performance_results(pooled, calls)
    yield "status.pdf", status_report(status, system="Vigil", made_at=now)
    yield "closed.pdf", closed_report(by_arm, system="Vigil", made_at=now)
    yield "performance.pdf", performance_report(measured, system="Vigil", made_at=now)
    yield "performance.csv", long_table(measured).as_csv().encode()
    yield "performance.json", json.dumps(document(measured)).encode()
    figures = [
        status_figures.draw_accrual(status.accrual),
        status_figures.draw_survival(status.nrdfs),
        status_figures.draw_incidence(status.regrowth),
        closed_tables.draw_by_arm(by_arm.nrdfs),
        closed_tables.draw_regrowth(by_arm.regrowth),
        *((draw(name, measured) for name in NAMES) if measured.enough else ()),
    ]
    for number, figure in enumerate(figures):
        yield f"figure-{number}.svg", figure.svg
        yield f"figure-{number}.pdf", figure.pdf
    for table in (
        status_tables.survival_table(status.nrdfs),
        status_tables.incidence_table(status.regrowth),
        status_tables.disposition_table(status.disposition),
        status_tables.sites_table(status.accrual),
        status_tables.months_table(status.accrual),
        status_tables.terms_table(status.adverse_events),
        closed_tables.by_arm_table(by_arm.nrdfs),
    ):
        yield f"{table.id}.csv", table.as_csv().encode()
        yield f"{table.id}.txt", table.as_text().encode()
    for role in ("statistician", "data_manager", "unblinded_statistician"):
        listed = extract.listing(reader, Actor(None, role, role, None), **when)
        told = [[r.participant, r.site, r.allocation, list(r.codings), repr(r.crfs)] for r in listed.rows]
        yield f"listing for {role}", canonical(told).encode()


def digests(url: str, cut: str, now: datetime) -> dict[str, str]:
    """Name to SHA-256."""
    engine = make_engine(url)
    with Reading(engine) as reader:
        found = {name: hashlib.sha256(content).hexdigest() for name, content in made(reader, cut, now)}
    engine.dispose()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(digests(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]))))
