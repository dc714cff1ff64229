"""Adverse events for the analysis of safety: when each may have begun, what was done about it, and to which period it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from analysis.adverse_events import AdverseEvent, both
from analysis.results import adverse_events
from analysis.safety.people import Person
from analysis.safety.periods import AT_RISK, Timeline, within
from forms.dates import AnyDate, earliest, latest
from forms.record import InstanceScope
from trial.store.extract import Extracted

ACTIONS = ("AEACNRT", "AEACNCH", "AEACNIO")
DELAYING = frozenset({"DELAYED", "REDUCED"})
STOPPING = frozenset({"STOPPED"})
RESOLVED = frozenset({"RECOVERED", "SEQUELAE"})


@dataclass(frozen=True)
class SafetyEvent:
    """An adverse event. `first` to `last`: the days on which it may have begun, both included.

    `resolved`: the days on which it may have ended, None while it lasts. `delayed`, `stopped`: neoadjuvant therapy, None: unknown.
    """

    what: AdverseEvent
    first: date
    last: date
    address: str = ""
    resolved: tuple[date, date] | None = None
    outcome: str | None = None
    delayed: bool | None = False
    stopped: bool | None = False
    immune: str | None = None

    @property
    def participant(self) -> str:
        return self.what.participant


Rule = Callable[[SafetyEvent], bool | None]
"""Whether an event is of some sort; None: cannot be told."""


def safety_events(row: Extracted, person: Person, cut_on: date) -> tuple[SafetyEvent, ...]:
    """The events of one participant that had begun by the cut, as far as can be told."""
    record = row.record()
    forms = zip(adverse_events(row), map(record.scope, record.all("AE")), strict=True)
    found = (_event(what, scope, person, cut_on) for what, scope in forms)
    return tuple(event for event in found if event.first <= cut_on)


def _event(what: AdverseEvent, scope: InstanceScope, person: Person, cut_on: date) -> SafetyEvent:
    ended = scope.item("AE.AEENDAT")
    # An event begins before it ends, in life and before the cut: a partial onset is narrowed by what must be so, never guessed.
    bounds = (ended, person.died_on, cut_on)
    first, last = possible_days(what.onset_on, (latest(b) for b in bounds if b is not None))
    actions = [scope.code(f"AE.{name}") for name in ACTIONS]
    return SafetyEvent(
        what,
        first,
        last,
        scope.crf.address,
        resolved_between(ended, cut_on),
        scope.code("AE.AEOUT"),
        _taken(actions, DELAYING),
        _taken(actions, STOPPING),
        scope.code("AE.AEIR"),
    )


def possible_days(onset: AnyDate | None, bounds: Iterable[date]) -> tuple[date, date]:
    """First and last day of an onset, the last held by bounds; an onset nobody gave may be any day before them."""
    first, last = (date.min, date.max) if onset is None else (earliest(onset), latest(onset))
    return first, max(first, min(last, *bounds))


def resolved_between(ended: AnyDate | None, cut_on: date) -> tuple[date, date] | None:
    """The days on which an event may have ended; None where it had not by the cut."""
    return None if ended is None or earliest(ended) > cut_on else (earliest(ended), min(latest(ended), cut_on))


def _taken(actions: Iterable[str | None], wanted: frozenset[str]) -> bool | None:
    given = list(actions)
    return True if wanted & set(given) else None if None in given else False


@dataclass(frozen=True)
class Observed:
    """A participant with the days at risk by period, and every event with the periods it may lie in."""

    person: Person
    timeline: Timeline
    events: tuple[SafetyEvent, ...] = ()

    @property
    def participant(self) -> str:
        return self.person.participant


@dataclass(frozen=True)
class Selection:
    """Who entered the wanted periods, and what happened to them there: the denominator and the events of one column of a table."""

    members: tuple[Observed, ...]
    wanted: frozenset[str] = AT_RISK

    @classmethod
    def of(cls, people: Iterable[Observed], wanted: frozenset[str] = AT_RISK) -> Selection:
        """Those of `people` who spent at least a day in the periods."""
        return cls(tuple(p for p in people if p.timeline.entered(wanted)), wanted)

    @property
    def n(self) -> int:
        return len(self.members)

    def in_it(self, member: Observed, event: SafetyEvent) -> bool | None:
        """Whether the event began in these periods; None where its date leaves it open."""
        return within(member.timeline.possible(event.first, event.last), self.wanted)

    def verdicts(self, rule: Rule) -> Iterator[tuple[Observed, SafetyEvent, bool | None]]:
        """Every event of every member, and whether it is of the sort and in these periods."""
        for member in self.members:
            for event in member.events:
                yield member, event, both(self.in_it(member, event), rule(event))

    def judged(self, rule: Rule) -> Iterator[tuple[Observed, tuple[SafetyEvent, ...], bool]]:
        """Every member with the events that are of the sort and in these periods, and whether of another one it cannot be told."""
        for member in self.members:
            verdicts = [(event, both(self.in_it(member, event), rule(event))) for event in member.events]
            yield member, tuple(e for e, v in verdicts if v), any(v is None for _, v in verdicts)

    def sure(self) -> tuple[AdverseEvent, ...]:
        """The events that lie in these periods for certain, for a table by term."""
        return tuple(event.what for _, event, verdict in self.verdicts(lambda _: True) if verdict)

    @property
    def undated(self) -> int:
        """Events of members of which the date does not tell whether they lie in these periods."""
        return sum(verdict is None for *_, verdict in self.verdicts(lambda _: True))
