"""A figure as bytes: SVG for the screen, vector PDF for paper, PNG for a slide, each the same on every run.

No window, no date, no random ids; text stays text, so it can be searched, copied and read aloud.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from analysis.theme import FIGURE_FONT, INK, MUTED, RULE, figure_font

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

INCHES = (6.9, 3.8)
DOTS = 200  # of a PNG, an inch
FOOT = 15  # points under a figure for the line that says where it comes from
FOOT_SIZE = 7.0  # points, its letters
_SETTINGS = Lock()  # matplotlib's settings belong to the whole process: two requests that draw at once would mix them
_SCREEN_FONTS = b"'Noto Sans SC', 'Noto Sans CJK SC', 'Noto Sans', 'Segoe UI', Arial, sans-serif"


@dataclass(frozen=True)
class Figure:
    """A drawn figure. `alt` says in words what it shows; `width` and `height` are in points.

    `drawing` is what the bytes were made from, kept so that other bytes can be made of it (`stamped`).
    """

    id: str
    title: str
    alt: str
    svg: bytes
    pdf: bytes
    width: float
    height: float
    drawing: "Drawing | None" = field(default=None, repr=False, compare=False)


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
    described = _described(svg.getvalue(), identity, title, alt)
    return Figure(identity, title, alt, described, pdf.getvalue(), width, height, drawing)


def stamped(figure: Figure, kind: str, *, foot: str, source: str, description: str = "") -> bytes:
    """The figure as "svg" or "png" with the line `foot` under it, set as small as it must be to stand there whole, and in the file's
    own metadata `source`, and `description` where there is one.

    A file that was copied into a letter still says which data it shows. Raises ValueError for another kind, or without a drawing.
    """
    from matplotlib.transforms import Bbox

    drawing = figure.drawing
    if drawing is None or kind not in ("svg", "png"):
        raise ValueError(f"figure {figure.id}: no {kind} can be made")
    told = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}[kind] | {
        "Title": figure.title,
        "Source": source,
    }
    if description:
        told["Description"] = description
    width, height = (float(side) for side in drawing.get_size_inches())
    out, below = BytesIO(), FOOT / 72
    with style():
        size = FOOT_SIZE * min(1.0, 0.98 * width * 72 / _length(foot))
        line = drawing.text(0.01, -0.55 * below / height, foot, fontsize=size, color=MUTED, va="center")
        try:
            drawing.savefig(
                out,
                format=kind,
                dpi=DOTS,
                bbox_inches=Bbox([[0, -below], [width, height]]),
                pad_inches=0,
                metadata=told,
            )
        finally:
            line.remove()
    made = out.getvalue()
    return _described(made, figure.id, figure.title, figure.alt) if kind == "svg" else made


def _length(foot: str) -> float:
    """Points that the line takes at its usual size. Call inside `style()`."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    return float(
        TextPath((0, 0), foot, size=FOOT_SIZE, prop=FontProperties(family=[figure_font()])).get_extents().width
    )


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
