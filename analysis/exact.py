"""Tail probabilities and exact intervals, from scipy, which is loaded when one is first asked for."""

from __future__ import annotations


def chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X >= statistic) for chi-square with so many degrees of freedom; R: `pchisq(statistic, freedom, lower.tail = FALSE)`."""
    from scipy.stats import chi2

    return float(chi2.sf(statistic, freedom))


def poisson_lower_tail(seen: int, expected: float) -> float:
    """P(X <= seen) for Poisson with that mean; R: `ppois(seen, expected)`."""
    from scipy.stats import poisson

    return float(poisson.cdf(seen, expected))


def clopper_pearson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a proportion (Clopper & Pearson 1934); R: `binom.test(hits, n)$conf.int`. Raises ValueError for nobody."""
    from scipy.stats import beta

    if not 0 <= hits <= n or n < 1:
        raise ValueError(f"{hits} of {n} is no proportion")
    tail = (1 - level) / 2
    lower = float(beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    upper = float(beta.ppf(1 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return lower, upper


def mcnemar_exact(one: int, other: int) -> float:
    """Two-sided exact p of McNemar's test from the two discordant counts; R: `binom.test(one, one + other)$p.value`. 1 for none."""
    from scipy.stats import binom

    return min(1.0, float(2 * binom.cdf(min(one, other), one + other, 0.5))) if one + other else 1.0
