"""Tail probabilities, from scipy, which is loaded when one is first asked for."""

from __future__ import annotations


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X >= statistic) for chi-square with so many degrees of freedom; R: `pchisq(statistic, freedom, lower.tail = FALSE)`."""
    from scipy.stats import chi2

    return float(chi2.sf(statistic, freedom))


def poisson_lower_tail(seen: int, expected: float) -> float:
    """P(X <= seen) for Poisson with that mean; R: `ppois(seen, expected)`."""
    from scipy.stats import poisson

    return float(poisson.cdf(seen, expected))
