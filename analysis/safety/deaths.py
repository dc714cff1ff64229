"""Deaths by cause and by when they came: after the last dose, and after the decision. Nothing here follows from an operation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.safety.people import Person
from forms.text import _l
from trial.protocol import PROTOCOL

TITLES = {
    "ANY": _l("Death at any time"),
    "THERAPY": _l("From the first dose to 30 days after the last"),
    "DECISION": _l("From the decision to 90 days after it"),
}


@dataclass(frozen=True)
class DeathLine:
    """Deaths in a stretch of time, of how many who entered it; `unknown`: a partial date leaves open whether in it."""

    id: str
    n: int
    of: int
    unknown: int


def death_lines(people: Iterable[Person]) -> tuple[DeathLine, ...]:
    """Over everybody who was treated."""
    treated = [p for p in people if p.first_dose_on is not None]
    stretches = {"ANY": _ever, "THERAPY": _under_therapy, "DECISION": _after_decision}
    return tuple(_line(name, [(p, stretch(p)) for p in treated]) for name, stretch in stretches.items())


def _line(name: str, found: list[tuple[Person, tuple[date, date] | None]]) -> DeathLine:
    verdicts = [died_between(p, *bounds) for p, bounds in found if bounds is not None and bounds[0] <= p.end_on]
    return DeathLine(name, verdicts.count(True), len(verdicts), verdicts.count(None))


def died_between(person: Person, since: date, to: date) -> bool | None:
    """Whether a participant died on a day from `since` to `to`, both included; None where the date of death leaves it open."""
    if person.died_on is None:
        return False
    first, last = person.died_on.earliest, person.died_on.latest
    if since <= first and last <= to:
        return True
    return None if first <= to and since <= last else False


def _ever(p: Person) -> tuple[date, date] | None:
    return date.min, date.max


def _under_therapy(p: Person) -> tuple[date, date] | None:
    if p.first_dose_on is None:
        return None
    last = p.last_dose_on  # None: therapy went on beyond the cut
    return p.first_dose_on, date.max if last is None else last + timedelta(PROTOCOL.safety.after_chemoradiotherapy)


def _after_decision(p: Person) -> tuple[date, date] | None:
    if p.decided_on is None:
        return None
    return p.decided_on, p.decided_on + timedelta(PROTOCOL.safety.after_decision)


def by_cause(people: Iterable[Person]) -> dict[str | None, int]:
    """Deaths of those treated by cause; None: no cause recorded."""
    found: dict[str | None, int] = {}
    for each in people:
        if each.died is not None and each.first_dose_on is not None:
            found[each.cause] = found.get(each.cause, 0) + 1
    return found
