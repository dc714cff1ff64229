"""The statistic of a trial looked at several times: Z at each look, with its chances of crossing, by recursive integration.

Z_k is normal with mean theta sqrt(I_k) and variance 1, and Z_k sqrt(I_k) has independent increments; theta is the drift per unit of
information. The density of Z_k in those not stopped before is carried from look to look on Gauss-Legendre panels narrow enough for the
step before and the step after; the integrand is smooth within a panel, so the error is that of rounding.
Sources: Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000, chapter 19 (there by Simpson's rule).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, inf, isfinite, pi, sqrt

import numpy as np

from analysis.samples import Floats

REACH = 10.0
"""Standard deviations on either side of the mean that are integrated over; beyond lie 1e-23."""
PANEL_WIDTH = 3.0
"""Width of a panel, in standard deviations of the narrower of the steps before and after the look."""
NODES = 16
CLOSEST = 1e-4
"""Two looks need this share of new information between them: nearer ones are one look, and the grid would grow without end."""
_ROWS = 512
_LEGENDRE = np.polynomial.legendre.leggauss(NODES)


class InformationInvalid(ValueError):
    """Information that no series of looks has; `problem` says why in one phrase."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def upper_tail(z: float) -> float:
    """P(Z >= z) for a standard normal; 0 at infinity."""
    from scipy.special import ndtr

    return float(ndtr(-z))


def quantile(p: float) -> float:
    """The z with P(Z >= z) = p."""
    from scipy.special import ndtri

    return float(-ndtri(p))


@dataclass(frozen=True)
class Going:
    """Those who go on after a look: nodes of Z and the share at each (density times weight), at `information`.

    Before the first look: information 0, one node at 0.
    """

    information: float
    nodes: Floats = field(repr=False)
    share: Floats = field(repr=False)


START = Going(0.0, np.zeros(1), np.ones(1))


def checked_information(information: Sequence[float]) -> tuple[float, ...]:
    """The information at the looks. Raises InformationInvalid unless positive, finite, rising and no two looks almost one."""
    found = tuple(float(each) for each in information)
    if not found:
        raise InformationInvalid("no look")
    if not all(isfinite(each) and each > 0 for each in found):
        raise InformationInvalid("information is a positive number")
    for before, after in pairwise(found):
        if after <= before:
            raise InformationInvalid("information rises from look to look")
        if after - before < CLOSEST * after:
            raise InformationInvalid("two looks at almost the same information are one look")
    return found


def crossing(going: Going, information: float, bound: float, *, drift: float = 0.0) -> float:
    """The chance to have gone on so far and to be at or above `bound` at the next look."""
    from scipy.special import ndtr

    if bound == inf:
        return 0.0
    return float(going.share @ ndtr(-_standardised(going, information, np.array([bound]), drift)[:, 0]))


def density(going: Going, information: float, z: float, *, drift: float = 0.0) -> float:
    """The density of Z at the next look in those who have gone on so far: minus the slope of `crossing`."""
    return float(_density(going, information, np.array([z]), drift)[0])


def go_on(going: Going, information: float, bound: float, after: float | None, *, drift: float = 0.0) -> Going:
    """Those below `bound` at the look at `information`. `after`: information at the look that follows, which sets the grid."""
    mean = drift * sqrt(information)
    low, high = mean - REACH, min(bound, mean + REACH)
    arriving = sqrt((information - going.information) / information)
    leaving = 1.0 if after is None else sqrt((after - information) / information)
    nodes, weights = _panels(low, max(low, high), PANEL_WIDTH * min(1.0, arriving, leaving))
    return Going(information, nodes, weights * _density(going, information, nodes, drift))


def crossings(information: Sequence[float], bounds: Sequence[float], *, drift: float = 0.0) -> tuple[float, ...]:
    """The chance to stop at each look, at or above its bound for the first time; raises InformationInvalid."""
    looks = checked_information(information)
    going, found = START, []
    for at, bound, after in zip(looks, bounds, (*looks[1:], None), strict=True):
        found.append(crossing(going, at, bound, drift=drift))
        going = go_on(going, at, bound, after, drift=drift)
    return tuple(found)


def _panels(low: float, high: float, width: float) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss-Legendre panels at most so wide."""
    count = max(1, ceil((high - low) / width))
    half = (high - low) / count / 2
    centres = low + half * (2 * np.arange(count) + 1)
    points, weights = _LEGENDRE
    return (centres[:, None] + half * points).ravel(), np.tile(half * weights, count)


def _standardised(going: Going, information: float, z: Floats, drift: float) -> Floats:
    """How far each z lies above where each node is expected, in standard deviations of the step; one row a node."""
    step = information - going.information
    there = going.nodes[:, None] * sqrt(going.information) + drift * step
    return np.asarray((z * sqrt(information) - there) / sqrt(step))


def _density(going: Going, information: float, z: Floats, drift: float) -> Floats:
    """The density at each z; in slices, so that a fine grid does not fill the memory."""
    scale = sqrt(information / (information - going.information)) / sqrt(2 * pi)
    parts = [z[i : i + _ROWS] for i in range(0, z.size, _ROWS)]
    return np.concatenate(
        [scale * (going.share @ np.exp(-0.5 * _standardised(going, information, part, drift) ** 2)) for part in parts]
    )
