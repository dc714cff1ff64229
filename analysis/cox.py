"""Cox proportional hazards with Efron's ties, by lifelines (Therneau & Grambsch 2000, chapter 3).

lifelines stops early by default (coefficients off by 4e-6): the fit here is asked for a precision of 1e-10.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.effects import Coefficient, coefficient
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = _l("Cox model, ties by Efron, Wald limits from the model-based variance.")


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
        coefficient(name, float(fitter.params_[name]), float(fitter.standard_errors_[name]), level)
        for name in covariates
    ]
    return CoxFit(len(ordered), int(ordered[event].sum()), level, float(fitter.log_likelihood_), tuple(fitted))
