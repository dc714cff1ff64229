"""Difference of two rates by the score method.

Source: Miettinen & Nurminen 1985, Stat Med 4:213-226, section on rates: the statistic of a difference d uses the rates likeliest under
it, which for Poisson counts are a root of a quadratic; limits are where it reaches the normal quantile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analysis.rates import Counted, check_counted
from analysis.samples import critical
from forms.text import _l

DEFINITION = _l("Difference of rates with score limits (Miettinen and Nurminen 1985).")


@dataclass(frozen=True)
class ScoreDifference:
    """First less second per unit of time, with limits."""

    value: float
    lower: float
    upper: float


def score_difference(first: Counted, second: Counted, *, level: float = 0.95) -> ScoreDifference:
    """Each (events, time). Raises NotEstimable without time at risk in one of them, ValueError for an impossible count."""
    check_counted(first, second)
    (x1, t1), (x2, t2) = first, second
    seen, z = x1 / t1 - x2 / t2, critical(level)
    width = (x1 + x2 + z * z) * (1 / t1 + 1 / t2)
    return ScoreDifference(seen, _crossing(first, second, z, seen - width), _crossing(first, second, -z, seen + width))


def rate_score_z(first: Counted, second: Counted, difference: float) -> float:
    """The normal statistic of a true difference: positive where more was seen."""
    (x1, t1), (x2, t2) = first, second
    r1, r2 = restricted_rates(first, second, difference)
    excess, variance = x1 / t1 - x2 / t2 - difference, r1 / t1 + r2 / t2
    return excess / math.sqrt(variance) if variance > 0 else 0.0


def restricted_rates(first: Counted, second: Counted, difference: float) -> tuple[float, float]:
    """The likeliest pair of rates that differ by so much."""
    (x1, t1), (x2, t2) = first, second
    # In the second rate: a r^2 + b r + c = 0; the greater root, written so that nothing cancels.
    a, b, c = t1 + t2, difference * (t1 + t2) - x1 - x2, -difference * x2
    root = math.sqrt(max(b * b - 4 * a * c, 0.0))
    r2 = (root - b) / (2 * a) if b <= 0 else -2 * c / (b + root)
    r2 = max(r2, 0.0, -difference)
    return max(r2 + difference, 0.0), r2


def _crossing(first: Counted, second: Counted, z: float, far: float) -> float:
    """Where the falling statistic passes z, between the difference seen and one so far off that it is beyond z, by halving."""
    (x1, t1), (x2, t2) = first, second
    near, sign = x1 / t1 - x2 / t2, math.copysign(1, z)
    while sign * rate_score_z(first, second, far) < sign * z:
        far += far - near
    for _ in range(100):
        middle = (near + far) / 2
        beyond = sign * rate_score_z(first, second, middle) > sign * z
        near, far = (near, middle) if beyond else (middle, far)
    return (near + far) / 2
