"""The few statements the store sends, each built once: SQLAlchemy needs longer to build one than SQLite to answer it.

The values of the rows looked for travel as parameters called `at_` and the column's name, so that they never meet those of a SET clause.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, and_, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

INSERTS: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
KEPT = 2048

Shape = tuple[tuple[str, bool], ...]
"""Which columns a condition names, and whether each is looked for as NULL."""


def shape(values: Mapping[str, Any]) -> Shape:
    """The shape of a condition, from the values it looks for."""
    return tuple((name, value is None) for name, value in values.items())


def sought(values: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a condition of that shape."""
    return {f"at_{name}": value for name, value in values.items() if value is not None}


def condition(table: Table, where: Shape) -> ColumnElement[bool]:
    """That the columns equal the parameters; NULL equals None here."""
    return and_(*(table.c[n].is_(None) if null else table.c[n] == bindparam(f"at_{n}") for n, null in where))


@lru_cache(KEPT)
def lookup(table: Table, where: Shape, order_by: Sequence[str] = (), *, hold: bool = False) -> Select[Any]:
    """The rows a condition finds, in the order of the columns named; `hold`: until the transaction ends."""
    found = select(table).where(condition(table, where)) if where else select(table)
    ordered = found.order_by(*(table.c[n] for n in order_by)) if order_by else found
    return ordered.with_for_update(key_share=True) if hold else ordered


@lru_cache(KEPT)
def addition(table: Table) -> Any:
    """A new row, given back as the database holds it."""
    return table.insert().returning(table)


@lru_cache(KEPT)
def change(table: Table, where: Shape, changed: tuple[str, ...]) -> Any:
    """Other values in the columns `changed` of the rows a condition finds, given back whole."""
    values: dict[str, Any] = {name: bindparam(name) for name in changed}
    return table.update().where(condition(table, where)).values(values).returning(table)


@lru_cache(KEPT)
def removal(table: Table, where: Shape) -> Delete:
    """The rows a condition finds, gone."""
    return table.delete().where(condition(table, where))


@lru_cache(KEPT)
def replacement(table: Table, columns: tuple[str, ...], dialect: str, *, told: bool) -> Any:
    """A row of these columns, in place of the one with its key if there is one; `told`: given back whole."""
    statement = INSERTS[dialect](table)
    keys = [column.name for column in table.primary_key.columns]
    if set(keys) <= set(columns):
        kept = {name: statement.excluded[name] for name in columns if name not in keys}
        same = {"index_elements": keys}
        # A table that is all key has nothing to overwrite.
        statement = (
            statement.on_conflict_do_update(**same, set_=kept) if kept else statement.on_conflict_do_nothing(**same)
        )
    return statement.returning(table) if told else statement
