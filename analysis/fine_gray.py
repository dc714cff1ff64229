"""Fine-Gray regression of the cumulative incidence: subdistribution hazard ratios with the full sandwich variance.

Source: Fine & Gray 1999, J Am Stat Assoc 94:496-509, equations 7 and 8; sums by running totals as Kawaguchi 2021.
Who had a competing event at T stays in the risk set with weight G(t-)/G(T-), G the Kaplan-Meier curve of censoring, whose
risk set at t is everybody with time >= t (as R's cmprsk; R's finegray takes the events at t out first). Ties by Breslow.
Cost: one sort, then sums over rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.design import Design, design, in_order
from analysis.effects import Chi2, Coefficient, chi2_test, coefficient
from analysis.newton import Likelihood, maximise
from analysis.not_estimable import NotEstimable
from analysis.samples import Floats, checked
from analysis.subdistribution import Risk, risk, sandwich
from analysis.sums import along, down, products
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l(
    "Fine-Gray model of the subdistribution hazard, ties by Breslow, censoring weights by Kaplan-Meier over all groups; "
    "Wald limits from the sandwich variance with its censoring term (Fine and Gray 1999)."
)


@dataclass(frozen=True)
class FineGray:
    """`coefficients` in the order asked for.

    `baseline` is the cumulative subdistribution hazard at covariates of 0, after each of `times`.
    """

    cause: int
    n: int
    n_events: int
    n_competing: int
    level: float
    log_likelihood: float
    likelihood_ratio: Chi2
    coefficients: tuple[Coefficient, ...]
    covariance: tuple[tuple[float, ...], ...]
    times: tuple[float, ...]
    baseline: tuple[float, ...]

    def __getitem__(self, name: str) -> Coefficient:
        return next(c for c in self.coefficients if c.name == name)

    def incidence(self, values: Mapping[str, float]) -> tuple[float, ...]:
        """1 - exp(-H exp(xb)) at `times`, for someone with these covariates."""
        score = sum(c.log_hr * values[c.name] for c in self.coefficients)
        return tuple((-np.expm1(-np.array(self.baseline) * np.exp(score))).tolist())


def fine_gray(
    frame: pd.DataFrame,
    *,
    days: str,
    status: str,
    covariates: Sequence[str],
    cause: int = 1,
    identity: str | None = None,
    level: float = 0.95,
) -> FineGray:
    """Fit on a frame with one row per participant.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a participant, in any order.
    days, status : str
        Columns of the time in days, and of 0 censored, 1, 2, ... the kind of the first event.
    covariates : sequence of str
        Columns of numbers.
    cause : int
        The kind of event whose incidence is regressed.
    identity : str, optional
        Column that names the participant.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    FineGray
        Subdistribution hazard ratios by name, and the baseline from which `incidence` predicts.

    Raises
    ------
    NotTimeToEvent, Repeated
        Times are broken, or a participant stands there twice.
    NotEstimable
        Nobody had the cause, a covariate separates, or no convergence.

    References
    ----------
    Fine & Gray 1999, J Am Stat Assoc 94:496-509.
    """
    ordered = in_order(frame, [days, status, *covariates], [days], identity)
    times, codes = checked(ordered[days].to_numpy(), ordered[status].to_numpy())
    if not (codes == cause).any():
        raise NotEstimable("nobody had the event")
    plan, at = design(ordered, covariates), risk(times, codes, cause)
    found = maximise(lambda beta: _likelihood(at, plan.x, beta), np.zeros(len(plan.names)), plan.names)
    covariance = plan.covariance(found.covariance @ sandwich(at, plan.x, found.at) @ found.covariance)
    errors, values = np.sqrt(np.diag(covariance)), plan.coefficients(found.at)
    gain = 2 * (found.likelihood.value - found.start.value)
    return FineGray(
        cause,
        times.size,
        int((codes == cause).sum()),
        int(((codes > 0) & (codes != cause)).sum()),
        level,
        found.likelihood.value,
        chi2_test(max(gain, 0.0), len(plan.names)),
        tuple(coefficient(*each, level) for each in zip(plan.names, values.tolist(), errors.tolist(), strict=True)),
        tuple(tuple(row) for row in covariance.tolist()),
        tuple(at.event_times.tolist()),
        tuple(_baseline(at, plan, found.at).tolist()),
    )


def _likelihood(at: Risk, x: Floats, beta: Floats) -> Likelihood:
    linear = along(x, beta)
    relative = np.exp(linear)
    total, weighted = at.total(relative), at.total_of(x, relative)
    felt = relative * at.felt(at.events / total)
    centre = weighted / total[:, None]
    return Likelihood(
        float(linear[at.own].sum() - (at.events * np.log(total)).sum()),
        x[at.own].sum(axis=0) - down(felt, x),
        products(felt, x) - products(at.events, centre),
    )


def _baseline(at: Risk, plan: Design, beta: Floats) -> Floats:
    hazard = np.cumsum(at.events / at.total(np.exp(along(plan.x, beta))))
    return np.asarray(hazard * np.exp(-(plan.mean / plan.spread) @ beta))
