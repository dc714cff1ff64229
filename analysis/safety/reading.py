"""From an extract to the people of the safety tables: openly without whatever tells an arm, or whole for the closed ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from analysis.course_row import RANDOMISED
from analysis.safety.blind import without_arm
from analysis.safety.events import Observed, safety_events
from analysis.safety.people import Person, person
from analysis.safety.periods import timeline
from trial.store.extract import Extract, Extracted


def openly(extract: Extract) -> tuple[Observed, ...]:
    """Everybody, from the first dose on. An operation begins no period here: it would tell who had one."""
    return tuple(from_first_dose(without_arm(row), extract.cut_on) for row in extract.rows)


def by_arm(extract: Extract) -> tuple[Observed, ...]:
    """Those who were randomised, from that day on: what came before cannot differ by arm."""
    read = ((row, person(row, extract.cut_on)) for row in extract.rows)
    return tuple(_observed(row, p, p.randomised_on, extract.cut_on) for row, p in read if p.cohort == RANDOMISED)


def whole(extract: Extract) -> tuple[Observed, ...]:
    """Everybody with operations, from the first dose on: for closed tables of operations and deaths."""
    return tuple(from_first_dose(row, extract.cut_on) for row in extract.rows)


def from_first_dose(row: Extracted, cut_on: date) -> Observed:
    """One participant from the first dose on, as far as the row shows them."""
    found = person(row, cut_on)
    return _observed(row, found, found.first_dose_on, cut_on)


def from_immunotherapy(people: Iterable[Observed]) -> tuple[Observed, ...]:
    """Those with a dose of immunotherapy, from the first one on."""
    found = ((p, p.person.immunotherapy_window) for p in people)
    return tuple(
        replace(p, timeline=timeline(p.person.periods, window[0], p.person.end_on)) for p, window in found if window
    )


def _observed(row: Extracted, found: Person, origin: date | None, cut_on: date) -> Observed:
    return Observed(found, timeline(found.periods, origin, found.end_on), safety_events(row, found, cut_on))
