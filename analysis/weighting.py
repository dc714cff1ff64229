"""Propensity weights for two groups that nobody drew by lot: overlap (ATO) and inverse probability (ATE), and what balance they give.

Sources: Li, Morgan and Zaslavsky 2018 (overlap weights: exact balance of every covariate in the logistic propensity); Robins, Hernan and
Brumback 2000 (stabilised inverse probability weights); Kish 1965 (effective sample size); Austin 2009 (standardised differences).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.comparing import effective_size, propensity, standardised
from analysis.covariates import Known, column, design
from analysis.estimable import TOO_FEW, NotEstimable
from analysis.samples import Floats

FEWEST = 10
"""People a group needs before anything is weighted."""


@dataclass(frozen=True)
class Weights:
    """Weights in the order of the people, and the effective sample size of the treated and the controls."""

    values: Floats
    effective: tuple[float, float]


@dataclass(frozen=True)
class Balance:
    """Standardised differences of a covariate: as they are, with overlap weights, with inverse probability weights; None: it does not vary.

    `missing`: people who lack it.
    """

    name: str
    before: float | None
    overlap: float | None
    inverse: float | None
    missing: int


@dataclass(frozen=True)
class Weighting:
    """Both sorts of weights from one propensity, and the balance before and after. `used`: covariates in the propensity."""

    overlap: Weights
    inverse: Weights
    balance: tuple[Balance, ...]
    used: tuple[str, ...]


def weighting(people: Sequence[Known], treated: Floats, names: Iterable[str]) -> Weighting:
    """Weigh the people. Raises `analysis.estimable.NotEstimable`: too few in a group, or the covariates separate them."""
    if min(treated.sum(), len(people) - treated.sum()) < FEWEST:
        raise NotEstimable(TOO_FEW)
    asked = tuple(names)
    x, used = design(people, asked)
    e = propensity(x, treated)
    overlap = treated * (1 - e) + (1 - treated) * e
    share = treated.mean()
    inverse = treated * share / e + (1 - treated) * (1 - share) / (1 - e)
    balance = tuple(_balance(people, name, treated, overlap, inverse) for name in asked)
    return Weighting(_weights(overlap, treated), _weights(inverse, treated), balance, used)


def _weights(values: Floats, treated: Floats) -> Weights:
    return Weights(values, (effective_size(values[treated == 1]), effective_size(values[treated == 0])))


def _balance(people: Sequence[Known], name: str, treated: Floats, overlap: Floats, inverse: Floats) -> Balance:
    values, gaps = column(people, name)
    before, after, otherwise = (standardised(values, treated, w) for w in (None, overlap, inverse))
    return Balance(name, before, after, otherwise, int(np.sum(gaps)))
