"""Courses for the truth tables: randomised to WW on day 0, assessed until day 900, cut on day 1000, unless told otherwise."""

import datetime
from typing import Any

from analysis.course_row import RANDOMISED, WW, CourseRow, Operation, Regrowth
from analysis.endpoints import derive
from analysis.estimands import ESTIMANDS

ORIGIN = datetime.date(2026, 1, 15)


def day(n: int) -> datetime.date:
    """Day n of the course; day 0 is the day of randomisation."""
    return ORIGIN + datetime.timedelta(days=n)


def course(**given: Any) -> CourseRow:
    """A randomised participant of whom nothing bad is recorded; `given` says what else is."""
    plain: dict[str, Any] = {
        "participant": "VG-01-0001",
        "site": "01",
        "cut_on": day(1000),
        "cohort": RANDOMISED,
        "arm": WW,
        "consent_on": day(-220),
        "eligible_on": day(-210),
        "therapy_start_on": day(-200),
        "decision_on": day(-7),
        "randomised_on": day(0),
        "assessed_on": tuple(day(n) for n in range(0, 901, 90)),
        "last_known_alive_on": day(950),
    }
    return CourseRow(**(plain | given))


def regrowth(suspected: int = 200, confirmed: int | None = 214, **given: Any) -> Regrowth:
    """A regrowth, confirmed on `confirmed`; pending where that is None."""
    outcome = "PENDING" if confirmed is None else "CONFIRMED"
    plain = {"outcome": outcome, "confirmed_on": None if confirmed is None else day(confirmed)}
    return Regrowth(day(suspected), **(plain | given))


def operation(on: int, procedure: str | None = "LAR", residual: str | None = "R0", **given: Any) -> Operation:
    """An operation; give reason="REGROWTH" or salvage=True for a salvage."""
    return Operation(day(on), procedure, residual=residual, **given)


def outcome(estimand: str, **given: Any) -> tuple[int, int, str | None]:
    """Status, days and component of a course in an estimand."""
    found = derive(course(**given), ESTIMANDS[estimand])
    assert found is not None
    return found.status, found.days, found.what


def unresolved(estimand: str, **given: Any) -> tuple[str, ...]:
    """What could not be told about a course in an estimand."""
    found = derive(course(**given), ESTIMANDS[estimand])
    assert found is not None
    return found.unresolved
