"""Cumulative incidence with competing events: Aalen-Johansen, exact at ties, without jitter.

One row per participant: `days` from the origin, `status` 0 censored, 1, 2, ... the kind of the first event.
F_k(t) = sum S(t_i-) d_ki/n_i: all kinds of event at one time share one risk set, so no order among them is
invented. Definitions printed with every curve: `DEFINITION`. Sources: Aalen & Johansen 1978; Marubini &
Valsecchi 1995, section 10 (Greenwood-type variance, as `etm` and statsmodels); Pintilie 2006 (limits).
"""

from dataclasses import dataclass

import numpy as np

from analysis.samples import ArrayLike, Counts, Floats, Ints, counts, critical
from analysis.steps import Estimate, position
from analysis.survival import Curve, kaplan_meier, known, survival_and_variance
from forms.text import _l

DEFINITION = _l(
    "Aalen-Johansen estimate, events tied in time share one risk set; variance of the Greenwood type "
    "(Marubini and Valsecchi 1995); confidence limits on the log(-log) scale (Pintilie 2006); "
    "number at risk: time at or after the tick."
)

_ROUNDING = 1e-12


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence of one kind of event, one entry per distinct time, ascending.

    `events` of the kind, `competing` events of all other kinds; `event_free` is the chance of neither.
    """

    cause: int
    n: int
    n_events: int
    n_competing: int
    level: float
    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    competing: tuple[int, ...]
    event_free: tuple[float, ...]
    incidence: tuple[float, ...]
    variance: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]

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
        after = [n for time, n in zip(self.times, self.at_risk, strict=True) if time >= t]
        return after[0] if after else 0

    def events_by(self, t: float) -> int:
        """How many had the event on or before t."""
        return sum(self.events[: position(self.times, t) + 1])


def aalen_johansen(days: ArrayLike, status: ArrayLike, cause: int = 1, *, level: float = 0.95) -> Incidence:
    """Incidence of `cause`; a cause nobody had is 0 throughout. Raises NotTimeToEvent; ValueError for cause 0."""
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
    variance = np.where(certain, 0.0, _variance(tally, own, every, before, incidence))
    lower, upper = _band(incidence, variance, critical(level))
    return Incidence(
        cause=cause,
        n=tally.n,
        n_events=int(own.sum()),
        n_competing=int((every - own).sum()),
        level=level,
        times=tuple(tally.times.tolist()),
        at_risk=tuple(tally.at_risk.tolist()),
        events=tuple(own.tolist()),
        competing=tuple((every - own).tolist()),
        event_free=tuple(free.tolist()),
        incidence=tuple(incidence.tolist()),
        variance=tuple(variance.tolist()),
        lower=known(lower),
        upper=known(upper),
    )


def one_minus_kaplan_meier(days: ArrayLike, status: ArrayLike, cause: int = 1) -> Curve:
    """The curve that treats competing events as censoring: for comparison only, its complement is never below the incidence."""
    return kaplan_meier(days, (np.asarray(status) == cause).astype(int))


def _variance(tally: Counts, own: Ints, every: Ints, before: Floats, incidence: Floats) -> Floats:
    """Var F(t) = sum (F(t)-F_j)^2 d/(n(n-d)) + sum S^2 d_k(n-d_k)/n^3 - 2 sum (F(t)-F_j) S d_k/n^2, by running sums.

    d/(n(n-d)) has no value where everyone left fails, which only the last time can be; its factor F(t)-F_j is 0 there.
    """
    n = tally.at_risk.astype(float)
    left = n - every
    a = np.divide(every, n * left, out=np.zeros_like(n), where=left > 0)
    c = before * own / n**2
    f = incidence
    first = f**2 * np.cumsum(a) - 2 * f * np.cumsum(a * f) + np.cumsum(a * f**2)
    second = np.cumsum(before**2 * own * (n - own) / n**3)
    cross = f * np.cumsum(c) - np.cumsum(c * f)
    return np.maximum(first + second - 2 * cross, 0.0)  # rounding may leave -1e-18


def _band(incidence: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    """F^exp(+-z se/(F ln F)): 0 where F is 0, not a number where F is 1."""
    inside = (incidence > 0) & (incidence < 1)
    edge = np.where(incidence <= 0, 0.0, np.nan)
    lower, upper = edge.copy(), edge.copy()
    f = incidence[inside]
    logs = np.log(f)
    half = z * np.sqrt(variance[inside]) / (f * logs)  # negative: ln F < 0
    lower[inside] = np.exp(logs * np.exp(-half))
    upper[inside] = np.exp(logs * np.exp(half))
    return lower, upper
