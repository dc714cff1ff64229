"""Rates by exposure: participants with a first event in so many person-years at risk, with exact limits.

At risk: every day in the periods up to the first event, the day of the event included; without an event, all of them. An event whose
date leaves several days open counts on the earliest that is in the periods. Sources: ICH E9; Garwood 1936 (`analysis.rates`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from analysis.not_estimable import NotEstimable
from analysis.rates import Exact, rate
from analysis.safety.events import Observed, Rule, SafetyEvent, Selection
from forms.dates import DAYS_PER_YEAR


@dataclass(frozen=True)
class ExposureRate:
    """Participants with an event, person-years at risk, and the rate a person-year; None where nobody was at risk.

    `unknown`: further participants of whom it cannot be told whether they had one; they count as without. `imputed`: participants
    with an event that lacks its day.
    """

    participants: int
    years: float
    rate: Exact | None
    unknown: int = 0
    imputed: int = 0


def exposure_rate(selection: Selection, rule: Rule) -> ExposureRate:
    """The rate of the first event of a sort in the periods of a selection."""
    days = events = unknown = imputed = 0
    for member, found, perhaps in selection.judged(rule):
        first = first_day(member, found, selection.wanted)
        days += member.timeline.days(selection.wanted, first)
        events += first is not None
        unknown += first is None and perhaps
        imputed += any(e.first != e.last for e in found)
    return ExposureRate(events, days / DAYS_PER_YEAR, _rate(events, days / DAYS_PER_YEAR), unknown, imputed)


def first_day(member: Observed, events: Iterable[SafetyEvent], wanted: frozenset[str]) -> date | None:
    """The earliest day in the periods on which the first of the events may have begun; None without an event."""
    spans = [s for s in member.timeline.spans if s.period in wanted]
    days = [max(e.first, s.since) for e in events for s in spans if s.since <= e.last and e.first <= s.to]
    return min(days, default=None)


def _rate(events: int, years: float) -> Exact | None:
    try:
        return rate(events, years)
    except NotEstimable:
        return None
