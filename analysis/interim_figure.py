"""The bounds of z by information, with the z's that were observed. By arm: never open."""

from __future__ import annotations

from collections.abc import Sequence
from math import isinf
from typing import TYPE_CHECKING

from analysis.figure import INCHES, Figure, saved, style
from analysis.interim import Interim
from analysis.prospects import design_drift
from analysis.table import Translate
from analysis.theme import FAINT, INK, MUTED, RULE, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HIGH, LOW = 6.0, -2.0
"""Where the axis ends unless something observed lies beyond: no trial is stopped there."""


def draw_bounds(found: Interim, tr: Translate = str) -> Figure:
    """Bounds joined by a line, observed z's as dots, and what would be expected with arms that are equal."""
    from matplotlib.figure import Figure as Drawing

    title = tr(_l("Bounds of z by information"))
    with style():
        drawing = Drawing(figsize=(INCHES[0], 3.4), layout="constrained")
        axes = drawing.subplots()
        seen = observed(found)
        _bounds(axes, found, tr)
        _observed(axes, seen, tr)
        _dress(axes, found, seen, tr)
        return saved(drawing, identity="interim-bounds", title=title, alt=_alt(found, seen, tr))


def observed(found: Interim) -> tuple[tuple[float, float], ...]:
    """Information and z of every look of which z is known, this one included."""
    looks = [(each.fraction, each.z) for each in found.earlier]
    if found.look is not None:
        looks.append((found.look.fraction, found.comparison.z))
    return tuple((fraction, z) for fraction, z in looks if z is not None)


def _bounds(axes: Axes, found: Interim, tr: Translate) -> None:
    drawn = [(look.fraction, look.z) for look in found.looks if not isinf(look.z)]
    colour, dash = SERIES[0]
    axes.plot(*_columns(drawn), color=colour, linestyle=dash, marker="_", markersize=14, markeredgewidth=2, linewidth=1.2,
              label=tr(_l("Bound")))  # fmt: skip
    for fraction, z in drawn:
        if z <= HIGH:
            axes.annotate(
                f"{z:.2f}",
                (fraction, z),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=8.5,
                color=colour,
            )
    last = max(1.0, *(look.fraction for look in found.looks), 0.0) if found.looks else 1.0
    drift = design_drift(found.design.margin_hazard_ratio, found.design.events)
    way = [last * i / 60 for i in range(61)]
    axes.plot(way, [drift * t**0.5 for t in way], color=MUTED, linestyle=SERIES[3][1], linewidth=1.2,
              label=tr(_l("Expected with equal arms")))  # fmt: skip


def _observed(axes: Axes, seen: Sequence[tuple[float, float]], tr: Translate) -> None:
    axes.plot(*_columns(seen), color=SERIES[1][0], linestyle=SERIES[1][1], marker="o", markersize=6, linewidth=1.2,
              label=tr(_l("Observed")), clip_on=False, zorder=5)  # fmt: skip


def _dress(axes: Axes, found: Interim, seen: Sequence[tuple[float, float]], tr: Translate) -> None:
    right = max(1.0, *(look.fraction for look in found.looks), 0.0) if found.looks else 1.0
    heights = [z for _, z in seen]
    axes.set(
        xlim=(0, right * 1.04), ylim=(min(LOW, *heights, 0.0) - 0.1, max(HIGH, *heights, 0.0) + 0.1),
        xlabel=tr(_l("Share of the {n} planned events")).format(n=found.design.events),
        ylabel=tr(_l("z, positive favours watch-and-wait")),
    )  # fmt: skip
    axes.axhline(0, color=RULE, linewidth=0.8)
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    if not found.looks:
        axes.text(0.5, 0.85, tr(_l("No event yet")), transform=axes.transAxes, ha="center", color=INK)
    axes.legend(loc="lower right")


def _columns(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def _alt(found: Interim, seen: Sequence[tuple[float, float]], tr: Translate) -> str:
    if not found.looks:
        return tr(_l("No event yet: no bound to draw."))
    bounds = "; ".join(f"{look.fraction:.2f}: {look.z:.2f}" for look in found.looks)
    points = "; ".join(f"{fraction:.2f}: {z:.2f}" for fraction, z in seen) or tr(_l("none"))
    return tr(_l("Bounds by share of the information: {bounds}. Observed: {points}.")).format(
        bounds=bounds, points=points
    )
