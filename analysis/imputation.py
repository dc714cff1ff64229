"""Multiple imputation of covariates by chained equations with predictive mean matching; `analysis.rubin` makes one result of many.

Sources: van Buuren 2018, Flexible Imputation of Missing Data, algorithms 3.1, 3.3 (matching on one draw of the coefficients) and 4.3;
White & Royston 2009: the event and the Nelson-Aalen hazard belong among the predictors of a covariate of a Cox model. A value is
always one that somebody had, so that 0/1 stays 0/1. Donors are a bootstrap sample of those seen, drawn anew each time (Heitjan & Little
1991; approximate Bayesian bootstrap, Rubin & Schenker 1986): always the same few donors beside the blanks would make imputations too much
alike, and limits too short (docs/decisions/0022 has the figures). Outcomes are never imputed here, and a death is no missing value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from analysis.newton import inverse
from analysis.not_estimable import NotEstimable
from analysis.samples import ArrayLike, Floats, NotTimeToEvent, counts
from analysis.sums import along, down, products
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l("Covariates imputed by chained equations with predictive mean matching, pooled by Rubin's rules.")
Truths = NDArray[np.bool_]
DONORS = 5
CYCLES = 10


def nelson_aalen(days: ArrayLike, event: ArrayLike) -> Floats:
    """The cumulative hazard at each row's own time, in the order of the rows."""
    tally = counts(days, event)
    if set(tally.left) - {0, 1}:
        raise NotTimeToEvent("an event is neither 0 nor 1")
    died = tally.left.get(1, np.zeros(tally.times.size, dtype=np.int64))
    return np.asarray(np.cumsum(died / tally.at_risk)[np.searchsorted(tally.times, np.asarray(days, dtype=float))])


def imputed(
    frame: pd.DataFrame, columns: Sequence[str], *, predictors: Sequence[str], seed: int, m: int = 20
) -> Iterator[pd.DataFrame]:
    """`m` copies of the frame in which `columns` have no blanks; the same for the same seed and rows in the same order.

    Each of the columns is predicted from the others and from `predictors`, which have no blanks. Raises NotEstimable where a column
    has too few values to learn from or predictors cannot be told apart; ValueError for a blank predictor.
    """
    known = frame[list(predictors)].to_numpy(dtype=float)
    if not np.isfinite(known).all():
        raise ValueError("a predictor of the imputation has a blank")
    values = frame[list(columns)].to_numpy(dtype=float)
    blank = np.isnan(values)
    for name, missing in zip(columns, blank.T, strict=True):
        if (~missing).sum() < max(DONORS, known.shape[1] + len(columns) + 2):
            raise NotEstimable(f"too few values of {name} to impute from")
    chance = np.random.default_rng(seed)
    for _ in range(m):
        yield frame.assign(**dict(zip(columns, _chained(values, blank, known, chance).T, strict=True)))


def _chained(values: Floats, blank: Truths, known: Floats, chance: np.random.Generator) -> Floats:
    filled = values.copy()
    for j, missing in enumerate(blank.T):
        filled[missing, j] = chance.choice(values[~missing, j], missing.sum())
    wanting = np.flatnonzero(blank.any(axis=0)).tolist()
    for _ in range(CYCLES if len(wanting) > 1 else 1):  # a column alone depends on nothing that was filled in
        for j in wanting:
            others = np.column_stack([known, np.delete(filled, j, axis=1)])
            filled[blank[:, j], j] = _matched(values[:, j], blank[:, j], others, chance)
    return filled


def _matched(y: Floats, missing: Truths, others: Floats, chance: np.random.Generator) -> Floats:
    """For each blank the value of one of the donors whose prediction lies nearest."""
    spread = others.std(axis=0)
    x = np.column_stack([np.ones(len(others)), (others - others.mean(axis=0)) / np.where(spread > 0, spread, 1)])
    x = x[:, [True, *(spread > 0)]]
    seen, has = x[~missing], y[~missing]
    covariance = inverse(products(np.ones(len(seen)), seen))
    fitted = covariance @ down(has, seen)
    predicted = along(seen, fitted)
    rest = has - predicted
    scale = np.sqrt((rest**2).sum() / chance.chisquare(max(len(has) - x.shape[1], 1)))
    drawn = fitted + scale * np.linalg.cholesky(covariance) @ chance.standard_normal(x.shape[1])
    pool = chance.integers(0, len(has), len(has))  # who may give this time
    order = pool[np.argsort(predicted[pool], kind="stable")]
    near, wanted = predicted[order], along(x[missing], drawn)
    first = np.searchsorted(near, wanted)[:, None] + np.arange(-DONORS, DONORS)
    inside = np.clip(first, 0, len(has) - 1)
    distance = np.where(first == inside, np.abs(near[inside] - wanted[:, None]), np.inf)
    closest = np.argsort(distance, axis=1, kind="stable")[:, :DONORS]
    pick = closest[np.arange(len(wanted)), chance.integers(0, DONORS, len(wanted))]
    return np.asarray(has[order][inside[np.arange(len(wanted)), pick]])
