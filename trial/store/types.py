"""Column types that give the same value on SQLite and PostgreSQL, and the one canonical JSON text.

An instant is text, `2026-03-01T12:30:00.000000Z`: fixed width and UTC, so it sorts as time on both engines, needs no zone setting
of a session to be read back, and the stored text is the text the journal hashes. A TIMESTAMP would be text on SQLite and a
number of microseconds on PostgreSQL, and each would have to be turned into this form before it could be hashed.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, String, Text, TypeDecorator

from trial.events import plain, stamp

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> str:
    """`value` as JSON text with one spelling: sorted keys, no blanks, no escapes beyond those JSON needs; NaN is refused."""
    return _ENCODER.encode(plain(value))


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as text of 27 characters."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        return None if value is None else stamp(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as canonical text; None is SQL NULL, never the JSON word null."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
