"""What an interim result promises: conditional and predictive power, and the hazard ratio with its repeated interval.

`z` positive favours non-inferiority, `t` is the share of the planned information, `final` the bound of the last look. A drift is the
expected z at the planned information: 0 at the margin, `design_drift` where the arms are equal, `trend` as observed so far.
Only the last look counts as a success: a bound between now and then could add to the power by little, and is left out as in the formula.
Sources: Lan & Wittes 1988; Spiegelhalter, Freedman & Blackburn 1986; Proschan, Lan & Wittes 2006; Jennison & Turnbull 2000, chapter 9.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isinf, log, sqrt

from analysis.brownian import InformationInvalid, upper_tail


@dataclass(frozen=True)
class Prospects:
    """Chance of non-inferiority at the last look: as the trend goes, at the margin, with equal arms, and over what the data allow."""

    trend: float
    null: float
    design: float
    predictive: float


def prospects(z: float, t: float, final: float, *, design: float) -> Prospects:
    """All four. Raises InformationInvalid where no information is to come, or none has come."""
    return Prospects(
        conditional_power(z, t, final, trend(z, t)),
        conditional_power(z, t, final, 0.0),
        conditional_power(z, t, final, design),
        predictive_power(z, t, final),
    )


def trend(z: float, t: float) -> float:
    """The drift that the data show."""
    _between(t)
    return z / sqrt(t)


def design_drift(margin: float, events: float) -> float:
    """The drift where the hazards are equal: ln(margin) over its standard error with so many events, half in each arm."""
    return log(margin) * sqrt(events) / 2


def conditional_power(z: float, t: float, final: float, drift: float) -> float:
    """Chance to reach `final` given z at t, if the rest of the information comes with this drift."""
    _between(t)
    return upper_tail((final - z * sqrt(t) - drift * (1 - t)) / sqrt(1 - t))


def predictive_power(z: float, t: float, final: float) -> float:
    """The same, averaged over the drifts that the data allow (flat prior)."""
    return upper_tail((final - trend(z, t)) / sqrt((1 - t) / t))


def repeated_interval(log_hr: float, se: float, bound: float) -> tuple[float, float]:
    """Hazard ratios that no look would have refused so far: ln HR plus and minus bound standard errors; all of them at infinity.

    Its upper limit is below the margin when, and only when, z is above the bound.
    """
    if isinf(bound):
        return 0.0, inf
    return exp(log_hr - bound * se), exp(log_hr + bound * se)


def _between(t: float) -> None:
    if not 0 < t < 1:
        raise InformationInvalid("a prospect needs information that has come and information to come")
