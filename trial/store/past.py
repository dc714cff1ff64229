"""The record as it stood at an entry of the journal: what was written since is taken back.

Each entry tells the rows it wrote and what they were before. Taking back the entries after a position is exact, and costs as much as has
happened since. The time of a row would not do: two people who save in one second, or a transaction that began early and ended late, are
put in order by the journal alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, Select, select

from trial.events import plain
from trial.store.reading import Reader, Row
from trial.store.tables import key_names, table_named
from trial.store.tables_journal import journal
from trial.store.types import Instant


class Past:
    """Rows as they stood at entry `seq`. Rows are read first and the journal after them, so that nobody's commit falls between."""

    def __init__(self, reader: Reader, seq: int) -> None:
        self._reader, self._read_to = reader, seq
        # Per row the former values of what changed since, the oldest first to be kept; None where the row is new since.
        self._former: dict[tuple[str, tuple[Any, ...]], Row | None] = {}

    def rows(self, table: str, query: Select[Any] | None = None, *, order_by: str | tuple[str, ...] = ()) -> list[Row]:
        """The rows of a table, or those a selection of all its columns finds, as they stood then."""
        return self.then(table, self._reader.all(table if query is None else query, order_by=order_by))

    def then(self, table: str, rows: Iterable[Row]) -> list[Row]:
        """These rows, just read, as they stood then; without those that were not there yet."""
        read = list(rows)
        self.catch_up()
        stood = (self._stood(table, row) for row in read)
        return [row for row in stood if row is not None]

    def former(self, table: str, row: Mapping[str, Any]) -> Row | None:
        """What became of a row since: the former values of its changed columns, empty where none did, None where it is new."""
        return self._former.get((table, _key(table, row)), {})

    def catch_up(self) -> None:
        """Read what the journal tells since it was last looked at."""
        later = select(journal.c.seq, journal.c.body).where(journal.c.seq > self._read_to).order_by(journal.c.seq)
        for entry in self._reader.stream(later):
            self._read_to = entry["seq"]
            for write in json.loads(entry["body"])["writes"]:
                self._hear(write)

    def _hear(self, write: Mapping[str, Any]) -> None:
        place = write["table"], _key(write["table"], write["key"])
        if write["was"] is None:
            self._former[place] = None
            return
        former = self._former.setdefault(place, {})
        if former is not None:
            former.update({name: value for name, value in write["was"].items() if name not in former})

    def _stood(self, table: str, row: Row) -> Row | None:
        former = self.former(table, row)
        if former is None:
            return None
        columns = table_named(table).c
        return row | {name: _typed(columns[name], value) for name, value in former.items() if name in row}


def _key(table: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(plain(values[name]) for name in key_names(table_named(table)))


def _typed(column: Column[Any], value: Any) -> Any:
    """A value of the journal as the database would give it."""
    if value is None:
        return None
    if isinstance(column.type, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value
