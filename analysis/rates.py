"""Exact rates and proportions: so many events in so much time, so many of so many, and the ratio of two rates.

Sources: Garwood 1936 (Poisson rate); Clopper & Pearson 1934 (proportion); given x1 + x2 events, x1 is binomial with chance
r t1/(r t1 + t2) for a ratio r, so the ratio's limits are those of a proportion, transformed.
"""

from dataclasses import dataclass

from analysis.exact import clopper_pearson
from analysis.not_estimable import NotEstimable
from analysis.samples import critical
from forms.text import _l

DEFINITION = _l(
    "Exact limits: Garwood for a rate, Clopper-Pearson for a proportion, conditional on all events for a ratio."
)


Counted = tuple[int, float]
"""Events, and the time they came in."""


@dataclass(frozen=True)
class Exact:
    """A rate per unit of time, a proportion or a ratio, with exact limits; `upper` None: without bound."""

    value: float
    lower: float
    upper: float | None


@dataclass(frozen=True)
class RateRatio:
    """The second rate over the first, None where the first is 0; `p` two-sided, events as unlikely as those seen or more so."""

    value: float | None
    lower: float
    upper: float | None
    p: float


def rate(events: int, time: float, *, level: float = 0.95) -> Exact:
    """Events per unit of `time`. Raises NotEstimable without any time at risk."""
    from scipy.stats import chi2

    _whole(events)
    _at_risk(time)
    tail = _tail(level)
    lower = float(chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    return Exact(events / time, lower / time, float(chi2.ppf(1 - tail, 2 * events + 2)) / 2 / time)


def proportion(events: int, n: int, *, level: float = 0.95) -> Exact:
    """`events` of `n`. Raises NotEstimable of nobody."""
    _whole(events, n)
    critical(level)
    if not n:
        raise NotEstimable("a proportion of nobody")
    return Exact(events / n, *clopper_pearson(events, n, level))


def rate_ratio(first: Counted, second: Counted, *, level: float = 0.95) -> RateRatio:
    """Each (events, time). Raises NotEstimable without time at risk in one of them or without any event."""
    from scipy.stats import binomtest

    check_counted(first, second)
    (x1, t1), (x2, t2) = first, second
    if not x1 + x2:
        raise NotEstimable("no event in either group")
    share = proportion(x2, x1 + x2, level=level)
    lower, upper = (None if p is None or p == 1 else p / (1 - p) * t1 / t2 for p in (share.lower, share.upper))
    p = float(binomtest(x2, x1 + x2, t2 / (t1 + t2)).pvalue)
    return RateRatio((x2 / t2) / (x1 / t1) if x1 else None, lower or 0.0, upper, p)


def check_counted(*groups: Counted) -> None:
    """Raises ValueError for an impossible count, NotEstimable without time at risk."""
    for events, time in groups:
        _whole(events)
        _at_risk(time)


def _tail(level: float) -> float:
    critical(level)
    return (1 - level) / 2


def _whole(*counted: int) -> None:
    if any(each < 0 or each != int(each) for each in counted):
        raise ValueError("a count is a whole number from 0")


def _at_risk(time: float) -> None:
    if not 0 < time < float("inf"):
        raise NotEstimable("no time at risk")
