"""Whether probabilities mean what they say. Everything here describes a frozen prediction; nothing is ever applied to it.

Calibration-in-the-large: the intercept of y on the log odds with slope fixed at 1. Slope: the coefficient of the log odds.
Curve: logistic regression on a restricted cubic spline of the log odds. Sources: Cox 1958; Steyerberg 2019, chapter 15;
Austin & Steyerberg 2019 (ICI, E50, E90); Debray 2017 (O/E); Spiegelhalter 1986 (z); Brier 1950.
"""

from dataclasses import dataclass

import numpy as np

from analysis.accuracy import share
from analysis.estimable import ALL_EQUAL, NOBODY, Judged, Measured, NotEstimable, judged, log_odds, measured
from analysis.exact import clopper_pearson
from analysis.logistic import Fitted, logistic
from analysis.net_benefit import mean
from analysis.samples import ArrayLike, Floats, critical
from forms.text import _l

DEFINITION = _l(
    "Calibration-in-the-large: intercept of the outcome on the log odds of the prediction, slope fixed at 1 (0 is ideal). Slope: its "
    "coefficient (1 is ideal). Curve: logistic regression on a restricted cubic spline of the log odds, four knots at the 5th, 35th, "
    "65th and 95th percentile, pointwise Wald limits; ICI, E50 and E90: mean, median and 90th percentile of its distance from the "
    "prediction (Austin and Steyerberg 2019). O/E: exact binomial limits of O, E taken as known. Groups: fifths of the prediction, "
    "exact limits. A probability of 0 or 1 is read as 0.0000005 from it. The coefficients are reported and applied nowhere."
)
KNOTS = (0.05, 0.35, 0.65, 0.95)
FEWEST = 100
"""Of each outcome: with fewer a curve shows chance (Collins 2016; Van Calster 2016)."""
GROUPS = 5


@dataclass(frozen=True)
class Group:
    """A fifth of the people by prediction: how many, events, the mean prediction, the observed share."""

    n: int
    events: int
    predicted: float
    observed: Measured


@dataclass(frozen=True)
class Smooth:
    """The flexible curve at ascending predictions, with pointwise limits, and how far it lies from the diagonal."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    ici: float
    e50: float
    e90: float


@dataclass(frozen=True)
class Calibration:
    """All of it. `curve` None: `why` says the reason. `z` is Spiegelhalter's, `brier_scaled` 1 - Brier / (o (1 - o))."""

    n: int
    events: int
    expected: float
    in_the_large: Measured
    slope: Measured
    o_to_e: Measured
    brier: Measured
    brier_scaled: Measured
    z: Measured
    groups: tuple[Group, ...]
    curve: Smooth | None
    why: str = ""


def calibration(y: ArrayLike, p: ArrayLike, *, level: float = 0.95, fewest: int = FEWEST) -> Calibration:
    """Every measure, or why there is none."""
    s = judged(y, p)
    curve, why = _curve_or_reason(s, level, fewest)
    return Calibration(
        s.n,
        s.events,
        float(s.p.sum()),
        measured(lambda: in_the_large(s, level)),
        measured(lambda: slope(s, level)),
        measured(lambda: o_to_e(s, level)),
        measured(lambda: brier(s, level)),
        measured(lambda: brier_scaled(s)),
        measured(lambda: spiegelhalter(s)),
        groups(s, level),
        curve,
        why,
    )


def in_the_large(s: Judged, level: float = 0.95) -> Measured:
    """R: `glm(y ~ 1 + offset(qlogis(p)), binomial)`. Raises NotEstimable."""
    s.need_both()
    return _wald(logistic(np.ones((s.n, 1)), s.y, log_odds(s.p)), 0, level)


def slope(s: Judged, level: float = 0.95) -> Measured:
    """R: `glm(y ~ qlogis(p), binomial)`. Raises NotEstimable."""
    s.need_both()
    if np.unique(s.p).size == 1:
        raise NotEstimable(ALL_EQUAL)
    return _wald(logistic(np.column_stack((np.ones(s.n), log_odds(s.p))), s.y), 1, level)


def o_to_e(s: Judged, level: float = 0.95) -> Measured:
    """Observed over expected events. Raises NotEstimable."""
    expected = float(s.p.sum())
    if not expected:
        raise NotEstimable(NOBODY)
    lower, upper = (limit * s.n / expected for limit in clopper_pearson(s.events, s.n, level))
    return Measured(s.events / expected, lower, upper)


def brier(s: Judged, level: float = 0.95) -> Measured:
    """Mean squared distance, limits of a mean. Raises NotEstimable."""
    if not s.n:
        raise NotEstimable(NOBODY)
    return mean((s.p - s.y) ** 2, level)


def brier_scaled(s: Judged) -> Measured:
    """1 - Brier / Brier of the observed share: 1 perfect, 0 as good as the share, below 0 worse. Raises NotEstimable."""
    s.need_both()
    share_of_events = s.events / s.n
    return Measured(1 - float(np.mean((s.p - s.y) ** 2)) / (share_of_events * (1 - share_of_events)))


def spiegelhalter(s: Judged) -> Measured:
    """The distance (z) of the Brier score from what it would be were the predictions true. Raises NotEstimable."""
    if not s.n:
        raise NotEstimable(NOBODY)
    variance = float(np.sum((1 - 2 * s.p) ** 2 * s.p * (1 - s.p)))
    if variance <= 0:
        raise NotEstimable(ALL_EQUAL)
    return Measured(float(np.sum((s.y - s.p) * (1 - 2 * s.p))) / variance**0.5)


def groups(s: Judged, level: float = 0.95) -> tuple[Group, ...]:
    """Fifths by prediction; people with one prediction stay together, so there may be fewer."""
    edges = np.unique(np.quantile(s.p, np.linspace(0, 1, GROUPS + 1)[1:-1])) if s.n else np.array([])
    where = np.searchsorted(edges, s.p, side="left")
    parts = [where == k for k in np.unique(where)]
    return tuple(
        Group(int(part.sum()), int(s.y[part].sum()), float(s.p[part].mean()), _observed(s.y[part], level))
        for part in parts
    )


def _observed(y: Floats, level: float) -> Measured:
    return share(int(y.sum()), int(y.size), level)


def _curve_or_reason(s: Judged, level: float, fewest: int) -> tuple[Smooth | None, str]:
    try:
        return curve(s, level, fewest), ""
    except NotEstimable as none:
        return None, none.reason


def curve(s: Judged, level: float = 0.95, fewest: int = FEWEST) -> Smooth:
    """The flexible curve at the predictions themselves. R: `rms::lrm(y ~ rcs(qlogis(p), 4))`. Raises NotEstimable."""
    s.need_both()
    if min(s.events, s.n - s.events) < fewest:
        raise NotEstimable(_l("a curve needs 100 people with each outcome"))
    x = spline(log_odds(s.p))
    fit = logistic(x, s.y)
    distance = np.abs(_probability(x @ fit.beta) - s.p)
    ordered, first = np.unique(s.p, return_index=True)
    eta = (x @ fit.beta)[first]
    half = critical(level) * np.sqrt(np.einsum("ij,jk,ik->i", x[first], fit.covariance, x[first]))
    middle, lower, upper = (tuple(_probability(line).tolist()) for line in (eta, eta - half, eta + half))
    e50, e90 = (float(np.quantile(distance, q)) for q in (0.5, 0.9))
    return Smooth(tuple(ordered.tolist()), middle, lower, upper, float(distance.mean()), e50, e90)


def spline(z: Floats, knots: Floats | None = None) -> Floats:
    """Ones, z, and the two restricted cubic terms of four knots (Harrell 2015, 2.4.5). Raises NotEstimable where knots coincide.

    Terms are divided by the square of the outer knots' distance, as `Hmisc::rcspline.eval` does.
    """
    k = np.quantile(z, KNOTS) if knots is None else knots
    if np.unique(k).size < len(KNOTS):
        raise NotEstimable(ALL_EQUAL)
    *inner, before, last = k.tolist()
    terms = [
        _cubed(z - a)
        - _cubed(z - before) * (last - a) / (last - before)
        + _cubed(z - last) * (before - a) / (last - before)
        for a in inner
    ]
    return np.column_stack((np.ones(z.size), z, *(term / (last - k[0]) ** 2 for term in terms)))


def _cubed(z: Floats) -> Floats:
    return np.asarray(np.maximum(z, 0.0) ** 3)


def _probability(eta: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-eta)))


def _wald(fit: Fitted, k: int, level: float) -> Measured:
    value, half = float(fit.beta[k]), critical(level) * fit.se(k)
    return Measured(value, value - half, value + half)
