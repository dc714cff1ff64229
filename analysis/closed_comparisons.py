"""Two groups in one estimand: curves, hazard ratio, tests, proportionality, restricted means, differences at landmarks. Closed.

Randomised: watch-and-wait against surgery as allocated, stratified as the primary comparison is (`analysis.closed.STRATA`). Watched: by the
way into watch-and-wait, which nobody drew: descriptive, without strata. Every number is an estimate or the reason why there is none.
Sources: PROTOCOL 7 and 8; `docs/decisions/0022-estimators.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from analysis.closed import ARMS, STRATA, WAYS, ArmUnknown, Factors, stratum
from analysis.course_row import CourseRow
from analysis.cox import CoxFit, cox
from analysis.effects import Coefficient
from analysis.endpoints import COMPETING, EVENT, TimeTable, derive_all
from analysis.estimands import ALL_RANDOMISED, Estimand
from analysis.fine_gray import fine_gray
from analysis.gray import GrayTest, gray_test
from analysis.incidence import Incidence, aalen_johansen
from analysis.landmark import YEARS, RateDifference, rate_difference
from analysis.logrank import LogRank, log_rank
from analysis.not_estimable import NotEstimable
from analysis.proportionality import proportionality
from analysis.rmst import RmstDifference, rmst_difference
from analysis.steps import Estimate
from analysis.survival import Curve, follow_up, kaplan_meier
from forms.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
TEST = TypeVar("TEST", LogRank, GrayTest)
TAU = 3 * DAYS_PER_YEAR
"""Restricted means to 3 years: the time at which PROTOCOL 8 states the rate that the margin stands on."""
DOUBT = 0.05
"""Below this p of the proportionality test the restricted means stand beside the hazard ratio."""


@dataclass(frozen=True)
class Missing:
    """Why a number is not given."""

    problem: str


@dataclass(frozen=True)
class Group:
    """One of the two: its curve of the event, and of competing events where the estimand has them; follow-up in days."""

    label: str
    curve: Curve | Incidence
    competing: Incidence | None
    follow_up: Estimate


@dataclass(frozen=True)
class Survived:
    """Comparison without competing events. `hazard` and `test` are stratified, `plain` is not; `restricted` None: not called for."""

    strata: tuple[str, ...]
    hazard: Coefficient | Missing
    plain: Coefficient | Missing
    test: LogRank | Missing
    proportional: float | Missing
    restricted: RmstDifference | Missing | None
    landmarks: tuple[RateDifference | Missing, ...]


@dataclass(frozen=True)
class Competed:
    """Comparison with competing events: hazard of the event and of its incidence, the same of competing events, Gray's test.

    `landmarks`: difference of the incidence of the event, the first group less the second.
    """

    cause: Coefficient | Missing
    subdistribution: Coefficient | Missing
    competing: Coefficient | Missing
    competing_subdistribution: Coefficient | Missing
    gray: GrayTest | Missing
    landmarks: tuple[RateDifference | Missing, ...]


@dataclass(frozen=True)
class Compared:
    """An estimand by group; the first group against the second. `notes`: footnotes with how many participants each concerns."""

    estimand: Estimand
    groups: tuple[Group, Group]
    comparison: Survived | Competed
    notes: tuple[tuple[str, int], ...]


def compared(rows: Sequence[CourseRow], estimand: Estimand, factors: Factors) -> Compared:
    """By arm where all randomised are counted, else by way. `factors`: of each allocation. Raises ArmUnknown."""
    table = derive_all(rows, estimand)
    randomised = estimand.population is ALL_RANDOMISED
    labels = ARMS if randomised else (WAYS[0][1], WAYS[1][1])
    frame = _frame(table, _by_arm(rows) if randomised else _by_way(rows), labels, factors)
    first, second = (_group(frame[frame["group"] == label], label, bool(estimand.competing)) for label in labels)
    strata = STRATA if randomised else ()
    found = (
        _competed(frame, (first, second)) if estimand.competing else _survived(frame, labels, (first, second), strata)
    )
    return Compared(estimand, (first, second), found, table.notes)


def _by_arm(rows: Sequence[CourseRow]) -> dict[str, str | None]:
    return {row.participant: row.arm for row in rows if row.randomised_on}


def _by_way(rows: Sequence[CourseRow]) -> dict[str, str | None]:
    ways = {cohort: label for cohort, label, _ in WAYS}
    return {row.participant: ways.get(row.cohort or "") for row in rows}


def _frame(
    table: TimeTable,
    groups: Mapping[str, str | None],
    labels: tuple[str, str],
    factors: Factors,
) -> pd.DataFrame:
    """One row a participant: `group`, `first` 1 for who is in the first, days, status, and the strata."""
    import pandas as pd

    if unknown := sorted(row.participant for row in table.rows if groups.get(row.participant) not in labels):
        raise ArmUnknown(tuple(unknown))
    rows = [
        (
            row.participant,
            groups[row.participant],
            float(groups[row.participant] == labels[0]),
            row.days,
            row.status,
            *stratum(factors, row.participant),
        )
        for row in table.rows
    ]
    return pd.DataFrame(rows, columns=["participant", "group", "first", "days", "status", *STRATA])


def _group(part: pd.DataFrame, label: str, competing: bool) -> Group:
    days, status = part["days"].to_numpy(dtype=float), part["status"].to_numpy(dtype=int)
    seen = follow_up(days, (status != 0).astype(int)).median
    if competing:
        return Group(label, aalen_johansen(days, status, EVENT), aalen_johansen(days, status, COMPETING), seen)
    return Group(label, kaplan_meier(days, status), None, seen)


def _survived(
    frame: pd.DataFrame, labels: tuple[str, str], groups: tuple[Group, Group], strata: tuple[str, ...]
) -> Survived:
    days, event, group = (
        frame["days"].to_numpy(dtype=float),
        frame["status"].to_numpy(dtype=int),
        frame["group"].tolist(),
    )
    within = list(zip(*(frame[name] for name in strata), strict=True)) if strata and len(frame) else None
    proportional = or_why(lambda: proportionality(_fit(frame, strata)).together.p)
    doubted = isinstance(proportional, float) and proportional < DOUBT
    return Survived(
        strata,
        or_why(lambda: _fit(frame, strata)["first"]),
        or_why(lambda: _fit(frame, ())["first"]),
        or_why(lambda: _informed(log_rank(days, event, group, within, groups=labels))),
        proportional,
        or_why(lambda: rmst_difference(days, event, group, TAU, groups=(labels[1], labels[0]))) if doubted else None,
        landmarks(groups[0].curve, groups[1].curve),
    )


def landmarks(
    first: Curve | Incidence, second: Curve | Incidence, years: Sequence[int] = YEARS
) -> tuple[RateDifference | Missing, ...]:
    """First less second at each year."""
    return tuple(or_why(partial(rate_difference, second, first, year * DAYS_PER_YEAR)) for year in years)


def _informed(test: TEST) -> TEST:
    """The test. Raises NotEstimable where it had nothing to compare."""
    if test.p is None:
        raise NotEstimable("no event to compare by")
    return test


def _fit(frame: pd.DataFrame, strata: tuple[str, ...], event: str = "status") -> CoxFit:
    return cox(frame, days="days", event=event, covariates=["first"], strata=strata, identity="participant")


def _competed(frame: pd.DataFrame, groups: tuple[Group, Group]) -> Competed:
    kinds = frame.assign(own=(frame["status"] == EVENT).astype(int), other=(frame["status"] == COMPETING).astype(int))
    days, status, group = (
        frame["days"].to_numpy(dtype=float),
        frame["status"].to_numpy(dtype=int),
        frame["group"].tolist(),
    )
    labels = tuple(each.label for each in groups)
    return Competed(
        or_why(lambda: _fit(kinds, (), "own")["first"]),
        or_why(lambda: _incidence_ratio(frame, EVENT)),
        or_why(lambda: _fit(kinds, (), "other")["first"]),
        or_why(lambda: _incidence_ratio(frame, COMPETING)),
        or_why(lambda: _informed(gray_test(days, status, group, groups=labels))),
        landmarks(groups[0].curve, groups[1].curve),
    )


def _incidence_ratio(frame: pd.DataFrame, cause: int) -> Coefficient:
    fit = fine_gray(frame, days="days", status="status", covariates=["first"], cause=cause, identity="participant")
    return fit["first"]


def or_why(make: Callable[[], T]) -> T | Missing:
    """What is made, or the reason why nothing is."""
    try:
        return make()
    except NotEstimable as none:
        return Missing(none.problem)
