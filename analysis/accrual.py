"""Accrual against plan: by calendar month and by site, enrolled and randomised.

The plan is uniform (PROTOCOL 8): so many a month from the day the trial opened, nothing after its last month.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analysis.course_row import CourseRow, Day
from analysis.cut import at_the_cut
from forms.derivations.course import months_later
from trial.protocol import Design


@dataclass(frozen=True)
class AccrualPlan:
    """So many enrolled and randomised over so many months from `opened_on`, uniformly."""

    opened_on: Day
    enrolled: int
    randomised: int
    months: int

    @classmethod
    def of(cls, design: Design, opened_on: Day) -> "AccrualPlan":
        """The plan the protocol states, from the day this trial opened."""
        return cls(opened_on, design.enrolled, design.randomised, design.accrual_months)

    def share(self, on: Day) -> float:
        """The part of the plan that should be in by the end of that day, 0 to 1."""
        whole = (months_later(self.opened_on, self.months) - self.opened_on).days
        return min(max((on - self.opened_on).days / whole, 0.0), 1.0)


@dataclass(frozen=True)
class Month:
    """One month of the trial, `starts_on` to the day before the next: new in it, all so far, and planned so far.

    `ends_on` is the last day counted: the day before the next month, or the cut.
    """

    starts_on: Day
    ends_on: Day
    enrolled: int
    randomised: int
    all_enrolled: int
    all_randomised: int
    planned_enrolled: float
    planned_randomised: float


@dataclass(frozen=True)
class SiteAccrual:
    """One site to the cut: consented, enrolled (eligibility signed), screen failures, randomised."""

    site: str
    consented: int
    enrolled: int
    screen_failures: int
    randomised: int


@dataclass(frozen=True)
class Accrual:
    """Accrual to the cut. Dates before the opening count in the first month."""

    plan: AccrualPlan
    cut_on: Day
    months: tuple[Month, ...]
    sites: tuple[SiteAccrual, ...]
    enrolled_on: tuple[Day, ...]
    randomised_on: tuple[Day, ...]

    @property
    def planned_enrolled(self) -> float:
        return self.plan.enrolled * self.plan.share(self.cut_on)

    @property
    def planned_randomised(self) -> float:
        return self.plan.randomised * self.plan.share(self.cut_on)


def accrual(rows: Iterable[CourseRow], plan: AccrualPlan, *, cut_on: Day) -> Accrual:
    """Count the rows to the cut. Enrolled: eligibility signed (`eligible_on`)."""
    courses = tuple(at_the_cut(row) for row in rows)
    enrolled = tuple(sorted(row.eligible_on for row in courses if row.eligible_on))
    randomised = tuple(sorted(row.randomised_on for row in courses if row.randomised_on))
    return Accrual(plan, cut_on, _months(enrolled, randomised, plan, cut_on), _sites(courses), enrolled, randomised)


def _months(
    enrolled: tuple[Day, ...], randomised: tuple[Day, ...], plan: AccrualPlan, cut_on: Day
) -> tuple[Month, ...]:
    made: list[Month] = []
    starts = plan.opened_on
    while starts <= cut_on:
        following = months_later(plan.opened_on, len(made) + 1)
        last = min(following - Day.resolution, cut_on)
        made.append(_month(enrolled, randomised, plan, starts, last, made[-1] if made else None))
        starts = following
    return tuple(made)


def _month(
    enrolled: tuple[Day, ...],
    randomised: tuple[Day, ...],
    plan: AccrualPlan,
    starts: Day,
    last: Day,
    before: Month | None,
) -> Month:
    all_enrolled, all_randomised = sum(day <= last for day in enrolled), sum(day <= last for day in randomised)
    share = plan.share(last)
    return Month(
        starts,
        last,
        all_enrolled - (before.all_enrolled if before else 0),
        all_randomised - (before.all_randomised if before else 0),
        all_enrolled,
        all_randomised,
        plan.enrolled * share,
        plan.randomised * share,
    )


def _sites(rows: tuple[CourseRow, ...]) -> tuple[SiteAccrual, ...]:
    consented = Counter(row.site for row in rows if row.consent_on)
    enrolled = Counter(row.site for row in rows if row.eligible_on)
    failed = Counter(row.site for row in rows if row.screen_failed_on)
    randomised = Counter(row.site for row in rows if row.randomised_on)
    return tuple(
        SiteAccrual(site, consented[site], enrolled[site], failed[site], randomised[site])
        for site in sorted({row.site for row in rows})
    )
