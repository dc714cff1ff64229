"""Logistic regression by maximum likelihood, for describing a frozen prediction: calibration lines and curves.

Newton's method from zero, to the last digit; no penalty. R: `glm(y ~ x + offset(o), family = binomial)`.
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimable import SEPARATED, UNSETTLED, NotEstimable
from analysis.samples import Floats

_STEPS, _PRECISION, _LARGEST = 50, 1e-12, 30.0
_SETTLED = 1e-6
"""Steps that stay above the precision and below this are rounding; larger ones are no end."""


@dataclass(frozen=True)
class Fitted:
    """Coefficients in the order of the columns, and their covariance: the inverse of the information."""

    beta: Floats
    covariance: Floats

    def se(self, k: int) -> float:
        """Standard error of coefficient k."""
        return float(np.sqrt(self.covariance[k, k]))


def logistic(x: Floats, y: Floats, offset: Floats | None = None) -> Fitted:
    """Fit y on the columns of x, a column of ones among them where an intercept is wanted.

    Raises NotEstimable where the data are separated, or columns repeat each other: the estimate is then infinite or not one;
    and where the search does not end.
    """
    base = np.zeros(y.size) if offset is None else offset
    beta = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        mu, information = _at(x, base, beta)
        step = _solved(information, x.T @ (y - mu))
        beta = beta + _damped(x, y, base, beta, step)
        if np.abs(x @ beta).max() > 4 * _LARGEST:
            raise NotEstimable(SEPARATED)
        if np.abs(step).max() < _PRECISION * (1 + np.abs(beta).max()):
            break
    mu, information = _at(x, base, beta)
    if np.abs(y - mu).max() < 1e-6 or (np.abs(beta).max() > _LARGEST and np.linalg.cond(information) > 1e14):
        raise NotEstimable(SEPARATED)
    if np.abs(step).max() > _SETTLED * (1 + np.abs(beta).max()):
        raise NotEstimable(UNSETTLED)
    return Fitted(beta, _solved(information, np.eye(beta.size)))


def _at(x: Floats, offset: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Fitted probabilities and the information at these coefficients."""
    mu = 1 / (1 + np.exp(-np.clip(offset + x @ beta, -700, 700)))
    return mu, x.T @ (x * (mu * (1 - mu))[:, None])


def _solved(information: Floats, right: Floats) -> Floats:
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e15:
        raise NotEstimable(SEPARATED)
    return np.asarray(np.linalg.solve(information, right))


def _damped(x: Floats, y: Floats, offset: Floats, beta: Floats, step: Floats) -> Floats:
    """Newton's step, halved until the likelihood does not fall: far from the maximum a whole step can overshoot."""
    here = _deviance(y, offset + x @ beta)
    for _ in range(30):
        if _deviance(y, offset + x @ (beta + step)) <= here + 1e-12 * (1 + abs(here)):
            return step
        step = step / 2
    return step


def _deviance(y: Floats, eta: Floats) -> float:
    """-2 log likelihood."""
    return float(2 * np.sum(np.logaddexp(0, eta) - y * eta))
