"""REDCap's CSV: commas, double quotes, line feeds; read without trust, written with the quoting of PHP's `fputcsv` as REDCap does."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms.redcap.problem import RedcapProblem

MAX_BYTES = 100_000_000
"""Larger files are refused unread; the largest public example has 0.05 MB."""
MAX_COLUMNS = 20_000

# fputcsv quotes a cell that holds its separator, quotation mark or escape character, or white space.
_QUOTED = re.compile(r'[,"\\\s]', re.ASCII)


@dataclass(frozen=True)
class Line:
    """One line of a sheet: its number in the file (the heading is 1), and its cells as written, by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """A heading and lines. No columns: the lines did not come from a sheet, so they have no heading to keep."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_sheet(data: bytes) -> Sheet:
    """The whole file. Raises RedcapProblem: too_large, not_utf8, empty, delimiter, too_wide, column_twice, width, unreadable_line."""
    text = _text(data)
    _check_separator(text.partition("\n")[0])
    rows = _rows(text)
    _, columns = next(rows, (1, []))
    _check_heading(columns)
    return Sheet(tuple(columns), tuple(_line(number, columns, cells) for number, cells in rows))


def write_sheet(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """A heading and a line for each row; a column a row does not name is blank."""
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines).encode("utf-8")


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise RedcapProblem("too_large", MAX_BYTES)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise RedcapProblem("not_utf8", problem.reason, data[: problem.start].count(b"\n") + 1) from problem
    # UTF-16 of plain letters is valid UTF-8 with a NUL in every second place.
    if "\0" in text:
        raise RedcapProblem("not_utf8", "NUL", text[: text.index("\0")].count("\n") + 1)
    return text


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Every line that is not blank, with the number of the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            if cells:
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as problem:
        raise RedcapProblem("unreadable_line", problem, begins) from problem


def _check_separator(heading: str) -> None:
    """REDCap can be told to write semicolons or tabs; read as commas, they would be one column or a wrong quotation mark."""
    bare = re.sub(r'"[^"]*"', "", heading)
    if bare.count(",") < max(map(bare.count, ";\t|")):
        raise RedcapProblem("delimiter", heading)


def _check_heading(columns: Sequence[str]) -> None:
    if not any(columns):
        raise RedcapProblem("empty")
    if len(columns) > MAX_COLUMNS:
        raise RedcapProblem("too_wide", MAX_COLUMNS, 1)
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            raise RedcapProblem("column_twice", column, 1)
        seen.add(column)


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) != len(columns):
        raise RedcapProblem("width", f"{len(cells)}/{len(columns)}", number)
    return Line(number, dict(zip(columns, cells, strict=True)))
