"""Cox proportional hazards with Efron's ties, by lifelines (Therneau & Grambsch 2000, chapter 3).

lifelines stops early by default (coefficients off by 4e-6): the fit here is asked for a precision of 1e-10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.samples import critical
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l("Cox model, ties by Efron, Wald limits from the model-based variance.")


@dataclass(frozen=True)
class Coefficient:
    """One covariate: log hazard ratio, its standard error, hazard ratio with limits, two-sided Wald p."""

    name: str
    log_hr: float
    se: float
    hr: float
    lower: float
    upper: float
    p: float


@dataclass(frozen=True)
class CoxFit:
    """`coefficients` in the order asked for; `n` participants, `n_events` events."""

    n: int
    n_events: int
    level: float
    log_likelihood: float
    coefficients: tuple[Coefficient, ...]

    def __getitem__(self, name: str) -> Coefficient:
        return next(c for c in self.coefficients if c.name == name)


def cox(
    frame: "pd.DataFrame",
    *,
    days: str,
    event: str,
    covariates: Sequence[str],
    strata: Sequence[str] = (),
    identity: str | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit on a frame with one row per participant; covariates are numbers. Rows are put in order (time, id) first.

    Raises lifelines' ConvergenceError where a covariate separates the events perfectly, ValueError on unknown values.
    """
    from lifelines import CoxPHFitter

    columns = [days, event, *covariates, *strata]
    ordered = frame.sort_values([days, identity] if identity else columns, kind="stable")[columns].reset_index(
        drop=True
    )
    if ordered.isna().to_numpy().any():
        raise ValueError("a Cox model takes no unknown values")
    fitter = CoxPHFitter().fit(ordered, days, event, strata=list(strata) or None, fit_options={"precision": 1e-10})
    fitted = [
        _coefficient(name, float(fitter.params_[name]), float(fitter.standard_errors_[name]), level)
        for name in covariates
    ]
    return CoxFit(len(ordered), int(ordered[event].sum()), level, float(fitter.log_likelihood_), tuple(fitted))


def _coefficient(name: str, log_hr: float, se: float, level: float) -> Coefficient:
    from scipy.stats import norm

    half = critical(level) * se
    return Coefficient(
        name,
        log_hr,
        se,
        float(np.exp(log_hr)),
        float(np.exp(log_hr - half)),
        float(np.exp(log_hr + half)),
        float(2 * norm.sf(abs(log_hr / se))),
    )
