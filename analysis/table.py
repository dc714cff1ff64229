"""A table that knows its denominator and footnotes: as text, CSV, or cells for a page or a printed report."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis.steps import Estimate
from forms.text import _l
from trial.sheets import harmless

Translate = Callable[[str], str]

NOT_REACHED = _l("not reached")
BEYOND = _l("beyond follow-up")
DASH = "—"
NOT_ESTIMATED = _l("{dash}: not estimated, nobody was at risk any more at that time.")
NO_LIMITS = _l("({dash}): the data give no limits, as with an estimate of 0 or 100 %.")
INDENT = "  "


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

    def with_footnotes(self, *more: str) -> "Table":
        """The same table with further footnotes after its own."""
        return replace(self, footnotes=(*self.footnotes, *more))

    def as_csv(self) -> str:
        """RFC 4180 with a heading row; a cell that a spreadsheet would take for a formula is quoted with an apostrophe."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.label for column in self.columns])
        writer.writerows([harmless(cell) for cell in row] for row in self.rows)
        return out.getvalue()

    def told(self) -> dict[str, object]:
        """The table as the JSON of a command or a page holds it."""
        labels = [column.label for column in self.columns]
        told = {"id": self.id, "title": self.title, "columns": labels, "rows": self.rows}
        return {**told, "denominator": self.denominator, "footnotes": self.footnotes}

    def as_text(self) -> str:
        """For a terminal: columns padded with spaces, then denominator and footnotes."""
        cells = [tuple(column.label for column in self.columns), *self._set_in()]
        widths = [max(len(row[i]) for row in cells) for i in range(len(self.columns))]
        lines = [_padded(row, widths, self.columns) for row in cells]
        return "\n".join([self.title, "", *lines, "", self.denominator, *self.footnotes]) + "\n"

    def _set_in(self) -> list[tuple[str, ...]]:
        """The rows, those that stand under another moved in."""
        return [(INDENT + row[0], *row[1:]) if i in self.indented else row for i, row in enumerate(self.rows)]


def share(n: int, of: int) -> str:
    """A number and its share, as in "12 (30.0 %)"; only the number where nothing can be divided."""
    return f"{n} ({100 * n / of:.1f} %)" if of else str(n)


def percent(estimate: Estimate) -> str:
    """A proportion with limits, as in "85.0 % (81.2–88.1)"; a dash where nothing is estimated, see `explained`."""
    return _with_limits(estimate, lambda v: f"{100 * v:.1f}", " %", DASH)


def percent_in_words(estimate: Estimate, tr: Translate = str) -> str:
    """The same within a sentence, where a dash would not be understood."""
    return tr(BEYOND) if estimate.value is None else percent(estimate)


def explained(table: Table, tr: Translate = str) -> Table:
    """The table with a footnote for each sort of dash that stands in it: the one place where a dash is given a meaning."""
    cells = [cell for row in table.rows for cell in row]
    notes = [
        (NOT_ESTIMATED, any(cell == DASH for cell in cells)),
        (NO_LIMITS, any(cell.endswith(f"({DASH})") for cell in cells)),
    ]
    return table.with_footnotes(*(tr(text).format(dash=DASH) for text, used in notes if used))


def months(estimate: Estimate, days_per_month: float, tr: Translate = str) -> str:
    """Days as months with limits, "24.6 (20.1–not reached)"."""
    return _with_limits(estimate, lambda v: f"{v / days_per_month:.1f}", "", tr(NOT_REACHED))


def _with_limits(estimate: Estimate, write: Callable[[float], str], unit: str, unknown: str) -> str:
    if estimate.value is None:
        return unknown
    if _without_limits(estimate):
        return f"{write(estimate.value)}{unit} ({DASH})"
    lower, upper = (unknown if v is None else write(v) for v in (estimate.lower, estimate.upper))
    return f"{write(estimate.value)}{unit} ({lower}–{upper})"


def _without_limits(estimate: Estimate) -> bool:
    """No limits, or limits that fall on the estimate: with no event yet the variance is 0, which is not certainty."""
    return (estimate.lower is None and estimate.upper is None) or estimate.lower == estimate.upper == estimate.value


def _padded(row: tuple[str, ...], widths: list[int], columns: tuple[Column, ...]) -> str:
    cells = (
        cell.rjust(width) if column.numeric else cell.ljust(width)
        for cell, width, column in zip(row, widths, columns, strict=True)
    )
    return "  ".join(cells).rstrip()
