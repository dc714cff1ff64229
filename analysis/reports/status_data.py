"""What the pooled status report says, before a word or a line is drawn: numbers of all arms together.

Takes the whole trial's courses, arm included where the pooled regrowth needs it, and gives only aggregates over
arms: nothing in `StatusData` can be split by arm. Source: PROTOCOL 7, 8 and 10.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.accrual import Accrual, AccrualPlan, accrual
from analysis.adverse_events import AdverseEvent, AdverseEvents, tabulate
from analysis.components import Component
from analysis.course_row import CourseRow, Day
from analysis.cut import DataCut, at_the_cut
from analysis.disposition import Disposition, disposition
from analysis.endpoints import COMPETING, EVENT, POPULATION_UNKNOWN, TimeTable, derive_all
from analysis.estimands import NRDFS, REGROWTH, Estimand
from analysis.incidence import Incidence, aalen_johansen
from analysis.steps import Estimate
from analysis.survival import Curve, follow_up, kaplan_meier
from forms.text import _l

UNRESOLVED = _l("part of the endpoint cannot be told yet: no event so far")
ADJUSTED = _l("date of the event partly unknown, or before the origin: placed by rule")


@dataclass(frozen=True)
class PooledSurvival:
    """One curve over all arms; `follow_up` is the median by reverse Kaplan-Meier, in days.

    `kinds`: first events by the wider kind, which no arm owns. `notes`: footnotes, worded so as not to tell an arm,
    with how many participants each concerns.
    """

    estimand: Estimand
    curve: Curve
    follow_up: Estimate
    kinds: tuple[tuple[str, int], ...]
    notes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PooledIncidence:
    """Cumulative incidence of the event and of all competing events together, over all who were watched."""

    estimand: Estimand
    event: Incidence
    competing: Incidence
    follow_up: Estimate
    components: tuple[tuple[Component, int], ...]
    notes: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class StatusData:
    """The report's numbers. `left_out`: adverse events of people outside the safety set (screen failures)."""

    study: str
    cut: DataCut
    accrual: Accrual
    disposition: Disposition
    nrdfs: PooledSurvival
    regrowth: PooledIncidence
    adverse_events: AdverseEvents
    left_out: int


def status_data(
    rows: Iterable[CourseRow], events: Iterable[AdverseEvent], *, plan: AccrualPlan, cut: DataCut, study: str
) -> StatusData:
    """Everything to the cut, pooled. Safety set: eligibility signed, or neoadjuvant therapy begun.

    Raises ValueError where a row carries another cut date than `cut`.
    """
    courses = tuple(rows)
    if any(row.cut_on != cut.on for row in courses):
        raise ValueError("a participant's row was cut on another day than the report")
    tabulated, left_out = safety(courses, events, cut.on)
    return StatusData(
        study,
        cut,
        accrual(courses, plan, cut_on=cut.on),
        disposition(courses),
        pooled_survival(derive_all(courses, NRDFS)),
        pooled_incidence(derive_all(courses, REGROWTH)),
        tabulated,
        left_out,
    )


def safety(rows: Iterable[CourseRow], events: Iterable[AdverseEvent], on: Day) -> tuple[AdverseEvents, int]:
    """Adverse events of the safety set to the day of the cut, and how many of people outside it were left out."""
    safety_set = {r.participant for r in map(at_the_cut, rows) if r.eligible_on or r.therapy_start_on}
    begun = [event for event in events if event.onset_on is None or event.onset_on.earliest <= on]
    counted = [event for event in begun if event.participant in safety_set]
    return tabulate(counted, safety_set), len(begun) - len(counted)


def pooled_survival(table: TimeTable) -> PooledSurvival:
    """Kaplan-Meier of the event; the estimand has no competing event, or they would be taken for censoring."""
    if table.estimand.competing:
        raise ValueError(f"{table.estimand.id} has competing events: use pooled_incidence")
    kinds: Counter[str] = Counter()
    for component, n in table.events_by_component():
        kinds[component.kind] += n
    return PooledSurvival(
        table.estimand,
        kaplan_meier(table.days, table.status),
        follow_up(table.days, table.status).median,
        tuple(kinds.items()),
        _blinded_notes(table),
    )


def _blinded_notes(table: TimeTable) -> tuple[tuple[str, int], ...]:
    """Footnotes that say how many, not which component: some components belong to one arm only."""
    counted = (
        (UNRESOLVED, sum(bool(row.unresolved) for row in table.rows)),
        (ADJUSTED, sum(bool(row.adjusted) for row in table.rows)),
        *((text, n) for text, n in table.notes if text == POPULATION_UNKNOWN),
    )
    return tuple((text, n) for text, n in counted if n)


def pooled_incidence(table: TimeTable) -> PooledIncidence:
    """Aalen-Johansen of the event and of the competing events taken as one kind."""
    free = [int(status != 0) for status in table.status]
    return PooledIncidence(
        table.estimand,
        aalen_johansen(table.days, table.status, EVENT),
        aalen_johansen(table.days, table.status, COMPETING),
        follow_up(table.days, free).median,
        table.events_by_component(),
        table.notes,
    )
