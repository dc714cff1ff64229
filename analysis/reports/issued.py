"""Issued outputs on paper: one of them, or all tables, figures and listings with a table of contents, in the order of ICH E3, 14."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from analysis.issued import Issued, head
from analysis.pdf import FONT, FONT_BOLD, Furniture, Section, build, drawable, register_fonts
from analysis.reports.blocks import (
    BODY,
    CELL_HEAD,
    CELL_NUMBER,
    HEADING,
    LAST_NOTE,
    NOTE,
    TEXT_WIDTH,
    paragraph,
    table_block,
    title_block,
)
from analysis.table import Table, Translate
from analysis.vector import Vector
from forms.text import _l

SIZE = 8.5  # points, as cells are set
AIR = 7.0  # points beside the text of a cell
WIDEST = 75 * mm  # a column that would want more breaks its lines


class Marked(Section):
    """An entry of the outline that tells on which page it came to stand."""

    def __init__(self, title: str, key: str, pages: dict[str, int]) -> None:
        super().__init__(title, key)
        self._own, self._pages = key, pages

    def draw(self) -> None:
        super().draw()
        self._pages[self._own] = self.canv.getPageNumber()


def one_output(issued: Issued, *, tr: Translate = str, language: str = "en") -> bytes:
    """One output as a PDF. Raises FontMissing."""
    furniture = _furniture(issued, issued.heading, tr)
    story = [*title_block(furniture, _statement(issued, tr), tr), *_blocks(issued, {}, tr)]
    return build(furniture, story, language=language, tr=tr)


def every_output(issued: Sequence[Issued], *, tr: Translate = str, language: str = "en") -> bytes:
    """All of them behind a table of contents. Raises FontMissing; ValueError with none, or from more than one cut."""
    if len({(each.cut, each.closed) for each in issued}) != 1:
        raise ValueError("a volume has outputs, all of one cut, and all open or all closed")
    furniture = _furniture(issued[0], tr(_l("Tables, figures and listings")), tr)
    pages: dict[str, int] = {}
    # Set once to learn the pages, and again with them in the contents, which are as long with numbers as without.
    for _ in range(2):
        story = [
            *title_block(furniture, _statement(issued[0], tr), tr),
            *_contents(issued, dict(pages), tr),
            *(flowable for each in issued for flowable in (PageBreak(), *_blocks(each, pages, tr))),
        ]
        made = build(furniture, story, language=language, tr=tr)
    return made


def _furniture(issued: Issued, title: str, tr: Translate) -> Furniture:
    return Furniture(issued.study, title, issued.cut, issued.system, issued.taken_at, head(issued, tr))


def _statement(issued: Issued, tr: Translate) -> str:
    if issued.closed:
        return tr(_l("For the unblinded statistician and the monitoring board only. Outcomes are shown by arm."))
    return tr(_l("All numbers are pooled over the arms of the trial; none can be split by arm."))


def _contents(issued: Sequence[Issued], pages: dict[str, int], tr: Translate) -> list[Flowable]:
    rows = [
        [
            paragraph(each.number, CELL_NUMBER),
            Paragraph(f'<a href="#{escape(each.id)}">{escape(drawable(each.title))}</a>', BODY),
            paragraph(str(pages.get(each.id, "")), CELL_NUMBER),
        ]
        for each in issued
    ]
    grid = Grid(
        rows,
        colWidths=[20 * mm, TEXT_WIDTH - 34 * mm, 14 * mm],
        hAlign="LEFT",
        style=[("VALIGN", (0, 0), (-1, -1), "TOP")],
    )
    return [paragraph(tr(_l("Contents")), HEADING), grid]


def _blocks(issued: Issued, pages: dict[str, int], tr: Translate) -> Iterator[Flowable]:
    """Heading with what comes first, figures, tables, the estimand in words."""
    heading: list[Flowable] = [Marked(drawable(issued.heading), issued.id, pages), paragraph(issued.heading, HEADING)]
    for figure in issued.figures:
        vector = Vector(figure.pdf, figure.width, figure.height)
        titles = [paragraph(figure.title, CELL_HEAD), vector, Spacer(1, 1 * mm), paragraph(figure.alt, LAST_NOTE)]
        yield KeepTogether([*heading, *titles])
        heading = []
    if heading:
        yield CondPageBreak(60 * mm)
        yield from heading
    for table in issued.tables:
        for each in fitting(table):
            yield from table_block(each, widths(each))
    if issued.meaning:
        lines = [paragraph(line, NOTE) for line in issued.meaning]
        yield KeepTogether([paragraph(tr(_l("What is estimated")), CELL_HEAD), *lines])


def fitting(table: Table) -> Iterator[Table]:
    """The table, or where its columns do not fit between the margins several beside each other, each with the first column."""
    least = _least(table)
    if len(table.columns) < 3 or sum(least) <= TEXT_WIDTH:
        yield table
        return
    kept: list[int] = []
    for i in range(1, len(table.columns)):
        if kept and least[0] + sum(least[k] for k in kept) + least[i] > TEXT_WIDTH:
            yield _columns(table, kept)
            kept = []
        kept.append(i)
    yield _columns(table, kept)


def widths(table: Table) -> list[float]:
    """Of each column in mm: what its text wants, or where that is too much a fair share beyond its longest word."""
    least, wanted = _least(table), _wanted(table)
    if sum(wanted) <= TEXT_WIDTH:
        return [width / mm for width in wanted]
    spare = TEXT_WIDTH - sum(least)
    if spare < 0:
        return [width / mm * TEXT_WIDTH / sum(least) * 0.999 for width in least]
    over = [max(w - m, 0.0) for w, m in zip(wanted, least, strict=True)]
    share = spare / (sum(over) or 1.0) * 0.999
    return [(m + o * share) / mm for m, o in zip(least, over, strict=True)]


def _columns(table: Table, kept: Sequence[int]) -> Table:
    places = (0, *kept)
    columns = tuple(table.columns[i] for i in places)
    return replace(table, columns=columns, rows=tuple(tuple(row[i] for i in places) for row in table.rows))


def _least(table: Table) -> list[float]:
    return [min(max(map(_word, texts)), WIDEST) + AIR for texts in _texts(table)]


def _wanted(table: Table) -> list[float]:
    indent = 4 * mm if table.indented else 0.0
    natural = [min(max(map(_line, texts)), WIDEST) + AIR for texts in _texts(table)]
    return [width + (indent if i == 0 else 0.0) for i, width in enumerate(natural)]


def _texts(table: Table) -> list[tuple[str, ...]]:
    return [(column.label, *(row[i] for row in table.rows)) for i, column in enumerate(table.columns)]


def _word(text: str) -> float:
    return max((_line(word) for word in text.replace("\N{NO-BREAK SPACE}", "x").split()), default=0.0)


def _line(text: str) -> float:
    register_fonts()
    return float(max(stringWidth(text, FONT, SIZE), stringWidth(text, FONT_BOLD, SIZE)))
