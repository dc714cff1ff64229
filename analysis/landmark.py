"""Landmarks: rates compared at one day, and analyses that start anew from it.

Source: Klein et al. 2007 (two survival rates at a fixed day, log(-log) scale); Anderson, Cain & Gelber 1983 (a landmark analysis keeps
who is still event-free and under observation at the day, and looks at the past only up to it: nobody is credited with having
lived long enough to respond).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.effects import Chi2, chi2_test
from analysis.not_estimable import NotEstimable
from analysis.samples import critical
from analysis.steps import position

if TYPE_CHECKING:
    import pandas as pd

    from analysis.survival import Curve


@dataclass(frozen=True)
class RateDifference:
    """Second curve less first at `at` days, with Wald limits from Greenwood; `test` on the log(-log) scale, None where a rate is 0 or 1."""

    at: float
    rates: tuple[float, float]
    difference: float
    se: float
    lower: float
    upper: float
    test: Chi2 | None


def rate_difference(first: Curve, second: Curve, at: float, *, level: float = 0.95) -> RateDifference:
    """Raises NotEstimable where one of the curves does not reach the day."""
    (one, var_one), (two, var_two) = _rate(first, at), _rate(second, at)
    difference, se = two - one, math.sqrt(var_one + var_two)
    half = critical(level) * se
    return RateDifference(
        at, (one, two), difference, se, difference - half, difference + half, _test(one, var_one, two, var_two)
    )


def _rate(curve: Curve, at: float) -> tuple[float, float]:
    value = curve.at(at).value
    if value is None or not curve.at_risk_at(at):
        raise NotEstimable(f"nobody was at risk at {at:g} days")
    here = position(curve.times, at)
    return value, 0.0 if here < 0 else curve.variance[here] or 0.0


def _test(one: float, var_one: float, two: float, var_two: float) -> Chi2 | None:
    if not (0 < one < 1 and 0 < two < 1):
        return None
    spread = var_one / (one * math.log(one)) ** 2 + var_two / (two * math.log(two)) ** 2
    return chi2_test((math.log(-math.log(one)) - math.log(-math.log(two))) ** 2 / spread, 1)


def from_landmark(frame: pd.DataFrame, *, days: str, at: float) -> pd.DataFrame:
    """The rows still at risk after day `at`, their time counted from it. An event on the day itself lies before. Raises NotEstimable."""
    kept = frame[frame[days] > at]
    if not len(kept):
        raise NotEstimable(f"nobody was at risk after {at:g} days")
    return kept.assign(**{days: kept[days] - at})
