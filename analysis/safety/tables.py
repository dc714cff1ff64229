"""Adverse events set into tables: denominators and exposure, overview, class and term. Words only; the numbers come ready."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from analysis.adverse_events import DEFINITION as COUNTED
from analysis.adverse_events import OverviewLine, tabulate
from analysis.reports.status_tables import terms_table
from analysis.safety.events import Observed, Selection
from analysis.safety.overview import lines
from analysis.safety.periods import DEFINITION, TITLES
from analysis.table import Column, Table, Translate, share
from forms.dates import DAYS_PER_YEAR
from forms.text import _l

ALL = _l("All periods")
MAY = _l("[n]: further participants of whom it cannot be told, because a deciding answer or part of a date is unknown.")
UNDATED = _l("Events that may lie in or outside these periods, their date being incomplete, and stand in no line: {n}.")

Columns = Sequence[tuple[str, Selection]]
"""Heading and selection of each column."""


def columns_of(people: Iterable[Observed], periods: Sequence[str], tr: Translate) -> Columns:
    """All periods, then each."""
    crowd = tuple(people)
    found = [(tr(ALL), Selection.of(crowd, frozenset(periods)))]
    return [*found, *((tr(TITLES[p]), Selection.of(crowd, frozenset({p}))) for p in periods)]


def counted(n: int, unknown: int, of: int) -> str:
    """A number with its share, as in "12 (30.0 %)", and in brackets of how many more it cannot be told."""
    return share(n, of) + (f" [{unknown}]" if unknown else "")


def heading(label: str, n: int) -> str:
    """The name of a column with its denominator."""
    return f"{label}, n = {n}"


def denominators_table(columns: Columns, tr: Translate = str) -> Table:
    """Who entered each period, how many events lie in it, and how long everybody was at risk."""
    rows = tuple(
        (
            label,
            str(s.n),
            f"{sum(m.timeline.days(s.wanted) for m in s.members) / DAYS_PER_YEAR:.1f}",
            str(len(s.sure())),
            str(s.undated),
        )
        for label, s in columns
    )
    heads = (_l("Entered"), _l("Person-years"), _l("Events"), _l("Events of unclear period"))
    return Table(
        "safety-periods",
        tr(_l("Periods: denominators and exposure")),
        (Column(tr(_l("Period"))), *(Column(tr(text), numeric=True) for text in heads)),
        rows,
        tr(_l("Participants with at least one day in the period; days to death, withdrawal, end of study or the cut.")),
        (tr(DEFINITION), tr(_l("An event belongs to a period if every day on which it may have begun does."))),
    )


def overview_table(
    columns: Columns, tr: Translate = str, *, operation: bool = False, id: str = "safety-overview"
) -> Table:
    """One line a sort of event, one column a selection with its own denominator."""
    made = [(label, s, lines(s, operation=operation)) for label, s in columns]
    rows = tuple(
        (tr(made[0][2][i].text), *(_cell(each[i], s.n) for _, s, each in made)) for i in range(len(made[0][2]))
    )
    return Table(
        id,
        tr(_l("Treatment-emergent adverse events: overview")),
        (
            Column(tr(_l("Participants with at least one"))),
            *(Column(heading(label, s.n), numeric=True) for label, s in columns),
        ),
        rows,
        tr(_l("Denominator of each column: the participants who entered the period.")),
        (tr(COUNTED), tr(MAY)),
    )


def _cell(line: OverviewLine, of: int) -> str:
    return counted(line.participants, line.unknown, of)


def by_term(label: str, selection: Selection, id: str, tr: Translate = str) -> Table:
    """Participants by class and term at the worst grade, of those who entered the period."""
    table = terms_table(tabulate(selection.sure(), (m.participant for m in selection.members)), tr)
    said = tr(_l("{period}: participants who entered: {n}; events that lie in it for certain: {events}."))
    more = (tr(UNDATED).format(n=selection.undated),) if selection.undated else ()
    return replace(
        table.with_footnotes(*more),
        id=id,
        title=f"{table.title}: {label}",
        denominator=said.format(period=label, n=selection.n, events=len(selection.sure())),
    )
