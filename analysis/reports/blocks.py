"""Blocks of a printed report: headings, text, the title block, figures with what stands under them, and tables."""

from collections.abc import Callable, Iterator, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, LongTable, Paragraph, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from analysis.cut import DataCut
from analysis.figure import Figure
from analysis.pdf import FONT, FONT_BOLD, Furniture, Section, drawable, utc
from analysis.table import Table
from analysis.theme import FAINT, INK, MUTED, RULE
from analysis.vector import Vector
from forms.text import _l

Translate = Callable[[str], str]

TEXT_WIDTH = 170 * mm
SHORT = 20  # rows up to which a table is kept on one page
ENDS = 3  # rows of a longer table that stay together at its head and at its foot


def _style(name: str, size: float, **more: object) -> ParagraphStyle:
    settings = {
        "fontName": FONT,
        "bulletFontName": FONT,
        "textColor": HexColor(INK),
        "leading": size * 1.35,
        "fontSize": size,
    }
    return ParagraphStyle(name, **(settings | more))


BODY = _style("body", 9.5)
TITLE = _style("title", 17, fontName=FONT_BOLD, spaceAfter=3 * mm)
HEADING = _style("heading", 12.5, fontName=FONT_BOLD, spaceBefore=5 * mm, spaceAfter=2 * mm)
SUBHEADING = _style("subheading", 9.5, fontName=FONT_BOLD, spaceBefore=3 * mm, spaceAfter=1 * mm, keepWithNext=1)
NOTE = _style("note", 8, textColor=HexColor(MUTED), spaceBefore=1)
# The room after a block is given up at the foot of a page, where a spacer would push the block to the next one.
LAST_NOTE = _style("last-note", 8, textColor=HexColor(MUTED), spaceBefore=1, spaceAfter=3 * mm)
CELL = _style("cell", 8.5, leading=11)
CELL_INDENTED = _style("cell-indented", 8.5, leading=11, leftIndent=4 * mm)
CELL_NUMBER = _style("cell-number", 8.5, leading=11, alignment=TA_RIGHT)
CELL_HEAD = _style("cell-head", 8.5, leading=11, fontName=FONT_BOLD)
CELL_HEAD_NUMBER = _style("cell-head-number", 8.5, leading=11, fontName=FONT_BOLD, alignment=TA_RIGHT)


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Plain text as a paragraph: nothing in it is markup, every sign is printed."""
    # The CJK breaker may break Latin words anywhere, so it is used only where there is Chinese to break.
    wrap = "CJK" if any("\u2e80" <= sign <= "\uffef" for sign in text) else None
    return Paragraph(escape(drawable(text)), ParagraphStyle(style.name, style, wordWrap=wrap))


def section_heading(text: str, key: str) -> list[Flowable]:
    """A heading that is also an entry of the outline."""
    return [Section(drawable(text), key), paragraph(text, HEADING)]


def title_block(furniture: Furniture, statement: str, tr: Translate = str) -> list[Flowable]:
    """Title, and what the report stands on: study, data cut with its whole digest, system, time of making."""
    facts = (
        (tr(_l("Study")), furniture.study),
        (tr(_l("Data cut")), furniture.cut.named),
        (tr(_l("Digest of the cut (SHA-256)")), furniture.cut.digest),
        *_of_a_locked_cut(furniture.cut, tr),
        (tr(_l("System")), furniture.system),
        (tr(_l("Cut locked at") if furniture.cut.locked else _l("Made at")), f"{utc(furniture.instant)} UTC"),
    )
    cells = [[paragraph(name, CELL_HEAD), paragraph(value, CELL)] for name, value in facts]
    grid = Grid(cells, colWidths=[48 * mm, TEXT_WIDTH - 48 * mm], style=_lines(), hAlign="LEFT")
    return [paragraph(furniture.title, TITLE), grid, Spacer(1, 3 * mm), paragraph(statement)]


def _of_a_locked_cut(cut: DataCut, tr: Translate) -> Iterator[tuple[str, str]]:
    if cut.locked:
        yield tr(_l("Journal entry of the cut")), str(cut.position)
        yield tr(_l("Release that locked the cut")), cut.code
    if cut.redactions:
        numbers = ", ".join(map(str, cut.redactions))
        said = _l(
            "{numbers}: personal data were taken out after the cut, so that its digest is another one than the one locked."
        )
        yield tr(_l("Redactions since")), tr(said).format(numbers=numbers)


def figure_block(text: str, key: str, figure: Figure, lines: Sequence[str]) -> Flowable:
    """A section's heading, its figure, and under it the lines as one paragraph, on one page."""
    vector = Vector(figure.pdf, figure.width, figure.height)
    return KeepTogether([*section_heading(text, key), vector, Spacer(1, 1 * mm), paragraph(" ".join(lines), LAST_NOTE)])


def table_block(table: Table, widths: Sequence[float], section: tuple[str, str] | None = None) -> list[Flowable]:
    """A table whose heading repeats on each page, then its denominator and footnotes. `widths` in mm.

    `section`: text and key of the heading the table opens, kept with it. Raises ValueError for a table wider than the text.
    """
    if sum(widths) * mm > TEXT_WIDTH:
        raise ValueError(f"table {table.id}: {sum(widths)} mm do not fit between the margins")
    header = [paragraph(c.label, CELL_HEAD_NUMBER if c.numeric else CELL_HEAD) for c in table.columns]
    body = [
        [paragraph(cell, _cell_style(table, i, j)) for j, cell in enumerate(row)] for i, row in enumerate(table.rows)
    ]
    style = TableStyle(_together(table), parent=_lines())
    grid = LongTable([header, *body], colWidths=[w * mm for w in widths], repeatRows=1, hAlign="LEFT", style=style)
    *others, last = (table.denominator, *table.footnotes)
    notes = [*(paragraph(line, NOTE) for line in others), paragraph(last, LAST_NOTE)]
    opening = section_heading(*section) if section else []
    block = [*opening, paragraph(table.title, CELL_HEAD), Spacer(1, 1 * mm), grid, *notes]
    return [KeepTogether(block)] if len(table.rows) <= SHORT else [CondPageBreak(45 * mm), *block]


def _together(table: Table) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Rows no page break parts: the first and the last few, and a heading row from the first row under it.

    Row 0 of the printed table is its heading, so row i of `table` is row i + 1 of the print.
    """
    last = len(table.rows)
    leads = [(i, i + 1) for i in table.indented if i and i - 1 not in table.indented]
    spans = [(1, min(ENDS, last)), (max(1, last - ENDS + 1), last), *leads]
    return [("NOSPLIT", (0, first), (-1, end)) for first, end in spans if first < end]


def _cell_style(table: Table, row: int, column: int) -> ParagraphStyle:
    if table.columns[column].numeric:
        return CELL_NUMBER
    if column == 0 and row in table.indented:
        return CELL_INDENTED
    return CELL_HEAD if column == 0 and row + 1 in table.indented else CELL


def _lines() -> TableStyle:
    return TableStyle(
        [
            ("FONTNAME", (0, 0), (-1, -1), FONT),
            ("LINEABOVE", (0, 0), (-1, 0), 0.6, HexColor(RULE)),
            ("LINEBELOW", (0, 0), (-1, 0), 0.6, HexColor(RULE)),
            ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor(FAINT)),
            ("LINEBELOW", (0, -1), (-1, -1), 0.6, HexColor(RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
    )
