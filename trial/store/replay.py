"""What every row ought to be, told by the journal alone. Kept on disk: a journal of a million entries must not fill memory."""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    select,
    update,
)

from trial.store.types import canonical

BATCH = 500
scratch = MetaData()
told = Table(
    "told",
    scratch,
    Column("table", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("row", Text, nullable=False),
    Column("seen", Boolean, nullable=False),
)


@dataclass(frozen=True)
class Told:
    """The last word of the journal on a row: entry `seq` says it is `row`."""

    seq: int
    row: Mapping[str, Any]


@dataclass
class Replay:
    """The fold of the journal, written in batches to a database that is thrown away."""

    connection: Connection
    _waiting: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def hear(self, seq: int, writes: Iterable[Mapping[str, Any]]) -> None:
        """Take in the writes of one journal entry; a later word on a row replaces the earlier."""
        for write in writes:
            table, key = write["table"], canonical(write["key"])
            row = {"table": table, "key": key, "seq": seq, "row": canonical(write["row"]), "seen": False}
            self._waiting[table, key] = row
        if len(self._waiting) >= BATCH:
            self.settle()

    def settle(self) -> None:
        """Write what is waiting."""
        if self._waiting:
            self.connection.execute(told.insert().prefix_with("OR REPLACE"), list(self._waiting.values()))
            self._waiting.clear()

    def about(self, table: str, keys: Sequence[str]) -> dict[str, Told]:
        """What was told of these keys of a table, marked as seen."""
        these = (told.c.table == table) & told.c.key.in_(keys)
        found = self.connection.execute(select(told).where(these)).all()
        self.connection.execute(update(told).where(these).values(seen=True))
        return {row.key: Told(row.seq, json.loads(row.row)) for row in found}

    def unseen(self) -> Iterator[tuple[str, str, int]]:
        """Table, key and entry of each row told of that nobody asked about: it is no longer there."""
        rows = self.connection.execute(
            select(told).where(~told.c.seen).order_by(told.c.seq).execution_options(yield_per=BATCH)
        )
        yield from ((row.table, row.key, row.seq) for row in rows)

    def size(self) -> int:
        """How many rows the journal tells of."""
        return self.connection.execute(select(func.count()).select_from(told)).scalar_one()


@contextmanager
def replaying() -> Iterator[Replay]:
    """An empty replay; its file goes with it."""
    with tempfile.TemporaryDirectory(prefix="vigil-verify-") as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'replay.db'}")

        @event.listens_for(engine, "connect")
        def hurry(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=OFF")  # nothing here outlives the process
            connection.execute("PRAGMA synchronous=OFF")

        try:
            with engine.connect() as connection:
                scratch.create_all(connection)
                yield Replay(connection)
        finally:
            engine.dispose()
