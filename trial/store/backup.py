"""A copy of everything, engine-neutral: each table as lines of JSON, the files beside it, a manifest with the digest of every part.

The database is read at one moment, then the files (they are only ever added). What is written is the stored text, so a copy that is
restored on the other engine verifies to the same chain, signatures and digests. Sessions are left out: nobody is signed in in a copy.
The seed of the randomisation is in it as it is stored: sealed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Engine,
    MetaData,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from trial.errors import BackupUnfit
from trial.store import journal
from trial.store.engine import check_migrated, schema_of
from trial.store.failures import disk_explained, explained
from trial.store.files import Files
from trial.store.reading import Reader, Reading
from trial.store.tables import key_names, metadata
from trial.store.tables_journal import journal_head
from trial.store.types import Instant, Json

MANIFEST = "manifest.json"
LEFT_OUT = frozenset({"session"})
BATCH = 500
Progress = Callable[[int], object]


@dataclass(frozen=True)
class Manifest:
    """What a copy holds: schema, last entry of the journal, and by name the rows and the digest of each table; digests of the files."""

    schema: str
    seq: int
    head: str
    rows: dict[str, int]
    digests: dict[str, str]
    files: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest: it stands for the whole copy."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        """The manifest as it is written."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


def write(engine: Engine, files: Files, folder: Path, progress: Progress = lambda _rows: None) -> Manifest:
    """Copy everything to a new folder. Raises BackupUnfit (the folder holds something), StorageFull, FileMissing, FileDamaged."""
    with disk_explained():
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BackupUnfit(str(folder), "not-empty")
        with Reading(engine) as reader:
            tables = {t.name: _written(reader, t, folder / f"{t.name}.jsonl", progress) for t in _tables()}
            seq, head = journal.head(reader)
        # After the rows, so that every file a row names is among them; files are only ever added, whoever names them.
        named = tuple(files.every())
        _copied(files, Files(folder / "files"), named)
        rows, digests = ({n: told[i] for n, told in tables.items()} for i in (0, 1))
        manifest = Manifest(schema_of(engine), seq, head, rows, digests, named)  # type: ignore[arg-type]  # a pair a table
        (folder / MANIFEST).write_text(manifest.text(), "utf-8")
    return manifest


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _written(reader: Reader, table: Table, path: Path, progress: Progress) -> tuple[int, str]:
    """One table as lines; returns how many rows and the digest of the file."""
    digest, count = hashlib.sha256(), 0
    columns = [type_coerce(c, Text).label(c.name) if isinstance(c.type, (Json, Instant)) else c for c in table.columns]
    with path.open("wb") as target:
        for row in reader.stream(select(*columns).order_by(*table.primary_key.columns)):
            line = json.dumps(row, default=date.isoformat, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            digest.update(line)
            target.write(line)
            count += 1
            progress(1)
    return count, digest.hexdigest()


def _copied(source: Files, target: Files, named: tuple[str, ...]) -> None:
    for sha256 in named:
        with source.open(sha256) as content:
            target.put(content)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a copy, every part of which is there and is what the manifest says. Raises BackupUnfit."""
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**told | {"files": tuple(told["files"])})
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise BackupUnfit(MANIFEST, "unreadable") from problem
    for name, digest in manifest.digests.items():
        _check(folder / f"{name}.jsonl", digest)
    kept = Files(folder / "files")
    for sha256 in manifest.files:
        kept.check(sha256)
    return manifest


def _check(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as part:
            found = hashlib.file_digest(part, "sha256").hexdigest()
    except OSError as problem:
        raise BackupUnfit(path.name, "unreadable") from problem
    if found != digest:
        raise BackupUnfit(path.name, "altered")


def restore(folder: Path, engine: Engine, files: Files, progress: Progress = lambda _rows: None) -> Manifest:
    """Fill an empty database of the same schema, in one transaction, and put the files back: first the files, then the rows that name them.

    Raises BackupUnfit (a part is missing or altered, another schema, a database that is not empty), NotMigrated, StorageFull.
    """
    manifest = read_manifest(folder)
    check_migrated(engine)
    if manifest.schema != schema_of(engine):
        raise BackupUnfit(manifest.schema, "other-schema")
    with disk_explained():
        _copied(Files(folder / "files"), files, manifest.files)
    with explained("restoring"), engine.begin() as connection:
        if connection.execute(select(journal_head.c.seq)).scalar_one() != 0:
            raise BackupUnfit("database", "not-empty")
        for table in _tables():
            _filled(connection, table, folder / f"{table.name}.jsonl", progress)
        _counted_on(connection)
    return manifest


def _filled(connection: Connection, table: Table, path: Path, progress: Progress) -> None:
    plain = _plain(table)
    if table is journal_head:
        (head,) = _rows(path, table)
        connection.execute(update(plain).values(seq=head["seq"], hash=head["hash"]))
        return
    for batch in _batches(_rows(path, table)):
        connection.execute(insert(plain), batch)
        progress(len(batch))


def _plain(table: Table) -> Table:
    """The table as it is stored: JSON and instants are text that is not written anew."""
    kinds: dict[type, Any] = {Json: Text(), Instant: String(27)}
    return Table(table.name, MetaData(), *(Column(c.name, kinds.get(type(c.type), c.type)) for c in table.columns))


def _rows(path: Path, table: Table) -> Iterator[dict[str, Any]]:
    days = [c.name for c in table.columns if isinstance(c.type, Date)]
    with path.open("rb") as lines:
        for line in lines:
            row = json.loads(line)
            yield row | {name: date.fromisoformat(row[name]) for name in days if row[name]}


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _counted_on(connection: Connection) -> None:
    """PostgreSQL counts ids beside the tables: the next one follows what was restored."""
    if connection.dialect.name != "postgresql":
        return
    for table in _tables():
        if table.autoincrement_column is not None:
            (name,) = key_names(table)
            highest = select(func.max(table.c[name])).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, name)
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
