"""A model card in print: the few forms of Markdown that a card is written in, as blocks of a report.

Cards are made by `trial/frozen/card.py` from the manifest; anything else in one is printed as it stands.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from reportlab.platypus import Flowable

from analysis.reports.blocks import BODY, SUBHEADING, paragraph, table_block
from analysis.table import Column, Table

WIDTH = 169.0
"""Millimetres of a table: the room between the margins, less what rounding may add."""
FEWEST = 6.0
"""Millimetres that the narrowest column keeps."""
PROSE = 14
"""Signs from which on a cell may break between its words."""
_MARKS = re.compile(r"\*\*(.+?)\*\*|`(.+?)`")


def card_blocks(markdown: str) -> Iterator[Flowable]:
    """The blocks of a card, in its order; its own title is left to the report."""
    for kind, lines in groupby(markdown.splitlines(), key=_kind):
        held = list(lines)
        if kind == "table":
            yield from table_block(_table(held), _widths(held))
        elif kind == "heading":
            yield from (paragraph(_plain(line.lstrip("# ")), SUBHEADING) for line in held if line.startswith("##"))
        elif kind == "bullet":
            yield from (paragraph(f"• {each}", BODY) for each in _bullets(held))
        elif kind == "text":
            yield paragraph(_plain(" ".join(held)), BODY)


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    starts = {"|": "table", "#": "heading", "-": "bullet", " ": "bullet"}
    return starts.get(line[0], "text")


def _plain(text: str) -> str:
    """Without the marks of emphasis and of code."""
    return _MARKS.sub(lambda found: found[1] or found[2], text).replace("\\|", "|")


def _bullets(lines: list[str]) -> Iterator[str]:
    """Each point once, with the lines that go on with it."""
    points: list[str] = []
    for line in lines:
        if line.startswith("-"):
            points.append(line[1:].strip())
        elif points:
            points[-1] += f" {line.strip()}"
    yield from map(_plain, points)


def _cells(line: str) -> tuple[str, ...]:
    # The source of an input is one long word; it may break before the time point.
    cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
    return tuple(_plain(cell.strip()).replace("@", " @") for cell in cells)


def _table(lines: list[str]) -> Table:
    head, _rule, *rows = lines
    columns = tuple(Column(label) for label in _cells(head))
    cells = (_cells(row) for row in rows)
    filled = tuple((row + ("",) * len(columns))[: len(columns)] for row in cells)
    return Table("card", "", columns, filled, "")


def _widths(lines: list[str]) -> list[float]:
    """Room by what a column cannot break: its longest word, or its longest cell where that is short."""
    rows = [_cells(line) for i, line in enumerate(lines) if i != 1]
    needs = [max(map(_need, column)) for column in zip(*rows, strict=False)]
    spare = WIDTH - FEWEST * len(needs)
    return [FEWEST + spare * each / sum(needs) for each in needs]


def _need(cell: str) -> int:
    return max(5, min(PROSE, len(cell)), *map(len, cell.split() or [""]))
