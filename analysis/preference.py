"""Effects of treatment, of selection and of preference in a trial where some are randomised and some choose.

Selection: how those who prefer one treatment fare against those who prefer the other, whichever they get. Preference: how it is to get
what one prefers against not to. Sources: Rucker 1989 (Stat Med 8:477); Walter et al. 2011 (Stat Med
31:1307). The means may be any estimate with a variance, here survival at a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from analysis.samples import critical
from analysis.steps import Estimate


@dataclass(frozen=True)
class Rated:
    """A mean, or survival at a day, with its variance."""

    value: float
    variance: float


@dataclass(frozen=True)
class Effects:
    """First treatment less second, those who prefer the first less the others, with one's preference less against it."""

    treatment: Estimate
    selection: Estimate
    preference: Estimate


def two_stage(
    chose: tuple[Rated, Rated], drawn: tuple[Rated, Rated], choosing: tuple[int, int], level: float = 0.95
) -> Effects:
    """From those who chose and those who were randomised, whose preferences are not asked: Rucker's moments.

    `choosing`: how many chose the first and the second. It takes the randomised to prefer in the same shares as those who chose.
    Raises ValueError where all chose alike: nothing tells the preferences apart then.
    """
    if min(choosing) < 1:
        raise ValueError("all chose alike")
    n = sum(choosing)
    p = choosing[0] / n
    first, second = ((chose[i].value - drawn[i].value) / other for i, other in ((0, 1 - p), (1, p)))
    spread = p * (1 - p) / n
    one = (chose[0].variance + drawn[0].variance) / (1 - p) ** 2
    two = (chose[1].variance + drawn[1].variance) / p**2

    def half(sign: int) -> Estimate:
        along = first / (1 - p) - sign * second / p
        return _within((first + sign * second) / 2, (one + two + spread * along**2) / 4, level)

    treatment = _within(drawn[0].value - drawn[1].value, drawn[0].variance + drawn[1].variance, level)
    return Effects(treatment, half(-1), half(1))


def asked(cells: tuple[tuple[Rated, Rated], tuple[Rated, Rated]], level: float = 0.95) -> Effects:
    """From the randomised whose preference was asked before the draw: `cells[treatment][preference]`, both in the same order.

    Each effect is half a contrast of the four cells, so none is weighted by how many prefer what.
    """
    (aa, ab), (ba, bb) = cells
    variance = (aa.variance + ab.variance + ba.variance + bb.variance) / 4

    def half(plus: tuple[Rated, Rated], minus: tuple[Rated, Rated]) -> Estimate:
        return _within((plus[0].value + plus[1].value - minus[0].value - minus[1].value) / 2, variance, level)

    return Effects(half((aa, ab), (ba, bb)), half((aa, ba), (ab, bb)), half((aa, bb), (ab, ba)))


def _within(value: float, variance: float, level: float) -> Estimate:
    reach = critical(level) * sqrt(variance)
    return Estimate(value, value - reach, value + reach)
