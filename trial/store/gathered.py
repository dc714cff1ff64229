"""Everyone of the trial with all that is known of them, as the database stands or as it stood at a data cut, and the digest over it.

The digest is worked out from the rows that are given out, in an order of its own that no database's collation can change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, select

from forms.answers import Crf
from forms.catalogue import definitions
from forms.record import Record
from trial.store import crfs, transfers
from trial.store.broken import place
from trial.store.coding import PLACE, every_approved
from trial.store.past import Past
from trial.store.reading import Reader, Row
from trial.store.screening import standing
from trial.store.tables import CRF_KEY, key_names
from trial.store.tables_coding import coding
from trial.store.tables_crfs import crf, crf_revision
from trial.store.types import canonical

WORDS = frozenset({"verbatim", "reason", "ended_because"})
"""Columns of a coding that the digest leaves out: the term stands in the answers, whose digest covers it, and all three are redacted."""


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
class Gathered:
    """Rows of the database: `people` by their numbers, `revisions` by first entry, the rest in the order of its key.

    `sites` are those that were open; `origins` tells the first site of who was ever transferred; `ranges` are the laboratories';
    `log` holds the lines before consent that stand.
    """

    people: tuple[Row, ...]
    revisions: tuple[Row, ...]
    allocations: tuple[Row, ...]
    codings: tuple[Row, ...]
    sites: tuple[Row, ...]
    origins: Mapping[str, str]
    ranges: tuple[Row, ...]
    log: tuple[Row, ...]

    def of(self, names: frozenset[str]) -> Gathered:
        """Of these participants alone."""

        def theirs(rows: tuple[Row, ...]) -> tuple[Row, ...]:
            return tuple(row for row in rows if row["participant"] in names)

        people = tuple(row for row in self.people if row["id"] in names)
        parts = (theirs(self.revisions), theirs(self.allocations), theirs(self.codings))
        return Gathered(people, *parts, self.sites, self.origins, self.ranges, self.log)

    def digest(self, redacted: Mapping[str, str]) -> str:
        """SHA-256 over sites and people, the digests of all revisions, the allocations, the approved codes, the reference ranges and
        the log before consent.

        `redacted`: place to the digest that stands for a revision whose words were taken out.
        """
        total = hashlib.sha256()
        for row in self.sites:
            total.update(canonical([row["code"], row["opened_on"]]).encode())
        for row in self.people:
            moved = self.origins.get(row["id"])
            total.update(canonical([row["id"], row["site_code"], row["created_at"], moved]).encode())
        for row in sorted(self.revisions, key=_place_of_crf):
            held = {name: row[name] for name in (*CRF_KEY, "number")}
            total.update(canonical(held | {"digest": _stated(row, redacted)}).encode())
        for row in self.allocations:
            total.update(canonical(row).encode())
        for row in sorted(self.codings, key=lambda row: tuple(row[name] for name in PLACE)):
            total.update(canonical({n: v for n, v in row.items() if n not in WORDS}).encode())
        for row in (*self.ranges, *self.log):
            total.update(canonical(row).encode())
        return total.hexdigest()

    def altered(self, redacted: Mapping[str, str]) -> int:
        """How many revisions hold other answers than their digest says, or than a redaction left."""
        return sum(_content(row) != _stated(row, redacted) for row in self.revisions)

    def everyone(self) -> Iterator[Extracted]:
        """Each participant with what is theirs."""
        kept, codes = _by_participant(self.revisions), _by_participant(self.codings)
        drawn = {row["participant"]: row for row in self.allocations}
        for row in self.people:
            name = row["id"]
            crfs_ = tuple(crfs.as_crf(each) for each in kept.get(name, ()))
            coded, origin = tuple(codes.get(name, ())), self.origins.get(name)
            yield Extracted(name, row["site_code"], row["created_at"], crfs_, drawn.get(name), coded, origin)


def gathered(reader: Reader, people: Subquery, past: Past | None = None) -> Gathered:
    """What is known of these people, now or as it stood in the past."""

    def stood(table: str, rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(rows if past is None else past.then(table, rows))

    persons = stood("participant", reader.all(select(people).order_by(people.c.id)))
    names = frozenset(row["id"] for row in persons)
    codings = every_approved(reader) if past is None else past.rows("coding", select(coding), order_by=PLACE)
    return Gathered(
        persons,
        tuple(_revisions(reader, past)),
        tuple(sorted(stood("allocation", reader.all("allocation")), key=lambda row: str(row["participant"]))),
        tuple(row for row in codings if row["state"] == "approved"),
        tuple(row for row in stood("site", reader.all("site", order_by="code")) if row["opened_on"]),
        transfers.first_sites(stood("transfer", reader.all("transfer", order_by="id"))),
        stood("laboratory_range", reader.all("laboratory_range", order_by="id")),
        standing(stood("screening_log", reader.all("screening_log", order_by="id"))),
    ).of(names)


_NEWEST = select(crf_revision).join(crf, crfs.NEWEST).order_by(crf.c.first_entered_at, *crf.primary_key.columns)


def _revisions(reader: Reader, past: Past | None) -> Iterator[Row]:
    """The current revision of each form, or the one that was current."""
    newest = list(reader.stream(_NEWEST))
    if past is None:
        yield from newest
        return
    past.catch_up()
    for row in newest:
        former = past.former("crf", row)
        if former is not None:
            number = former.get("revision", row["number"])
            key = {name: row[name] for name in CRF_KEY}
            yield row if number == row["number"] else reader.the(crf_revision, **key, number=number)


def place_of(row: Mapping[str, Any]) -> str:
    """A revision as a redaction names it."""
    return place("crf_revision", {name: row[name] for name in key_names(crf_revision)})


def _stated(row: Row, redacted: Mapping[str, str]) -> str:
    """The digest that a revision should have: its own, or what a redaction left. Of a trial without one no place is looked for."""
    own: str = row["digest"]
    return redacted.get(place_of(row), own) if redacted else own


def _place_of_crf(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in CRF_KEY)


def _content(row: Row) -> str:
    return crfs.digest(row | {"answers": canonical(row["answers"])})


def _by_participant(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["participant"], []).append(row)
    return found


def redacted_then(reader: Reader, past: Past) -> tuple[dict[str, str], dict[str, list[int]]]:
    """Place to the digest its last redaction left by then; and place to the numbers of the redactions that came since."""
    left: dict[str, str] = {}
    since: dict[str, list[int]] = {}
    rows = reader.all("redaction_place", order_by=("redaction", "place"))
    past.catch_up()
    for row in rows:
        if past.former("redaction_place", row) is None:
            since.setdefault(row["place"], []).append(row["redaction"])
        else:
            left[row["place"]] = row["after"]
    return left, since
