"""Step functions with a confidence band: reading a value off, and where the curve first comes down to a level."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_SAME = 1.5e-8  # square root of the double's precision, as R's survfit uses for "flat at a half"


@dataclass(frozen=True)
class Estimate:
    """A number and its confidence limits; None where the data do not reach."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


def position(times: Sequence[float], t: float) -> int:
    """Index of the last time <= t, or -1 before the first."""
    return bisect_right(times, t) - 1


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
