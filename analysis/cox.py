"""Cox proportional hazards with Efron's ties: strata, weights, delayed entry and time-dependent covariates, robust variance.

Sources: Therneau & Grambsch 2000, chapters 3 and 7; Lin & Wei 1989 (robust variance, from residuals that know the ties). Own code,
because no library in Python has robust variance, test of proportionality and baseline right where times are tied; tests hold
the coefficients against R, lifelines and statsmodels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis.design import Design, design, in_order
from analysis.effects import Chi2, Coefficient, chi2_test, coefficient, wald
from analysis.efron import RiskSets, likelihood, risk_sets, score_residuals, steps
from analysis.newton import maximise
from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, Ints, NotTimeToEvent, checked
from analysis.spells import apart
from analysis.sums import along, products
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l("Cox model, ties by Efron, Wald limits from the model-based variance.")
ROBUST = _l("Cox model, ties by Efron, Wald limits from the robust variance (Lin and Wei 1989).")


@dataclass(frozen=True)
class Fitted:
    """What tests and predictions after a fit start from."""

    sets: RiskSets
    plan: Design
    at: Floats
    days: Floats
    entry: Floats | None
    event: Ints
    strata: tuple[tuple[object, ...], ...]


@dataclass(frozen=True)
class CoxFit:
    """`coefficients` in the order asked for; `n` rows, `n_events` events; `robust` says which variance the limits are from.

    `likelihood_ratio` compares with no covariate at all (weighted rows: not a test, None).
    """

    n: int
    n_events: int
    level: float
    log_likelihood: float
    coefficients: tuple[Coefficient, ...]
    robust: bool
    likelihood_ratio: Chi2 | None
    covariance: tuple[tuple[float, ...], ...]
    fitted: Fitted = field(repr=False, compare=False)

    def __getitem__(self, name: str) -> Coefficient:
        return next(c for c in self.coefficients if c.name == name)

    def wald(self, *names: str) -> Chi2:
        """Are the coefficients of these covariates all zero?"""
        at = np.array([c.log_hr for c in self.coefficients])
        return wald([c.name for c in self.coefficients], at, np.array(self.covariance), names)


def cox(
    frame: pd.DataFrame,
    *,
    days: str,
    event: str,
    covariates: Sequence[str],
    strata: Sequence[str] = (),
    identity: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    robust: bool = False,
    cluster: str | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit on a frame with one row per participant, or with `entry` one row per spell (entry, days].

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows are put in order (time, id) first, so theirs does not matter.
    days, event : str
        Columns of the time in days and of 1 or 0 (censored).
    covariates : sequence of str
        Columns of numbers, in the order in which coefficients are given.
    strata : sequence of str
        Columns that together name a stratum, each with a hazard of its own.
    identity : str, optional
        Column that names the participant; nobody may stand in two rows, or in two spells that overlap.
    entry : str, optional
        Column of the day on which a spell begins.
    weights : str, optional
        Column of positive weights; they call for `robust`.
    robust : bool
        Whether limits come from the robust variance.
    cluster : str, optional
        Column that names who is alike (a participant with several spells, a site): robust variance over its sums.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    CoxFit
        `fit["name"]` is the coefficient of a covariate: ratio, limits, p.

    Raises
    ------
    ValueError
        A value is unknown.
    NotTimeToEvent, Repeated
        Times are broken, or a participant stands there twice.
    NotEstimable
        No event, no information, a separated covariate, or no convergence.

    References
    ----------
    Therneau & Grambsch 2000, chapters 3 and 7; Lin & Wei 1989.
    """
    asked = [name for name in (entry, weights, cluster, identity) if name is not None]
    columns = [days, event, *covariates, *strata, *asked]
    ordered = in_order(frame, columns, [days], identity if entry is None else None)
    sets, begins, times, events, labels = _sets(ordered, days, event, strata, entry, weights)
    if identity is not None and entry is not None:
        apart(ordered[identity].tolist(), begins, times)
    plan = design(ordered, covariates)
    found = maximise(lambda beta: likelihood(sets, plan.x, beta), np.zeros(len(plan.names)), plan.names)
    covariance = found.covariance
    if robust or cluster is not None:
        of = ordered[cluster or identity] if cluster or (identity and entry) else None
        covariance = _sandwich(sets, plan, found.at, covariance, None if of is None else of.to_numpy())
    gain = chi2_test(max(2 * (found.likelihood.value - found.start.value), 0.0), len(plan.names))
    return CoxFit(
        len(ordered),
        int(events.sum()),
        level,
        found.likelihood.value,
        _reported(plan, found.at, covariance, level),
        robust or cluster is not None,
        None if weights else gain,
        tuple(tuple(row) for row in plan.covariance(covariance).tolist()),
        Fitted(sets, plan, found.at, times, begins, events, labels),
    )


def _sets(
    ordered: pd.DataFrame, days: str, event: str, strata: Sequence[str], entry: str | None, weights: str | None
) -> tuple[RiskSets, Floats | None, Floats, Ints, tuple[tuple[object, ...], ...]]:
    times, events = checked(ordered[days].to_numpy(), ordered[event].to_numpy())
    if (events > 1).any():
        raise NotTimeToEvent("an event is neither 0 nor 1")
    if not events.any():
        raise NotEstimable("nobody had the event")
    weight = ordered[weights].to_numpy(dtype=float) if weights else np.ones(times.size)
    if (weight <= 0).any():
        raise ValueError("a weight is a positive number")
    begins = None
    if entry is not None:
        begins, _ = checked(ordered[entry].to_numpy(), events)
        if (begins >= times).any():
            raise NotTimeToEvent("a spell ends before it begins")
    labels: list[tuple[object, ...]] = [()]
    stratum = np.zeros(times.size, dtype=np.int64)
    if strata:
        keys = list(zip(*(ordered[name].tolist() for name in strata), strict=True))
        labels = sorted(set(keys), key=str)
        stratum = np.array(list(map({key: i for i, key in enumerate(labels)}.__getitem__, keys)), dtype=np.int64)
    return risk_sets(begins, times, events, stratum, weight), begins, times, events, tuple(labels)


def _sandwich(sets: RiskSets, plan: Design, at: Floats, covariance: Floats, cluster: Ints | None) -> Floats:
    """D'D with D the change in the coefficients that each row, or each cluster of rows, makes."""
    residuals = sets.weight[:, None] * score_residuals(sets, plan.x, steps(sets, plan.x, at))
    moved = np.column_stack([along(residuals, column) for column in covariance.T])
    if cluster is not None:
        _, of = np.unique(cluster, return_inverse=True)
        moved = np.column_stack([np.bincount(of, column) for column in moved.T])
    return products(np.ones(len(moved)), moved)


def _reported(plan: Design, at: Floats, covariance: Floats, level: float) -> tuple[Coefficient, ...]:
    values, errors = plan.coefficients(at), np.sqrt(np.diag(plan.covariance(covariance)))
    return tuple(coefficient(*each, level) for each in zip(plan.names, values.tolist(), errors.tolist(), strict=True))


def survival_of(fit: CoxFit, values: Mapping[str, float], stratum: tuple[object, ...] = ()) -> tuple[Floats, Floats]:
    """Event times of the stratum and the survival after each of someone with these covariates; hazard by Efron's steps."""
    f = fit.fitted
    wanted = (np.array([values[name] for name in f.plan.names]) - f.plan.mean) / f.plan.spread
    here = steps(f.sets, f.plan.x, f.at)
    hazard = np.bincount(f.sets.at, here.hazard) * np.exp(wanted @ f.at)
    own = f.sets.stratum_of == f.strata.index(stratum)
    return f.sets.event_times[own], np.exp(-np.cumsum(hazard[own]))
