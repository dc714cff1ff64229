"""Cumulative incidence with competing events: Aalen-Johansen, exact at ties, without jitter.

One row per participant: `days` from the origin, `status` 0 censored, 1, 2, ... the kind of the first event.
F_k(t) = sum S(t_i-) d_ki/n_i: all kinds of event at one time share one risk set, so no order among them is
invented. Definitions printed with every curve: `DEFINITION`. Sources: Aalen & Johansen 1978; Marubini &
Valsecchi 1995, section 10 (Greenwood-type variance, as `etm` and statsmodels); Pintilie 2006 (limits).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.columns import Column, Columns
from analysis.samples import ArrayLike, Counts, Floats, Ints, counts, critical
from analysis.steps import Estimate, position, still_at_risk
from analysis.survival import Curve, kaplan_meier, survival_and_variance
from forms.text import _l

DEFINITION = _l(
    "Aalen-Johansen estimate, events tied in time share one risk set; variance of the Greenwood type "
    "(Marubini and Valsecchi 1995); confidence limits on the log(-log) scale (Pintilie 2006); "
    "number at risk: time at or after the tick."
)

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Incidence(Columns):
    """Cumulative incidence of one kind of event, one entry per distinct time, ascending.

    `events` of the kind, `competing` events of all other kinds; `event_free` is the chance of neither.
    """

    cause: int
    n: int
    n_events: int
    n_competing: int
    level: float
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    times = Column[float]()
    at_risk = Column[int]()
    events = Column[int]()
    competing = Column[int]()
    event_free = Column[float]()
    incidence = Column[float]()
    variance = Column[float]()
    lower = Column[float | None]()
    upper = Column[float | None]()

    def at(self, t: float) -> Estimate:
        """Incidence at t days with limits: 0 before the first time, unknown after the last while anyone was still free."""
        here = position(self.times, t)
        if here < 0:
            return Estimate(0.0, 0.0, 0.0) if self.n else Estimate(None)
        if t > self.times[-1] and self.event_free[-1] > 0:
            return Estimate(None)
        return Estimate(self.incidence[here], self.lower[here], self.upper[here])

    def at_risk_at(self, t: float) -> int:
        """How many have time >= t."""
        return still_at_risk(self.arrays, t)

    def events_by(self, t: float) -> int:
        """How many had the event on or before t."""
        return sum(self.events[: position(self.times, t) + 1])


def aalen_johansen(days: ArrayLike, status: ArrayLike, cause: int = 1, *, level: float = 0.95) -> Incidence:
    """Cumulative incidence of `cause` where other kinds of event compete; a cause nobody had is 0 throughout.

    Parameters
    ----------
    days : array_like
        Days from the origin to the first event of any kind, or to the last day known without one.
    status : array_like
        0 censored, 1, 2, ... the kind of the first event.
    cause : int
        The kind whose incidence is wanted.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Incidence
        One entry a distinct time, read off as a `Curve`.

    Raises
    ------
    NotTimeToEvent
        Where a column is broken.
    ValueError
        For cause 0, which is censoring.

    References
    ----------
    Aalen & Johansen 1978; Marubini & Valsecchi 1995, section 10; Pintilie 2006.
    """
    if cause < 1:
        raise ValueError("status 0 is censoring, not a cause")
    tally = counts(days, status)
    own, every = tally.left.get(cause, np.zeros(tally.times.size, dtype=np.int64)), tally.events()
    free, _ = survival_and_variance(tally.at_risk, every)
    before = np.concatenate(([1.0], free[:-1]))[: free.size]
    summed = np.cumsum(before * own / tally.at_risk)
    # Summed fractions may stop a rounding error short of 1, where the limits do not exist; short of it in truth is 1/n or more.
    certain = summed > 1 - _ROUNDING
    incidence = np.where(certain, 1.0, summed)
    variance = _variance(tally, own, every, before, incidence)
    variance[certain] = 0.0
    lower, upper = _band(incidence, variance, critical(level))
    columns = {
        "times": tally.times,
        "at_risk": tally.at_risk,
        "events": own,
        "competing": every - own,
        "event_free": free,
        "incidence": incidence,
        "variance": variance,
        "lower": lower,
        "upper": upper,
    }
    return Incidence(cause, tally.n, int(own.sum()), int((every - own).sum()), level, columns)


def one_minus_kaplan_meier(days: ArrayLike, status: ArrayLike, cause: int = 1) -> Curve:
    """The curve that treats competing events as censoring: for comparison only, its complement is never below the incidence."""
    return kaplan_meier(days, (np.asarray(status) == cause).astype(int))


def _variance(tally: Counts, own: Ints, every: Ints, before: Floats, incidence: Floats) -> Floats:
    """Var F(t) = sum (F(t)-F_j)^2 d/(n(n-d)) + sum S^2 d_k(n-d_k)/n^3 - 2 sum (F(t)-F_j) S d_k/n^2, by running sums.

    Written out in powers of F(t), so that three running sums are enough; in place, because fetching memory would take most of the time.
    d/(n(n-d)) has no value where everyone left fails, which only the last time can be; its factor F(t)-F_j is 0 there.
    """
    n, f = tally.at_risk.astype(float), incidence
    left = n - every
    a = np.divide(every, np.multiply(n, left, out=left), out=np.zeros_like(n), where=left > 0)
    share = before / n
    c = share * own
    c /= n
    share *= n - own
    share += 2 * f
    share *= c  # the second sum, and the part of the third that F(t) does not multiply
    af = a * f
    c += af
    af *= f
    af += share
    result = f * np.cumsum(a, out=a)
    result -= 2 * np.cumsum(c, out=c)
    result *= f
    result += np.cumsum(af, out=af)
    return np.maximum(result, 0.0, out=result)  # rounding may leave -1e-18


def _band(incidence: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    """F^exp(+-z se/(F ln F)): 0 where F is 0, not a number where F is 1."""
    begin, end = np.searchsorted(incidence, 0.0, side="right"), np.searchsorted(incidence, 1.0)
    lower, upper = np.zeros_like(incidence), np.zeros_like(incidence)
    lower[end:] = upper[end:] = np.nan
    f = incidence[begin:end]
    logs = np.log(f)
    stretch = np.exp(z * np.sqrt(variance[begin:end]) / (f * logs))  # below 1: ln F < 0
    lower[begin:end] = np.exp(logs / stretch)
    upper[begin:end] = np.exp(logs * stretch)
    return lower, upper
