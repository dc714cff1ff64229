"""Where a text stands among all that is stored of one participant, and what each place becomes without it.

Found in every text of every table that names the participant, in the threads of their queries and in the journal's own entries: a
table that is added later is covered because it has the column. Digests before and after are kept, so that `vigil verify` knows a
redaction from a forgery (`trial/store/verify.py`).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, Text, func, or_, select, type_coerce

from forms.catalogue import definitions
from trial.redaction import cut, cut_answers, lost
from trial.store import crfs, foreign
from trial.store.broken import place
from trial.store.reading import Reader, Row
from trial.store.tables import CRF_KEY, INSERT_ONLY, JOURNALLED, key_names, metadata
from trial.store.tables_crfs import crf, crf_revision
from trial.store.tables_foreign import COVERING
from trial.store.tables_journal import journal
from trial.store.tables_office import query, query_remark
from trial.store.tables_trail import redaction_place
from trial.store.types import Json, canonical

OPENED = frozenset({"transfer", "breach", "source_audit", "custody", "assay_run", "historical"})
"""Tables written once whose triggers let a redaction through (migrations 0016, 0019 and 0021), beside `crf_revision` and the threads."""


@dataclass(frozen=True)
class Place:
    """One row that holds the text: what its columns become, digests of what they are and will be. `keeps`: items of a
    current revision that must be corrected first, since a value of their kind cannot be marked.
    """

    table: str
    key: Mapping[str, Any]
    becomes: Mapping[str, Any]
    before: str
    after: str
    keeps: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Table and key, as the trigger and the verification build them."""
        return place(self.table, self.key)


def places(reader: Reader, participant: str, text: str) -> list[Place]:
    """Every place, revisions first, the journal last."""
    # What is written once and holds no words of people (allocations, model calls, what a file said of itself) stays closed.
    tables = [t for t in JOURNALLED if "participant" in t.c and t.name not in INSERT_ONLY - OPENED and _texts(t)]
    found = [*_revisions(reader, participant, text)]
    for table in tables:
        found += _rows(reader, table, table.c.participant == participant, text)
    asked = select(query.c.id).where(query.c.participant == participant)
    found += _rows(reader, query_remark, query_remark.c.query.in_(asked), text)
    return [*found, *_entries(reader, participant, text)]


def _texts(table: Table) -> list[Any]:
    """Columns that hold what people wrote."""
    return [c for c in table.columns if isinstance(c.type, (Text, Json)) and not c.primary_key]


def _holds(table: Table, text: str) -> Any:
    # In JSON a quotation mark or a backslash is written with another before it.
    written = {text, json.dumps(text, ensure_ascii=False)[1:-1]}
    return or_(*(type_coerce(c, Text).contains(t, autoescape=True) for c in _texts(table) for t in sorted(written)))


def _revisions(reader: Reader, participant: str, text: str) -> Iterator[Place]:
    latest = {tuple(row[n] for n in CRF_KEY): row["revision"] for row in reader.all(crf, participant=participant)}
    held = select(crf_revision).where(crf_revision.c.participant == participant, _holds(crf_revision, text))
    for row in reader.all(held, order_by=key_names(crf_revision)):
        kinds = definitions()[row["form"], row["form_version"]].kinds()
        becomes = {"answers": cut_answers(row["answers"], text, kinds), "reason": cut(row["reason"], text)}
        current = latest[tuple(row[n] for n in CRF_KEY)] == row["number"]
        after = crfs.digest(row | becomes | {"answers": canonical(becomes["answers"])})
        keeps = lost(row["answers"], text, kinds) if current else ()
        yield Place("crf_revision", _key(crf_revision, row), becomes, row["digest"], after, keeps)


def _rows(reader: Reader, table: Table, of: Any, text: str) -> Iterator[Place]:
    for row in reader.all(select(table).where(of, _holds(table, text)), order_by=key_names(table)):
        becomes = {c.name: cut(row[c.name], text) for c in _texts(table)}
        changed = {name: value for name, value in becomes.items() if value != row[name]}
        if changed:
            yield Place(table.name, _key(table, row), changed, _digest(table, row), _digest(table, row | changed))


def _entries(reader: Reader, participant: str, text: str) -> Iterator[Place]:
    """The journal's entries: what an event said and what rows became. Which row, of which table, is never touched."""
    written = json.dumps(text, ensure_ascii=False)[1:-1]
    held = select(journal).where(
        journal.c.participant == participant, journal.c.body.contains(written, autoescape=True)
    )
    for row in reader.all(held, order_by="seq"):
        body = json.loads(row["body"])
        body["event"] = cut(body["event"], text)
        for write in body["writes"]:
            write |= {part: _cut_row(write["table"], write[part], text) for part in ("row", "was")}
        becomes = canonical(body)
        if becomes != row["body"]:
            yield Place("journal", {"seq": row["seq"]}, {"body": becomes}, _sha(row["body"]), _sha(becomes))


def _cut_row(table: str, values: Mapping[str, Any] | None, text: str) -> dict[str, Any] | None:
    if values is None:
        return None
    names = {c.name for c in _texts(metadata.tables[table])} if table in metadata.tables else set()
    return {name: cut(value, text) if name in names else value for name, value in values.items()}


def _key(table: Table, row: Row) -> dict[str, Any]:
    return {name: row[name] for name in key_names(table)}


def _digest(table: Table, row: Row) -> str:
    if table.name in COVERING:
        return foreign.covered_digest(table.name, {name: canonical(value) for name, value in row.items()})
    return _sha(canonical(row))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def redacted(reader: Reader) -> dict[str, str]:
    """Place to the digest it has since it was last redacted."""
    newest = select(redaction_place.c.place, func.max(redaction_place.c.redaction).label("last")).group_by("place")
    last = newest.subquery()
    these = (redaction_place.c.place == last.c.place) & (redaction_place.c.redaction == last.c.last)
    return {r["place"]: r["after"] for r in reader.all(select(redaction_place).join(last, these))}
