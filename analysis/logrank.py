"""Log-rank test of two or more groups, stratified where asked.

Source: Mantel 1966; Peto & Peto 1972. Z = sum over strata of observed - expected, V = sum of hypergeometric
covariances, chi-squared = Z' V^-1 Z with groups - 1 degrees of freedom.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.samples import ArrayLike, Floats, Ints, checked


@dataclass(frozen=True)
class LogRank:
    """`groups` in sorted order with observed and expected events; `p` is two-sided.

    `z` is signed for two groups, positive where the second had more events than expected; None otherwise.
    """

    groups: tuple[Hashable, ...]
    observed: tuple[float, ...]
    expected: tuple[float, ...]
    chi2: float
    df: int
    p: float
    z: float | None


def log_rank(
    days: ArrayLike, event: ArrayLike, group: Sequence[Hashable], strata: Sequence[Hashable] | None = None
) -> LogRank:
    """Compare the groups. Raises ValueError with fewer than two groups; NotTimeToEvent on broken times."""
    from scipy.stats import chi2 as chi_squared

    times, events = checked(days, event)
    labels, codes = _codes(group)
    if len(labels) < 2:
        raise ValueError("a log-rank test needs two groups")
    observed, expected, variance = _summed(times, events, codes, _codes(strata or [0] * times.size)[1], len(labels))
    score = (observed - expected)[1:]
    covariance = variance[1:, 1:]
    statistic = float(score @ np.linalg.pinv(covariance) @ score)
    df = int(np.linalg.matrix_rank(covariance))
    z = float(score[0] / np.sqrt(covariance[0, 0])) if len(labels) == 2 and covariance[0, 0] > 0 else None
    p = float(chi_squared.sf(statistic, df)) if df else 1.0
    return LogRank(labels, tuple(observed.tolist()), tuple(expected.tolist()), statistic, df, p, z)


def _codes(values: Sequence[Hashable]) -> tuple[tuple[Hashable, ...], Ints]:
    labels = tuple(sorted(set(values), key=str))
    place = {label: i for i, label in enumerate(labels)}
    return labels, np.array([place[value] for value in values], dtype=np.int64)


def _summed(times: Floats, events: Ints, group: Ints, stratum: Ints, k: int) -> tuple[Floats, Floats, Floats]:
    parts = [
        _one_stratum(times[stratum == s], events[stratum == s], group[stratum == s], k) for s in np.unique(stratum)
    ]
    return (
        np.sum([p[0] for p in parts], axis=0),
        np.sum([p[1] for p in parts], axis=0),
        np.sum([p[2] for p in parts], axis=0),
    )


def _one_stratum(times: Floats, events: Ints, group: Ints, k: int) -> tuple[Floats, Floats, Floats]:
    failing = np.unique(times[events == 1])
    n = np.array([[np.sum((times >= t) & (group == g)) for g in range(k)] for t in failing], dtype=float).reshape(-1, k)
    d = np.array(
        [[np.sum((times == t) & (events == 1) & (group == g)) for g in range(k)] for t in failing], dtype=float
    ).reshape(-1, k)
    total, died = n.sum(axis=1), d.sum(axis=1)
    share = n / total[:, None]
    spread = np.divide(died * (total - died), total - 1, out=np.zeros_like(total), where=total > 1)
    diagonal = np.diag((spread[:, None] * share).sum(axis=0))
    return d.sum(axis=0), (died[:, None] * share).sum(axis=0), diagonal - np.einsum("t,ti,tj->ij", spread, share, share)
