"""Kaplan-Meier and cumulative incidence curves with numbers at risk.

Time is drawn in months of 30.4375 days. Every curve carries its band, its name at hand in a legend, and under the
axis how many were at risk at each tick (time >= tick) and how many events had happened by then.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.figure import INCHES, Figure, saved, style
from analysis.incidence import Incidence
from analysis.survival import Curve
from analysis.theme import FAINT, INK, MUTED, SERIES
from forms.dates import DAYS_PER_MONTH
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 13.7  # points between two rows of numbers under an axis
LEGEND = 22  # points over the axes for the names of the curves, which so never lie on a curve
TOPS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
Translate = Callable[[str], str]


@dataclass(frozen=True)
class Line:
    """One curve of a figure: its name in the legend, and a short one for the rows under the axis."""

    label: str
    short: str
    estimate: Curve | Incidence

    @property
    def heights(self) -> tuple[float, ...]:
        return self.estimate.survival if isinstance(self.estimate, Curve) else self.estimate.incidence

    @property
    def start(self) -> float:
        return 1.0 if isinstance(self.estimate, Curve) else 0.0

    @property
    def highest(self) -> float:
        """The highest point of the curve and its band."""
        return max((self.start, *self.heights, *(v for v in self.estimate.upper if v is not None)))


def curves(
    lines: Sequence[Line],
    *,
    identity: str,
    title: str,
    y_label: str,
    origin: str,
    alt: str,
    tr: Translate = str,
) -> Figure:
    """Step curves against months since `origin`, the axis from 0 to a round number above curves and bands.

    With nobody in any curve the axes say so.
    """
    from matplotlib.figure import Figure as Drawing

    with style():
        beneath, above = 45 + ROW * len(_rows(lines, tr)), 12 + LEGEND * (len(lines) > 1)
        height = INCHES[1] * 72 + ROW * (len(_rows(lines, tr)) - 2)
        drawing = Drawing(figsize=(INCHES[0], height / 72), layout=None)
        axes = drawing.add_axes((0.15, beneath / height, 0.83, 1 - (beneath + above) / height))
        ticks = _month_ticks(lines)
        for line, (colour, dash) in zip(lines, SERIES, strict=False):
            _step(axes, line, colour, dash)
        _dress(axes, lines, ticks, y_label, tr(_l("Months since {origin}")).format(origin=tr(origin)))
        if not any(line.estimate.n for line in lines):
            axes.text(0.5, 0.5, tr(_l("No participant yet")), transform=axes.transAxes, ha="center", color=MUTED)
        elif len(lines) > 1:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=len(lines),
                borderaxespad=0.8,
                borderpad=0,
                handlelength=3.2,
            )
        _at_risk(axes, lines, ticks, height * axes.get_position().height, tr)
        return saved(drawing, identity=identity, title=title, alt=alt)


def _step(axes: "Axes", line: Line, colour: str, dash: str) -> None:
    e = line.estimate
    if not e.n:
        return
    months = [0.0, *(t / DAYS_PER_MONTH for t in e.times)]
    heights = [line.start, *line.heights]
    # A curve along the edge of the axes is drawn whole, not by half its width.
    axes.step(
        months, heights, where="post", color=colour, linestyle=dash, linewidth=1.8, label=line.label, clip_on=False
    )
    lower, upper = ([line.start, *(float("nan") if v is None else v for v in band)] for band in (e.lower, e.upper))
    axes.fill_between(months, lower, upper, step="post", color=colour, alpha=0.15, linewidth=0)
    if isinstance(e, Curve):
        marks = [(t / DAYS_PER_MONTH, s) for t, s, c in zip(e.times, e.survival, e.censored, strict=True) if c]
        axes.plot(
            *zip(*marks, strict=True) if marks else ((), ()),
            "|",
            color=colour,
            markersize=6,
            markeredgewidth=0.8,
            clip_on=False,
        )


def _month_ticks(lines: Sequence[Line]) -> list[int]:
    last = _last_month(lines)
    every = next(step for step in (1, 2, 3, 6, 12, 24, 60) if last / step <= 10 or step == 60)
    return list(range(0, int(last) + 1, every)) or [0]


def _last_month(lines: Sequence[Line]) -> float:
    return max((line.estimate.times[-1] / DAYS_PER_MONTH for line in lines if line.estimate.n), default=12.0)


def top(lines: Sequence[Line]) -> float:
    """Where the axis ends: the least round height that nothing drawn exceeds; 1 for survival."""
    highest = max((line.highest for line in lines if line.estimate.n), default=1.0)
    return next((each for each in TOPS if highest <= each), 1.0)


def _dress(axes: "Axes", lines: Sequence[Line], ticks: Sequence[int], y_label: str, x_label: str) -> None:
    from matplotlib.ticker import PercentFormatter

    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1
    right = max(ticks[-1] + 0.3 * step, _last_month(lines))
    axes.set(xlim=(0, right), ylim=(0, top(lines)), xlabel=x_label, ylabel=y_label, xticks=list(ticks))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.grid(axis="y", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)


def _rows(lines: Sequence[Line], tr: Translate) -> list[tuple[str, str, Callable[[float], int]]]:
    """Label, colour and count of each row under the axis; curves of the same people share one row of numbers at risk."""
    at_risk, events = tr(_l("At risk")), tr(_l("Events"))
    if len(lines) == 1:
        return [(at_risk, INK, lines[0].estimate.at_risk_at), (events, INK, lines[0].estimate.events_by)]
    coloured = [(line, colour) for line, (colour, _) in zip(lines, SERIES, strict=False)]
    if len({(line.estimate.times, line.estimate.at_risk) for line in lines}) == 1:
        return [
            (at_risk, INK, lines[0].estimate.at_risk_at),
            *((x.short, c, x.estimate.events_by) for x, c in coloured),
        ]
    return [
        row
        for x, colour in coloured
        for row in (
            (f"{x.short}: {at_risk}", colour, x.estimate.at_risk_at),
            (f"{x.short}: {events}", colour, x.estimate.events_by),
        )
    ]


def _at_risk(axes: "Axes", lines: Sequence[Line], ticks: Sequence[int], height: float, tr: Translate) -> None:
    """Rows of numbers under the axis, aligned with the ticks; `height` of the axes in points."""
    for place, (label, ink, count) in enumerate(_rows(lines, tr)):
        y = -(45 + ROW * place) / height
        text: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "fontsize": 8.5, "color": ink, "va": "center"}
        for tick in ticks:
            axes.text(tick, y, str(count(tick * DAYS_PER_MONTH)), ha="center", clip_on=False, **text)
        axes.annotate(
            label,
            (0, y),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-16, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=8.5,
            color=ink,
            annotation_clip=False,
        )
