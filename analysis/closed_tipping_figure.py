"""The tipping points of quality of life drawn: the difference between the arms against the shift. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analysis.closed_comparisons import Missing
from analysis.closed_pro import ARMS
from analysis.closed_tipping import TippingAt
from analysis.closed_tipping_tables import pooled_limits, tip_words
from analysis.figure import INCHES, Figure, saved, style
from analysis.shifted import LIMIT, tips
from analysis.table import Translate
from analysis.theme import FAINT, MUTED, RULE, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def tipping_figure(visits: Sequence[TippingAt], *, identity: str, title: str, tr: Translate) -> Figure:
    """A panel a visit: the difference with its limits against the shift, one line for each arm that may be shifted."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=(INCHES[0], 4.8), layout="constrained")
        panels = drawing.subplots(2, 2, sharex=True, sharey=True).ravel()
        for axes, each in zip(panels, visits, strict=True):
            axes.set_title(each.event, fontsize=10, loc="left")
            axes.axhline(0, color=RULE, linewidth=0.8)
            axes.grid(axis="y", color=FAINT, linewidth=0.7)
            _panel(axes, each, tr)
        for axes in panels[2:]:
            axes.set_xlabel(tr(_l("Shift of imputed scores, points (negative: worse)")))
        for axes in panels[::2]:
            axes.set_ylabel(tr(_l("WW less TME (95 % CI)")))
        if drawn := next((axes for axes in panels if axes.get_legend_handles_labels()[0]), None):
            drawing.legend(*drawn.get_legend_handles_labels(), loc="outside upper right", ncols=len(ARMS))
        return saved(drawing, identity=identity, title=title, alt=_told(visits, tr))


def _panel(axes: Axes, each: TippingAt, tr: Translate) -> None:
    if isinstance(each.shifts, Missing):
        axes.text(0.5, 0.5, tr(_l("not estimable")), transform=axes.transAxes, ha="center", color=MUTED)
        return
    across = list(range(-LIMIT, LIMIT + 1, 2))
    for (arm, found), (colour, dash) in zip(each.shifts.items(), SERIES, strict=False):
        at = [found.at(points) for points in across]
        label = tr(_l("{arm} shifted")).format(arm=arm)
        axes.plot(across, [p.estimate for p in at], color=colour, linestyle=dash, linewidth=1.6, label=label)
        axes.fill_between(across, [p.lower for p in at], [p.upper for p in at], color=colour, alpha=0.15, linewidth=0)
        for points in (tips(found, -1), tips(found, 1)):
            if points is not None:
                axes.plot([points], [found.at(points).estimate], marker="o", markersize=5, color=colour)


def _told(visits: Sequence[TippingAt], tr: Translate) -> str:
    """The difference without a shift and where it tips, visit by visit."""
    return tr(_l("A dot marks where the conclusion tips. {visits}.")).format(visits="; ".join(_words(visits, tr)))


def _words(visits: Sequence[TippingAt], tr: Translate) -> Iterator[str]:
    said = tr(_l("{visit}: {difference} without a shift, tips with {tips}"))
    for each in visits:
        if isinstance(each.shifts, Missing):
            yield f"{each.event}: {tr(_l('not estimable'))}"
        else:
            where = ", ".join(f"{arm} {tip_words(each.shifts[arm], each.arms[arm], tr)}" for arm in ARMS)
            yield said.format(visit=each.event, difference=pooled_limits(each.shifts[ARMS[0]].at(0)), tips=where)
