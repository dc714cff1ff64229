"""What one virtual trial is asked, as one row of numbers in a fixed order: its looks, its stopping rules, every interval reported.

A number the data do not determine is not a number (nan) here, and is counted apart later; it is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

import numpy as np

from analysis.exact import clopper_pearson
from analysis.fine_gray import fine_gray
from analysis.incidence import aalen_johansen
from analysis.not_estimable import NotEstimable
from analysis.power.known import Rows, failures, metastases, regrowths, salvages, survival
from analysis.power.looking import Seen, looks, repeated, stopping_rules
from analysis.power.scenario import MILESTONE, MONTH, YEAR, Scenario
from analysis.power.virtual import Trial, generator, virtual_trial
from analysis.rmst import rmst_difference
from analysis.samples import Floats, critical
from analysis.steps import Estimate
from analysis.survival import kaplan_meier

AT = MILESTONE * MONTH
NOTHING = Estimate(None)
WAYS = (("ww", 1), ("tme", 0))
INTERVALS = (
    "hr", "hr_at_stop", "hr_repeated", "failure_free_ww", "failure_free_tme", "alive_ww", "alive_tme", "regrowth_1",
    "regrowth_2", "regrowth_3", "metastasis_ww", "metastasis_tme", "rmst", "metastasis_shr", "salvage_r0",
)  # fmt: skip
"""Every 95 % interval that is reported, by name; its truth is in `truth`."""

FACTS = (
    "enrolled", "accrual_months", "interims", "z_1", "z_2", "z_final", "events_1", "events_2", "events_final", "month_final",
    "efficacy", "stopped_at", "month_stop", "events_stop", "randomised_stop", "futile_1", "futile_2", "efficacy_binding", "month_binding",
    "every_repeated_low", "every_repeated_high", "regrowth_rule", "regrowth_rule_literal", "r0_rule",
)  # fmt: skip
COLUMNS = (*FACTS, *(f"{name}.{part}" for name in INTERVALS for part in ("value", "lower", "upper")))


def replicate(scenario: Scenario, seed: int, number: int) -> Floats:
    """One virtual trial of a scenario, in the order of COLUMNS. The same on every machine that adds alike."""
    return measured(virtual_trial(generator(seed, number), scenario))


def measured(trial: Trial) -> Floats:
    """One virtual trial, measured."""
    seen = looks(trial)
    told, found = facts(trial, seen), {name: _three(each) for name, each in intervals(trial, seen)}
    return np.array(
        [*(told[name] for name in FACTS), *(x for name in INTERVALS for x in found[name])], dtype=np.float64
    )


def _three(found: Estimate) -> tuple[float, float, float]:
    """Not a number for what is not estimated."""
    value, lower, upper = (nan if x is None else float(x) for x in (found.value, found.lower, found.upper))
    return value, lower, upper


def facts(trial: Trial, seen: tuple[Seen, ...]) -> dict[str, float]:
    """When the looks fell and what they led to; months from the opening, infinity for a rule that was never met."""
    people, final = trial.people, seen[-1]
    stop = stopping(seen)
    futile = [look.power < trial.scenario.design.futility_conditional_power for look in seen[:-1]]
    binding = _binding(seen, futile)
    rules = stopping_rules(trial, [look.day for look in seen])
    interims = {f"{name}_{i + 1}": value for i in range(2) for name, value in _interim(seen, futile, i).items()}
    limits = [repeated(look)[1:] for look in seen]
    return {
        "enrolled": people.enrolled,
        "accrual_months": float(people.entry[people.randomised][-1]) / MONTH,
        "interims": len(seen) - 1,
        **interims,
        "z_final": final.z,
        "events_final": final.events,
        "month_final": final.day / MONTH,
        "efficacy": float(stop.crossed),
        "stopped_at": seen.index(stop) + 1 if stop is not final else 3,
        "month_stop": stop.day / MONTH,
        "events_stop": stop.events,
        "randomised_stop": int((people.entry[people.randomised] < stop.day).sum()),
        "efficacy_binding": float(binding.crossed),
        "month_binding": binding.day / MONTH,
        # The limits nearest to one another: all intervals hold a truth that lies between the two.
        "every_repeated_low": max(low for low, _high in limits),
        "every_repeated_high": min(high for _low, high in limits),
        "regrowth_rule": rules.regrowth,
        "regrowth_rule_literal": rules.literal,
        "r0_rule": rules.r0,
    }


def _interim(seen: tuple[Seen, ...], futile: list[bool], i: int) -> dict[str, float]:
    """One interim analysis; not numbers for one that was not made."""
    if i >= len(futile):
        return {"z": nan, "events": nan, "futile": nan}
    return {"z": seen[i].z, "events": seen[i].events, "futile": float(futile[i])}


def stopping(seen: tuple[Seen, ...]) -> Seen:
    """The look the trial ends with: the first that crosses, or the final one."""
    return next((look for look in seen if look.crossed), seen[-1])


def _binding(seen: tuple[Seen, ...], futile: list[bool]) -> Seen:
    """The look it would end with if futility were obeyed."""
    return next((look for look, ends in zip(seen, [*futile, True], strict=True) if look.crossed or ends), seen[-1])


def intervals(trial: Trial, seen: tuple[Seen, ...]) -> Iterator[tuple[str, Estimate]]:
    """Every interval, at the final analysis unless its name says otherwise."""
    final, stop = seen[-1], stopping(seen)
    yield "hr", _wald(final.log_hr, final.se)
    yield "hr_at_stop", _wald(stop.log_hr, stop.se)
    yield "hr_repeated", Estimate(*repeated(stop))
    failed, dead, spread = (made(trial, final.day) for made in (failures, survival, metastases))
    for name, arm in WAYS:
        yield f"failure_free_{name}", kaplan_meier(*failed.of(arm)).at(AT)
        yield f"alive_{name}", kaplan_meier(*dead.of(arm)).at(AT)
        yield f"metastasis_{name}", aalen_johansen(*spread.of(arm)).at(AT)
    yield from _regrowth(trial, final.day)
    yield "rmst", _restricted(failed)
    yield "metastasis_shr", subdistribution(spread)
    clear, operated = salvages(trial, final.day)
    yield "salvage_r0", Estimate(clear / operated, *clopper_pearson(clear, operated)) if operated else NOTHING


def _regrowth(trial: Trial, day: int) -> Iterator[tuple[str, Estimate]]:
    rows = regrowths(trial, day)
    curve = aalen_johansen(rows.days, rows.status)
    for years in (1, 2, 3):
        yield f"regrowth_{years}", curve.at(years * YEAR)


def _wald(log_hr: float, se: float) -> Estimate:
    half = critical(0.95) * se
    value, lower, upper = (float(np.exp(log_hr + shift)) for shift in (0.0, -half, half))
    return Estimate(value, lower, upper)


def _restricted(rows: Rows) -> Estimate:
    """Difference of restricted means, watch and wait less TME, in days."""
    try:
        found = rmst_difference(rows.days, rows.status, rows.watched, AT, groups=(0, 1))
    except NotEstimable:
        return NOTHING
    return Estimate(found.difference, found.lower, found.upper)


def subdistribution(rows: Rows) -> Estimate:
    """Ratio of the subdistribution hazards of metastasis by Fine and Gray."""
    import pandas as pd

    data = pd.DataFrame({"days": rows.days, "status": rows.status, "watched": rows.watched.astype(float)})
    try:
        found = fine_gray(data, days="days", status="status", covariates=["watched"])["watched"]
    except NotEstimable:
        return NOTHING
    return Estimate(found.hr, found.lower, found.upper)
