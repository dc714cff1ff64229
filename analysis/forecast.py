"""When accrual will be complete and when the events will be in, from the rates seen so far, in closed form.

Recruitment is Poisson at each site with a rate of its own from a gamma distribution (Anisimov and Fedorov 2007, Stat Med 26:4958):
after the data the rate of a site is gamma again, their sum nearly so (its mean and variance are kept), the number still to come
negative binomial and the time to it a ratio of gammas. While sites differ no more than by chance, one rate for all (Jeffreys'
prior). Days throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from analysis.samples import Floats
from analysis.steps import Estimate
from forms.dates import DAYS_PER_YEAR

LEVEL = 0.95
HORIZON = 50 * DAYS_PER_YEAR
"""Days beyond which a date is no forecast."""


@dataclass(frozen=True)
class Rate:
    """What is known of the rate of all sites together, a day: gamma with this shape and rate. `by_site`: sites differ."""

    shape: float
    rate: float
    by_site: bool = False

    @property
    def mean(self) -> float:
        return self.shape / self.rate


def recruitment(counts: Sequence[int], exposures: Sequence[float]) -> Rate | None:
    """The rate of all sites together after `counts` in `exposures` days each; None where no time has passed or nobody came.

    A site without any time yet recruits like the others. Raises ValueError for a negative number, or a count without time.
    """
    pairs = list(zip(counts, exposures, strict=True))
    if any(k < 0 or t < 0 or (k and not t) for k, t in pairs):
        raise ValueError("a site's count or time open is not possible")
    if not sum(counts):
        return None
    k, t = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    return _by_site(k, t) or Rate(float(k.sum()) + 0.5, float(t.sum()) / len(pairs))


def _by_site(k: Floats, t: Floats) -> Rate | None:
    """With gamma rates whose shape and rate are fitted to all sites; None where the sites are as alike as chance makes them."""
    fitted = gamma_rates(k[t > 0], t[t > 0])
    if fitted is None:
        return None
    shape, rate = fitted
    mean, variance = float(np.sum((shape + k) / (rate + t))), float(np.sum((shape + k) / (rate + t) ** 2))
    return Rate(mean**2 / variance, mean / variance, by_site=True)


def gamma_rates(k: Floats, t: Floats) -> tuple[float, float] | None:
    """Shape and rate of the sites' distribution by maximum likelihood of the negative binomial counts; None at its Poisson limit."""
    from scipy.optimize import minimize

    if k.size < 2:
        return None
    start = np.log([1.0, float(t.sum() / k.sum())])
    found = minimize(
        _minus_likelihood,
        start,
        (k, t),
        method="Nelder-Mead",
        options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 4000},
    )
    shape, rate = (float(v) for v in np.exp(found.x))
    return (shape, rate) if found.success and shape < 1e3 and found.fun < _minus_poisson(k, t) - 1e-6 else None


def _minus_likelihood(logs: Floats, k: Floats, t: Floats) -> float:
    from scipy.special import gammaln

    shape, rate = np.exp(np.clip(logs, -50, 50))
    terms = (
        gammaln(shape + k)
        - gammaln(shape)
        - gammaln(k + 1)
        + shape * np.log(rate)
        + k * np.log(t)
        - (shape + k) * np.log(rate + t)
    )
    return -float(np.sum(terms))


def _minus_poisson(k: Floats, t: Floats) -> float:
    from scipy.special import gammaln

    expected = t * k.sum() / t.sum()
    return -float(np.sum(k * np.log(expected) - expected - gammaln(k + 1)))


def days_to(more: int, rate: Rate, level: float = LEVEL) -> Estimate:
    """Days until so many more have come: median and limits. rate/shape x more x F(2 more, 2 shape); 0 where nobody is missing."""
    from scipy.stats import f

    if more <= 0:
        return Estimate(0.0, 0.0, 0.0)
    scale = more * rate.rate / rate.shape
    return Estimate(*(float(scale * f.ppf(q, 2 * more, 2 * rate.shape)) for q in _quantiles(level)))


def number_by(days: float, rate: Rate, level: float = LEVEL) -> Estimate:
    """How many more will have come in so many days: median and limits of the negative binomial."""
    from scipy.stats import nbinom

    chance = rate.rate / (rate.rate + days)
    return Estimate(*(float(nbinom.ppf(q, rate.shape, chance)) for q in _quantiles(level)))


def _quantiles(level: float) -> tuple[float, float, float]:
    tail = (1 - level) / 2
    return 0.5, tail, 1 - tail


@dataclass(frozen=True)
class Risk:
    """Who can still have an event. `events` so far in `time` days of everybody; `free` are under observation without one."""

    events: int
    time: float
    free: int


@dataclass(frozen=True)
class Intake:
    """Who is still to come: so many a day for so many days."""

    a_day: float
    days: float


def expected_events(days: float, hazard: float, free: int, intake: Intake) -> float:
    """New events within so many days at a constant hazard: of those at risk, and of those who come in evenly until intake ends."""
    if hazard <= 0:
        return 0.0
    coming = min(days, intake.days)
    waited = (exp(-hazard * (days - coming)) - exp(-hazard * days)) / hazard
    return free * (1 - exp(-hazard * days)) + intake.a_day * (coming - waited)


def days_to_events(more: int, risk: Risk, intake: Intake, level: float = LEVEL) -> Estimate:
    """Days until so many more events are expected, at the median of the hazard and at its limits; gamma with Jeffreys' prior.

    None where the people there will be are not expected to have so many within `HORIZON`. The limits are of the rate alone.
    """
    from scipy.stats import gamma

    if more <= 0:
        return Estimate(0.0, 0.0, 0.0)
    if risk.time <= 0:
        return Estimate(None)
    middle, low, high = (float(gamma.ppf(q, risk.events + 0.5, scale=1 / risk.time)) for q in _quantiles(level))
    return Estimate(*(_when(more, hazard, risk.free, intake) for hazard in (middle, high, low)))


def _when(more: int, hazard: float, free: int, intake: Intake) -> float | None:
    from scipy.optimize import brentq

    if expected_events(HORIZON, hazard, free, intake) < more:
        return None
    return float(brentq(lambda t: expected_events(t, hazard, free, intake) - more, 0.0, HORIZON, xtol=1e-6))
