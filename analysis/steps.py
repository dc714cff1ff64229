"""Step functions with a confidence band: reading a value off, and where the curve first comes down to a level."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_SAME = 1.5e-8  # square root of the double's precision, as R's survfit uses for "flat at a half"


@dataclass(frozen=True)
class Estimate:
    """A number and its confidence limits; None where the data do not reach."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


class Stepped(Protocol):
    """A curve that can be read off: `at` follows the estimator's algebra, `at_risk_at` says who still stood behind it."""

    def at(self, t: float) -> Estimate: ...

    def at_risk_at(self, t: float) -> int: ...


def observed_at(curve: Stepped, t: float) -> Estimate:
    """The curve at t for a reader: nothing once nobody is at risk.

    Where everyone had the event the algebra goes on for ever at 0 or 1; nobody was followed that far.
    """
    return curve.at(t) if curve.at_risk_at(t) else Estimate(None)


def position(times: Sequence[float], t: float) -> int:
    """Index of the last time <= t, or -1 before the first."""
    return bisect_right(times, t) - 1


def still_at_risk(columns: Mapping[str, NDArray[Any]], t: float) -> int:
    """How many have time >= t, of a curve's columns `times` (ascending) and `at_risk`."""
    here = int(np.searchsorted(columns["times"], t))
    return int(columns["at_risk"][here]) if here < columns["times"].size else 0


def first_at_or_below(times: Sequence[float], heights: Sequence[float | None], level: float) -> float | None:
    """Where a falling step function comes down to `level`; the midpoint where it stays flat exactly on it.

    None where it never comes down. Unknown heights are passed over. Source: survfit in R's `survival`.
    """
    below = [(t, h) for t, h in zip(times, heights, strict=True) if h is not None and h < level + _SAME]
    if not below:
        return None
    start, height = below[0]
    if abs(height - level) >= _SAME:
        return start
    lower = [t for t, h in below if h < height - _SAME]
    return (start + lower[0]) / 2 if lower else start
