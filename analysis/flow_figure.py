"""The flow of participants drawn: boxes and arrows, text as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.figure import Figure, saved, style
from analysis.flow_boxes import Flow
from analysis.flow_layout import INSET, LINE, PAD, WIDTH, Layout, Placed, Translate, arranged
from analysis.theme import INK, MUTED, RULE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = 8.0
MARGIN = 4.0
_TINT = "#f3f3f3"


def flow_figure(flow: Flow, *, identity: str, title: str, alt: str, tr: Translate = str) -> Figure:
    """A portrait figure that fits an A4 page at its width. Raises FontMissing."""
    from matplotlib.figure import Figure as Drawing

    with style():
        layout = arranged(flow, _width, tr)
        size = (WIDTH + 2 * MARGIN, layout.height + 2 * MARGIN)
        drawing = Drawing(figsize=(size[0] / 72, size[1] / 72), layout=None)
        axes = drawing.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-MARGIN, WIDTH + MARGIN), ylim=(layout.height + MARGIN, -MARGIN))
        axes.axis("off")
        _draw(axes, layout)
        return saved(drawing, identity=identity, title=title, alt=alt)


def _width(text: str, bold: bool) -> float:
    """Points that a text takes in the figure's font."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(weight="bold" if bold else "normal", size=SIZE)
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0]) if text else 0.0


def _draw(axes: Axes, layout: Layout) -> None:
    for corners in layout.arrows:
        xs, ys = zip(*corners, strict=True)
        axes.plot(xs[:-1], ys[:-1], color=MUTED, linewidth=0.9, solid_joinstyle="miter")
        head: dict[str, Any] = {"arrowstyle": "-|>", "color": MUTED, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", corners[-1], corners[-2], arrowprops=head)
    for placed in layout.boxes:
        _box(axes, placed)


def _box(axes: Axes, placed: Placed) -> None:
    from matplotlib.patches import Rectangle

    fill = _TINT if placed.box.exit else "white"
    axes.add_patch(
        Rectangle((placed.x, placed.y), placed.width, placed.height, facecolor=fill, edgecolor=RULE, linewidth=0.9)
    )
    for place, line in enumerate(placed.lines):
        at = placed.y + PAD + LINE * (place + 0.5)
        weight = "bold" if line.bold else "normal"
        left = placed.x + PAD + (INSET if line.inset else 0)
        ink = MUTED if line.faint else INK
        axes.text(left, at, line.text, fontsize=SIZE, color=ink, weight=weight, va="center")
