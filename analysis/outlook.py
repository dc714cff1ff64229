"""The forecast of the trial at a cut: who is still to come and which events are still to happen, against the design of PROTOCOL 8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from analysis.course_row import CourseRow, Day
from analysis.endpoints import EVENT, derive_all
from analysis.estimands import NRDFS
from analysis.forecast import HORIZON, Intake, Rate, Risk, days_to, days_to_events, recruitment
from analysis.steps import Estimate
from trial.protocol import Design


@dataclass(frozen=True)
class Target:
    """One count against its target. `days`: from the cut until it is reached; `rate` None: nobody came yet, no forecast."""

    target: int
    so_far: int
    rate: Rate | None
    days: Estimate

    @property
    def missing(self) -> int:
        return max(self.target - self.so_far, 0)


@dataclass(frozen=True)
class Outlook:
    """At the cut. `open_sites`: sites open by then; `lag`: median days from enrolment to randomisation of who was randomised.

    `risk`: pooled over arms; `last_intake`: days until the last randomised participant is expected, at the median.
    """

    cut_on: Day
    open_sites: int
    enrolled: Target
    randomised: Target
    lag: float | None
    events: Target
    risk: Risk
    last_intake: float | None

    def date(self, days: float | None) -> Day | None:
        """The day so many days from the cut, rounded up; None beyond what can be forecast."""
        return None if days is None or days > HORIZON else self.cut_on + timedelta(days=-int(-days // 1))


def outlook(rows: Iterable[CourseRow], opened: Mapping[str, Day], cut_on: Day, design: Design) -> Outlook:
    """Rows that have been cut. A site counts as open from its opening, or from the first consent where that is not known."""
    people = tuple(rows)
    since = _openings(people, opened)
    lags = [(r.randomised_on - r.eligible_on).days for r in people if r.randomised_on and r.eligible_on]
    lag = float(median(lags)) if lags else None
    came = Counter(r.site for r in people if r.eligible_on)
    drawn = Counter(r.site for r in people if r.randomised_on)
    enrolled = _target(design.enrolled, came, since, cut_on, 0.0)
    randomised = _target(design.randomised, drawn, since, cut_on, lag or 0.0)
    table = derive_all(people, NRDFS)
    events = sum(status == EVENT for status in table.status)
    gone = {r.participant for r in people if r.ended_on or r.withdrawn_on or r.died_on}
    free = sum(made.status != EVENT and made.participant not in gone for made in table.rows)
    risk = Risk(events, float(sum(table.days)), free)
    last = randomised.days.value
    intake = Intake(randomised.missing / last, last) if last else Intake(0.0, 0.0)
    more = max(design.events - events, 0)
    # Without an intake that can be forecast, nor can events of those who are still to come.
    days = Estimate(None) if last is None and more else days_to_events(more, risk, intake)
    return Outlook(cut_on, len(since), enrolled, randomised, lag, Target(design.events, events, None, days), risk, last)


def _openings(people: tuple[CourseRow, ...], opened: Mapping[str, Day]) -> dict[str, Day]:
    first: dict[str, Day] = dict(opened)
    for row in people:
        if row.consent_on and (row.site not in opened or row.consent_on < opened[row.site]):
            first[row.site] = min(row.consent_on, first.get(row.site, row.consent_on))
    return first


def _target(target: int, counts: Mapping[str, int], since: Mapping[str, Day], cut_on: Day, lag: float) -> Target:
    """`lag`: days that a site is open before anybody of this count can come from it."""
    sites = sorted({*since, *counts})
    open_for = [max((cut_on - since[s]).days + 1 - lag, 0.0) if s in since else 0.0 for s in sites]
    # Somebody came sooner than the usual lag: the site was open to this count for a day at least.
    exposed = [max(days, 1.0) if counts.get(site, 0) else days for site, days in zip(sites, open_for, strict=True)]
    rate = recruitment([counts.get(site, 0) for site in sites], exposed)
    so_far = sum(counts.values())
    missing = max(target - so_far, 0)
    days = days_to(missing, rate) if rate else Estimate(0.0 if not missing else None)
    return Target(target, so_far, rate, days)
