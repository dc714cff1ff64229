"""Kaplan-Meier: survival with its band, numbers at risk, rates at landmarks, the median, and the length of follow-up.

One row per participant: `days` from the origin, `event` 1 or 0 (censored). Definitions printed with every
curve: `DEFINITION`. Sources: Kaplan & Meier 1958; Kalbfleisch & Prentice 1980 (log-log band); Brookmeyer &
Crowley 1982 (interval of the median); Schemper & Smith 1996 (reverse Kaplan-Meier).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.columns import Column, Columns
from analysis.samples import ArrayLike, Floats, NotTimeToEvent, checked, counts, critical
from analysis.steps import Estimate, first_at_or_below, position, still_at_risk
from forms.text import _l

DEFINITION = _l(
    "Kaplan-Meier estimate; variance by Greenwood; confidence limits on the log(-log) scale; "
    "median: first time at or below 0.5, the midpoint where the curve is flat at 0.5, "
    "limits by Brookmeyer and Crowley from the same band; number at risk: time at or after the tick."
)


@dataclass(frozen=True, eq=False)
class Curve(Columns):
    """A Kaplan-Meier curve, one entry per distinct time, ascending.

    `survival` is the value from that time on. `lower` and `upper` are 1 before the first event and None once
    survival is 0, where the scale is not defined.
    """

    n: int
    n_events: int
    level: float
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    times = Column[float]()
    at_risk = Column[int]()
    events = Column[int]()
    censored = Column[int]()
    survival = Column[float]()
    variance = Column[float | None]()
    lower = Column[float | None]()
    upper = Column[float | None]()

    def at(self, t: float) -> Estimate:
        """Survival at t days with limits: 1 before the first time, unknown after the last one unless it ended at 0."""
        here = position(self.times, t)
        if here < 0:
            return Estimate(1.0, 1.0, 1.0) if self.n else Estimate(None)
        if t > self.times[-1] and self.survival[-1] > 0:
            return Estimate(None)
        return Estimate(self.survival[here], self.lower[here], self.upper[here])

    def at_risk_at(self, t: float) -> int:
        """How many have time >= t."""
        return still_at_risk(self.arrays, t)

    def events_by(self, t: float) -> int:
        """How many had the event on or before t."""
        return sum(self.events[: position(self.times, t) + 1])

    @property
    def median(self) -> Estimate:
        """Median time with its Brookmeyer-Crowley limits; None where the curve or the band stays above a half."""
        where = (first_at_or_below(self.times, heights, 0.5) for heights in (self.survival, self.lower, self.upper))
        return Estimate(*where)


def kaplan_meier(days: ArrayLike, event: ArrayLike, *, level: float = 0.95) -> Curve:
    """The Kaplan-Meier curve of `event` over `days`, one entry a participant, in any order.

    Parameters
    ----------
    days : array_like
        Days from the origin to the event or to the last day known without it; not negative.
    event : array_like
        1 for the event, 0 for censored.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Curve
        One entry a distinct time; `at`, `at_risk_at`, `events_by` and `median` read it off.

    Raises
    ------
    NotTimeToEvent
        Where a time is negative or unknown, the columns differ in length, or `event` is anything but 0 and 1.

    References
    ----------
    Kaplan & Meier 1958; Kalbfleisch & Prentice 1980 (log-log limits); Brookmeyer & Crowley 1982 (median).
    """
    tally = counts(days, event)
    if set(tally.left) - {0, 1}:
        raise NotTimeToEvent("an event is neither 0 nor 1")
    none = np.zeros(tally.times.size, dtype=np.int64)
    died, lost = tally.left.get(1, none), tally.left.get(0, none)
    survival, variance = survival_and_variance(tally.at_risk, died)
    lower, upper = log_log_band(survival, variance, critical(level))
    columns = {
        "times": tally.times,
        "at_risk": tally.at_risk,
        "events": died,
        "censored": lost,
        "survival": survival,
        "variance": survival**2 * variance,
        "lower": lower,
        "upper": upper,
    }
    return Curve(tally.n, int(died.sum()), level, columns)


def survival_and_variance(at_risk: ArrayLike, events: ArrayLike) -> tuple[Floats, Floats]:
    """Product-limit survival and Greenwood's sum d/(n(n-d)); the sum is not a number once everyone has failed."""
    n, d = np.asarray(at_risk, dtype=float), np.asarray(events, dtype=float)
    left = n - d
    terms = np.divide(d, n * left, out=np.full(n.shape, np.nan), where=left > 0)
    return np.cumprod(left / n), np.cumsum(terms)


def log_log_band(survival: Floats, greenwood: Floats, z: float) -> tuple[Floats, Floats]:
    """S^exp(+-z sqrt(V)/ln S): 1 where S is 1, not a number where S is 0."""
    begin, end = np.searchsorted(-survival, -1.0, side="right"), np.searchsorted(-survival, 0.0)  # it only falls
    lower, upper = np.ones_like(survival), np.ones_like(survival)
    lower[end:] = upper[end:] = np.nan
    logs = np.log(survival[begin:end])
    stretch = np.exp(z * np.sqrt(greenwood[begin:end]) / logs)  # below 1: ln S < 0
    lower[begin:end] = np.exp(logs / stretch)
    upper[begin:end] = np.exp(logs * stretch)
    return lower, upper


def follow_up(days: ArrayLike, event: ArrayLike, *, level: float = 0.95) -> Curve:
    """Reverse Kaplan-Meier: the curve of being censored, whose median is the median follow-up.

    Parameters
    ----------
    days, event : array_like
        As for `kaplan_meier`.
    level : float
        Coverage of the confidence limits.

    Returns
    -------
    Curve
        Its `median` is the median follow-up, in days.

    References
    ----------
    Schemper & Smith 1996.
    """
    times, codes = checked(days, event)
    return kaplan_meier(times, 1 - codes, level=level)


def rates(curve: Curve, landmarks: Sequence[float]) -> tuple[Estimate, ...]:
    """Survival at each landmark, in days."""
    return tuple(curve.at(t) for t in landmarks)
