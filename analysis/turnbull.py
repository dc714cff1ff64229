"""When an event is only known to lie between two visits: the self-consistent estimate of Turnbull, and nothing assumed between visits.

Source: Turnbull 1976; computed by steps of the iterative convex minorant between steps of self-consistency (Wellner & Zhan 1997), until
the likelihood is proved to lie within 1e-9 of its maximum: by concavity the gap is at most the largest derivative less n.
Each row is (lower, upper]: free of the event at `lower`, with it at `upper`; unknown `upper`: not seen so far; equal: seen on the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis.not_estimable import NotConverged, NotEstimable
from analysis.samples import Floats, Ints, NotTimeToEvent
from forms.text import _l

STEPS = 20_000
_GAP = 1e-9

DEFINITION = _l(
    "Turnbull: event between two visits, nothing assumed in between, so that the curve is known but for a range; without confidence limits."
)


@dataclass(frozen=True)
class Turnbull:
    """The chance `mass` of the event in each interval (left, right] that the data tell apart, ascending; right infinite: after all visits.

    Within such an interval the curve is not determined. `log_likelihood` is proved right to 1e-9. No confidence limits: the usual
    ones do not hold where visits are few; they are for a bootstrap.
    """

    n: int
    left: tuple[float, ...]
    right: tuple[float, ...]
    mass: tuple[float, ...]
    log_likelihood: float

    def at(self, t: float) -> tuple[float, float]:
        """Smallest and largest survival at t days that the estimate allows; equal where it is determined."""
        certain = sum(m for right, m in zip(self.right, self.mass, strict=True) if right <= t)
        begun = sum(
            m for left, right, m in zip(self.left, self.right, self.mass, strict=True) if left < t or right <= t
        )
        return max(1 - begun, 0.0), max(1 - certain, 0.0)

    @property
    def median(self) -> tuple[float, float] | None:
        """The interval in which survival comes down to a half; None where that lies after all visits."""
        below = np.flatnonzero(np.cumsum(self.mass) >= 0.5 - 1e-9)
        where = int(below[0])
        return None if np.isinf(self.right[where]) else (self.left[where], self.right[where])


def bounds(lower: Sequence[float], upper: Sequence[float | None]) -> tuple[Floats, Floats]:
    """The two columns, unknown `upper` as infinite. Raises NotTimeToEvent for unknown, negative or crossed bounds."""
    low = np.asarray(lower, dtype=float)
    high = np.array([np.inf if u is None else u for u in upper], dtype=float)
    if low.ndim != 1 or low.shape != high.shape:
        raise NotTimeToEvent("lower and upper must be two columns of one length")
    if not np.isfinite(low).all() or np.isnan(high).any():
        raise NotTimeToEvent("a bound is unknown")
    if (low < 0).any():
        raise NotTimeToEvent("a time is negative")
    if (high < low).any():
        raise NotTimeToEvent("the event is before the last visit without it")
    return low, high


def turnbull(lower: Sequence[float], upper: Sequence[float | None]) -> Turnbull:
    """The chance of the event in each interval that the visits tell apart.

    Parameters
    ----------
    lower : sequence of float
        Day of the last visit without the event, one entry a participant.
    upper : sequence of float or None
        Day of the first visit with it; None or infinite: not seen so far; the same as `lower`: seen on the day.

    Returns
    -------
    Turnbull
        Masses, and `at` and `median` that read them off.

    Raises
    ------
    NotTimeToEvent
        A bound is unknown, negative or before the other.
    NotEstimable, NotConverged
        There is nobody, or the maximum was not found.

    References
    ----------
    Turnbull 1976, J R Stat Soc B 38:290-295; Wellner & Zhan 1997, J Am Stat Assoc 92:945-959.
    """
    low, high = bounds(lower, upper)
    if not low.size:
        raise NotEstimable("nobody to estimate from")
    left, right, first, last = _innermost(low, high)
    sets, count = np.unique(np.column_stack([first, last]), axis=0, return_counts=True)
    mass, value = _climb(sets[:, 0], sets[:, 1], count.astype(float), left.size)
    kept = mass > 1e-12
    return Turnbull(
        low.size, tuple(left[kept].tolist()), tuple(right[kept].tolist()), tuple(mass[kept].tolist()), value
    )


def _innermost(low: Floats, high: Floats) -> tuple[Floats, Floats, Ints, Ints]:
    """Intervals from a left end to the right end that follows it with none between, and the first and last of them in each row."""
    exact = low == high
    # At one time: the left end of an event seen that day, then right ends (closed), then left ends (open).
    starts = list(zip(low.tolist(), np.where(exact, 0, 2).tolist(), strict=True))
    ends = [(t, 1) for t in high.tolist()]
    order = sorted({*starts, *ends})
    pairs = [(a, b) for a, b in pairwise(order) if a[1] != 1 and b[1] == 1]
    begin_at, end_at = {a: i for i, (a, _) in enumerate(pairs)}, {b: i for i, (_, b) in enumerate(pairs)}
    opening, closing, place = {}, {}, 0
    for point in order:
        opening[point] = place  # the first interval that begins here or later
        place = begin_at[point] + 1 if point in begin_at else place
    place = -1
    for point in order:
        place = end_at.get(point, place)
        closing[point] = place  # the last interval that ends here or earlier
    left, right = (np.array([pair[side][0] for pair in pairs]) for side in (0, 1))
    return left, right, np.array([opening[s] for s in starts]), np.array([closing[e] for e in ends])


def _climb(first: Ints, last: Ints, count: Floats, m: int) -> tuple[Floats, float]:
    mass = np.full(m, 1 / m)
    n = count.sum()
    for _ in range(STEPS):
        chance = _chance(mass, first, last)
        slope = np.cumsum(np.bincount(first, count / chance, m + 1) - np.bincount(last + 1, count / chance, m + 1))[:m]
        if slope.max() - n < _GAP * max(n, 1):
            return mass, float(count @ np.log(chance))
        mass = _convex_minorant(mass * slope / n, first, last, count)
    raise NotConverged(STEPS)


def _chance(mass: Floats, first: Ints, last: Ints) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(mass)))
    return np.asarray(total[last + 1] - total[first])


def _convex_minorant(mass: Floats, first: Ints, last: Ints, count: Floats) -> Floats:
    """One Newton step for the distribution function with its rising kept, halved until the likelihood does not fall."""
    from scipy.optimize import isotonic_regression

    chance = _chance(mass, first, last)
    size = mass.size + 1
    slope, curve = (
        np.bincount(last + 1, count / chance**power, size) + sign * np.bincount(first, count / chance**power, size)
        for power, sign in ((1, -1), (2, 1))
    )
    here = np.cumsum(mass)[:-1]
    if not here.size:
        return mass
    inner_slope, inner_curve = slope[1:-1], np.maximum(curve[1:-1], 1e-12)
    target = isotonic_regression(here + inner_slope / inner_curve, weights=inner_curve).x
    aim = np.diff(np.concatenate(([0.0], np.clip(target, 0.0, 1.0), [1.0])))
    value, share = count @ np.log(chance), 1.0
    while share > 1e-6:
        trial = mass + share * (aim - mass)
        reached = _chance(trial, first, last)
        if (reached > 0).all() and count @ np.log(reached) >= value:
            return trial
        share /= 2
    return mass
