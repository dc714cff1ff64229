"""A ZIP archive somebody sent: refused for what only an attack or an accident has, then read entry by entry.

Refused are entries outside the folder, links, encryption, archives in archives, methods other than deflate, and whatever unpacks to
more than a study can be. The sizes an archive declares are not believed: `zipfile` reads no more than declared, and checks the CRC.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from trial.imaging.refusal import Unacceptable

MOST_ENTRIES = 20_000
MOST_UNPACKED = 2**30
LARGEST_ENTRY = 2**29
RATIO, SMALL = 200, 2**20
"""Deflate reaches 1032; MR and CT slices below 10. Entries that unpack to less than `SMALL` bytes may have any ratio."""
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
HEAD = 132


@contextmanager
def entries(path: Path) -> Iterator[Iterator[IO[bytes]]]:
    """The files in the archive, each open at its start. Raises Unacceptable."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [info for info in archive.infolist() if not info.is_dir()]
            _refuse(found)
            yield (_opened(archive, info) for info in found)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unacceptable("unreadable", "archive") from error


def _refuse(found: list[zipfile.ZipInfo]) -> None:
    if len(found) > MOST_ENTRIES:
        raise Unacceptable("bomb", "entries")
    for info in found:
        _refuse_one(info)
    if sum(info.file_size for info in found) > MOST_UNPACKED:
        raise Unacceptable("bomb", "size")


def _refuse_one(info: zipfile.ZipInfo) -> None:
    kind = info.external_attr >> 16
    if info.flag_bits & 0x1:
        raise Unacceptable("encrypted")
    if kind and stat.S_IFMT(kind) not in (0, stat.S_IFREG):
        raise Unacceptable("link")
    if _outside(info.orig_filename):
        raise Unacceptable("outside")
    if info.compress_type not in METHODS:
        raise Unacceptable("unreadable", "method")
    if info.file_size > LARGEST_ENTRY or info.file_size > max(SMALL, RATIO * info.compress_size):
        raise Unacceptable("bomb", "ratio")


def _outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    with ExitStack() as stack:
        file = stack.enter_context(archive.open(info))
        if file.read(HEAD).startswith(ARCHIVES):
            raise Unacceptable("nested")
        file.seek(0)
        stack.pop_all()
    return file


def written(path: Path, parts: list[tuple[str, Path]]) -> None:
    """An archive of these files under these names, whose bytes tell nothing else: one date, one system, no comment."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            with part.open("rb") as source, archive.open(info, "w") as target:
                while chunk := source.read(2**20):
                    target.write(chunk)
