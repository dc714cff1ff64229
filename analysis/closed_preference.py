"""Watch-and-wait against surgery in those who were randomised, in those who chose, and in both, for the closed outputs.

The randomised comparison is primary, stratified as everywhere, and stands alone. Who chose is compared as they are and after weighting
for what was known before the decision; then both together with an interaction of arm and cohort, without and with covariates: the
adjusted one is the one to read, since who chooses differs from who lets lots be drawn. Never pooled without an interaction: they may
differ in ways that nobody wrote down (Gemmell and Dunn 2011). Source: PROTOCOL 1 and 7; `docs/decisions/0037`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from analysis import preference
from analysis.closed_choosers import ADJUSTED, COVARIATES, Chooser, choosers
from analysis.comparing import e_value, e_value_of_limit, risk_ratio_of_hazard
from analysis.course_row import PREFERENCE, RANDOMISED, TME, WW
from analysis.covariates import design
from analysis.cox import CoxFit, cox
from analysis.effects import Coefficient, coefficient
from analysis.estimable import NotEstimable
from analysis.not_estimable import NotEstimable as NoFit
from analysis.samples import Floats
from analysis.steps import Estimate
from analysis.survival import kaplan_meier
from analysis.weighting import Weighting, weighting
from forms.dates import DAYS_PER_YEAR
from forms.text import _l
from trial.store.extract import Extract

if TYPE_CHECKING:
    import pandas as pd

AT = 3 * DAYS_PER_YEAR
"""Day at which survival is compared."""


@dataclass(frozen=True)
class Contrast:
    """Watch-and-wait against surgery in one set of people: numbers and events (WW, TME), hazard ratio or why there is none.

    `effective`: effective sample sizes where weighted. `e_values`: of the ratio and of its limit closer to 1, where nobody drew lots.
    """

    id: str
    people: tuple[int, int]
    events: tuple[int, int]
    hazard: Coefficient | None
    why: str = ""
    effective: tuple[float, float] | None = None
    e_values: tuple[float | None, float | None] | None = None


@dataclass(frozen=True)
class Preferences:
    """Everything the output says. `interaction`: ratio of the two hazard ratios, preference over randomised; `adjusted`: with covariates.

    `effects`: by name, at `AT`; None where a group had nobody at risk then. `weights` None with `why_not` in words.
    """

    contrasts: tuple[Contrast, ...]
    interaction: Coefficient | None
    adjusted: Coefficient | None
    effects: Mapping[str, preference.Effects | None]
    weights: Weighting | None
    why_not: str
    choosers: tuple[Chooser, ...] = field(repr=False)


def preferences(extract: Extract) -> Preferences:
    """The analysis at the cut of the extract. Raises ArmUnknown."""
    return compared(choosers(extract))


def compared(everyone: Sequence[Chooser], at: float = AT, adjusted_for: Sequence[str] = ADJUSTED) -> Preferences:
    """Randomised, preference as they are and weighted, and both together; effects on survival at day `at`."""
    randomised = [p for p in everyone if p.cohort == RANDOMISED]
    chose = [p for p in everyone if p.cohort == PREFERENCE]
    weights, why_not = _weighed(chose)
    weighted = (("OVERLAP", weights and weights.overlap), ("IPTW", weights and weights.inverse))
    together, interaction = _together(everyone)
    given, adjusted = _together(everyone, adjusted_for, "_ADJUSTED")
    return Preferences(
        (
            _contrast("RANDOMISED", randomised),
            _contrast("CHOSE", chose, observational=True),
            *(
                _contrast(name, chose, found.values, found.effective, observational=True)
                if found
                else without_hazard(_contrast(name, chose), why_not)
                for name, found in weighted
            ),
            *together,
            *given,
        ),
        interaction,
        adjusted,
        _effects(randomised, chose, at),
        weights,
        why_not,
        tuple(everyone),
    )


def without_hazard(contrast: Contrast, why: str) -> Contrast:
    """The same people without a number, and why."""
    return Contrast(contrast.id, contrast.people, contrast.events, None, why)


def _weighed(chose: Sequence[Chooser]) -> tuple[Weighting | None, str]:
    try:
        return weighting(chose, _watching(chose), COVARIATES), ""
    except NotEstimable as problem:
        return None, problem.reason


def _watching(people: Sequence[Chooser]) -> Floats:
    return np.array([float(p.arm == WW) for p in people])


def _frame(people: Sequence[Chooser], weights: Floats | None = None) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame(
        {
            "participant": [p.participant for p in people],
            "days": [p.days for p in people],
            "event": [p.event for p in people],
            "ww": _watching(people),
            "chose": [float(p.cohort == PREFERENCE) for p in people],
            "drawn_in": ["/".join(p.drawn_in) for p in people],
        }
    )
    made["both"] = made["ww"] * made["chose"]
    return made if weights is None else made.assign(weight=weights)


def _counted(people: Sequence[Chooser]) -> tuple[tuple[int, int], tuple[int, int]]:
    groups = [[p for p in people if p.arm == arm] for arm in (WW, TME)]
    return (len(groups[0]), len(groups[1])), (sum(p.event for p in groups[0]), sum(p.event for p in groups[1]))


EVENTS_IN_BOTH = _l("no event in one of the groups")
TOO_FEW = _l("fewer than 5 events for each coefficient")
PER_COEFFICIENT = 5
"""Events for each coefficient below which an adjusted model is not fitted (Vittinghoff and McCulloch 2007: 5 to 9 may do, fewer do not)."""


def _contrast(
    name: str,
    people: Sequence[Chooser],
    weights: Floats | None = None,
    effective: tuple[float, float] | None = None,
    *,
    observational: bool = False,
) -> Contrast:
    numbers, events = _counted(people)
    if min(events) == 0:
        return Contrast(name, numbers, events, None, EVENTS_IN_BOTH, effective)
    weight = None if weights is None else "weight"
    try:
        fit = cox(
            _frame(people, weights), days="days", event="event", covariates=["ww"], identity="participant",
            strata=["drawn_in"], weights=weight, robust=weights is not None,
        )  # fmt: skip
    except NoFit as problem:
        return Contrast(name, numbers, events, None, problem.problem, effective)
    hazard = fit["ww"]
    told = _e_values(hazard, sum(events) / len(people)) if observational else None
    return Contrast(name, numbers, events, hazard, "", effective, told)


def _e_values(hazard: Coefficient, share: float) -> tuple[float | None, float | None]:
    value, lower, upper = (risk_ratio_of_hazard(v, share) for v in (hazard.hr, hazard.lower, hazard.upper))
    return e_value(value), e_value_of_limit(Estimate(value, lower, upper))


def _together(
    everyone: Sequence[Chooser], adjusted_for: Sequence[str] = (), suffix: str = ""
) -> tuple[tuple[Contrast, Contrast], Coefficient | None]:
    """One model with arm, cohort and their interaction: the arm's effect in each cohort, and by how much they differ."""
    sides = {f"BOTH_RANDOMISED{suffix}": RANDOMISED, f"BOTH_CHOSE{suffix}": PREFERENCE}
    counted = {name: _counted([p for p in everyone if p.cohort == cohort]) for name, cohort in sides.items()}
    few = any(min(events) == 0 for _, events in counted.values())
    fit, why = (None, EVENTS_IN_BOTH) if few else _interacting(everyone, adjusted_for)
    hazards = (None, None) if fit is None else (fit["ww"], _sum(fit, "ww", "both"))
    first, second = (
        Contrast(name, *counted[name], hazard, "" if hazard else why)
        for name, hazard in zip(sides, hazards, strict=True)
    )
    return (first, second), None if fit is None else fit["both"]


def _interacting(everyone: Sequence[Chooser], adjusted_for: Sequence[str]) -> tuple[CoxFit | None, str]:
    """The model, or why there is none."""
    columns, _used = design(everyone, adjusted_for)
    given = {f"given{i}": columns[:, i] for i in range(1, columns.shape[1])}  # the first column is the constant
    names = ["ww", "chose", "both", *given]
    if given and sum(p.event for p in everyone) < PER_COEFFICIENT * len(names):
        return None, TOO_FEW
    frame = _frame(everyone).assign(**given)
    try:
        return cox(frame, days="days", event="event", covariates=names, identity="participant"), ""
    except NoFit as problem:
        return None, problem.problem


def _sum(fit: CoxFit, *names: str) -> Coefficient:
    """The sum of coefficients with its variance."""
    where = [[c.name for c in fit.coefficients].index(name) for name in names]
    log = sum(fit.coefficients[i].log_hr for i in where)
    return coefficient(names[0], log, float(np.sqrt(np.array(fit.covariance)[np.ix_(where, where)].sum())), fit.level)


def _effects(
    randomised: Sequence[Chooser], chose: Sequence[Chooser], at: float
) -> dict[str, preference.Effects | None]:
    """By the preference asked of the randomised, and by Rucker's moments from who chose."""
    cells = [
        [_rated([p for p in randomised if (p.arm, p.prefers) == (arm, liked)], at) for liked in (WW, TME)]
        for arm in (WW, TME)
    ]
    chosen, drawn = (
        [_rated([p for p in group if p.arm == arm], at) for arm in (WW, TME)] for group in (chose, randomised)
    )
    numbers = _counted(chose)[0]
    (aa, ab), (ba, bb) = cells
    asked = preference.asked(((aa, ab), (ba, bb))) if aa and ab and ba and bb else None
    (cw, ct), (dw, dt) = chosen, drawn
    moments = preference.two_stage((cw, ct), (dw, dt), numbers) if cw and ct and dw and dt else None
    return {"ASKED": asked, "MOMENTS": moments}


def _rated(people: Sequence[Chooser], at: float) -> preference.Rated | None:
    """Survival at the day; None where nobody is at risk any more, or nobody had an event yet: Greenwood's variance knows nothing then."""
    curve = kaplan_meier([p.days for p in people], [p.event for p in people])
    value, before = curve.at(at).value, [i for i, time in enumerate(curve.times) if time <= at]
    variance = curve.variance[before[-1]] if before else None
    if value is None or not variance or not curve.at_risk_at(at):
        return None
    return preference.Rated(value, variance)
