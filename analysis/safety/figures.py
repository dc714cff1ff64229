"""Drawings of safety: the eDISH plot, first events over time, and the most frequent terms by grade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analysis.adverse_events import AdverseEvents, TermLine
from analysis.figure import INCHES, Figure, saved, style
from analysis.plots import Line, curves
from analysis.safety.first_event import FirstEvent
from analysis.safety.liver import (
    AMINOTRANSFERASE_FROM,
    BILIRUBIN_ABOVE,
    CHOLESTASIS,
    HYS_LAW,
    NORMAL,
    TEMPLE,
    Liver,
)
from analysis.steps import observed_at
from analysis.table import Translate, percent_in_words
from analysis.theme import FAINT, INK, MUTED, RULE, SERIES
from forms.dates import DAYS_PER_YEAR
from forms.text import _l

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 15
LEAST = 0.1
_MARKS = {
    NORMAL: ("o", SERIES[0][0]),
    TEMPLE: ("^", SERIES[3][0]),
    CHOLESTASIS: ("s", SERIES[2][0]),
    HYS_LAW: ("D", SERIES[1][0]),
}
_NAMES = {
    NORMAL: _l("neither"),
    TEMPLE: _l("Temple's corollary"),
    CHOLESTASIS: _l("cholestasis"),
    HYS_LAW: _l("possible Hy's law"),
}


def first_event_figure(found: FirstEvent, *, identity: str, title: str, origin: str, tr: Translate = str) -> Figure:
    """Incidence of the first event, with death and leaving beside it: what competes is seen, never hidden in the estimate."""
    rate = percent_in_words(observed_at(found.event, DAYS_PER_YEAR), tr)
    alt = tr(_l("Cumulative incidence; at 12 months {rate}; {events} of {n} participants had an event.")).format(
        rate=rate, events=found.event.n_events, n=found.event.n
    )
    lines = [
        Line(tr(_l("First event")), tr(_l("Event")), found.event),
        Line(tr(_l("Died before")), tr(_l("Died")), found.died),
        Line(tr(_l("Left before")), tr(_l("Left")), found.left),
    ]
    return curves(
        lines, identity=identity, title=title, y_label=tr(_l("Cumulative incidence")), origin=origin, alt=alt, tr=tr
    )


def edish_figure(found: Liver, tr: Translate = str) -> Figure:
    """Peak aminotransferase against peak bilirubin on logarithmic axes, the cuts as lines, the quadrants named."""
    from matplotlib.figure import Figure as Drawing

    counts = found.counted
    alt = tr(
        _l(
            "Scatter plot of {n} participants: {hy} possible Hy's law, {temple} aminotransferase alone, {chol} bilirubin alone."
        )
    ).format(n=len(found.peaks), hy=counts[HYS_LAW], temple=counts[TEMPLE], chol=counts[CHOLESTASIS])
    with style():
        drawing = Drawing(figsize=(INCHES[0], 4.4), layout="constrained")
        axes = drawing.subplots()
        for quadrant, (mark, colour) in _MARKS.items():
            there = [p for p in found.peaks if p.quadrant == quadrant]
            label = f"{tr(_NAMES[quadrant])}: {len(there)}"
            xs, ys = [max(p.x, LEAST) for p in there], [max(p.y, LEAST) for p in there]
            axes.scatter(
                xs,
                ys,
                marker=mark,
                s=24,
                facecolor="none" if quadrant == NORMAL else colour,
                edgecolor=colour,
                linewidth=1,
                label=label,
            )
        _edish_axes(axes, found, tr)
        if not found.peaks:
            axes.text(0.5, 0.5, tr(_l("No participant yet")), transform=axes.transAxes, ha="center", color=MUTED)
        drawing.legend(loc="outside upper left", ncols=4, handletextpad=0.2, columnspacing=1.2)
        return saved(
            drawing,
            identity="safety-edish",
            title=tr(_l("Peak aminotransferase against peak bilirubin (eDISH)")),
            alt=alt,
        )


def _edish_axes(axes: Axes, found: Liver, tr: Translate) -> None:
    right, top = (
        max((*values, least)) * 1.6
        for values, least in (([p.x for p in found.peaks], 10.0), ([p.y for p in found.peaks], 6.0))
    )
    axes.set(xscale="log", yscale="log", xlim=(LEAST * 0.8, right), ylim=(LEAST * 0.8, top))
    axes.axvline(AMINOTRANSFERASE_FROM, color=RULE, linestyle="dashed", linewidth=0.9)
    axes.axhline(BILIRUBIN_ABOVE, color=RULE, linestyle="dashed", linewidth=0.9)
    axes.set_xlabel(tr(_l("Peak ALT or AST, × upper limit of normal")))
    axes.set_ylabel(tr(_l("Peak bilirubin, × upper limit of normal")))
    for axis, last in ((axes.xaxis, right), (axes.yaxis, top)):
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100) if t <= last]
        axis.set_ticks(ticks, labels=[f"{t:g}" for t in ticks])
        axis.set_ticks([], minor=True)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def terms_figure(found: AdverseEvents, tr: Translate = str) -> Figure:
    """The most frequent terms: share of participants at any grade and at grade 3 or more."""
    from matplotlib.figure import Figure as Drawing
    from matplotlib.ticker import PercentFormatter

    lines = most_frequent(found)
    first = f"{lines[0].term} {lines[0].any_grade}" if lines else tr(_l("none"))
    alt = tr(_l("Dot plot of the {k} most frequent terms among {n} participants; the first: {first}.")).format(
        k=len(lines), n=found.denominator, first=first
    )
    with style():
        drawing = Drawing(figsize=(INCHES[0], 1.3 + 0.26 * max(len(lines), 3)), layout="constrained")
        axes = drawing.subplots()
        _dots(axes, lines, found.denominator, tr)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.set_xlabel(tr(_l("Participants, of {n}")).format(n=found.denominator))
        drawing.legend(loc="outside upper left", ncols=2)
        return saved(drawing, identity="safety-dots", title=tr(_l("Most frequent adverse events")), alt=alt)


def most_frequent(found: AdverseEvents) -> Sequence[TermLine]:
    """Terms by how many participants had them, then by name."""
    terms = [line for line in found.lines if line.term]
    return sorted(terms, key=lambda line: (-line.any_grade, str(line.term)))[:SHOWN]


def _dots(axes: Axes, lines: Sequence[TermLine], of: int, tr: Translate) -> None:
    places = range(len(lines))
    anyone, severe = (
        [n / of for n in numbers] for numbers in ([x.any_grade for x in lines], [x.severe for x in lines])
    )
    axes.hlines(places, severe, anyone, color=FAINT, linewidth=2, zorder=1)
    axes.scatter(
        anyone,
        places,
        marker="o",
        s=52,
        facecolor="white",
        edgecolor=SERIES[0][0],
        linewidth=1.5,
        label=tr(_l("Any grade")),
        zorder=2,
    )
    axes.scatter(severe, places, marker="D", s=24, color=SERIES[1][0], label=tr(_l("Grade 3 to 5")), zorder=3)
    axes.set_yticks(list(places), labels=[str(line.term) for line in lines], color=INK)
    axes.set_ylim(max(len(lines), 1) - 0.4, -0.6)
    axes.set_xlim(left=-0.01, right=max((*anyone, 0.1)) * 1.08)
    axes.grid(axis="x", color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    if not lines:
        axes.text(0.5, 0.5, tr(_l("No adverse event yet")), transform=axes.transAxes, ha="center", color=MUTED)
