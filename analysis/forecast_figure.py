"""Accrual so far and as forecast, by calendar time, with the plan beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from analysis.accrual import Accrual
from analysis.figure import INCHES, Figure, saved, style
from analysis.forecast import HORIZON, number_by
from analysis.outlook import Outlook, Target
from analysis.theme import FAINT, MUTED, SERIES
from forms.derivations.course import months_later
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.table import Translate

STEPS = 60


def forecast_figure(
    found: Accrual, ahead: Outlook, *, identity: str, title: str, alt: str, tr: Translate = str
) -> Figure:
    """Enrolled and randomised, each to its target or to the end of the forecast. Raises FontMissing."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=(INCHES[0], 3.4), layout="constrained")
        left, right = drawing.subplots(1, 2)
        _drawn(left, found, found.enrolled_on, ahead, ahead.enrolled, tr(_l("Enrolled")), tr)
        _drawn(right, found, found.randomised_on, ahead, ahead.randomised, tr(_l("Randomised")), tr)
        handles, labels = left.get_legend_handles_labels()
        drawing.legend(handles, labels, loc="outside lower center", ncols=4)
        return saved(drawing, identity=identity, title=title, alt=alt)


def _drawn(
    axes: Axes, found: Accrual, days: Sequence[Any], ahead: Outlook, target: Target, title: str, tr: Translate
) -> None:
    import matplotlib.dates as mdates

    opened, cut = found.plan.opened_on, found.cut_on
    axes.step([opened, *days, cut], [0, *range(1, len(days) + 1), len(days)], where="post", color=SERIES[0][0],
              linewidth=1.8, label=tr(_l("Actual")))  # fmt: skip
    ends = months_later(opened, found.plan.months)
    planned: list[Any] = [opened, ends, max(ends, cut)]
    axes.plot(planned, [0, target.target, target.target], color=SERIES[1][0],
              linestyle=SERIES[1][1], linewidth=1.3, label=tr(_l("Planned")))  # fmt: skip
    _cone(axes, ahead, target, tr)
    axes.axvline(cut, color=MUTED, linewidth=0.8, linestyle="dotted")  # type: ignore[arg-type]  # matplotlib takes dates
    axes.axhline(target.target, color=MUTED, linewidth=0.6)
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=3, maxticks=6))
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_ylim(0, target.target * 1.08)
    axes.set_ylabel(tr(_l("Participants")))
    axes.grid(axis="y", color=FAINT, linewidth=0.7)


def _cone(axes: Axes, ahead: Outlook, target: Target, tr: Translate) -> None:
    """Median and limits of the number on each day until the upper limit of the time to the target; nothing without a rate."""
    if target.rate is None or not target.missing or target.days.upper is None:
        return
    last = min(target.days.upper, HORIZON)
    steps = [last * i / STEPS for i in range(STEPS + 1)]
    on = [ahead.cut_on + timedelta(days=step) for step in steps]
    made = [number_by(step, target.rate) for step in steps]
    middle, lower, upper = (
        [min(target.so_far + (v or 0.0), target.target) for v in column]
        for column in ([m.value for m in made], [m.lower for m in made], [m.upper for m in made])
    )
    axes.plot(on, middle, color=SERIES[0][0], linewidth=1.3, linestyle="dashdot", label=tr(_l("Forecast")))  # type: ignore[arg-type]
    axes.fill_between(on, lower, upper, color=SERIES[0][0], alpha=0.18, linewidth=0, label=tr(_l("95 % limits")))  # type: ignore[arg-type]
