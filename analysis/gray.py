"""Gray's test: do groups differ in the cumulative incidence of one kind of event?

Source: Gray 1988, Ann Stat 16:1141-1154. In group k let n be the number at risk, S the chance of no
event of any kind, F the incidence (Aalen-Johansen), and R = n (1 - F-)/S- the risk set that keeps who failed otherwise.
The score of a group is its events less R times the common subdistribution hazard dF0/(1 - F0-) = d1/R summed over groups,
each time weighted by (1 - F0-)^rho; scores and variances are summed over strata, each of which has its own F0.

The variance follows from writing each score as a sum of martingales. With A_ij = n_i/S_i- (delta_ij - (n_j/S_j-)/sum n/S-),
C_ij(u) the integral of A_ij against dF0/(1 - F0-) after u, and G = 1 - F0, group j's own events at u enter score i as
(S_j-/n_j) [A_ij + C_ij (1 - G/S_j)], its competing events as (S_j-/n_j) C_ij G/S_j. Ties shrink each term by
1 - (d - 1)/(n - 1), the hypergeometric factor.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.groups import Labels, compared, joint, strata_of
from analysis.samples import ArrayLike, Floats, Ints, checked


@dataclass(frozen=True)
class GrayTest:
    """`scores` by group in sorted order: events above expectation. `p` from chi-squared on `df`.

    Where nobody had the event nothing is estimable: `p` is None, `df` 0.
    """

    groups: tuple[Hashable, ...]
    scores: tuple[float, ...]
    chi2: float
    df: int
    p: float | None


@dataclass(frozen=True)
class _Course:
    """Per event time (rows) and group (columns); `minus` is just before the time, `after` just after."""

    at_risk: Floats
    own: Floats
    other: Floats
    free_minus: Floats
    free_after: Floats
    incidence_minus: Floats


def gray_test(
    days: ArrayLike,
    status: ArrayLike,
    group: Labels,
    cause: int = 1,
    strata: Labels | None = None,
    *,
    rho: float = 0.0,
    groups: Sequence[Hashable] | None = None,
) -> GrayTest:
    """Compare the cumulative incidence of `cause` between groups.

    Parameters
    ----------
    days, status, group : array_like
        One entry a participant: days, 0 censored or the kind of the first event, and the group's label.
    cause : int
        The kind whose incidence is compared.
    strata : array_like, optional
        Labels of strata, over which scores and variances are summed.
    rho : float
        Power of the weight (1 - F)^rho; 0 is Gray's test.
    groups : sequence, optional
        Labels that must be there.

    Returns
    -------
    GrayTest
        `p` is None where nobody had the event.

    Raises
    ------
    EmptyGroup
        A group that was named has nobody.
    ValueError
        Fewer than two groups.
    NotTimeToEvent
        A column is broken.

    References
    ----------
    Gray 1988, Ann Stat 16:1141-1154.
    """
    times, codes = checked(days, status)
    labels, members = compared(group, groups, times.size, "Gray's test")
    courses = [
        _course(times[rows], codes[rows], members[rows], len(labels), cause) for rows in strata_of(strata, times.size)
    ]
    scores = np.sum([_scores(course, rho) for course in courses], axis=0)
    test = joint(scores, np.sum([_covariance(course, rho) for course in courses], axis=0))
    found = (test.chi2, test.df, test.p) if test else (0.0, 0, None)
    return GrayTest(labels, tuple(scores.tolist()), *found)


def _course(times: Floats, codes: Ints, members: Ints, k: int, cause: int) -> _Course:
    failing = np.unique(times[codes > 0])
    per_group = [members == g for g in range(k)]
    n = np.column_stack([times[own].size - np.searchsorted(np.sort(times[own]), failing) for own in per_group])
    d1 = np.column_stack([_tally(failing, times[own & (codes == cause)]) for own in per_group])
    d2 = np.column_stack([_tally(failing, times[own & (codes > 0) & (codes != cause)]) for own in per_group])
    n = n.astype(float)
    kept = np.divide(n - d1 - d2, n, out=np.ones_like(n), where=n > 0)
    after = np.cumprod(kept, axis=0)
    minus = np.vstack([np.ones(k), after[:-1]])[: failing.size]
    step = np.divide(minus * d1, n, out=np.zeros_like(n), where=n > 0)
    return _Course(n, d1, d2, minus, after, np.cumsum(step, axis=0) - step)


def _tally(times: Floats, of: Floats) -> Floats:
    return np.bincount(np.searchsorted(times, of), minlength=times.size).astype(float)


def _common(c: _Course) -> tuple[Floats, Floats, Floats]:
    """Per time: sum of n/S-, the step of F0, and 1 - F0 after it."""
    whole = _over(c.at_risk, c.free_minus).sum(axis=1)
    step = np.divide(c.own.sum(axis=1), whole, out=np.zeros_like(whole), where=whole > 0)
    return whole, step, 1 - np.cumsum(step)


def _scores(c: _Course, rho: float) -> Floats:
    _, step, remaining = _common(c)
    ratio = _over(c.at_risk, c.free_minus) * (1 - c.incidence_minus)
    whole = ratio.sum(axis=1, keepdims=True)
    events = c.own.sum(axis=1, keepdims=True)
    excess = c.own - np.divide(ratio * events, whole, out=np.zeros_like(ratio), where=whole > 0)
    return np.asarray(((remaining + step) ** rho) @ excess)


def _covariance(c: _Course, rho: float) -> Floats:
    weight = _over(c.at_risk, c.free_minus)
    events = c.own.sum(axis=1)
    whole, common, remaining = _common(c)
    hazard = common / (remaining + common)
    identity = np.eye(weight.shape[1])
    a = weight[:, :, None] * identity - np.einsum("ti,tj,t->tij", weight, weight, 1 / whole)
    a *= ((remaining + common) ** rho)[:, None, None]
    tail = a * hazard[:, None, None]
    later = tail.sum(axis=0) - np.cumsum(tail, axis=0)
    share = _over(remaining[:, None] * np.ones_like(weight), c.free_after)
    open_after = c.free_after > 0
    own = a + later * np.where(open_after, 1 - share, 1.0)[:, None, :]
    other = later * np.where(open_after, share, 0.0)[:, None, :]
    scale = _over(c.free_minus, c.at_risk)
    # Under the hypothesis the events of a group are expected in proportion to n/S-, whatever was seen in it.
    v1 = scale * common[:, None] * _shrunk(events[:, None], whole[:, None] * c.free_minus)
    v2 = scale**2 * c.other * _shrunk(c.other, c.at_risk)
    return np.asarray(np.einsum("tij,tkj,tj->ik", own, own, v1) + np.einsum("tij,tkj,tj->ik", other, other, v2))


def _over(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0))


def _shrunk(events: Floats, n: Floats) -> Floats:
    """1 - (d - 1)/(n - 1), and 1 where there is no tie."""
    d, n = np.broadcast_arrays(events, n)
    tied = d > 1
    return 1 - np.divide(d - 1, n - 1, out=np.zeros(d.shape), where=tied & (n > 1))
