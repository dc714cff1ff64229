"""Time-to-event rows: one participant's course through one estimand, and a whole trial's courses in a fixed order.

An event on the day of a competing event counts. An event dated before the origin counts on the origin day and
says so. The clock is in days, the day of origin is day 0. Source: PROTOCOL 7; ICH E9(R1).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.components import Component
from analysis.course_row import CourseRow, Day
from analysis.cut import at_the_cut
from analysis.estimands import ESTIMANDS, Estimand
from analysis.rules import confirmed
from forms.text import _l

__all__ = ["ESTIMANDS", "Estimand", "TimeTable", "TimeToEvent", "derive", "derive_all", "regrowth_interval"]

CENSORED, EVENT, COMPETING = 0, 1, 2
CNSR = {EVENT: 0, CENSORED: 1, COMPETING: 2}
"""The same as ADaM codes it."""

BEFORE_ORIGIN = _l("event dated before the origin: counted on the origin day")
POPULATION_UNKNOWN = _l("whether they belong to this analysis cannot be told: left out")


@dataclass(frozen=True)
class TimeToEvent:
    """One participant in one estimand. `status` 0 censored, 1 event, 2 competing event; `what` the component's code.

    `unresolved`: what could not be told; `adjusted`: where a date was imputed or moved; both in the words of footnotes.
    """

    participant: str
    site: str
    estimand: str
    origin_on: Day
    ended_on: Day
    status: int
    what: str | None
    unresolved: tuple[str, ...] = ()
    adjusted: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.ended_on - self.origin_on).days


@dataclass(frozen=True)
class TimeTable:
    """All rows of one estimand by (days, participant), and how many participants each footnote concerns."""

    estimand: Estimand
    rows: tuple[TimeToEvent, ...]
    notes: tuple[tuple[str, int], ...] = ()

    @property
    def days(self) -> tuple[int, ...]:
        return tuple(row.days for row in self.rows)

    @property
    def status(self) -> tuple[int, ...]:
        return tuple(row.status for row in self.rows)

    def events_by_component(self) -> tuple[tuple[Component, int], ...]:
        """How many first events were of each kind, in the estimand's order."""
        first = Counter(row.what for row in self.rows)
        return tuple((c, first[c.id]) for c in (*self.estimand.events, *self.estimand.competing))


@dataclass(frozen=True)
class _Candidate:
    on: Day
    rank: int
    what: str
    note: str | None = None


def derive(row: CourseRow, estimand: Estimand) -> TimeToEvent | None:
    """One participant's row, or None outside the population or without an origin."""
    row = at_the_cut(row)
    origin = estimand.origin.on(row)
    if origin is None or not estimand.population.holds(row):
        return None
    dated, unresolved = _findings(row, estimand)
    first = min(dated, key=lambda found: (max(found.on, origin), found.rank, found.note or ""), default=None)
    if first is None:
        last = max(estimand.censoring.on(row) or origin, origin)
        return TimeToEvent(row.participant, row.site, estimand.id, origin, last, CENSORED, None, unresolved)
    status = EVENT if first.rank < len(estimand.events) else COMPETING
    adjusted = tuple(note for note in (first.note, BEFORE_ORIGIN if first.on < origin else None) if note)
    ended = max(first.on, origin)
    return TimeToEvent(row.participant, row.site, estimand.id, origin, ended, status, first.what, unresolved, adjusted)


def derive_all(rows: Iterable[CourseRow], estimand: Estimand) -> TimeTable:
    """Every participant of the estimand; the order of `rows` does not matter."""
    courses = tuple(rows)
    found = [made for row in courses if (made := derive(row, estimand))]
    notes = Counter(note for made in found for note in {*made.unresolved, *made.adjusted})
    if unknown := sum(estimand.population.holds(at_the_cut(row)) is None for row in courses):
        notes[POPULATION_UNKNOWN] = unknown
    return TimeTable(
        estimand, tuple(sorted(found, key=lambda t: (t.days, t.participant))), tuple(sorted(notes.items()))
    )


def regrowth_interval(row: CourseRow) -> tuple[Day | None, Day] | None:
    """The last day with clear endoscopy and MRI before the first confirmed regrowth, and its first suspicion.

    None without a confirmed regrowth; the left end is None where no clear examination came before.
    """
    row = at_the_cut(row)
    if not (found := confirmed(row)):
        return None
    suspected = found[0].suspected_on
    return max((day for day in row.pelvis_clear_on if day < suspected), default=None), suspected


def _findings(row: CourseRow, estimand: Estimand) -> tuple[list[_Candidate], tuple[str, ...]]:
    """Dated candidates, and the distinct reasons why others cannot be told."""
    components = (*estimand.events, *estimand.competing)
    found = [(rank, c.id, finding) for rank, c in enumerate(components) for finding in c.finds(row)]
    dated = [_Candidate(f.on, rank, what, f.note) for rank, what, f in found if f.on is not None]
    return dated, tuple(dict.fromkeys(f.note for _, _, f in found if f.on is None and f.note))
