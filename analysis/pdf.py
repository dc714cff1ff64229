"""Page furniture of every printed report: title block, running heads, page n of N, data cut and digest on each page.

Fonts are embedded, figures stay vectors, the file is the same bytes for the same input (`invariant`). A sign
without a glyph in the shipped font is printed as its code point, never dropped. Source: ICH E3; requirement R70.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from analysis.cut import DataCut
from analysis.theme import BOLD, INK, MUTED, REGULAR, RULE, font_file
from forms.text import _l

Translate = Callable[[str], str]

FONT, FONT_BOLD = "NotoSansSC", "NotoSansSC-Bold"
MARGIN = 20 * mm
SHORT_DIGEST = 16


@dataclass(frozen=True)
class Furniture:
    """What every page says. `made_at` is an aware instant; `confidential` stands at the head of each page."""

    study: str
    title: str
    cut: DataCut
    system: str
    made_at: datetime.datetime
    confidential: str

    @property
    def instant(self) -> datetime.datetime:
        """The time the pages give: that of a locked cut where there is one, so that the report can be issued again to the byte."""
        return self.cut.made_at or self.made_at


class Section(Flowable):
    """An entry of the outline at the place where it stands; takes no room."""

    def __init__(self, title: str, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.bookmarkHorizontal(self._key, 0, 20)
        self.canv.addOutlineEntry(self._title, self._key, level=0)


def build(furniture: Furniture, story: Sequence[Flowable], *, language: str = "en", tr: Translate = str) -> bytes:
    """The finished file. Raises FontMissing where the shipped font is absent."""
    register_fonts()
    out = BytesIO()
    width, height = A4
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=furniture.title,
        author=furniture.system,
        subject=furniture.study,
        lang=language,
        invariant=1,
        initialFontName=FONT,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
    )
    frame = Frame(MARGIN, 20 * mm, width - 2 * MARGIN, height - 42 * mm, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate("page", [frame])])
    document.build(list(story), canvasmaker=_numbered(furniture, tr))
    return out.getvalue()


@cache
def register_fonts() -> None:
    """Embed the shipped fonts under `FONT` and `FONT_BOLD`, once. Raises FontMissing."""
    pdfmetrics.registerFont(TTFont(FONT, str(font_file(REGULAR))))
    pdfmetrics.registerFont(TTFont(FONT_BOLD, str(font_file(BOLD))))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=FONT_BOLD, italic=FONT, boldItalic=FONT_BOLD)


def drawable(text: str) -> str:
    """The text with every sign the font lacks written as [U+XXXX]."""
    register_fonts()
    known = pdfmetrics.getFont(FONT).face.charToGlyph
    return "".join(sign if ord(sign) in known or sign == "\n" else f"[U+{ord(sign):04X}]" for sign in text)


def _numbered(furniture: Furniture, tr: Translate) -> type[Canvas]:
    class NumberedCanvas(Canvas):
        """Keeps every page back until the number of pages is known."""

        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 -- reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _draw_furniture(self, furniture, number, len(self._pages), tr)
                super().showPage()
            super().save()

    return NumberedCanvas


def _draw_furniture(canvas: Canvas, furniture: Furniture, number: int, total: int, tr: Translate) -> None:
    width, height = A4
    left, right = MARGIN, width - MARGIN
    canvas.saveState()
    canvas.setStrokeColor(HexColor(RULE))
    canvas.setLineWidth(0.5)
    canvas.line(left, height - 17 * mm, right, height - 17 * mm)
    canvas.line(left, 16 * mm, right, 16 * mm)
    canvas.setFont(FONT, 8)
    canvas.setFillColor(HexColor(INK))
    warning = drawable(furniture.confidential)
    canvas.drawRightString(right, height - 15 * mm, warning)
    room = right - left - pdfmetrics.stringWidth(warning, FONT, 8) - 5 * mm
    canvas.drawString(left, height - 15 * mm, _fitted(drawable(f"{furniture.title} · {furniture.study}"), room))
    canvas.setFillColor(HexColor(MUTED))
    canvas.drawString(left, 8 * mm, drawable(_made_line(furniture, tr)))
    page = drawable(tr(_l("page {number} of {total}")).format(number=number, total=total))
    canvas.drawRightString(right, 12 * mm, page)
    room = right - left - pdfmetrics.stringWidth(page, FONT, 8) - 5 * mm
    canvas.drawString(left, 12 * mm, _fitted(drawable(furniture.cut.words(SHORT_DIGEST, tr)), room))
    canvas.restoreState()


def _made_line(furniture: Furniture, tr: Translate) -> str:
    told = {"system": furniture.system, "instant": utc(furniture.instant)}
    if furniture.cut.made_at is not None:
        said = _l("{system}; the time is that of the cut, locked {instant} UTC, so that the file can be issued again")
        return tr(said).format(**told)
    return tr(_l("{system}, made {instant} UTC")).format(**told)


def _fitted(text: str, room: float) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    while pdfmetrics.stringWidth(text, FONT, 8) > room:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def utc(instant: datetime.datetime) -> str:
    """Day and minute in UTC."""
    return instant.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M")
