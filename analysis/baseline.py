"""Summaries of groups at baseline, and standardised differences between two of them. No test: chance made the arms differ, if they do.

Sources: CONSORT 2025 item 25 (baseline table); Austin 2009 (standardised difference of a mean); Yang and Dalton 2012, "A unified approach
to measuring the effect size between two groups using SAS", SAS Global Forum 335 (several categories).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from analysis.comparing import standardised
from analysis.samples import Floats

_SAME = 1e-9


@dataclass(frozen=True)
class Numbers:
    """A continuous variable: how many are known and missing, and what they say; None where nobody is known, `sd` from two on.

    Quartiles: R's default, type 7.
    """

    n: int
    missing: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Categories:
    """A categorical variable: how many are known and missing, and how many gave each answer."""

    n: int
    missing: int
    counts: tuple[tuple[str, int], ...]


def numbers(values: Iterable[float | None]) -> Numbers:
    """Summarise what is known."""
    given = list(values)
    known = np.array([v for v in given if v is not None], dtype=float)
    if not known.size:
        return Numbers(0, len(given))
    lower, median, upper = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
    spread = float(np.std(known, ddof=1)) if known.size > 1 else None
    return Numbers(known.size, len(given) - known.size, float(np.mean(known)), spread, median, lower, upper)


def categories(values: Iterable[str | None], codes: Sequence[str]) -> Categories:
    """Count the answers in the order of `codes`. Raises ValueError for an answer that is none of them."""
    given = list(values)
    if unknown := {v for v in given if v is not None} - set(codes):
        raise ValueError(f"no such answer: {', '.join(sorted(unknown))}")
    known = [v for v in given if v is not None]
    return Categories(len(known), len(given) - len(known), tuple((code, known.count(code)) for code in codes))


def difference_of_means(one: Iterable[float | None], other: Iterable[float | None]) -> float | None:
    """First less second in units of the standard deviation averaged over both; None where it is 0, or fewer than two are known."""
    groups = [[v for v in values if v is not None] for values in (one, other)]
    if min(map(len, groups)) < 2:
        return None
    column = np.array([*groups[0], *groups[1]], dtype=float)
    return standardised(column, np.repeat([1.0, 0.0], [len(groups[0]), len(groups[1])]))


def difference_of_shares(one: Categories, other: Categories) -> float | None:
    """Yang and Dalton's: the length of the difference of the shares, each in units of their averaged covariance; no sign.

    None where nobody is known in a group, or the shares differ where neither group varies: then it is infinite.
    """
    if not (one.n and other.n):
        return None
    shares = np.array([[n / each.n for _, n in each.counts] for each in (one, other)])
    shares = shares[:, shares.sum(axis=0) > 0][:, 1:]
    if not shares.size:
        return 0.0
    moved = shares[0] - shares[1]
    covariance = np.mean([np.diag(p) - np.outer(p, p) for p in shares], axis=0)
    solved = np.linalg.pinv(covariance, rcond=_SAME, hermitian=True) @ moved
    return sqrt(max(0.0, float(moved @ solved))) if _reaches(covariance, solved, moved) else None


def _reaches(covariance: Floats, solved: Floats, moved: Floats) -> bool:
    return bool(np.abs(covariance @ solved - moved).max() < 1e-7)
