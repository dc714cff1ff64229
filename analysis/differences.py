"""Difference of two proportions by the score method, for superiority and for non-inferiority.

Source: Miettinen & Nurminen 1985, Stat Med 4:213-226: the chi-squared statistic of a difference d uses the proportions likeliest
under it (a root of their cubic, whose linear coefficient holds n2 d) and the factor N/(N - 1); limits are where it reaches the
normal quantile. Not statsmodels, whose score interval takes x2 d there and is off for every d but 0.
"""

import math
from dataclasses import dataclass

from analysis.not_estimable import NotEstimable
from analysis.samples import critical
from forms.text import _l

DEFINITION = _l("Difference of proportions with score limits (Miettinen and Nurminen 1985).")


@dataclass(frozen=True)
class ProportionDifference:
    """First less second, with limits; `events` and `n` of each."""

    events: tuple[int, int]
    n: tuple[int, int]
    difference: float
    lower: float
    upper: float


def miettinen_nurminen(first: tuple[int, int], second: tuple[int, int], *, level: float = 0.95) -> ProportionDifference:
    """Difference of two proportions, the first less the second, with score limits.

    Parameters
    ----------
    first, second : (int, int)
        Events, and of how many.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    ProportionDifference
        As a share, not in percent.

    Raises
    ------
    NotEstimable
        A group is empty.
    ValueError
        Impossible counts.

    References
    ----------
    Miettinen & Nurminen 1985, Stat Med 4:213-226.
    """
    possible(first, second)
    (x1, n1), (x2, n2) = first, second
    seen, z = x1 / n1 - x2 / n2, critical(level)
    lower = -1.0 if score_z(first, second, -1.0) <= z else _crossing(first, second, z, -1.0, seen)
    upper = 1.0 if score_z(first, second, 1.0) >= -z else _crossing(first, second, -z, seen, 1.0)
    return ProportionDifference((x1, x2), (n1, n2), seen, lower, upper)


def score_z(first: tuple[int, int], second: tuple[int, int], difference: float) -> float:
    """The normal statistic of a true difference: positive where more was seen. For non-inferiority by margin m, `difference` -m."""
    possible(first, second)
    (x1, n1), (x2, n2) = first, second
    p1, p2 = restricted(first, second, difference)
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    excess = x1 / n1 - x2 / n2 - difference
    if variance <= 0:
        return math.copysign(math.inf, excess) if abs(excess) > 1e-12 else 0.0
    return excess / math.sqrt(variance)


def restricted(first: tuple[int, int], second: tuple[int, int], difference: float) -> tuple[float, float]:
    """The likeliest pair of proportions that differ by so much: the middle root of the cubic, in closed form."""
    (x1, n1), (x2, n2) = first, second
    n, d = n1 + n2, difference
    # In the second proportion: a p^3 + b p^2 + c p + e = 0.
    a, b = n, (n1 + 2 * n2) * d - n - x1 - x2
    c = (n2 * d - n - 2 * x2) * d + x1 + x2
    e = x2 * d * (1 - d)
    shift = b / (3 * a)
    q = shift**3 - b * c / (6 * a * a) + e / (2 * a)
    root = math.copysign(math.sqrt(max(shift**2 - c / (3 * a), 0.0)), q)
    angle = (math.pi + math.acos(min(max(q / root**3, -1.0), 1.0))) / 3 if root else 0.0
    p2 = min(max(2 * root * math.cos(angle) - shift, max(0.0, -d)), min(1.0, 1 - d))
    return min(max(p2 + d, 0.0), 1.0), p2


def _crossing(first: tuple[int, int], second: tuple[int, int], z: float, low: float, high: float) -> float:
    """Where the falling statistic passes z, by halving until the bounds touch."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if score_z(first, second, middle) > z else (low, middle)
    return (low + high) / 2


def possible(*groups: tuple[int, int]) -> None:
    """Each (events, n). Raises NotEstimable where a group is empty, ValueError for impossible counts."""
    for x, n in groups:
        if n < 0 or not 0 <= x <= n or x != int(x) or n != int(n):
            raise ValueError(f"{x} of {n}")
        if not n:
            raise NotEstimable("a proportion of nobody")
