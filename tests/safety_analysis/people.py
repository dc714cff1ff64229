"""People of the safety tables, built by hand: first dose on day 0, last on day 100, decided on day 170, cut on day 1000."""

import datetime
from typing import Any

from analysis.adverse_events import AdverseEvent
from analysis.safety.events import Observed, SafetyEvent, Selection
from analysis.safety.people import CUT, Person
from analysis.safety.periods import AT_RISK, timeline
from forms.dates import PartialDate
from trial.safety import Period

ORIGIN = datetime.date(2026, 1, 1)
GUT = "Gastrointestinal disorders"


def day(n: int) -> datetime.date:
    """Day n of the course; day 0 is the day of the first dose."""
    return ORIGIN + datetime.timedelta(days=n)


def period(name: str, since: int, to: int | None) -> Period:
    return Period(name, day(since), None if to is None else day(to))


THERAPY, DECISION = period("therapy", -20, 130), period("decision", 170, 260)
OPERATION = period("operation", 200, 290)


def event(first: int, last: int | None = None, *, who: str = "A", **given: Any) -> SafetyEvent:
    """An event that began on day `first`, or on a day up to `last`; nothing bad about it unless given."""
    about = {
        "term": "Diarrhea",
        "soc": GUT,
        "grade": 1,
        "serious": False,
        "related": frozenset(),
        "immune_related": False,
        "fatal": False,
    }
    more = {
        name: given.pop(name)
        for name in ("resolved", "outcome", "delayed", "stopped", "immune", "address")
        if name in given
    }
    what = AdverseEvent(who, **(about | given))
    return SafetyEvent(what, day(first), day(first if last is None else last), **more)


def observed(
    *events: SafetyEvent,
    who: str = "A",
    end: int = 1000,
    why: str = CUT,
    origin: int | None = 0,
    periods: tuple[Period, ...] = (THERAPY, DECISION),
    **given: Any,
) -> Observed:
    """A participant with those events; nobody's events carry another name."""
    first = None if origin is None else day(origin)
    plain: dict[str, Any] = {"first_dose_on": first, "last_dose_on": first and day(100), "decided_on": day(170)}
    person = Person(who, day(end), why, periods, **(plain | given))
    return Observed(person, timeline(periods, first, day(end)), events)


def selection(*people: Observed, wanted: frozenset[str] = AT_RISK) -> Selection:
    return Selection.of(people, wanted)


def partial(text: str) -> PartialDate:
    return PartialDate.parse(text)
