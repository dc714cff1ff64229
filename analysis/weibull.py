"""Weibull regression of a time known exactly, to lie between two visits, or only to lie after the last one.

S(t) = exp(-exp(b0 + xb) t^a): b are log hazard ratios, and -b/a log ratios of time (R's survreg prints these, and 1/a as scale).
In a and b the log likelihood is concave, so Newton's method finds the one maximum.
Source: Kalbfleisch & Prentice 2002, sections 2.2 and 3.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.design import design, in_order
from analysis.effects import Coefficient, coefficient
from analysis.newton import Likelihood, maximise
from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, NotTimeToEvent, once
from analysis.sums import along, down, products
from analysis.turnbull import bounds
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l("Weibull model, event between two visits; Wald limits from the information.")


@dataclass(frozen=True)
class Weibull:
    """`shape` a and `intercept` b0 as in S(t) = exp(-exp(b0 + xb) t^a); hazard ratios in `coefficients`.

    `covariance` is of (shape, intercept, coefficients).
    """

    n: int
    n_events: int
    level: float
    log_likelihood: float
    shape: float
    intercept: float
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]

    def __getitem__(self, name: str) -> Coefficient:
        return next(c for c in self.coefficients if c.name == name)

    def survival(self, t: float, values: Mapping[str, float] | None = None) -> float:
        """The chance to be free of the event at t days, for someone with these covariates."""
        linear = self.intercept + sum(c.log_hr * (values or {})[c.name] for c in self.coefficients)
        return float(np.exp(-np.exp(linear) * t**self.shape))


def weibull(
    frame: pd.DataFrame,
    *,
    lower: str,
    upper: str,
    covariates: Sequence[str] = (),
    identity: str | None = None,
    level: float = 0.95,
) -> Weibull:
    """Fit on a frame with one row per participant.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a participant, in any order.
    lower, upper : str
        Columns of the last visit without the event and the first with it, as in `analysis.turnbull`; blank `upper`: not seen so far.
    covariates : sequence of str
        Columns of numbers.
    identity : str, optional
        Column that names the participant; nobody may stand in two rows.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Weibull
        Shape, intercept and hazard ratios by name; `survival` predicts.

    Raises
    ------
    NotTimeToEvent, Repeated
        Bounds are broken, an event lies on day 0, or a participant stands there twice.
    NotEstimable
        Nobody had the event, a covariate separates, or no convergence.

    References
    ----------
    Kalbfleisch & Prentice 2002, sections 2.2 and 3.5.
    """
    if identity is not None:
        once(frame[identity])
    low, high = bounds(frame[lower].to_numpy(), frame[upper].astype(float).fillna(np.inf).tolist())
    if (high == 0).any():
        raise NotTimeToEvent("an event on day 0 has no place in a Weibull distribution")
    if not np.isfinite(high).any():
        raise NotEstimable("nobody had the event")
    ordered = in_order(frame.assign(low=low, high=high), ["low", "high", *covariates], ["low", "high"], None)
    plan = design(ordered, covariates) if covariates else None
    x = plan.x if plan else np.empty((len(ordered), 0))
    low, high = ordered["low"].to_numpy(dtype=float), ordered["high"].to_numpy(dtype=float)
    ends = np.concatenate([low[low > 0], high[np.isfinite(high)]])
    centre = float(np.log(ends).mean())
    names = ("", "", *covariates)
    start = np.concatenate([[1.0, 0.0], np.zeros(x.shape[1])])
    found = maximise(lambda at: _likelihood(low, high, x, centre, at), start, names)
    back = _back(centre, plan.mean if plan else np.empty(0), plan.spread if plan else np.empty(0))
    at, covariance = back @ found.at, back @ found.covariance @ back.T
    errors = np.sqrt(np.diag(covariance))
    rows = zip(covariates, at[2:].tolist(), errors[2:].tolist(), strict=True)
    return Weibull(
        len(ordered),
        int(np.isfinite(high).sum()),
        level,
        found.likelihood.value,
        float(at[0]),
        float(at[1]),
        tuple(coefficient(*each, level) for each in rows),
        tuple(tuple(row) for row in covariance.tolist()),
    )


def _back(centre: float, mean: Floats, spread: Floats) -> Floats:
    """From the parameters of centred log times and scaled covariates to those of the times and covariates as they came."""
    found = np.diag(np.concatenate([[1.0, 1.0], 1 / spread]))
    found[1, 0] = -centre
    found[1, 2:] = -mean / spread
    return found


def _likelihood(low: Floats, high: Floats, x: Floats, centre: float, at: Floats) -> Likelihood:
    """With z = a (ln t - centre) + b0 + xb, S = exp(-exp(z)); z is linear in the parameters."""
    size = at.size
    if at[0] <= 0:
        return Likelihood(-np.inf, np.zeros(size), np.eye(size))
    exact = low == high
    value, score, information = _seen(high[exact], x[exact], centre, at)
    part = _between(low[~exact], high[~exact], x[~exact], centre, at)
    return Likelihood(value + part[0], score + part[1], information + part[2])


def _rows(t: Floats, x: Floats, centre: float) -> Floats:
    return np.column_stack([np.log(t) - centre, np.ones(t.size), x])


def _seen(t: Floats, x: Floats, centre: float, at: Floats) -> tuple[float, Floats, Floats]:
    """The likelihood of a day: ln f = z - exp(z) + ln a - ln t."""
    v = _rows(t, x, centre)
    z = along(v, at)
    hazard = np.exp(z)
    score, information = down(1 - hazard, v), products(hazard, v)
    score[0] += t.size / at[0]
    information[0, 0] += t.size / at[0] ** 2
    return float((z - hazard - np.log(t)).sum() + t.size * np.log(at[0])), score, information


def _between(low: Floats, high: Floats, x: Floats, centre: float, at: Floats) -> tuple[float, Floats, Floats]:
    """The likelihood of two visits: ln(S(low) - S(high)); S is 1 at 0 and 0 where the event has not been seen."""
    begun, ended = low > 0, np.isfinite(high)
    v, w = _rows(np.where(begun, low, 1.0), x, centre), _rows(np.where(ended, high, 1.0), x, centre)
    first, second = np.where(begun, np.exp(along(v, at)), 0.0), np.where(ended, np.exp(along(w, at)), np.inf)
    chance = -np.expm1(first - second)  # of the event by `high`, for those free of it at `low`
    at_low = np.divide(first, chance)
    at_high = np.where(ended, np.where(ended, second, 0.0) * np.exp(first - second) / chance, 0.0)
    score = down(at_high, w) - down(at_low, v)
    curve_low = at_low * (1 - first) + at_low**2
    curve_high = at_high * (np.where(ended, second, 0.0) - 1) + at_high**2
    cross = products(at_low * at_high, v, w)
    information = products(curve_low, v) + products(curve_high, w) - cross - cross.T
    return float((np.log(chance) - first).sum()), score, information
