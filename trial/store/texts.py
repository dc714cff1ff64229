"""What text the database can keep. Checked before it is asked, so that both engines refuse the same things in the same words."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, String, Table, Text

from trial.errors import ConstraintBroken, UnitOfWorkMisused, UnstorableText

NUL = "\x00"


def check_values(table: Table, values: Mapping[str, Any]) -> None:
    """Raises UnstorableText, ConstraintBroken (text too long) or UnitOfWorkMisused (no such column)."""
    for name, value in values.items():
        if name not in table.c:
            raise UnitOfWorkMisused(f"{table.name} has no column {name}")
        check_text(f"{table.name}.{name}", value)
        check_length(table.c[name], value)


def check_length(column: Column[Any], value: Any) -> None:
    """SQLite keeps text of any length in a VARCHAR(n), PostgreSQL does not: the rule is kept here for both."""
    longest = column.type.length if isinstance(column.type, String) and not isinstance(column.type, Text) else None
    if isinstance(value, str) and longest is not None and len(value) > longest:
        raise ConstraintBroken(f"{column.table.name}.{column.name}", f"{len(value)} characters, at most {longest}")


def check_text(where: str, value: Any) -> None:
    """Raises UnstorableText for NUL (PostgreSQL refuses it) and for half a surrogate pair (not UTF-8), at any depth of JSON."""
    match value:
        case str():
            if NUL in value:
                raise UnstorableText(where, NUL)
            broken = next((c for c in value if "\ud800" <= c <= "\udfff"), None) if not value.isascii() else None
            if broken is not None:
                raise UnstorableText(where, broken)
        case Mapping():
            for key, item in value.items():
                check_text(where, key)
                check_text(where, item)
        case list() | tuple() | set() | frozenset():
            for item in value:
                check_text(where, item)
