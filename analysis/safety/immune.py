"""Immune-related adverse events: from the first dose of immunotherapy to 90 days after the last one, whatever period that is.

Corticosteroids stand on the medication form without a link: one counts as given for the event if it may have been begun between the
onset and the resolution. Immunotherapy after the event: a dose begun after the last possible day of onset. Source: PROTOCOL 9.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from statistics import median

from analysis.safety.events import RESOLVED, Observed, SafetyEvent
from analysis.safety.people import Person
from forms.dates import AnyDate, earliest, latest
from trial.store.extract import Extracted

SUSPECTED = "SUSPECTED"
_Begun = tuple[date, date]


@dataclass(frozen=True)
class ImmuneEvent:
    """One of them. Days: onset from the first dose of immunotherapy, and until resolution; None where the dates do not tell.

    `inside`: in the window, None where a partial date decides. `steroids`, `again`: None where that cannot be told.
    """

    event: SafetyEvent
    inside: bool | None
    onset_day: int | None
    lasted_days: int | None
    steroids: bool | None
    again: bool | None

    @property
    def suspected(self) -> bool:
        return self.event.immune == SUSPECTED

    @property
    def resolved(self) -> bool | None:
        """Whether it ended; None where nobody knows the outcome."""
        return None if self.event.outcome in (None, "UNKNOWN") else self.event.outcome in RESOLVED


@dataclass(frozen=True)
class ImmuneLine:
    """A term, or all (None): participants by highest grade, those with no grade known, and what became of the events."""

    term: str | None
    participants: int
    severe: int
    events: int
    onset: tuple[float, int, int] | None
    lasting: float | None
    resolved: int
    steroids: int
    stopped: int
    again: int


def steroids_of(row: Extracted) -> tuple[_Begun, ...]:
    """The days on which each course of corticosteroids may have begun."""
    record = row.record()
    found = (s.item("CM.CMSTDAT") for s in map(record.scope, record.all("CM")) if s.item("CM.CMCLAS") == "STEROID")
    return tuple(_days(day) for day in found if day is not None)


def _days(day: AnyDate) -> _Begun:
    return earliest(day), latest(day)


def immune_events(member: Observed, steroids: Iterable[_Begun]) -> Iterator[ImmuneEvent]:
    """The events of a participant that are, or are suspected to be, immune-related; none without immunotherapy."""
    window, courses = member.person.immunotherapy_window, tuple(steroids)
    if window is None:
        return
    for event in member.events:
        if event.immune == "Y" or event.immune == SUSPECTED:
            yield ImmuneEvent(
                event,
                _inside(event, window),
                (event.first - window[0]).days if event.first == event.last else None,
                _lasted(event),
                _given(event, courses),
                _again(event, member.person),
            )


def _inside(event: SafetyEvent, window: tuple[date, date]) -> bool | None:
    since, to = window
    if since <= event.first and event.last <= to:
        return True
    return None if event.first <= to and since <= event.last else False


def _lasted(event: SafetyEvent) -> int | None:
    exact = event.resolved and event.first == event.last and event.resolved[0] == event.resolved[1]
    return (event.resolved[0] - event.first).days if exact and event.resolved else None


def _given(event: SafetyEvent, courses: Iterable[_Begun]) -> bool | None:
    """Begun on a day of the event: yes if every possible day is one, no if none can be."""
    since, to = event.last, event.resolved[0] if event.resolved else date.max
    widest = event.first, event.resolved[1] if event.resolved else date.max
    found = list(courses)
    if any(since <= first and last <= to for first, last in found):
        return True
    return None if any(first <= widest[1] and widest[0] <= last for first, last in found) else False


def _again(event: SafetyEvent, person: Person) -> bool | None:
    starts = [start for start, _ in person.immunotherapy]
    if any(start > event.last for start in starts):
        return True
    return None if any(start > event.first for start in starts) else False


def immune_lines(found: Iterable[ImmuneEvent]) -> tuple[ImmuneLine, ...]:
    """All together, then each term by frequency and name: confirmed ones in the window."""
    counted = [e for e in found if e.inside and not e.suspected]
    terms = {e.event.what.term for e in counted}
    lines = [_line(term, [e for e in counted if e.event.what.term == term]) for term in terms]
    return (_line(None, counted), *sorted(lines, key=lambda line: (-line.participants, str(line.term))))


def _line(term: str | None, events: list[ImmuneEvent]) -> ImmuneLine:
    onsets = [e.onset_day for e in events if e.onset_day is not None]
    lasting = [e.lasted_days for e in events if e.lasted_days is not None]
    return ImmuneLine(
        term,
        len({e.event.participant for e in events}),
        len({e.event.participant for e in events if (e.event.what.grade or 0) >= 3}),
        len(events),
        (median(onsets), min(onsets), max(onsets)) if onsets else None,
        median(lasting) if lasting else None,
        sum(e.resolved is True for e in events),
        sum(e.steroids is True for e in events),
        sum(e.event.stopped is True for e in events),
        sum(e.again is True for e in events),
    )
