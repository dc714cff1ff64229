"""Restricted mean survival time up to tau: one group, the difference and the ratio of two.

Source: area under Kaplan-Meier to tau, variance sum over events of [area from t to tau]^2 d/(n(n-d)) (Klein & Moeschberger 2003,
equation 4.5.2, as R's survfit prints it; Uno et al. 2014 for difference and ratio). For when hazards are not proportional:
its meaning needs no model. tau must be reached in every group, or the area would be a guess.
"""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from analysis.groups import Labels, compared
from analysis.not_estimable import NotEstimable
from analysis.samples import ArrayLike, NotTimeToEvent, checked, counts, critical
from analysis.steps import Estimate
from analysis.survival import survival_and_variance
from forms.text import _l

DEFINITION = _l(
    "Restricted mean survival time: area under the Kaplan-Meier curve up to the time named; "
    "variance of the Greenwood type; normal limits; ratio on the log scale."
)


@dataclass(frozen=True)
class Restricted:
    """Mean days lived without the event up to `tau`."""

    tau: float
    n: int
    n_events: int
    mean: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True)
class RmstDifference:
    """Second group less first, in days, and second over first.

    `p` is of the difference. `se`, limits and `p` are None where a group had no event by tau, or nothing else: its variance is then
    estimated as 0, which is not certainty. The ratio is None where a mean is 0.
    """

    groups: tuple[Hashable, Hashable]
    each: tuple[Restricted, Restricted]
    difference: float
    se: float | None
    lower: float | None
    upper: float | None
    p: float | None
    ratio: float | None
    ratio_lower: float | None
    ratio_upper: float | None


def restricted_mean(days: ArrayLike, event: ArrayLike, tau: float, *, level: float = 0.95) -> Restricted:
    """Mean days lived without the event up to tau, in one group.

    Parameters
    ----------
    days, event : array_like
        One entry a participant: days, and 1 or 0 (censored).
    tau : float
        Days up to which the mean is taken.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Restricted
        In days.

    Raises
    ------
    NotEstimable
        Nobody was followed to tau, and the curve had not ended at 0.
    NotTimeToEvent
        A column is broken.

    References
    ----------
    Klein & Moeschberger 2003, equation 4.5.2.
    """
    if not tau > 0:
        raise ValueError(f"tau is a positive number of days: {tau}")
    tally = counts(days, event)
    if set(tally.left) - {0, 1}:
        raise NotTimeToEvent("an event is neither 0 nor 1")
    died = tally.left.get(1, np.zeros(tally.times.size, dtype=np.int64))
    survival, _ = survival_and_variance(tally.at_risk, died)
    if not tally.n or (tally.times[-1] < tau and survival[-1] > 0):
        raise NotEstimable(f"nobody was followed for {tau:g} days")
    within = tally.times < tau
    edges = np.concatenate(([0.0], tally.times[within], [tau]))
    area = np.diff(edges) * np.concatenate(([1.0], survival[within]))
    after = area[::-1].cumsum()[::-1][1:]
    n, d = tally.at_risk[within].astype(float), died[within]
    spread = np.divide(d, n * (n - d), out=np.zeros_like(n), where=n > d)  # once nobody is left no area is
    mean, se = float(area.sum()), float(np.sqrt(after**2 @ spread))
    half = critical(level) * se
    return Restricted(tau, tally.n, int(died[tally.times <= tau].sum()), mean, se, mean - half, mean + half)


def rmst_difference(
    days: ArrayLike,
    event: ArrayLike,
    group: Labels,
    tau: float,
    *,
    groups: tuple[Hashable, Hashable] | None = None,
    level: float = 0.95,
) -> RmstDifference:
    """Difference and ratio of restricted mean survival times of two groups.

    Parameters
    ----------
    days, event, group : array_like
        One entry a participant: days, 1 or 0 (censored), and the group's label.
    tau : float
        Days up to which the mean is taken; both groups must have been followed so long.
    groups : pair, optional
        The labels; the second less the first is given. Sorted where it is left out.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    RmstDifference
        Days, and the ratio.

    Raises
    ------
    NotEstimable, EmptyGroup
        A group was not followed to `tau`, or has nobody.
    ValueError
        Other than two groups.

    References
    ----------
    Klein & Moeschberger 2003, equation 4.5.2; Uno et al. 2014.
    """
    times, events = checked(days, event)
    labels, members = compared(group, groups, times.size, "a difference of means")
    if len(labels) != 2:
        raise ValueError("a difference of means has two groups")
    first, second = groups or labels
    one, two = (
        restricted_mean(times[members == labels.index(g)], events[members == labels.index(g)], tau, level=level)
        for g in (first, second)
    )
    return _difference((first, second), one, two, level)


def _difference(labels: tuple[Hashable, Hashable], one: Restricted, two: Restricted, level: float) -> RmstDifference:
    from scipy.stats import norm

    difference, ratio = two.mean - one.mean, _ratio(one, two, level)
    if not min(one.se, two.se) > 0:
        return RmstDifference(labels, (one, two), difference, None, None, None, None, ratio.value, None, None)
    se = float(np.hypot(one.se, two.se))
    half = critical(level) * se
    return RmstDifference(
        labels,
        (one, two),
        difference,
        se,
        difference - half,
        difference + half,
        float(2 * norm.sf(abs(difference / se))),
        ratio.value,
        ratio.lower,
        ratio.upper,
    )


def _ratio(one: Restricted, two: Restricted, level: float) -> Estimate:
    """Second over first, limits on the log scale."""
    if not min(one.mean, two.mean) > 0:
        return Estimate(None)
    ratio, half = two.mean / one.mean, critical(level) * float(np.hypot(one.se / one.mean, two.se / two.mean))
    return Estimate(ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half)))
