"""Log-rank test of two or more groups: stratified where asked, weighted as Fleming and Harrington where asked.

Source: Mantel 1966; Peto & Peto 1972; Fleming & Harrington 1991, section 7.2. Z = sum over strata and times of w (d - D n/N),
V = sum of w^2 times the hypergeometric covariance, chi-squared = Z' V^-1 Z with groups - 1 degrees of freedom;
w = S(t-)^rho (1 - S(t-))^gamma with S the Kaplan-Meier curve of all groups of the stratum. rho = gamma = 0 is the log-rank test.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.groups import Labels, compared, joint, strata_of
from analysis.samples import ArrayLike, Floats, Ints, NotTimeToEvent, checked


@dataclass(frozen=True)
class LogRank:
    """`groups` in sorted order with observed and expected events, both weighted; `p` is two-sided.

    `z` is signed for two groups, positive where the second had more events than expected; None otherwise. Without an event that
    could have been anybody else's nothing is estimable: `p` is None, `df` 0.
    """

    groups: tuple[Hashable, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    chi2: float
    df: int
    p: float | None
    z: float | None


def log_rank(
    days: ArrayLike,
    event: ArrayLike,
    group: Labels,
    strata: Labels | None = None,
    *,
    rho: float = 0.0,
    gamma: float = 0.0,
    groups: Sequence[Hashable] | None = None,
) -> LogRank:
    """Compare the survival of groups.

    Parameters
    ----------
    days, event, group : array_like
        One entry a participant: days from the origin, 1 or 0 (censored), and the group's label.
    strata : array_like, optional
        Labels of strata: observed less expected is summed over them.
    rho, gamma : float
        Weights S^rho (1 - S)^gamma of Fleming and Harrington; both 0 is the log-rank test.
    groups : sequence, optional
        Labels that must be there.

    Returns
    -------
    LogRank
        `p` is two-sided, None where nothing could be compared.

    Raises
    ------
    EmptyGroup
        A group that was named has nobody.
    ValueError
        Fewer than two groups, or a negative weight.
    NotTimeToEvent
        A column is broken.

    References
    ----------
    Mantel 1966; Peto & Peto 1972; Fleming & Harrington 1991, section 7.2.
    """
    times, events = checked(days, event)
    if (events > 1).any():
        raise NotTimeToEvent("an event is neither 0 nor 1")
    if min(rho, gamma) < 0:
        raise ValueError("a weight of Fleming and Harrington has no negative power")
    labels, members = compared(group, groups, times.size, "a log-rank test")
    parts = [
        _one_stratum(times[rows], events[rows], members[rows], len(labels), (rho, gamma))
        for rows in strata_of(strata, times.size)
    ]
    observed, expected, variance = (np.sum([part[i] for part in parts], axis=0) for i in range(3))
    test = joint(observed - expected, variance)
    two = len(labels) == 2 and variance[1, 1] > 0
    z = float((observed - expected)[1] / np.sqrt(variance[1, 1])) if two else None
    columns = tuple(observed.tolist()), tuple(expected.tolist())
    return LogRank(labels, *columns, test.chi2 if test else 0.0, test.df if test else 0, test.p if test else None, z)


def _one_stratum(
    times: Floats, events: Ints, group: Ints, k: int, power: tuple[float, float]
) -> tuple[Floats, Floats, Floats]:
    order = np.argsort(times)
    times, events, group = times[order], events[order], group[order]
    dead = np.flatnonzero(events)
    failing = times[dead]
    failing = failing[np.concatenate(([True], failing[1:] > failing[:-1]))[: failing.size]]
    m = failing.size
    passed = np.searchsorted(failing, times, side="right")  # how many of them a row was at risk at
    left = np.bincount(group * (m + 1) + passed, minlength=k * (m + 1)).reshape(k, m + 1)
    n = left[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:].astype(float)
    d = np.bincount(group[dead] * m + passed[dead] - 1, minlength=k * m).reshape(k, m).astype(float)
    total, died = n.sum(axis=0), d.sum(axis=0)
    weight = _weight(total, died, power)
    share = n / total
    spread = weight**2 * np.divide(died * (total - died), total - 1, out=np.zeros_like(total), where=total > 1)
    covariance = np.diag(share @ spread) - (share * spread) @ share.T
    return d @ weight, share @ (died * weight), covariance


def _weight(total: Floats, died: Floats, power: tuple[float, float]) -> Floats:
    if power == (0.0, 0.0):
        return np.ones_like(total)
    before = np.concatenate(([1.0], np.cumprod(1 - died / total)[:-1]))[: total.size]
    return np.asarray(before ** power[0] * (1 - before) ** power[1])
