"""Repeated scores completed many times: draws from the joint normal model of a row, given what was seen of it (missing at random).

Data augmentation: the missing scores given mean and covariance, then mean and covariance given the completed rows, in turn, under the prior
|S|^-(p + 1)/2. A row may miss any of its columns. Imputed scores are neither rounded nor held inside the range of their scale: both would
move their mean (von Hippel 2013). Mean and covariance start as those of the rows seen whole.
Sources: Tanner & Wong 1987; Schafer 1997, Analysis of Incomplete Multivariate Data, sections 5.2 and 5.4.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, Ints
from analysis.sums import products
from forms.text import _l

DEFINITION = _l(
    "Imputed {m} times from the joint normal model of baseline and visits in each arm, by data augmentation (Schafer 1997); "
    "not held to the range of the scale."
)
BURN_IN, BETWEEN = 100, 10
"""Rounds before the first set is kept, and from one to the next: what a round remembers fades with the share that is missing."""
_ALIKE = 1e-8  # least eigenvalue of the correlations
_STILL = 1e-6  # points: a column of equal scores has a spread of rounding alone

Pattern = tuple[Ints, NDArray[np.bool_]]
"""Rows that miss the same columns, and which."""


def needed(columns: int) -> int:
    """How many rows must be seen whole: fewer would leave the covariance to the prior."""
    return columns + 2


def completed(rows: Floats, *, m: int, chance: np.random.Generator) -> tuple[Floats, ...]:
    """`m` copies of `rows` (one a participant, NaN where a score is missing) in which nothing is missing.

    Raises NotEstimable where too few rows are whole, a column does not vary, or one follows from the others.
    """
    mean, covariance = _start(rows)
    filled, patterns, kept = rows.copy(), _patterns(np.isnan(rows)), []
    for k in range(m):
        for _ in range((BETWEEN if k else BURN_IN) if patterns else 0):
            _fill(filled, patterns, mean, covariance, chance)
            mean, covariance = drawn(filled, chance)
        kept.append(filled.copy())
    return tuple(kept)


def drawn(filled: Floats, chance: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean and covariance from what they may be given complete rows: normal and inverse Wishart (Schafer 1997, 5.2.2)."""
    n, p = filled.shape
    centre = filled.mean(axis=0)
    around = np.linalg.cholesky(products(np.ones(n), filled - centre))
    root = around @ np.linalg.inv(_bartlett(n - 1, p, chance)).T
    return centre + root @ chance.standard_normal(p) / np.sqrt(n), root @ root.T


def _bartlett(freedom: int, p: int, chance: np.random.Generator) -> Floats:
    """A, lower triangular, so that A A' is Wishart with the identity as its scale (Bartlett 1933)."""
    below = np.tril(chance.standard_normal((p, p)), -1)
    return np.asarray(below + np.diag(np.sqrt(chance.chisquare(freedom - np.arange(p)))))


def _start(rows: Floats) -> tuple[Floats, Floats]:
    whole = rows[~np.isnan(rows).any(axis=1)]
    p = rows.shape[1]
    if len(whole) < needed(p):
        raise NotEstimable(f"fewer than {needed(p)} participants with a score at each visit")
    centred = whole - whole.mean(axis=0)
    covariance = products(np.ones(len(whole)), centred) / (len(whole) - 1)
    size = np.sqrt(np.diag(covariance))
    if not (size > _STILL).all():
        raise NotEstimable("everybody has the same score at a visit")
    if np.linalg.eigvalsh(covariance / np.outer(size, size))[0] < _ALIKE:
        raise NotEstimable("the scores at one visit follow from those at the others")
    return whole.mean(axis=0), covariance


def _patterns(missing: NDArray[np.bool_]) -> list[Pattern]:
    kinds, of = np.unique(missing, axis=0, return_inverse=True)
    return [(np.flatnonzero(of.ravel() == i), kind) for i, kind in enumerate(kinds) if kind.any()]


def _fill(
    filled: Floats, patterns: list[Pattern], mean: Floats, covariance: Floats, chance: np.random.Generator
) -> None:
    """Draw what is missing given what was seen: the regression of the ones on the others, and what it leaves open."""
    for rows, gone in patterns:
        seen = ~gone
        weights = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, gone)])
        centre = mean[gone] + (filled[np.ix_(rows, seen)] - mean[seen]) @ weights
        rest = np.linalg.cholesky(covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, seen)] @ weights)
        filled[np.ix_(rows, gone)] = centre + chance.standard_normal(centre.shape) @ rest.T
