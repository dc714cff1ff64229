"""Uploaded files: kept under the SHA-256 of their bytes, so that a name cannot point at other content, and nothing is overwritten.

The file is on the disk before the row that names it is committed: a crash in between leaves bytes that nobody refers to, never a row
without its bytes. A back-up therefore copies the database first, then the files.
"""

import csv
import hashlib
import io
import math
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from trial.errors import FeatureTableUnreadable, FileDamaged, FileMissing
from trial.store.failures import disk_explained
from trial.store.reading import Row
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
class Files:
    """The folder of files, two levels deep: `ab/abcdef...`."""

    root: Path

    def put(self, content: bytes | IO[bytes]) -> Stored:
        """Keep the bytes; storing the same bytes again changes nothing. Raises StorageFull."""
        with disk_explained():
            self.root.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.root, prefix=INCOMING)
            try:
                with os.fdopen(handle, "wb") as target:
                    stored = _copy(io.BytesIO(content) if isinstance(content, bytes) else content, target)
                self._settle(Path(name), stored)
            finally:
                Path(name).unlink(missing_ok=True)
        return stored

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

    def check(self, sha256: str) -> None:
        """Raise FileMissing or FileDamaged, reading a megabyte at a time."""
        try:
            with self._place(sha256).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError as error:
            raise FileMissing(sha256) from error
        if found != sha256:
            raise FileDamaged(sha256)

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


def feature_table(files: Files, sha256: str) -> dict[str, float]:
    """Feature to value, from a CSV file of two columns with a heading; a blank value is missing and left out.

    Raises FileMissing, FileDamaged, and FeatureTableUnreadable naming the line.
    """
    try:
        lines = list(csv.reader(io.StringIO(files.read(sha256).decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FeatureTableUnreadable(sha256, 0) from error
    table: dict[str, float] = {}
    for number, cells in enumerate(lines[1:], start=2):
        if cells and (len(cells) != 2 or not cells[0].strip() or cells[0].strip() in table):
            raise FeatureTableUnreadable(sha256, number)
        if cells and cells[1].strip():
            table[cells[0].strip()] = _number(cells[1], sha256, number)
    return table


def _number(text: str, sha256: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise FeatureTableUnreadable(sha256, line) from error
    if not math.isfinite(value):
        raise FeatureTableUnreadable(sha256, line)
    return value
