"""The sample size of PROTOCOL 8 worked out again from its parameters, and the events expected by calendar time.

Exponential survival in both arms, truth HR = 1, so that arms need not be told apart; uniform accrual; loss at random at a constant rate.
The protocol says "5 % lost" without a time; it is read as 5 % by the three years at which survival is stated. Sources: Schoenfeld 1981;
Lachin & Foulkes 1986; Jennison & Turnbull 2000, chapters 2 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, log, sqrt

from analysis.brownian import crossings, quantile
from analysis.sequential import OBRIEN_FLEMING, Spending, boundaries
from trial.protocol import Design

STATED_AT = 36
"""Months at which the protocol states survival."""


@dataclass(frozen=True)
class SampleSize:
    """What the parameters give. Events as computed and rounded up; `expected`: events by the end, all randomised, with loss."""

    margin_hazard_ratio: float
    events_fixed: float
    inflation: float
    power_of_events: float
    expected: float
    expected_losing_at_once: float
    randomised_needed: float
    enrolled: float

    @property
    def events_with_looks(self) -> float:
        """Events that the looks need for the same power."""
        return self.events_fixed * self.inflation


def sample_size(design: Design) -> SampleSize:
    """PROTOCOL 8 from its parameters; the events that the protocol plans are an input only of the power they have."""
    end = design.accrual_months + design.further_months
    looks = (*design.looks, 1.0)
    expected = expected_events(design, end)
    return SampleSize(
        margin_hazard_ratio(design),
        events_for(design.margin_hazard_ratio, design.alpha_one_sided, design.power),
        inflation(looks, design.alpha_one_sided, design.power),
        power(log(design.margin_hazard_ratio) * sqrt(design.events) / 2, looks, design.alpha_one_sided),
        expected,
        (1 - design.lost) * expected_events(design, end, losing=0.0),
        design.randomised * design.events / expected,
        design.randomised / (design.responders * design.model_positive * design.accepting),
    )


def margin_hazard_ratio(design: Design) -> float:
    """The hazard ratio that lowers survival by the margin: ln(0.75)/ln(0.85)."""
    return log(design.control_at_3_years - design.margin) / log(design.control_at_3_years)


def events_for(hazard_ratio: float, alpha: float, power: float) -> float:
    """Events of a fixed design, arms alike: 4 (z_alpha + z_beta)^2 / ln(HR)^2 (Schoenfeld 1981). Not rounded."""
    return 4 * ((quantile(alpha) + quantile(1 - power)) / log(hazard_ratio)) ** 2


def power(drift: float, looks: tuple[float, ...], alpha: float, spending: Spending = OBRIEN_FLEMING) -> float:
    """The chance to cross a bound at one of the looks; `drift`: expected z at the planned information."""
    return sum(crossings(looks, [look.z for look in boundaries(looks, alpha=alpha, spending=spending)], drift=drift))


def inflation(looks: tuple[float, ...], alpha: float, wanted: float, spending: Spending = OBRIEN_FLEMING) -> float:
    """Events with the looks over events without them, for the same power."""
    from scipy.optimize import brentq

    fixed = quantile(alpha) + quantile(1 - wanted)
    needed = float(brentq(lambda drift: power(drift, looks, alpha, spending) - wanted, fixed * 0.99, fixed * 2))
    return (needed / fixed) ** 2


def hazard(proportion_left: float) -> float:
    """The monthly rate that leaves so many after three years."""
    return -log(proportion_left) / STATED_AT


def expected_events(design: Design, months: float, *, losing: float | None = None) -> float:
    """Events expected so many months after the first was randomised; `losing` by three years, unless it is the protocol's."""
    lost = design.lost if losing is None else losing
    event = hazard(design.control_at_3_years)
    leaving = event + hazard(1 - lost)
    share, entered = event / leaving, min(max(months, 0.0), design.accrual_months)
    so_far = _watched(months, leaving) - _watched(months - entered, leaving)
    return design.randomised / design.accrual_months * share * so_far


def months_until(design: Design, events: float) -> float | None:
    """Months until so many events are expected; None where all who are randomised are not expected to have as many."""
    from scipy.optimize import brentq

    latest = 1200.0
    if expected_events(design, latest) < events:
        return None
    return float(brentq(lambda months: expected_events(design, months) - events, 0.0, latest))


def rounded_up(events: float) -> int:
    """Whole events."""
    return ceil(events)


def _watched(months: float, leaving: float) -> float:
    """Over entries spread evenly up to `months` ago, one a month: how many have left."""
    return months - (1 - exp(-leaving * months)) / leaving
