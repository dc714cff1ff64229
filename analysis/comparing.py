"""Two groups that nobody drew by lot: rates, their difference, and the same after weighting for what was known before therapy.

Estimators only: rows in, numbers out. Sources: Newcombe 1998 (Stat Med 17:873, method 10); Li, Morgan, Zaslavsky 2018 (JASA 113:390,
overlap weights); Austin 2009 (Stat Med 28:3083, standardised differences); VanderWeele and Ding 2017 (Ann Intern Med 167:268, E-value).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from analysis.differences import possible
from analysis.logistic import logistic
from analysis.samples import Floats, critical
from analysis.steps import Estimate

LEVEL = 0.95


@dataclass(frozen=True)
class Weighted:
    """Rates of the two groups after overlap weighting, and their contrast, each with limits from the sandwich of all parameters at once.

    `effective`: Kish's effective sample size of treated and controls.
    """

    treated: float
    control: float
    difference: Estimate
    ratio: Estimate
    effective: tuple[float, float]
    weights: Floats
    propensity: Floats


def wilson(events: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Score limits of a proportion (Wilson 1927); R: `prop.test(events, n, correct = FALSE)$conf.int`. Raises NotEstimable of nobody."""
    possible((events, n))
    z, p = critical(level), events / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (middle - half) / (1 + z * z / n)), min(1.0, (middle + half) / (1 + z * z / n))


def newcombe(events: int, n: int, of_control: int, controls: int, level: float = LEVEL) -> Estimate:
    """Difference of two proportions with the limits of Newcombe's method 10; R: `DescTools::BinomDiffCI(..., method = "score")`.

    Raises NotEstimable where a group is empty, ValueError for impossible counts.
    """
    (l1, u1), (l2, u2) = wilson(events, n, level), wilson(of_control, controls, level)
    p, q = events / n, of_control / controls
    lower = sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    upper = sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return Estimate(p - q, max(-1.0, p - q - lower), min(1.0, p - q + upper))


def overlap(x: Floats, treated: Floats, response: Floats, level: float = LEVEL) -> Weighted:
    """Overlap weights from a logistic propensity on the columns of x (a column of ones among them), and the weighted contrast.

    The treated weigh 1 - e, the controls e: who could have been treated either way counts most, and the weighted means of every column
    of x agree exactly. Limits come from the M-estimator of the coefficients and both means together, so that the propensity counts as
    estimated. Raises NotEstimable where x separates the groups.
    """
    e = propensity(x, treated)
    w = treated * (1 - e) + (1 - treated) * e
    means = tuple(float(np.sum(w * g * response) / np.sum(w * g)) for g in (treated, 1 - treated))
    covariance = _sandwich(x, treated, response, e, means)
    difference = means[0] - means[1]
    se = sqrt(max(0.0, covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]))
    z = critical(level)
    return Weighted(
        means[0], means[1], Estimate(difference, difference - z * se, difference + z * se), _ratio(means, covariance, z),
        (effective_size(w[treated == 1]), effective_size(w[treated == 0])), w, e,
    )  # fmt: skip


def propensity(x: Floats, treated: Floats) -> Floats:
    """The chance of being treated by logistic regression on the columns of x. Raises NotEstimable where x separates the groups."""
    return np.asarray(1 / (1 + np.exp(-(x @ logistic(x, treated).beta))))


def _sandwich(x: Floats, z: Floats, y: Floats, e: Floats, means: tuple[float, ...]) -> Floats:
    """Covariance of both weighted means: the corner of A^-1 B A^-T / n of the stacked estimating equations."""
    n, k = x.shape
    spread = e * (1 - e)
    one, two = z * (y - means[0]), (1 - z) * (y - means[1])
    psi = np.column_stack([(z - e)[:, None] * x, one * (1 - e), two * e])
    bread = np.zeros((k + 2, k + 2))
    bread[:k, :k] = x.T @ (x * spread[:, None]) / n
    bread[k, :k] = (one * spread) @ x / n
    bread[k + 1, :k] = -(two * spread) @ x / n
    bread[k, k], bread[k + 1, k + 1] = np.mean(z * (1 - e)), np.mean((1 - z) * e)
    inverse = np.linalg.inv(bread)
    return np.asarray((inverse @ (psi.T @ psi / n) @ inverse.T / n)[k:, k:])


def _ratio(means: tuple[float, ...], covariance: Floats, z: float) -> Estimate:
    """Ratio of the means, limits on the logarithm; none where a mean is 0."""
    if min(means) <= 0:
        return Estimate(None, None, None)
    along = np.array([1 / means[0], -1 / means[1]])
    se, middle = sqrt(max(0.0, float(along @ covariance @ along))), log(means[0] / means[1])
    return Estimate(exp(middle), exp(middle - z * se), exp(middle + z * se))


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size: as many people of equal weight would say as much."""
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


def standardised(column: Floats, treated: Floats, weights: Floats | None = None) -> float | None:
    """Difference of (weighted) means in units of the unweighted standard deviation, averaged over the groups; None where that is 0."""
    w = np.ones_like(column) if weights is None else weights
    there = [(column[treated == g], w[treated == g]) for g in (1, 0)]
    means = [float(np.average(values, weights=weight)) for values, weight in there]
    spread = sqrt(sum(float(np.var(values, ddof=1)) for values, _ in there) / 2)
    return None if spread == 0 else (means[0] - means[1]) / spread


def e_value(ratio: float) -> float:
    """How strongly something unmeasured would have to go with both treatment and outcome, as risk ratios, to explain the ratio away."""
    at_least_one = ratio if ratio >= 1 else 1 / ratio
    return at_least_one + sqrt(at_least_one * (at_least_one - 1))


def risk_ratio_of_hazard(ratio: float, share: float) -> float:
    """A hazard ratio as a risk ratio: itself while the outcome is rare (15 % or fewer), else VanderWeele's approximation.

    `share`: of everybody who had the outcome. Source: VanderWeele and Ding 2017, table 2.
    """
    return ratio if share <= 0.15 else (1 - 0.5 ** sqrt(ratio)) / (1 - 0.5 ** sqrt(1 / ratio))


def e_value_of_limit(ratio: Estimate) -> float | None:
    """The same of the limit closer to 1; 1 where the interval holds 1; None without limits."""
    if ratio.value is None or ratio.lower is None or ratio.upper is None:
        return None
    if ratio.lower <= 1 <= ratio.upper:
        return 1.0
    return e_value(ratio.lower if ratio.value > 1 else ratio.upper)
