"""How well probabilities rank: the ROC curve, its area, and areas compared on the same people. Ties count one half.

Variance by DeLong, DeLong & Clarke-Pearson 1988, from midranks as Sun & Xu 2014 compute it, O(n log n).
Limits: on the scale of the area, cut at 0 and 1 as pROC does, or on the logit scale, which keeps within them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.estimable import ALL_EQUAL, Measured, NotEstimable, judged
from analysis.samples import ArrayLike, Floats, critical
from forms.text import _l

DEFINITION = _l(
    "Area under the ROC curve, ties one half; variance of DeLong et al. 1988 by midranks (Sun and Xu 2014); limits on the logit scale."
)


@dataclass(frozen=True)
class Areas:
    """Areas of several scores on the same people, and their covariance (DeLong)."""

    areas: Floats
    covariance: Floats


@dataclass(frozen=True)
class AreasCompared:
    """One area minus another, with limits and two-sided p; `z` None, p 1 where the scores rank alike."""

    difference: Measured
    z: float | None
    p: float | None


def midranks(values: Floats) -> Floats:
    """Ranks from 1, equal values sharing their mean rank."""
    _, where, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[where])


def delong(y: ArrayLike, scores: Sequence[ArrayLike]) -> Areas:
    """Areas and covariance of scores (probabilities). Raises NotEstimable without both outcomes."""
    samples = [judged(y, score) for score in scores]
    samples[0].need_both()
    outcome = samples[0].y == 1
    m, n = int(outcome.sum()), int((~outcome).sum())
    found = [_structural(s.p[outcome], s.p[~outcome]) for s in samples]
    of_events = np.array([events for events, _ in found])
    of_others = np.array([others for _, others in found])
    return Areas(of_events.mean(axis=1), _covariance(of_events) / m + _covariance(of_others) / n)


def auc(y: ArrayLike, p: ArrayLike, *, level: float = 0.95, logit: bool = True) -> Measured:
    """Area with DeLong's limits. An area of 0 or 1 has no limits. Raises NotEstimable without both outcomes, or all p equal."""
    sample = judged(y, p)
    sample.need_both()
    if np.unique(sample.p).size == 1:
        raise NotEstimable(ALL_EQUAL)
    found = delong(y, [p])
    area, se = float(found.areas[0]), float(np.sqrt(found.covariance[0, 0]))
    if not 0 < area < 1 or not se > 0:
        return Measured(area)
    return Measured(area, *(_logit_limits if logit else _limits)(area, critical(level) * se))


def compared(y: ArrayLike, one: ArrayLike, other: ArrayLike, *, level: float = 0.95) -> AreasCompared:
    """Paired DeLong test of two scores. R: `roc.test(a, b, paired = TRUE, method = "delong")`. Raises NotEstimable."""
    from scipy.stats import norm

    found = delong(y, [one, other])
    gap = float(found.areas[0] - found.areas[1])
    c = found.covariance
    variance = float(c[0, 0] + c[1, 1] - 2 * c[0, 1])
    if variance <= 1e-15:  # rounding: the scores rank everybody alike, or one of them cannot vary
        return AreasCompared(Measured(gap), None, 1.0 if abs(gap) < 1e-12 else None)
    se = float(np.sqrt(variance))
    half = critical(level) * se
    return AreasCompared(Measured(gap, gap - half, gap + half), gap / se, float(2 * norm.sf(abs(gap / se))))


def roc_points(y: ArrayLike, p: ArrayLike) -> tuple[tuple[float, float], ...]:
    """The curve: (1 - specificity, sensitivity) from (0, 0) to (1, 1), a point a distinct prediction. Raises NotEstimable."""
    sample = judged(y, p)
    sample.need_both()
    distinct, where = np.unique(-sample.p, return_inverse=True)
    events = np.bincount(where, weights=sample.y, minlength=distinct.size).cumsum() / sample.events
    others = np.bincount(where, weights=1 - sample.y, minlength=distinct.size).cumsum() / (sample.n - sample.events)
    return ((0.0, 0.0), *zip(others.tolist(), events.tolist(), strict=True))


def _structural(events: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Placement of each event among the others, and the reverse; the mean of either is the area."""
    m, n = events.size, others.size
    together = midranks(np.concatenate((events, others)))
    return (together[:m] - midranks(events)) / n, 1 - (together[m:] - midranks(others)) / m


def _covariance(placements: Floats) -> Floats:
    """Of the rows; nothing can be said of one person's variance, and it is counted 0, as pROC refuses to."""
    k, n = placements.shape
    return np.zeros((k, k)) if n < 2 else np.atleast_2d(np.cov(placements))


def _limits(area: float, half: float) -> tuple[float, float]:
    return max(0.0, area - half), min(1.0, area + half)


def _logit_limits(area: float, half: float) -> tuple[float, float]:
    centre, spread = np.log(area / (1 - area)), half / (area * (1 - area))
    lower, upper = (float(1 / (1 + np.exp(-(centre + sign * spread)))) for sign in (-1, 1))
    return lower, upper
