"""A figure as bytes: SVG for the screen, vector PDF for paper, both the same on every run.

No window, no date, no random ids; text stays text, so it can be searched, copied and read aloud.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from analysis.theme import FIGURE_FONT, INK, MUTED, RULE, figure_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

INCHES = (6.9, 3.8)
_SETTINGS = Lock()  # matplotlib's settings belong to the whole process: two requests that draw at once would mix them
_SCREEN_FONTS = b"'Noto Sans SC', 'Noto Sans CJK SC', 'Noto Sans', 'Segoe UI', Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A drawn figure. `alt` says in words what it shows; `width` and `height` are in points."""

    id: str
    title: str
    alt: str
    svg: bytes
    pdf: bytes
    width: float
    height: float


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's settings for one figure, put back afterwards. Raises FontMissing."""
    import matplotlib as mpl

    settings = mpl.rc_context(
        {
            "font.family": [figure_font()],
            "font.size": 9.5,
            "svg.fonttype": "none",
            "svg.hashsalt": "vigil",
            "pdf.fonttype": 42,
            "axes.unicode_minus": True,
            "axes.edgecolor": RULE,
            "axes.labelcolor": INK,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.linewidth": 0.8,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "figure.dpi": 100,
        }
    )
    with _SETTINGS, settings:
        yield


def saved(drawing: "Drawing", *, identity: str, title: str, alt: str) -> Figure:
    """The two files of a drawing. Call inside `style()`."""
    svg, pdf = BytesIO(), BytesIO()
    drawing.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    drawing.savefig(pdf, format="pdf", metadata={"CreationDate": None, "Creator": None, "Producer": None})
    width, height = (float(side) * 72 for side in drawing.get_size_inches())
    return Figure(identity, title, alt, _described(svg.getvalue(), identity, title, alt), pdf.getvalue(), width, height)


def _described(svg: bytes, identity: str, title: str, alt: str) -> bytes:
    """The SVG with a name and a description that a screen reader speaks (WAI-ARIA Graphics; SVG 2, 5.8).

    Its text asks for fonts a screen may have: the name by which the figure's own font is known here means nothing there.
    """
    svg = svg.replace(f"'{FIGURE_FONT}'".encode(), _SCREEN_FONTS)
    words = (
        f'<title id="{identity}-title">{escape(title)}</title><desc id="{identity}-desc">{escape(alt)}</desc>'
    ).encode()
    opening = svg.index(b"<svg")
    end = svg.index(b">", opening)
    role = f' role="img" aria-labelledby="{identity}-title {identity}-desc"'.encode()
    return svg[:end] + role + svg[end : end + 1] + b"\n" + words + svg[end + 1 :]
