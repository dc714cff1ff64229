"""A trial that has stopped: p-value, estimate and interval that allow for the looks before, by stage-wise ordering.

What stopped at an earlier look counts as more extreme than anything later; at one look the higher z. Only the looks made
are needed.
Sources: Tsiatis, Rosner & Mehta 1984; Jennison & Turnbull 2000, 8.4 and 8.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from analysis.brownian import START, checked_information, crossing, go_on


@dataclass(frozen=True)
class Final:
    """One-sided p against the margin, hazard ratio unbiased in the median, and its limits (level 1 - 2 alpha)."""

    p: float
    hr: float
    lower: float
    upper: float


def p_value(information: Sequence[float], bounds: Sequence[float], z: float, *, drift: float = 0.0) -> float:
    """The chance of this result or one more extreme. `information` at the looks made, the last one that of z; `bounds` of those before."""
    looks = checked_information(information)
    going, before = START, 0.0
    for at, bound, after in zip(looks[:-1], bounds, looks[1:], strict=True):
        before += crossing(going, at, bound, drift=drift)
        going = go_on(going, at, bound, after, drift=drift)
    return before + crossing(going, looks[-1], z, drift=drift)


def drift_at(information: Sequence[float], bounds: Sequence[float], z: float, p: float) -> float:
    """The drift under which the result has this p-value."""
    from scipy.optimize import brentq

    centre, width = z / sqrt(information[-1]), 12 / sqrt(information[0])
    excess = lambda drift: p_value(information, bounds, z, drift=drift) - p  # noqa: E731  -- what the root is sought of
    return float(brentq(excess, centre - width, centre + width, xtol=1e-10))


def final(
    information: Sequence[float], bounds: Sequence[float], z: float, *, se: float, margin: float, alpha: float
) -> Final:
    """p, estimate and limits; `se` of the log hazard ratio at the last look made. Raises InformationInvalid."""
    scale = se * sqrt(information[-1])

    def hr(p: float) -> float:
        return exp(log(margin) - scale * drift_at(information, bounds, z, p))

    return Final(p_value(information, bounds, z), hr(0.5), hr(1 - alpha), hr(alpha))
