"""Each row against the last word of the journal on it, in both directions."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Select, Table, Text, select, type_coerce

from trial.events import plain
from trial.store import crfs, foreign
from trial.store.broken import Finding, place
from trial.store.journal import salted
from trial.store.reading import Reader, Row
from trial.store.replay import BATCH, Replay, Told
from trial.store.tables import JOURNALLED, key_names
from trial.store.tables_crfs import crf_revision, definition
from trial.store.tables_foreign import COVERING
from trial.store.types import Instant, Json, canonical


def raw(table: Table, reader: Reader) -> Select[Any]:
    """Rows as they are stored, before anything reads meaning into them: one byte more in a JSON text is a change."""
    lite = reader.engine.dialect.name == "sqlite"
    unread: dict[type, Any] = {Instant: Text, Json: Text} | ({Date: Text, Boolean: Integer} if lite else {})
    return select(*(type_coerce(c, unread.get(type(c.type), c.type)).label(c.name) for c in table.columns))


def rows(reader: Reader, replay: Replay, redacted: Mapping[str, str]) -> Iterator[Finding]:
    """Rows that are not what the journal says, that it does not know, or that it knows and are gone."""
    for table in JOURNALLED:
        waiting: dict[str, Row] = {}
        for row in reader.stream(raw(table, reader).order_by(*table.primary_key.columns)):
            waiting[canonical({name: _text(row[name]) for name in key_names(table)})] = row
            if len(waiting) == BATCH:
                yield from _compared(table, waiting, replay, redacted)
                waiting = {}
        yield from _compared(table, waiting, replay, redacted)
    for name, key, seq in replay.unseen():
        yield Finding(name, place(name, json.loads(key)), f"written in entry {seq}, is gone", seq)


def _compared(table: Table, rows: Mapping[str, Row], replay: Replay, redacted: Mapping[str, str]) -> Iterator[Finding]:
    told = replay.about(table.name, list(rows))
    for key, row in rows.items():
        where = place(table.name, json.loads(key))
        if key not in told:
            yield Finding(table.name, where, "no journal entry vouches for it")
        elif changed := _changed(table, row, told[key]):
            yield Finding(
                table.name, where, f"is not what entry {told[key].seq} wrote: {', '.join(changed)}", told[key].seq
            )
        elif not _covered(table, row, redacted.get(where)):
            yield Finding(table.name, where, "its content does not match its digest", told[key].seq)


def _text(value: Any) -> Any:
    return repr(value) if isinstance(value, bytes) else plain(value)


def _changed(table: Table, row: Row, told: Told) -> list[str]:
    kept = [column for column in table.columns if column.info.get("journal") != "covered"]
    return [
        c.name
        for c in kept
        if not _agrees(c.type, row[c.name], told.row.get(c.name), c.info.get("journal") == "secret")
    ]


def _agrees(kind: Any, found: Any, told: Any, secret: bool) -> bool:
    if found is None or told is None:
        return found is told
    if secret:
        return bool(salted(_text(found), told["salt"]) == told)
    return bool(found == canonical(told)) if isinstance(kind, Json) else bool(_text(found) == told)


def _covered(table: Table, row: Row, redacted: str | None) -> bool:
    """Whether what the journal leaves out is what the row's digest says, or what the last redaction left of it."""
    values = {name: _text(value) for name, value in row.items()}
    if table is crf_revision:
        return bool(crfs.digest(values) == (redacted or values["digest"]))
    if table.name in COVERING:
        return bool(foreign.covered_digest(table.name, values) == (redacted or values["digest"]))
    return table is not definition or bool(hashlib.sha256(str(values["json"]).encode()).hexdigest() == values["sha256"])
