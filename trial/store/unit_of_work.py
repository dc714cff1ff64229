"""The only writer. Rows and the journal entry that vouches for them are written in one transaction, or not at all.

with uow:
    uow.insert("participant", id="VG-01-0007", site_code="01", number=7, created_at=uow.clock.now(), created_by=3)
    uow.record(ParticipantRegistered(participant="VG-01-0007"))
    uow.commit()
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table

from trial.actor import Actor
from trial.clock import Clock
from trial.errors import Busy, NotFound, UnitOfWorkMisused
from trial.events import Event, plain
from trial.store import journal, statements
from trial.store.broken import place
from trial.store.engine import WAIT_SECONDS
from trial.store.failures import explained
from trial.store.journal import Write
from trial.store.reading import Reader, Row
from trial.store.tables import INSERT_ONLY, LEDGER, UNJOURNALLED, key_names, table_named
from trial.store.texts import check_text, check_values


class _Gate:
    """One a database: SQLite's own waiting is unfair (p99 734 ms against 54 ms behind a lock of the process), so threads queue here."""

    def __init__(self, exclusive: bool) -> None:
        self._lock = threading.Lock() if exclusive else None
        self._inside: set[int] = set()

    @contextmanager
    def passed(self) -> Iterator[None]:
        thread = threading.get_ident()
        if thread in self._inside:
            raise UnitOfWorkMisused("a unit of work is open in this thread already")
        if self._lock and not self._lock.acquire(timeout=WAIT_SECONDS):
            raise Busy("another thread is writing")
        self._inside.add(thread)
        try:
            yield
        finally:
            self._inside.discard(thread)
            if self._lock:
                self._lock.release()


_gates: dict[str, _Gate] = {}


def _gate(engine: Engine) -> _Gate:
    name = engine.url.render_as_string(hide_password=False)
    return _gates.setdefault(name, _Gate(exclusive=engine.dialect.name == "sqlite"))


class UnitOfWork(Reader):
    """One transaction at a time, used again after it ends; leaving the `with` block without `commit` takes everything back."""

    def __init__(self, engine: Engine, clock: Clock, actor: Actor) -> None:
        self.engine, self.clock, self.actor = engine, clock, actor
        self._connection: Connection | None = None
        self._stack = ExitStack()
        self._writes: list[Write] = []
        self._entries: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        if self._connection is not None:
            raise UnitOfWorkMisused("this unit of work is open already")
        with ExitStack() as stack, explained("opening"):
            stack.enter_context(_gate(self.engine).passed())
            connection = stack.enter_context(self.engine.connect())
            connection.begin()
            self._stack = stack.pop_all()
        self._connection, self._writes, self._entries = connection, [], []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection = None
        with explained("closing"):
            self._stack.close()

    @property
    def _open(self) -> Connection:
        if self._connection is None or not self._connection.in_transaction():
            raise UnitOfWorkMisused("reading and writing happen inside `with`, before commit")
        return self._connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        yield self._open

    def insert(self, table: Table | str, /, **values: Any) -> Row:
        """Write a new row; returns it whole, with the id the database gave. Raises AlreadyExists, ConstraintBroken, UnstorableText."""
        target = self._writable(table, values)
        with explained(target.name):
            row = dict(self._open.execute(statements.addition(target), values).mappings().one())
        return self._noted(target, row, None)

    def ensure(self, table: Table | str, /, **values: Any) -> bool:
        """Write a row unless one with its key is there, also when two do so at once; True if this one wrote it."""
        target = self._writable(table, values)
        if self.one(target, **{name: values[name] for name in key_names(target)}) is not None:
            return False
        statement = (
            statements.INSERTS[self.engine.dialect.name](target)
            .values(**values)
            .on_conflict_do_nothing()
            .returning(target)
        )
        with explained(target.name):
            row = self._open.execute(statement).mappings().one_or_none()
        if row is not None:
            self._noted(target, dict(row), None)
        return row is not None

    def update(self, table: Table | str, key: Mapping[str, Any], /, **values: Any) -> Row:
        """Change the one row that `key` finds; returns it whole. What is the same already is not written, nor journalled.

        Raises NotFound, and UnitOfWorkMisused when the key finds several or the table's rows are never changed.
        """
        target = self._writable(table, values)
        if target.name in INSERT_ONLY or set(values) & set(key_names(target)):
            raise UnitOfWorkMisused(f"{target.name}: its rows, or their keys, never change")
        former = self.lock(target, key)
        was = {name: former[name] for name, value in values.items() if plain(former[name]) != plain(value)}
        if not was:
            return former
        exact = {name: former[name] for name in key_names(target)}
        changed = statements.change(target, statements.shape(exact), tuple(was))
        told = statements.sought(exact) | {name: values[name] for name in was}
        with explained(target.name):
            row = dict(self._open.execute(changed, told).mappings().one())
        return self._noted(target, row, was)

    def lock(self, table: Table | str, key: Mapping[str, Any], /) -> Row:
        """The one row `key` finds, held until the end. Whoever locks the same row waits; who only points at it does not.

        On SQLite the transaction itself is the lock. Raises NotFound, and UnitOfWorkMisused when the key finds several.
        """
        target = table_named(table)
        check_values(target, key)
        query = statements.lookup(target, statements.shape(key), hold=True)
        with explained(target.name):
            rows = [dict(row) for row in self._open.execute(query, statements.sought(key)).mappings()]
        if len(rows) > 1:
            raise UnitOfWorkMisused(f"{target.name}: {len(rows)} rows where one was meant")
        if not rows:
            raise NotFound(target.name, dict(key))
        return rows[0]

    def redact(self, table: Table | str, key: Mapping[str, Any], /, **values: Any) -> None:
        """Rewrite text of a row that a `redaction_place` of this transaction names. The former text enters no entry of the journal: the
        event that vouches for the redaction tells the digests before and after. Triggers refuse every other row.
        """
        target = table_named(table)
        check_values(target, {**key, **values})
        named = place(target.name, key)
        if not any(w.table.name == "redaction_place" and w.row["place"] == named for w in self._writes):
            raise UnitOfWorkMisused(f"{named}: no redaction names it")
        statement = statements.change(target, statements.shape(key), tuple(values))
        with explained(target.name):
            self._open.execute(statement, statements.sought(key) | values)

    def put(self, table: Table | str, /, **values: Any) -> Row:
        """Write or overwrite a row of a table that is convenience and not record (`tables.UNJOURNALLED`)."""
        target = self._convenience(table)
        check_values(target, values)
        statement = statements.replacement(target, tuple(values), self.engine.dialect.name, told=True)
        with explained(target.name):
            return dict(self._open.execute(statement, values).mappings().one())

    def put_all(self, table: Table | str, rows: Sequence[Mapping[str, Any]], /) -> None:
        """Write or overwrite many rows with the same columns, their keys among them, in one statement."""
        target = self._convenience(table)
        if not rows:
            return
        for values in rows:
            check_values(target, values)
        statement = statements.replacement(target, tuple(rows[0]), self.engine.dialect.name, told=False)
        with explained(target.name):
            self._open.execute(statement, [dict(r) for r in rows])

    def drop(self, table: Table | str, key: Mapping[str, Any], /) -> int:
        """Delete the rows of such a table that `key` finds; returns how many. An empty key is refused."""
        target = self._convenience(table)
        if not key:
            raise UnitOfWorkMisused(f"{target.name}: say which rows")
        check_values(target, key)
        with explained(target.name):
            found = self._open.execute(statements.removal(target, statements.shape(key)), statements.sought(key))
            return found.rowcount

    def record(self, event: Event, /) -> None:
        """Say what happened. The event takes the rows written since the event before it."""
        check_text(event.tag, event.payload())
        self._entries.append(journal.body_of(event, self._writes, self.actor, self.clock.now()))
        self._writes = []

    def commit(self) -> None:
        """Append the entries to the chain and make all of it permanent. Raises UnitOfWorkMisused for a row that no event vouches for."""
        if self._writes:
            named = sorted({write.table.name for write in self._writes})
            raise UnitOfWorkMisused(f"written, but no event says why: {', '.join(named)}")
        with explained("journal"):
            connection = self._open
            if self._entries:
                journal.append(connection, self._entries)
            connection.commit()

    def _writable(self, table: Table | str, values: Mapping[str, Any]) -> Table:
        target = table_named(table)
        if target.name in LEDGER:
            raise UnitOfWorkMisused("the journal is written by commit alone")
        check_values(target, values)
        return target

    def _convenience(self, table: Table | str) -> Table:
        target = table_named(table)
        if target.name not in UNJOURNALLED:
            raise UnitOfWorkMisused(f"{target.name} is part of the record: insert, update and record an event")
        return target

    def _noted(self, table: Table, row: Row, was: Row | None) -> Row:
        if table.name not in UNJOURNALLED:
            self._writes.append(Write(table, row, was))
        return row
