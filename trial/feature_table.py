"""A feature table: CSV of two columns with a heading, name and number; a blank number is missing and left out."""

from __future__ import annotations

import csv
import io
import math
from decimal import Decimal

TOLERANCE = Decimal("0.001")


class LineUnreadable(ValueError):
    """A line is no name and number; `line` counts from 1, 0 is the whole file."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def parsed(content: bytes) -> dict[str, float]:
    """Feature to value. Raises LineUnreadable."""
    try:
        lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise LineUnreadable(0) from error
    table: dict[str, float] = {}
    for number, cells in enumerate(lines[1:], start=2):
        if cells and (len(cells) != 2 or not cells[0].strip() or cells[0].strip() in table):
            raise LineUnreadable(number)
        if cells and cells[1].strip():
            table[cells[0].strip()] = _number(cells[1], number)
    return table


def _number(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise LineUnreadable(line) from error
    if not math.isfinite(value):
        raise LineUnreadable(line)
    return value


def sums_to_one(table: dict[str, float]) -> bool:
    """Whether abundances together are 1 within 0.001 (crf.csv MIC.MICFILE)."""
    return abs(sum((Decimal(str(value)) for value in table.values()), Decimal(0)) - 1) <= TOLERANCE
