"""How rows leave the database for analysis: one place that knows who may see what, so that no page can forget it.

`pooled` and `closed` give whole courses to code that aggregates them; what comes out of the first is never by arm, and the
second opens only for who may see arms. `listing` gives rows to a person, and drops what the role must not see.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Subquery, select

from forms.answers import Crf
from forms.catalogue import definitions
from forms.record import Record
from trial import roles
from trial.errors import NotAllowed
from trial.store import transfers
from trial.store.coding import every_approved
from trial.store.cohort import in_trial, participant, patient
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader, Row
from trial.store.screening import counts as before_consent
from trial.store.tables import CRF_KEY
from trial.store.tables_crfs import crf, crf_revision, signature
from trial.store.tables_office import query
from trial.store.types import canonical


@dataclass(frozen=True)
class Extracted:
    """One participant: current revisions, the allocation row (None: not allocated, or withheld), and the approved codes of terms.

    `site` follows the participant now; `enrolled_at` is the site that enrolled, where accrual counts and the draw was made.
    """

    participant: str
    site: str
    created_at: datetime
    crfs: tuple[Crf, ...]
    allocation: Row | None
    codings: tuple[Row, ...] = ()
    origin: str | None = None

    @property
    def enrolled_at(self) -> str:
        """The site that enrolled."""
        return self.origin or self.site

    def record(self) -> Record:
        """The answers as a record, without facts."""
        return Record(self.crfs, definitions())


@dataclass(frozen=True)
class Extract:
    """Every participant as the database stands at `taken_at`. `digest` is the SHA-256 over all that is in it.

    `log`: the pre-consent log by site and reason (`site`, `month`, `reason`, `n`) up to the month of the cut; None: not taken.
    `opened`: site to the day it opened, for sites open at the cut.
    """

    rows: tuple[Extracted, ...]
    cut_on: date
    taken_at: datetime
    digest: str
    log: tuple[Row, ...] | None = None
    opened: Mapping[str, date] = field(default_factory=dict)


def pooled(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Whole courses for aggregates that are shown pooled. Raises NotAllowed without `results.pooled`."""
    return _extract(reader, viewer, "results.pooled", cut_on, now)


def closed(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Whole courses for aggregates by arm. Raises NotAllowed for everyone but the unblinded statistician."""
    return _extract(reader, viewer, "results.closed", cut_on, now)


def accrual(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Whole courses for counts of accrual. Raises NotAllowed without `accrual.read`."""
    return _extract(reader, viewer, "accrual.read", cut_on, now)


def listing(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Rows for a person with an export right: forms, items and allocation the role must not see are not there."""
    verb = "export.unblinded" if roles.may(viewer.role, "export.unblinded") else "export.blinded"
    whole = _extract(reader, viewer, verb, cut_on, now)
    return replace(whole, rows=tuple(_visible(row, viewer.role) for row in whole.rows))


def registry(reader: Reader, viewer: Any, *, cut_on: date, now: datetime) -> Extract:
    """Whole courses of the historical patients, and of nobody else. Raises NotAllowed without `registry.results`.

    Nobody of them was allocated, and what an arm of the trial does cannot be told from them: nothing is hidden.
    """
    return _extract(reader, viewer, "registry.results", cut_on, now, patient)


def _extract(
    reader: Reader, viewer: Any, verb: str, cut_on: date, now: datetime, people: Subquery = participant
) -> Extract:
    if not roles.may(viewer.role, verb):
        raise NotAllowed(viewer.role, verb)
    rows = tuple(_everyone(reader, viewer.sites, people))
    log, opened = _around(reader, viewer.sites, cut_on) if people is participant else ((), {})
    digest = _digest(reader, {row.participant for row in rows}, log, opened)
    return Extract(rows, cut_on, now, digest, log=log if people is participant else None, opened=opened)


def _around(reader: Reader, sites: frozenset[str] | None, cut_on: date) -> tuple[tuple[Row, ...], dict[str, date]]:
    """What accrual and its flow need besides participants: who was logged before consent, and since when sites are open."""
    log = tuple(row for row in before_consent(reader, sites) if row["month"] <= f"{cut_on:%Y-%m}")
    places = [row for row in reader.all("site", order_by="code") if sites is None or row["code"] in sites]
    return log, {row["code"]: row["opened_on"] for row in places if row["opened_on"] and row["opened_on"] <= cut_on}


def _everyone(reader: Reader, sites: frozenset[str] | None, people: Subquery) -> Iterable[Extracted]:
    allocations = {row["participant"]: row for row in reader.all("allocation")}
    crfs: dict[str, list[Crf]] = {}
    origins = transfers.origins(reader)
    newest = select(crf_revision).join(crf, NEWEST).order_by(crf.c.first_entered_at, *crf.primary_key.columns)
    for row in reader.stream(newest):
        crfs.setdefault(row["participant"], []).append(as_crf(row))
    coded: dict[str, list[Row]] = {}
    for row in every_approved(reader):
        coded.setdefault(row["participant"], []).append(row)
    for row in reader.all(select(people).order_by(people.c.id)):
        if sites is None or row["site_code"] in sites:
            name = row["id"]
            kept, codes = tuple(crfs.get(name, ())), tuple(coded.get(name, ()))
            made, drawn = row["created_at"], allocations.get(name)
            yield Extracted(name, row["site_code"], made, kept, drawn, codes, origins.get(name))


def _digest(
    reader: Reader, participants: set[str], log: Iterable[Row] = (), opened: Mapping[str, date] | None = None
) -> str:
    """SHA-256 over all current revisions, the allocations, the approved codes, the log and the openings, in a fixed order."""
    total = hashlib.sha256()
    columns = (*(crf_revision.c[n] for n in CRF_KEY), crf_revision.c.number, crf_revision.c.digest)
    newest = select(*columns).join(crf, NEWEST).order_by(*(crf_revision.c[n] for n in CRF_KEY))
    for row in reader.stream(newest):
        if row["participant"] in participants:
            total.update(canonical(row).encode())
    for row in reader.all("allocation", order_by="participant"):
        if row["participant"] in participants:
            total.update(canonical(row).encode())
    for row in every_approved(reader):
        if row["participant"] in participants:
            total.update(canonical(row).encode())
    for row in (*log, *({"site": site, "opened_on": on} for site, on in sorted((opened or {}).items()))):
        total.update(canonical(row).encode())
    return total.hexdigest()


def _visible(row: Extracted, role: str) -> Extracted:
    kept = tuple(
        _without_hidden_items(each, role)
        for each in row.crfs
        if not roles.hides(role, each.form, event=each.event, aggregate=True)
    )
    open_to_arm = not roles.ROLES[role].blinded
    coded = tuple(c for c in row.codings if not _hides_code(c, role))
    return replace(row, crfs=kept, allocation=row.allocation if open_to_arm else None, codings=coded)


def _hides_code(coding: Row, role: str) -> bool:
    """A code says what its term says: it is withheld where the form or the item is."""
    item = coding["path"].rpartition("/")[2]
    whole = roles.hides(role, coding["form"], event=coding["event"], aggregate=True)
    return whole or roles.hides(role, coding["form"], item, event=coding["event"], aggregate=True)


def _without_hidden_items(each: Crf, role: str) -> Crf:
    def seen(values: Any) -> dict[str, Any]:
        return {
            n: v for n, v in values.items() if not roles.hides(role, each.form, n, event=each.event, aggregate=True)
        }

    answers = each.answers
    groups = {
        g: tuple(replace(r, items=seen(r.items), missing=seen(r.missing)) for r in rows)
        for g, rows in answers.groups.items()
    }
    return replace(
        each, answers=replace(answers, items=seen(answers.items), missing=seen(answers.missing), groups=groups)
    )


@dataclass(frozen=True)
class History:
    """One participant with every revision ever saved that the role may see, oldest first.

    `revisions`: the row of `crf_revision` and its answers without hidden items; `signatures` and `queries`: rows of those forms.
    """

    participant: str
    site: str
    revisions: tuple[tuple[Row, Crf], ...]
    signatures: tuple[Row, ...]
    queries: tuple[Row, ...]


def histories(reader: Reader, viewer: Any, *, site: str | None = None) -> Iterator[History]:
    """Every participant the viewer reaches, with an export right: forms, events and items the role must not see are not there.

    Raises NotAllowed without one. A whole participant is held at a time.
    """
    verb = "export.unblinded" if roles.may(viewer.role, "export.unblinded") else "export.blinded"
    if not roles.may(viewer.role, verb, site, viewer.sites):
        raise NotAllowed(viewer.role, verb, site)
    for row in in_trial(reader, site):
        if viewer.sites is None or row["site_code"] in viewer.sites:
            yield _history(reader, row, viewer.role)


def _history(reader: Reader, row: Row, role: str) -> History:
    def seen(found: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(
            r for r in found if not r["form"] or not roles.hides(role, r["form"], event=r["event"], aggregate=True)
        )

    name = row["id"]
    order = ("at", *CRF_KEY, "number")
    revisions = seen(reader.all(crf_revision, order_by=order, participant=name))
    return History(
        name,
        row["site_code"],
        tuple((r, _without_hidden_items(as_crf(r), role)) for r in revisions),
        seen(reader.all(signature, order_by="id", participant=name)),
        seen(reader.all(query, order_by="id", participant=name)),
    )
