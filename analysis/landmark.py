"""Landmarks: survival or incidence compared at one day, and analyses that start anew from it.

Source: Klein et al. 2007 (two survival rates at a fixed day, log(-log) scale; incidences in the same way, with their own variances);
Anderson, Cain & Gelber 1983 (a landmark analysis keeps who is still event-free and under observation at the day, and looks at the past
only up to it: nobody is credited with having lived long enough to respond).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.effects import Chi2, chi2_test
from analysis.not_estimable import NotEstimable
from analysis.samples import critical
from analysis.steps import position
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

    from analysis.incidence import Incidence
    from analysis.survival import Curve

YEARS = (1, 2, 3, 5)
"""Years after the origin at which outputs tell survival and incidence."""
DEFINITION = _l("Differences of rates: percentage points, normal limits from Greenwood's variance.")
COMPETING = _l(
    "Differences of incidence: percentage points, normal limits from the variances of both Aalen-Johansen estimates."
)


@dataclass(frozen=True)
class RateDifference:
    """Second curve less first at `at` days, with Wald limits; `test` on the log(-log) scale.

    `se`, limits and `test` are None where a rate is 0 or 1: its variance is then estimated as 0, which is not certainty.
    """

    at: float
    rates: tuple[float, float]
    difference: float
    se: float | None = None
    lower: float | None = None
    upper: float | None = None
    test: Chi2 | None = None


def rate_difference(
    first: Curve | Incidence, second: Curve | Incidence, at: float, *, level: float = 0.95
) -> RateDifference:
    """Second less first at a day: two Kaplan-Meier curves, or two incidences of the same kind of event.

    Parameters
    ----------
    first, second : Curve or Incidence
        What `kaplan_meier` or `aalen_johansen` gave in two groups of different people.
    at : float
        The day.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    RateDifference
        As a share, not in percent.

    Raises
    ------
    NotEstimable
        In one of the groups nobody was at risk any more.
    ValueError
        One is of survival and the other of incidence, or they are of different kinds of event.

    References
    ----------
    Klein et al. 2007, Stat Med 26:4505-4519; variances: Greenwood, and Marubini & Valsecchi 1995, section 10.
    """
    if getattr(first, "cause", None) != getattr(second, "cause", None):
        raise ValueError("a difference is of two curves of one kind of event")
    (one, var_one), (two, var_two) = _rate(first, at), _rate(second, at)
    difference = two - one
    if not (0 < one < 1 and 0 < two < 1):
        return RateDifference(at, (one, two), difference)
    se = math.sqrt(var_one + var_two)
    half, test = critical(level) * se, _test(one, var_one, two, var_two)
    return RateDifference(at, (one, two), difference, se, difference - half, difference + half, test)


def _rate(curve: Curve | Incidence, at: float) -> tuple[float, float]:
    value = curve.at(at).value
    if value is None or not curve.at_risk_at(at):
        raise NotEstimable(f"nobody was at risk at {at:g} days")
    here = position(curve.times, at)
    return value, 0.0 if here < 0 else curve.variance[here] or 0.0


def _test(one: float, var_one: float, two: float, var_two: float) -> Chi2:
    spread = var_one / (one * math.log(one)) ** 2 + var_two / (two * math.log(two)) ** 2
    return chi2_test((math.log(-math.log(one)) - math.log(-math.log(two))) ** 2 / spread, 1)


def from_landmark(frame: pd.DataFrame, *, days: str, at: float) -> pd.DataFrame:
    """The rows still at risk after a day, their time counted from it; an event on the day itself lies before.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a participant.
    days : str
        Column of the time in days.
    at : float
        The day.

    Returns
    -------
    pandas.DataFrame
        The rows that are left, with their other columns as they were.

    Raises
    ------
    NotEstimable
        Nobody was at risk after the day.

    References
    ----------
    Anderson, Cain & Gelber 1983, J Clin Oncol 1:710-719.
    """
    kept = frame[frame[days] > at]
    if not len(kept):
        raise NotEstimable(f"nobody was at risk after {at:g} days")
    return kept.assign(**{days: kept[days] - at})
