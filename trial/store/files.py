"""Uploaded files: kept under the SHA-256 of their bytes, so that a name cannot point at other content, and nothing is overwritten.

The file is on the disk before the row that names it is committed: a crash in between leaves bytes that nobody refers to, never a row
without its bytes. A back-up therefore copies the database first, then the files.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from trial.errors import FeatureTableUnreadable, FileDamaged, FileMissing
from trial.feature_table import LineUnreadable, parsed
from trial.store.failures import disk_explained
from trial.store.reading import Reader, Row
from trial.store.tables import file
from trial.store.tables import participant as participants
from trial.store.tables_files import FILE_KEY, file_report
from trial.store.unit_of_work import UnitOfWork

CHUNK = 1 << 20
INCOMING = ".incoming-"
HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True)
class Stored:
    """A file that is safely on the disk: its digest and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Staged:
    """Bytes that wait in the store's folder under a passing name."""

    files: Files
    temporary: Path
    stored: Stored

    def keep(self) -> None:
        """Give them their name: quick, and safe to do inside a unit of work. Raises StorageFull."""
        with disk_explained():
            self.files._settle(self.temporary, self.stored)


@dataclass(frozen=True)
class Files:
    """The folder of files, two levels deep: `ab/abcdef...`."""

    root: Path

    def put(self, content: bytes | IO[bytes]) -> Stored:
        """Keep the bytes; storing the same bytes again changes nothing. Raises StorageFull."""
        with self.staged(content) as staged:
            staged.keep()
        return staged.stored

    @contextmanager
    def staged(self, content: bytes | IO[bytes]) -> Iterator[Staged]:
        """The bytes on the disk of the store, not yet kept: what takes long is done before the database is asked. Raises StorageFull."""
        with disk_explained():
            self.root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=INCOMING)
        try:
            with disk_explained(), os.fdopen(handle, "wb") as target:
                stored = _copy(io.BytesIO(content) if isinstance(content, bytes) else content, target)
            yield Staged(self, Path(name), stored)
        finally:
            Path(name).unlink(missing_ok=True)

    def _settle(self, temporary: Path, stored: Stored) -> None:
        place = self._place(stored.sha256)
        place.parent.mkdir(exist_ok=True)
        temporary.replace(place)
        for folder in (place.parent, self.root):
            _make_durable(folder)

    def read(self, sha256: str) -> bytes:
        """The bytes. Raises FileMissing, and FileDamaged rather than serve bytes that are not those."""
        try:
            content = self._place(sha256).read_bytes()
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise FileDamaged(sha256)
        return content

    @contextmanager
    def open(self, sha256: str) -> Iterator[BinaryIO]:
        """The bytes as a file, for what is too large to hold; checked as a whole first. Raises FileMissing, FileDamaged."""
        self.check(sha256)
        with self._place(sha256).open("rb") as file:
            yield file

    def stream(self, sha256: str) -> Iterator[bytes]:
        """The bytes a megabyte at a time, checked as a whole before the first. Raises FileMissing, FileDamaged, at the call."""
        self.check(sha256)
        return self._chunks(sha256)

    def _chunks(self, sha256: str) -> Iterator[bytes]:
        with self._place(sha256).open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def check(self, sha256: str) -> None:
        """Raise FileMissing or FileDamaged, reading a megabyte at a time."""
        try:
            with self._place(sha256).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if found != sha256:
            raise FileDamaged(sha256)

    def every(self) -> Iterator[str]:
        """The digests of all files that are kept, in order; what is still on its way in is none."""
        names = (path.name for path in self.root.glob("??/*"))
        yield from sorted(name for name in names if len(name) == 64 and HEX.issuperset(name))

    def _place(self, sha256: str) -> Path:
        if len(sha256) != 64 or not HEX.issuperset(sha256):
            raise FileMissing(sha256)
        return self.root / sha256[:2] / sha256


def _copy(source: IO[bytes], target: IO[bytes]) -> Stored:
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        digest.update(chunk)
        size += target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return Stored(digest.hexdigest(), size)


def _make_durable(folder: Path) -> None:
    """A renamed file is found after a power cut only when its folder has reached the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def register(uow: UnitOfWork, stored: Stored, participant: str, *, name: str, media_type: str) -> Row:
    """The row that makes stored bytes a file of a participant; the same bytes again keep their first name."""
    values = {"name": name, "size": stored.size, "media_type": media_type, "by": uow.actor.person_id}
    uow.ensure("file", sha256=stored.sha256, participant=participant, at=uow.clock.now(), **values)
    return uow.the("file", sha256=stored.sha256, participant=participant)


def taken_by(reader: Reader, participant: str) -> int:
    """Bytes of a participant's files and their previews."""
    return _sum(reader, file.c.participant == participant)


def taken_at(reader: Reader, site: str) -> int:
    """Bytes of the files of all participants of a site, and their previews."""
    return _sum(reader, file.c.participant.in_(select(participants.c.id).where(participants.c.site_code == site)))


def _sum(reader: Reader, where: ColumnElement[bool]) -> int:
    kept = file.outerjoin(file_report, and_(*(file.c[name] == file_report.c[name] for name in FILE_KEY)))
    total = func.coalesce(func.sum(file.c.size + func.coalesce(file_report.c.preview_size, 0)), 0)
    return int(reader.scalar(select(total).select_from(kept).where(where)))


def sent_for_another(reader: Reader, stored: str, source: str, participant: str) -> bool:
    """Whether another participant has a file of the same bytes, as stored or as sent."""
    one = select(literal(1)).where(file.c.sha256 == stored, file.c.participant != participant)
    two = select(literal(1)).where(file_report.c.source == source, file_report.c.participant != participant)
    return reader.scalar(union_all(one, two).limit(1)) is not None  # type: ignore[arg-type]


def feature_table(files: Files, sha256: str) -> dict[str, float]:
    """Feature to value, from a CSV file of two columns with a heading; a blank value is missing and left out.

    Raises FileMissing, FileDamaged, and FeatureTableUnreadable naming the line.
    """
    try:
        return parsed(files.read(sha256))
    except LineUnreadable as error:
        raise FeatureTableUnreadable(sha256, error.line) from error
