"""A feature table: CSV with a heading, then a line a feature: name, number and, where there is a third column, its unit.

A blank number is missing and left out. Lines “# key: value” before the heading say what made the table: its extractor, the digests of
image and mask, who drew the mask (`PROVENANCE`). The model reads names and numbers; the rest is for whoever asks where they come from.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from forms.derivations.diversity import TOLERANCE

PROVENANCE = ("extractor", "image", "mask", "reader", "segmentation", "settings", "batch", "harmonisation", "raw")
"""What a table may say of itself, in the order in which it is written."""
_SAID = re.compile(r"#\s*(?P<key>[a-z]{2,20})\s*:\s*(?P<value>.*\S)\s*")


class LineUnreadable(ValueError):
    """A line is no name and number; `line` counts from 1, 0 is the whole file. `what`: "table", or "number" for one that is not finite."""

    def __init__(self, line: int, what: str = "table") -> None:
        super().__init__(f"line {line}")
        self.line, self.what = line, what


@dataclass(frozen=True)
class Row:
    """One feature as it stands in a line. `value` None: blank; `unit` None: the table has no column of units."""

    line: int
    name: str
    value: float | None
    unit: str | None = None


@dataclass(frozen=True)
class FeatureTable:
    """The lines of a table, and what it says of itself: value by key, and the line of each."""

    rows: tuple[Row, ...]
    said: Mapping[str, str]
    lines: Mapping[str, int]


def read(content: bytes) -> FeatureTable:
    """A table with its lines. Raises LineUnreadable."""
    try:
        cells = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise LineUnreadable(0) from error
    said, lines = _said(cells)
    heading = cells[len(said)] if len(cells) > len(said) else []
    width = 3 if len(heading) == 3 and heading[2].strip().lower() == "unit" else 2
    rows: dict[str, Row] = {}
    for number, each in enumerate(cells[len(said) + 1 :], start=len(said) + 2):
        if each:
            row = _row(each, number, width)
            if row.name in rows:
                raise LineUnreadable(number)
            rows[row.name] = row
    return FeatureTable(tuple(rows.values()), said, lines)


def parsed(content: bytes) -> dict[str, float]:
    """Feature to value. Raises LineUnreadable."""
    return {row.name: row.value for row in read(content).rows if row.value is not None}


def _said(cells: list[list[str]]) -> tuple[dict[str, str], dict[str, int]]:
    said: dict[str, str] = {}
    for each in cells:
        # A comma in what is said has split the line: it is one text.
        found = _SAID.fullmatch(",".join(each))
        if found is None or found["key"] in said:
            break
        said[found["key"]] = found["value"]
    return said, {key: line for line, key in enumerate(said, start=1)}


def _row(cells: list[str], line: int, width: int) -> Row:
    if len(cells) != width or not cells[0].strip():
        raise LineUnreadable(line)
    value = _number(cells[1], line) if cells[1].strip() else None
    return Row(line, cells[0].strip(), value, cells[2].strip() if width == 3 else None)


def _number(text: str, line: int) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise LineUnreadable(line, "number") from error
    if not math.isfinite(value):
        raise LineUnreadable(line, "number")
    return value


def sums_to_one(table: dict[str, float]) -> bool:
    """Whether abundances together are 1 within 0.001 (crf.csv MIC.MICFILE)."""
    return abs(sum((Decimal(str(value)) for value in table.values()), Decimal(0)) - 1) <= TOLERANCE
