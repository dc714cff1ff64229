"""Salvage and the course through states, as tables and a figure. Closed: no open module imports it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis import multistate
from analysis.closed_watching import STATES, Salvage, moves, salvage, watched
from analysis.courses import course_rows
from analysis.figure import INCHES, Figure, saved, style
from analysis.landmark import YEARS
from analysis.multistate import Occupancy, occupancy
from analysis.not_estimable import NotEstimable
from analysis.output import Made, Output
from analysis.rates import Exact
from analysis.reports.status_tables import years_words
from analysis.steps import Estimate
from analysis.table import Column, Table, Translate, percent, share
from analysis.theme import INK, MUTED
from forms.dates import DAYS_PER_MONTH, DAYS_PER_YEAR
from forms.text import _l
from trial.store.extract import Extract

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WORDS = {
    "WATCHED": _l("watched, no event"),
    "REGROWTH": _l("regrowth, not salvaged"),
    "SALVAGED": _l("salvaged"),
    "METASTASIS": _l("distant metastasis"),
    "DEAD": _l("dead"),
}
FILLS = (("#d9e8f3", ""), ("#f2c9ac", "///"), ("#a9d3c6", "\\\\\\"), ("#c2b6d6", "..."), ("#767676", ""))
"""A colour and a hatch each: no state is told by colour alone."""


def _salvage(extract: Extract, tr: Translate) -> Made:
    return Made((salvage_table(salvage(course_rows(extract)), tr),))


def salvage_table(found: Salvage, tr: Translate) -> Table:
    """Of the watched the regrown, of these the operated, of these the margins."""
    unknown = tr(_l("not reported: {n}"))
    rows = (
        (tr(_l("Watched")), str(found.watched), ""),
        (tr(_l("Confirmed regrowth")), share(found.regrown, found.watched), ""),
        (tr(_l("Salvage operation")), share(found.operated, found.regrown), ""),
        (tr(_l("R0, of the operated (95 % CI)")), _exact(found.r0, tr), unknown.format(n=found.r0_unknown)),
        (tr(_l("Sphincter preserved, of the operated (95 % CI)")), _exact(found.sphincter, tr), unknown.format(n=found.sphincter_unknown)),
        (tr(_l("Days from first suspicion to operation, median (range)")), _interval(found, tr), ""),
    )  # fmt: skip
    return Table(
        "salvage",
        tr(_l("Salvage of regrowth")),
        (Column(tr(_l("Measure"))), Column(tr(_l("Value")), numeric=True), Column(tr(_l("Left out")))),
        rows,
        tr(_l("All {n} watched, by allocation or by choice; each share is of the line it names.")).format(
            n=found.watched
        ),
        (tr(_l("Limits by Clopper and Pearson. The first operation for the first confirmed regrowth counts.")),),
    )


def _exact(found: Exact | None, tr: Translate) -> str:
    if found is None:
        return tr(_l("not estimable: nobody was operated"))
    return percent(Estimate(found.value, found.lower, found.upper))


def _interval(found: Salvage, tr: Translate) -> str:
    if found.interval is None:
        return tr(_l("not estimable: nobody was operated"))
    return f"{found.interval:g} ({found.intervals[0]}–{found.intervals[-1]})"


def _course(extract: Extract, tr: Translate) -> Made:
    rows = course_rows(extract)
    n = len(watched(rows))
    try:
        found = occupancy(moves(rows), STATES, STATES[0])
    except NotEstimable as none:
        return Made((_nothing(none.problem, n, tr),), (draw(None, tr),))
    return Made((occupancy_table(found, n, tr), moves_table(found, n, tr)), (draw(found, tr),))


def occupancy_table(found: Occupancy, n: int, tr: Translate) -> Table:
    """The chance to be in each state at landmarks."""
    rows = tuple(
        (tr(WORDS[state]), *(percent(found.at(year * DAYS_PER_YEAR, state)) for year in YEARS)) for state in STATES
    )
    columns = (Column(tr(_l("State"))), *(Column(years_words(year, tr), numeric=True) for year in YEARS))
    note = tr(_l("—: beyond the follow-up, or a chance of 0 or 100 %, to which the data give no limits."))
    notes = (tr(multistate.DEFINITION), note, *_left_out(n - found.n, tr))
    return Table("states", tr(_l("State occupancy (95 % CI)")), columns, rows, _whom(n, tr), notes)


def _left_out(k: int, tr: Translate) -> tuple[str, ...]:
    """Who has no time as watched without an event, so that the estimate does not begin with them."""
    said = tr(_l("Left out, since an event or the last assessment falls on the day of origin: {k}.")).format(k=k)
    return (said,) if k else ()


def moves_table(found: Occupancy, n: int, tr: Translate) -> Table:
    """How many went from each state to each other."""
    rows = tuple(
        (tr(WORDS[state]), *(str(k) for k in row)) for state, row in zip(STATES[:-1], found.moves, strict=False)
    )
    columns = (Column(tr(_l("From"))), *(Column(tr(WORDS[state]), numeric=True) for state in STATES))
    return Table("moves", tr(_l("Moves from state to state")), columns, rows, _whom(n, tr))


def draw(found: Occupancy | None, tr: Translate) -> Figure:
    """The states stacked on each other, from the origin to the last day anybody was seen."""
    from matplotlib.figure import Figure as Drawing

    with style():
        drawing = Drawing(figsize=INCHES, layout="constrained")
        axes = drawing.subplots()
        if found is None:
            axes.text(0.5, 0.5, tr(_l("No participant yet")), transform=axes.transAxes, ha="center", color=MUTED)
            axes.set(xticks=[], yticks=[])
        else:
            _stack(axes, found, tr)
        title, alt = tr(_l("Course of those watched, by state")), _alt(found, tr)
        return saved(drawing, identity="states", title=title, alt=alt)


def _stack(axes: Axes, found: Occupancy, tr: Translate) -> None:
    from matplotlib.ticker import PercentFormatter

    months = [0.0, *(t / DAYS_PER_MONTH for t in found.times), found.last / DAYS_PER_MONTH]
    begin = [float(state == found.begin) for state in STATES]
    heights = [begin, *found.probability.tolist(), found.probability[-1].tolist() if found.times else begin]
    below = [0.0] * len(months)
    for i in reversed(range(len(STATES))):
        above = [base + row[i] for base, row in zip(below, heights, strict=True)]
        colour, hatch = FILLS[i]
        shape: dict[str, Any] = {"facecolor": colour, "hatch": hatch, "edgecolor": INK, "linewidth": 0.4}
        axes.fill_between(months, below, above, step="post", label=tr(WORDS[STATES[i]]), **shape)
        below = above
    axes.set(
        xlim=(0, months[-1]),
        ylim=(0, 1),
        xlabel=tr(_l("Months since {origin}")).format(origin=tr(_l("randomisation or decision"))),
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0)


def _alt(found: Occupancy | None, tr: Translate) -> str:
    if found is None:
        return tr(_l("No participant yet"))
    told = "; ".join(f"{tr(WORDS[s])} {percent(found.at(min(3 * DAYS_PER_YEAR, found.last), s))}" for s in STATES)
    return tr(_l("Stacked chances of each state; at 3 years, or the end of follow-up before: {told}.")).format(
        told=told
    )


def _nothing(why: str, n: int, tr: Translate) -> Table:
    said = tr(_l("not estimable: {why}")).format(why=why)
    return Table("states", tr(_l("State occupancy (95 % CI)")), (Column(tr(_l("State"))),), ((said,),), _whom(n, tr))


def _whom(n: int, tr: Translate) -> str:
    return tr(_l("All {n} watched, by allocation or by choice.")).format(n=n)


OUTPUTS: Sequence[Output] = (
    Output("salvage", _l("Salvage of regrowth"), _salvage, "14.2.7.1"),
    Output("course-of-the-watched", _l("Course of those watched through states"), _course, "14.2.7.2"),
)
