"""Reading rows: the same few helpers for who only looks (`Reading`) and for who writes (`UnitOfWork`)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Result, Select, Table

from trial.errors import NotFound
from trial.store import statements
from trial.store.failures import explained
from trial.store.tables import table_named
from trial.store.texts import check_text

Row = dict[str, Any]
Query = Select[Any] | Table | str


def selection(
    query: Query, where: Mapping[str, Any], order_by: Sequence[str] = ()
) -> tuple[Select[Any], Mapping[str, Any]]:
    """A SELECT, and its parameters, of the rows of a table, a table's name or a SELECT whose columns equal `where` (None: is unknown)."""
    check_text("looked for", dict(where))
    if not isinstance(query, Select):
        return statements.lookup(table_named(query), statements.shape(where), tuple(order_by)), statements.sought(where)
    narrowed = query.filter_by(**where) if where else query
    return (narrowed.order_by(*(narrowed.selected_columns[n] for n in order_by)) if order_by else narrowed), {}


def _rows(result: Result[Any]) -> list[Row]:
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


class Reader:
    """What can be asked of the database. A row is a plain dict of typed values."""

    engine: Engine

    def _connected(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError

    def all(self, query: Query, /, *, order_by: str | Sequence[str] = (), **where: Any) -> list[Row]:
        """All rows, in the order of the columns named."""
        names = (order_by,) if isinstance(order_by, str) else order_by
        statement, sought = selection(query, where, names)
        with explained("reading"), self._connected() as connection:
            return _rows(connection.execute(statement, sought))

    def prepared(self, query: Select[Any], /, **parameters: Any) -> list[Row]:
        """All rows of a SELECT that was built once and takes parameters."""
        check_text("looked for", parameters)
        with explained("reading"), self._connected() as connection:
            return _rows(connection.execute(query, parameters))

    def one(self, query: Query, /, **where: Any) -> Row | None:
        """The only row, or None; more than one raises sqlalchemy's MultipleResultsFound, which is a mistake of the caller."""
        statement, sought = selection(query, where)
        with explained("reading"), self._connected() as connection:
            found = connection.execute(statement, sought).mappings().one_or_none()
            return None if found is None else dict(found)

    def the(self, query: Query, /, **where: Any) -> Row:
        """The only row; NotFound when there is none."""
        found = self.one(query, **where)
        if found is None:
            raise NotFound(query if isinstance(query, str) else getattr(query, "name", "row"), dict(where))
        return found

    def scalar(self, query: Select[Any], /) -> Any:
        """The first column of the only row, or None."""
        with explained("reading"), self._connected() as connection:
            return connection.execute(query).scalar_one_or_none()

    def stream(self, query: Select[Any], /, *, size: int = 1000) -> Iterator[Row]:
        """Rows one after another, `size` at a time in memory."""
        with explained("reading"), self._connected() as connection:
            for row in connection.execute(query.execution_options(yield_per=size)).mappings():
                yield dict(row)


class Reading(Reader):
    """Read-only. Each call sees the database as it is; within `with` all calls see one moment of it.

    Outside `with` it may be shared by threads; inside it belongs to one.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._held: Connection | None = None
        self._stack = ExitStack()

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        options: dict[str, Any] = {"vigil_read_only": True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        if self._held is not None:
            yield self._held
        else:
            with self._open() as connection:
                yield connection

    def __enter__(self) -> Self:
        self._held = self._stack.enter_context(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._held = None
        self._stack.close()
