"""What every estimator takes: one row per participant, time in days and a whole-number status.

Rows are counted at distinct times, so their order cannot matter; where a method needs an order it
is (time, id) and nothing else.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ArrayLike = Sequence[float] | Sequence[int] | NDArray[Any]


class NotTimeToEvent(ValueError):
    """Times or statuses that no estimator may accept; `problem` says why in one phrase."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Repeated(NotTimeToEvent):
    """Participants with more than one row where one is meant; `participants` names them."""

    def __init__(self, participants: tuple[str, ...]) -> None:
        super().__init__(f"more than one row: {', '.join(participants)}")
        self.participants = participants


class BeforeOrigin(NotTimeToEvent):
    """Participants whose event or last day lies before their time starts; `participants` names them."""

    def __init__(self, participants: tuple[str, ...]) -> None:
        super().__init__(f"an event before the origin: {', '.join(participants)}")
        self.participants = participants


@dataclass(frozen=True)
class Counts:
    """At each distinct time: how many were at risk just before it, and how many left with each status.

    `left[status]` has one whole number a time; status 0 is censoring.
    """

    n: int
    times: Floats
    at_risk: Ints
    left: dict[int, Ints]

    def events(self) -> Ints:
        """Leavings other than by censoring, at each time."""
        return self.at_risk * 0 + sum(count for status, count in self.left.items() if status != 0)


def checked(days: ArrayLike, status: ArrayLike) -> tuple[Floats, Ints]:
    """The two columns as arrays. Raises NotTimeToEvent for unequal length, unknown, negative or broken numbers."""
    times, codes = np.asarray(days, dtype=float), np.asarray(status, dtype=float)
    if times.ndim != 1 or times.shape != codes.shape:
        raise NotTimeToEvent("time and status must be two columns of one length")
    if not (np.isfinite(times).all() and np.isfinite(codes).all()):
        raise NotTimeToEvent("a time or a status is unknown")
    if (times < 0).any():
        raise NotTimeToEvent("a time is negative")
    if (codes < 0).any() or (codes != codes.round()).any():
        raise NotTimeToEvent("a status is not a whole number from 0")
    return times, codes.astype(np.int64)


def once(participants: Iterable[Hashable]) -> None:
    """Raises Repeated where somebody has more than one row."""
    rows = list(participants)
    if len(set(rows)) < len(rows):
        raise Repeated(tuple(sorted(str(who) for who, times in Counter(rows).items() if times > 1)))


def durations(participants: Sequence[Hashable], origins: Sequence[date], ends: Sequence[date]) -> Ints:
    """Days from origin to event or last contact, one row per participant; the day of origin is 0.

    Raises Repeated, and BeforeOrigin rather than a negative time.
    """
    once(participants)
    days = [(end - origin).days for origin, end in zip(origins, ends, strict=True)]
    if early := tuple(sorted(str(who) for who, n in zip(participants, days, strict=True) if n < 0)):
        raise BeforeOrigin(early)
    return np.array(days, dtype=np.int64)


def counts(days: ArrayLike, status: ArrayLike) -> Counts:
    """Count who is at risk and who leaves, at each distinct time; times ascending."""
    times, codes = checked(days, status)
    order = np.argsort(times)
    times, codes = times[order], codes[order]
    first = np.concatenate(([True], times[1:] > times[:-1]))[: times.size]
    where = np.cumsum(first) - 1
    begins = np.flatnonzero(first)
    left = _left(where, codes, begins.size)
    return Counts(times.size, times[first], (times.size - begins).astype(np.int64), left)


def _left(where: Ints, codes: Ints, n: int) -> dict[int, Ints]:
    """Leavings by status at each of n times. A few small whole numbers are counted in one go, others one by one."""
    width = int(codes.max(initial=0)) + 1
    if width > 99:
        return {code: np.bincount(where[codes == code], minlength=n) for code in np.unique(codes).tolist()}
    table = np.bincount(where * width + codes, minlength=n * width).reshape(n, width).T.copy()
    return {code: table[code] for code in range(width) if table[code].any()}


def at_risk(days: ArrayLike, ticks: Sequence[float]) -> tuple[int, ...]:
    """How many were still at risk at each tick: the number with time >= tick, whether the tick is anyone's time or not."""
    times = np.sort(np.asarray(days, dtype=float))
    return tuple(int(times.size - np.searchsorted(times, tick, side="left")) for tick in ticks)


def critical(level: float) -> float:
    """The normal quantile of a two-sided interval of `level`. Raises ValueError outside (0, 1)."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1: {level}")
    return NormalDist().inv_cdf(0.5 + level / 2)
