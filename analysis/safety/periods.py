"""Which period of the trial a day belongs to: every day at risk to exactly one, so that rates of periods add up.

Where reporting periods (`trial.safety`) overlap, an operation goes before the decision and the decision before therapy: what was done
last is what a new event is held against. Days in none of them are follow-up. Both ends of a period belong to it. Source: PROTOCOL 9.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from forms.text import _l
from trial.safety import Period

BEFORE, NEOADJUVANT, DECISION, PERIOPERATIVE, FOLLOW_UP, AFTER = (
    "BEFORE", "NEOADJUVANT", "DECISION", "PERIOPERATIVE", "FOLLOW_UP", "AFTER",
)  # fmt: skip
TITLES = {
    NEOADJUVANT: _l("Neoadjuvant therapy"),
    DECISION: _l("Decision to 90 days"),
    PERIOPERATIVE: _l("Operation to 90 days"),
    FOLLOW_UP: _l("Follow-up"),
}
"""The periods at risk, in the order of the course."""
AT_RISK = frozenset(TITLES)
DEFINITION = _l(
    "Neoadjuvant therapy: first dose to 30 days after the last, 90 with immunotherapy. Decision: to 90 days after it. "
    "A day in both belongs to the later begun. Follow-up: every other day until death, withdrawal, end of study or the cut."
)
_BEGUN_LAST = {"operation": PERIOPERATIVE, "decision": DECISION, "therapy": NEOADJUVANT}
_DAY = timedelta(1)


@dataclass(frozen=True)
class Span:
    """Days of one period, both ends included."""

    period: str
    since: date
    to: date

    @property
    def days(self) -> int:
        return (self.to - self.since).days + 1


@dataclass(frozen=True)
class Timeline:
    """The days at risk of one participant from the origin to the end, in spans without a gap; none where there was no origin."""

    spans: tuple[Span, ...] = ()

    def entered(self, wanted: frozenset[str] = AT_RISK) -> bool:
        """Whether at least one day was spent in one of the periods."""
        return any(span.period in wanted for span in self.spans)

    def days(self, wanted: frozenset[str] = AT_RISK, until: date | None = None) -> int:
        """Days at risk in the periods, up to and with the day `until`."""
        ends = ((s, s.to if until is None else min(s.to, until)) for s in self.spans if s.period in wanted)
        return sum(max((end - s.since).days + 1, 0) for s, end in ends)

    def possible(self, first: date, last: date) -> frozenset[str]:
        """Every period a day from `first` to `last` lies in: one where it can be told, several where it cannot."""
        if not self.spans:
            return frozenset({BEFORE})
        found = {span.period for span in self.spans if span.since <= last and first <= span.to}
        before, after = first < self.spans[0].since, last > self.spans[-1].to
        return frozenset(found | ({BEFORE} if before else set()) | ({AFTER} if after else set()))


def timeline(periods: Iterable[Period], origin: date | None, end: date) -> Timeline:
    """The days from `origin` to `end`, both included, by period."""
    if origin is None or end < origin:
        return Timeline()
    known = tuple(periods)
    turns = {p.since for p in known} | {p.to + _DAY for p in known if p.to is not None}
    starts = [origin, *sorted(day for day in turns if origin < day <= end)]
    stops = [*(day - _DAY for day in starts[1:]), end]
    return Timeline(_joined(Span(_period_on(known, day), day, to) for day, to in zip(starts, stops, strict=True)))


def within(possible: frozenset[str], wanted: frozenset[str]) -> bool | None:
    """Whether what may lie in those periods lies in the wanted ones; None where the unknown part of the date decides."""
    if possible <= wanted:
        return True
    return None if possible & wanted else False


def _period_on(periods: Iterable[Period], day: date) -> str:
    covering = {p.name for p in periods if p.since <= day and (p.to is None or day <= p.to)}
    return next((period for name, period in _BEGUN_LAST.items() if name in covering), FOLLOW_UP)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].period == span.period:
            joined[-1] = Span(span.period, joined[-1].since, span.to)
        else:
            joined.append(span)
    return tuple(joined)
