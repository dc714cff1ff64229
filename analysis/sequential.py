"""Boundaries of a trial looked at several times: error spent by information, each bound by recursive integration.

One-sided, upper: a look stops for efficacy at z at or above its bound. Spending functions take alpha one-sided, so the O'Brien-Fleming
type is f(t) = 2 - 2 Phi(z_{1-alpha/2} / sqrt t) with alpha = 0.025; halving the two-sided 0.05 gives a first bound of 3.39 at a third,
which is another design. Futility is non-binding: bounds take no notice of it.
Sources: Lan & DeMets 1983; DeMets & Lan 1994; Hwang, Shih & DeCani 1990; Jennison & Turnbull 2000, chapters 7 and 19; PROTOCOL 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import e, expm1, inf, log, sqrt

from analysis.brownian import START, Going, checked_information, crossing, go_on, quantile, upper_tail
from forms.text import _l

ALPHA = 0.025
_FARTHEST = 38.0
"""No bound is sought beyond: the tail of a normal there is 1e-316."""


@dataclass(frozen=True)
class Spending:
    """A spending function: `of(t, alpha)` is the error spent when the share t, 0 to 1, of the information is in."""

    name: str
    label: str
    of: Callable[[float, float], float]

    def spent(self, t: float, alpha: float) -> float:
        """Error spent at t: nothing before the start, all of alpha from 1 on."""
        return 0.0 if t <= 0 else alpha if t >= 1 else self.of(t, alpha)


@dataclass(frozen=True)
class Look:
    """A look: share of the information, bound of z, one-sided nominal p at the bound, error spent up to and with this look.

    A look that has nothing to spend has the bound infinity: it cannot stop the trial for efficacy.
    """

    fraction: float
    z: float
    nominal_p: float
    spent: float


def _obrien_fleming(t: float, alpha: float) -> float:
    return 2 * upper_tail(quantile(alpha / 2) / sqrt(t))


def _pocock(t: float, alpha: float) -> float:
    return alpha * log(1 + (e - 1) * t)


OBRIEN_FLEMING = Spending("obrien-fleming", _l("Lan-DeMets, O'Brien-Fleming type"), _obrien_fleming)
POCOCK = Spending("pocock", _l("Lan-DeMets, Pocock type"), _pocock)


@lru_cache
def hwang_shih_decani(gamma: float) -> Spending:
    """Error alpha (1 - exp(-gamma t)) / (1 - exp(-gamma)), at gamma 0 its limit alpha t: negative spends late, positive early."""

    def of(t: float, alpha: float) -> float:
        return alpha * (expm1(-gamma * t) / expm1(-gamma) if gamma else t)

    return Spending(f"hwang-shih-decani({gamma:g})", _l("Hwang-Shih-DeCani"), of)


def boundaries(
    information: Sequence[float], *, alpha: float = ALPHA, spending: Spending = OBRIEN_FLEMING
) -> tuple[Look, ...]:
    """The looks with their bounds.

    `information`: shares of the planned information (events / planned events) at the looks made so far and those planned, rising. The
    last one is the final analysis: it spends whatever is left, be it short of the planned information or beyond. A bound depends on no
    later look. Raises `analysis.brownian.InformationInvalid`, and ValueError for an alpha outside (0, 0.5).
    """
    if not 0 < alpha < 0.5:
        raise ValueError(f"a one-sided error lies between 0 and 0.5: {alpha}")
    return _boundaries(checked_information(information), alpha, spending)


@lru_cache(maxsize=4096)
def _boundaries(information: tuple[float, ...], alpha: float, spending: Spending) -> tuple[Look, ...]:
    going, before, found = START, 0.0, []
    for at, after in zip(information, (*information[1:], None), strict=True):
        spent = alpha if after is None else max(before, spending.spent(at, alpha))
        bound = _bound(going, at, spent - before)
        found.append(Look(at, bound, upper_tail(bound), spent))
        going, before = go_on(going, at, bound, after), spent
    return tuple(found)


def _bound(going: Going, information: float, to_spend: float) -> float:
    """The z that so much error lies at or above, in those who have gone on so far."""
    from scipy.optimize import brentq

    if to_spend <= upper_tail(_FARTHEST):
        return inf
    excess = lambda z: crossing(going, information, z) - to_spend  # noqa: E731  -- what the root is sought of
    return float(brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-12, rtol=8.9e-16))
