"""Regrowth as what is known of it: between the last clear examination and the first suspicion. Values in, values out. Closed.

PROTOCOL 7 dates a regrowth to the first suspicious examination, which is late by up to the time between two visits. Turnbull's estimate
assumes nothing in between; it is of staying free of regrowth, of an operation without one and of death together, since to censor what
competes would overstate regrowth. The Weibull model is of the hazard of regrowth, for which what competes does end the time at risk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, sqrt
from statistics import median
from typing import TYPE_CHECKING

from analysis.closed import WAYS
from analysis.closed_comparisons import Missing, or_why
from analysis.closed_watching import watched
from analysis.course_row import CourseRow
from analysis.effects import Coefficient
from analysis.endpoints import CENSORED, EVENT, TimeToEvent, derive, regrowth_interval
from analysis.estimands import REGROWTH
from analysis.landmark import YEARS
from analysis.not_estimable import NotEstimable
from analysis.samples import critical
from analysis.steps import Estimate, observed_at
from analysis.survival import Curve, kaplan_meier
from analysis.turnbull import turnbull
from analysis.weibull import weibull
from forms.dates import DAYS_PER_YEAR

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Known:
    """One participant watched: free at day `lower`, not at `upper` (None: free so far); `status` as in the estimand of regrowth."""

    participant: str
    cohort: str
    status: int
    lower: float
    upper: float | None


@dataclass(frozen=True)
class Free:
    """Free of all three at `years`: from the smallest to the largest that Turnbull's estimate allows, and by Kaplan-Meier as dated."""

    years: int
    between: tuple[float, float] | None
    dated: Estimate


@dataclass(frozen=True)
class Hazard:
    """Weibull: `shape` above 1, a rising hazard of regrowth; `ratio` allocated over chosen, where both are there."""

    shape: Estimate
    ratio: Coefficient | Missing


@dataclass(frozen=True)
class BetweenVisits:
    """`widths`: days from the last clear examination to the first suspicion, of each regrowth that had a clear one before."""

    known: tuple[Known, ...]
    widths: tuple[float, ...]
    free: tuple[Free, ...]
    hazard: Hazard | Missing

    @property
    def width(self) -> float | None:
        """The median."""
        return median(self.widths) if self.widths else None


def between_visits(rows: Iterable[CourseRow]) -> BetweenVisits:
    """Everybody watched."""
    people = [(row, found) for row in watched(rows) if (found := derive(row, REGROWTH))]
    known = tuple(sorted((_known(row, found) for row, found in people), key=lambda k: k.participant))
    intervals = [regrowth_interval(row) for row, found in people if found.status == EVENT]
    widths = sorted(float((right - left).days) for left, right in filter(None, intervals) if left is not None)
    return BetweenVisits(known, tuple(widths), _free(known), or_why(lambda: _hazard(known)))


def _known(row: CourseRow, found: TimeToEvent) -> Known:
    """A competing event has its day; so has a regrowth that was there on the day of origin."""
    end = float(found.days)
    lower, upper = (end, None if found.status == CENSORED else end)
    if found.status == EVENT and end > 0:
        clear = (regrowth_interval(row) or (None,))[0]
        lower = 0.0 if clear is None else float(max((clear - found.origin_on).days, 0))
    return Known(row.participant, row.cohort or "", found.status, lower, upper)


def _free(known: tuple[Known, ...]) -> tuple[Free, ...]:
    if not known:
        return ()
    estimate = turnbull([k.lower for k in known], [k.upper for k in known])
    ends = [k.lower if k.upper is None else k.upper for k in known]
    curve = kaplan_meier(ends, [int(k.status != CENSORED) for k in known])
    return tuple(_at(year, estimate.at, curve) for year in YEARS)


def _at(year: int, at: Callable[[float], tuple[float, float]], curve: Curve) -> Free:
    """Nothing once nobody is at risk, as for any curve."""
    day = year * DAYS_PER_YEAR
    return Free(year, at(day) if curve.at_risk_at(day) else None, observed_at(curve, day))


def _hazard(known: tuple[Known, ...]) -> Hazard:
    frame = _frame(known)
    alone = weibull(frame, lower="lower", upper="upper", identity="participant")
    half = critical(0.95) * sqrt(alone.covariance[0][0]) / alone.shape
    shape = Estimate(alone.shape, alone.shape * exp(-half), alone.shape * exp(half))
    return Hazard(shape, or_why(lambda: _ratio(frame)))


def _ratio(frame: pd.DataFrame) -> Coefficient:
    fit = weibull(frame, lower="lower", upper="upper", covariates=["first"], identity="participant")
    return fit["first"]


def _frame(known: tuple[Known, ...]) -> pd.DataFrame:
    """For the hazard of regrowth: what competes ends the time at risk. A regrowth on day 0 and nobody's time have no place in it."""
    import pandas as pd

    rows = [
        (k.participant, k.lower, k.upper if k.status == EVENT else None, float(k.cohort == WAYS[0][0]))
        for k in known
        if (k.upper if k.status == EVENT else k.lower)
    ]
    if not rows:
        raise NotEstimable("nobody has a day at risk")
    frame = pd.DataFrame(rows, columns=["participant", "lower", "upper", "first"])
    return frame.astype({"lower": float, "upper": float})
