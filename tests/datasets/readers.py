"""A reader of SAS transport files, version 5, written from the published layout (SAS TS-140) and sharing nothing with the writer.

pandas reads them too, and drops a last row that it takes for padding; so this reader counts in whole records and says what is left over.
"""

import datetime
import struct
from dataclasses import dataclass

EPOCH = datetime.date(1960, 1, 1)


@dataclass(frozen=True)
class Column:
    """A variable of a transport file. `length` in bytes."""

    name: str
    label: str
    text: bool
    length: int
    format: str


@dataclass(frozen=True)
class Transport:
    """What stands in a file. `left_over`: what follows the last whole row; `stamps`: the four times."""

    member: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple, ...]
    stamps: tuple[str, ...]
    left_over: bytes


def transport(content: bytes) -> Transport:
    """Read a file of one member whose every row has something in its first variable."""
    assert len(content) % 80 == 0
    assert content[:48] == b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
    assert content[240:288] == b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
    size = int(content[240:320][-6:].strip())
    count = int(content[560:640][54:58])
    columns = tuple(_column(content[640 + i * size : 640 + (i + 1) * size]) for i in range(count))
    begin = 640 + -(-count * size // 80) * 80
    assert content[begin : begin + 48] == b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"
    body, width = content[begin + 80 :], sum(c.length for c in columns)
    raw = [body[i : i + width] for i in range(0, len(body) - width + 1, width)] if width else []
    while raw and not raw[-1].strip(b" "):
        raw.pop()
    rest = body[len(raw) * width :]
    stamps = tuple(content[at : at + 16].decode("ascii") for at in (144, 160, 464, 480))
    return Transport(
        content[408:416].decode().strip(), content[512:552].decode().strip(), columns,
        tuple(_row(columns, each) for each in raw), stamps, rest.strip(b" "),
    )  # fmt: skip


def _column(namestr: bytes) -> Column:
    kind, _hash, length, _number = struct.unpack(">hhhh", namestr[:8])
    return Column(
        namestr[8:16].decode().strip(),
        namestr[16:56].decode().strip(),
        kind == 2,
        length,
        namestr[56:64].decode().strip(),
    )


def _row(columns, raw: bytes) -> tuple:
    values, at = [], 0
    for column in columns:
        part = raw[at : at + column.length]
        at += column.length
        if column.text:
            values.append(part.decode().rstrip(" ") or None)
        else:
            number = ibm(part)
            values.append(
                EPOCH + datetime.timedelta(number) if column.format == "DATE" and number is not None else number
            )
    return tuple(values)


def ibm(part: bytes) -> float | None:
    """A double of the IBM 360; None where missing. Sign and excess-64 exponent to base 16, then the fraction."""
    if part[0:1] in (b".", b"_", *(bytes([c]) for c in range(65, 91))) and not any(part[1:]):
        return None
    sign, exponent = part[0] & 0x80, (part[0] & 0x7F) - 64
    fraction = int.from_bytes(part[1:].ljust(7, b"\0"), "big") / 2**56
    return (-1.0 if sign else 1.0) * fraction * 16.0**exponent
