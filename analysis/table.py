"""A table that knows its denominator and footnotes: as text, CSV, or cells for a page or a printed report."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

from analysis.steps import Estimate
from forms.text import _l

Translate = Callable[[str], str]

NOT_REACHED = _l("not reached")
BEYOND = _l("beyond follow-up")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column's heading, and whether its cells are numbers set to the right."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """Cells are words already in the reader's language. `indented`: positions of rows that stand under a heading row."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    denominator: str
    footnotes: tuple[str, ...] = ()
    indented: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.id}: a row has not as many cells as there are columns")

    def as_csv(self) -> str:
        """RFC 4180 with a heading row; a cell that a spreadsheet would take for a formula is quoted with an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.label for column in self.columns])
        writer.writerows([_harmless(cell) for cell in row] for row in self.rows)
        return out.getvalue()

    def as_text(self) -> str:
        """For a terminal: columns padded with spaces, then denominator and footnotes."""
        cells = [tuple(column.label for column in self.columns), *self.rows]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [_padded(row, widths, self.columns) for row in cells]
        return "\n".join([self.title, "", *lines, "", self.denominator, *self.footnotes]) + "\n"


def share(n: int, of: int) -> str:
    """A number and its share, as in "12 (30.0 %)"; only the number where nothing can be divided."""
    return f"{n} ({100 * n / of:.1f} %)" if of else str(n)


def percent(estimate: Estimate, tr: Translate = str) -> str:
    """A proportion with limits, as in "85.0 % (81.2–88.1)", or that the follow-up does not reach so far."""
    return _with_limits(estimate, lambda v: f"{100 * v:.1f}", " %", tr(BEYOND))


def months(estimate: Estimate, days_per_month: float, tr: Translate = str) -> str:
    """Days as months with limits, "24.6 (20.1–not reached)"."""
    return _with_limits(estimate, lambda v: f"{v / days_per_month:.1f}", "", tr(NOT_REACHED))


def _with_limits(estimate: Estimate, write: Callable[[float], str], unit: str, unknown: str) -> str:
    if estimate.value is None:
        return unknown
    if estimate.lower is None and estimate.upper is None:
        return write(estimate.value) + unit
    lower, upper = (unknown if v is None else write(v) for v in (estimate.lower, estimate.upper))
    return f"{write(estimate.value)}{unit} ({lower}–{upper})"


def _harmless(cell: str) -> str:
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _padded(row: tuple[str, ...], widths: list[int], columns: tuple[Column, ...]) -> str:
    cells = (
        cell.rjust(width) if column.numeric else cell.ljust(width)
        for cell, width, column in zip(row, widths, columns, strict=True)
    )
    return "  ".join(cells).rstrip()
