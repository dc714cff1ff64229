"""A NIfTI-1 mask, compressed or not: header checked, its free text blanked, extensions and surplus left out.

Source: NIfTI-1 header (nifti1.h). `descrip`, `aux_file`, `db_name` and `intent_name` are text, extensions may hold a whole DICOM header,
and the name of the file stands in the header of gzip.
"""

import gzip
import struct
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from trial.imaging.refusal import Unacceptable

HEADER = 348
DATA_AT = 352.0
MOST_UNPACKED = 2**30
BITS = {2: 8, 4: 16, 8: 32, 16: 32, 64: 64, 256: 8, 512: 16, 768: 32}
"""Bits of a voxel of each data type a mask may have: whole and floating numbers."""
TEXTS = ((4, 34), (140, 8), (148, 104), (328, 16))
"""Place and length of text, and of what means nothing any more: data_type to session_error, glmax and glmin, descrip and aux_file,
intent_name."""
CHUNK = 2**20


def rewritten(source: Path, target: Path) -> None:
    """The mask at `source` without text, at `target`, compressed if it was. Raises Unacceptable."""
    with source.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with ExitStack() as stack:
            read = cast(IO[bytes], stack.enter_context(gzip.GzipFile(source) if packed else source.open("rb")))
            write = cast(IO[bytes], stack.enter_context(target.open("wb")))
            if packed:
                write = cast(IO[bytes], stack.enter_context(gzip.GzipFile("", "wb", fileobj=write, mtime=0)))
            _copied(read, write)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unacceptable("truncated" if isinstance(error, EOFError) else "unreadable", "mask") from error


def _copied(read: IO[bytes], write: IO[bytes]) -> None:
    header = bytearray(read.read(HEADER))
    order, length, start = _measured(header)
    _skip(read, start - HEADER)
    for at, size in TEXTS:
        header[at : at + size] = bytes(size)
    struct.pack_into(f"{order}f", header, 108, DATA_AT)
    write.write(bytes(header) + bytes(4))
    while length:
        chunk = read.read(min(CHUNK, length))
        if not chunk:
            raise Unacceptable("truncated", "mask")
        length -= write.write(chunk)


def _measured(header: bytearray) -> tuple[str, int, int]:
    """Byte order, bytes of data and where they begin. Raises Unacceptable."""
    if len(header) < HEADER:
        raise Unacceptable("truncated", "mask")
    order = "<" if header[:4] == struct.pack("<i", HEADER) else ">"
    if struct.unpack_from(f"{order}i", header)[0] != HEADER or header[344:348] != b"n+1\0":
        raise Unacceptable("unreadable", "mask")
    sizes = struct.unpack_from(f"{order}8h", header, 40)
    kind, bits = struct.unpack_from(f"{order}hh", header, 70)
    start = struct.unpack_from(f"{order}f", header, 108)[0]
    if (
        not 1 <= sizes[0] <= 7
        or min(sizes[1 : sizes[0] + 1]) < 1
        or BITS.get(kind) != bits
        or not DATA_AT <= start < CHUNK
    ):
        raise Unacceptable("unreadable", "mask")
    voxels = 1
    for size in sizes[1 : sizes[0] + 1]:
        voxels *= size
    if voxels * bits // 8 > MOST_UNPACKED:
        raise Unacceptable("bomb", "size")
    return order, voxels * bits // 8, int(start)


def _skip(read: IO[bytes], count: int) -> None:
    if len(read.read(count)) < count:
        raise Unacceptable("truncated", "mask")
