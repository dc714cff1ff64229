"""Accrual against plan, drawn by calendar time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.accrual import Accrual
from analysis.figure import INCHES, Figure, saved, style
from analysis.plots import Translate
from analysis.theme import FAINT, SERIES
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def accrual_figure(found: Accrual, *, identity: str, title: str, alt: str, tr: Translate = str) -> Figure:
    """Cumulative enrolled and randomised, each against its plan, side by side, by calendar time to the cut."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=(INCHES[0], 3.0), layout="constrained")
        left, right = drawing.subplots(1, 2)
        _accrued(left, found, found.enrolled_on, found.plan.enrolled, tr(_l("Enrolled")), tr)
        _accrued(right, found, found.randomised_on, found.plan.randomised, tr(_l("Randomised")), tr)
        return saved(drawing, identity=identity, title=title, alt=alt)


def _accrued(axes: "Axes", found: Accrual, days: Sequence[Any], target: int, title: str, tr: Translate) -> None:
    import matplotlib.dates as mdates

    opened, cut = found.plan.opened_on, found.cut_on
    axes.step(
        [opened, *days, cut],
        [0, *range(1, len(days) + 1), len(days)],
        where="post",
        color=SERIES[0][0],
        linewidth=1.8,
        label=tr(_l("Actual")),
    )
    planned: list[Any] = [opened, *(month.ends_on for month in found.months)]
    axes.plot(
        planned,
        [target * found.plan.share(day) for day in planned],
        color=SERIES[1][0],
        linestyle=SERIES[1][1],
        linewidth=1.5,
        label=tr(_l("Planned")),
    )
    # Between two and three years, half-years are the widest step it knows of months: seven of them.
    locator = mdates.AutoDateLocator(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))
    axes.set_title(title, fontsize=10, loc="left")
    axes.set_ylim(bottom=0)
    axes.set_ylabel(tr(_l("Participants")))
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    axes.legend(loc="upper left")
