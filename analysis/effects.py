"""Coefficients of a regression on the log scale, as they are reported: ratio, limits, Wald test."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.samples import Floats, critical


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
class Chi2:
    """A test on `df` degrees of freedom."""

    chi2: float
    df: int
    p: float


def coefficient(name: str, log_hr: float, se: float, level: float) -> Coefficient:
    """With Wald limits on the log scale."""
    from scipy.stats import norm

    half = critical(level) * se
    ratio, lower, upper = (float(np.exp(log_hr + shift)) for shift in (0.0, -half, half))
    return Coefficient(name, float(log_hr), float(se), ratio, lower, upper, float(2 * norm.sf(abs(log_hr / se))))


def wald(names: Sequence[str], at: Floats, covariance: Floats, asked: Sequence[str]) -> Chi2:
    """Are all coefficients in `asked` zero?"""
    where = [list(names).index(name) for name in asked]
    found = at[where]
    return chi2_test(float(found @ np.linalg.solve(covariance[np.ix_(where, where)], found)), len(where))


def chi2_test(statistic: float, df: int) -> Chi2:
    """The statistic with its upper tail."""
    from analysis.exact import chi_square_tail

    return Chi2(statistic, df, chi_square_tail(statistic, df))
