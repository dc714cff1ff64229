"""The looks of one virtual trial: when they fall, what is known then, whether they stop it (PROTOCOL 8).

Interim analyses fall on the day the planned share of the events is known, the final one on the day of the last planned event or when
the trial ends. Each has the actual information; the final one spends whatever error is left. Futility does not bind.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, isnan, log, nan

import numpy as np

from analysis.efron import likelihood, risk_sets
from analysis.exact import clopper_pearson
from analysis.incidence import Incidence, aalen_johansen
from analysis.newton import maximise
from analysis.not_estimable import NotEstimable
from analysis.power.known import Rows, failure_days, failures, regrowths, salvages
from analysis.power.scenario import MONTH, YEAR, Scenario
from analysis.power.virtual import Trial
from analysis.prospects import conditional_power, repeated_interval, trend
from analysis.samples import Ints
from analysis.sequential import Look, boundaries


@dataclass(frozen=True)
class Seen:
    """One look. `day` from the opening; the hazard ratio on the log scale, not a number where it is not estimable.

    `z` = (ln margin - ln HR) / SE, positive favours watch and wait; `power` the conditional power under the observed trend.
    """

    day: int
    events: int
    fraction: float
    log_hr: float
    se: float
    z: float
    bound: float
    power: float

    @property
    def crossed(self) -> bool:
        """Whether non-inferiority is declared."""
        return self.z >= self.bound


def looks(trial: Trial) -> tuple[Seen, ...]:
    """Every look the trial would make if none stopped it; the last one is the final analysis."""
    days = falling(trial)
    known = [failures(trial, day) for day in days]
    events = [int(rows.status.sum()) for rows in known]
    planned = trial.scenario.design.events
    bounds = boundaries([n / planned for n in events], alpha=trial.scenario.design.alpha_one_sided)
    final = len(days) - 1
    return tuple(
        _seen(trial.scenario, day, rows, bound, interim=i < final)
        for i, (day, rows, bound) in enumerate(zip(days, known, bounds, strict=True))
    )


def falling(trial: Trial) -> list[int]:
    """The days of the looks, the final analysis last. An interim analysis after which nothing more happened is the final one."""
    design, known = trial.scenario.design, failure_days(trial)
    end = _end(trial, known)
    counts = [ceil(share * design.events) for share in design.looks]
    interims = [int(known[n - 1]) for n in counts if n <= known.size and known[n - 1] < end]
    most = int((known <= end).sum())
    return [day for day in dict.fromkeys(interims) if int((known <= day).sum()) < most] + [end]


def _end(trial: Trial, known: Ints) -> int:
    design, people = trial.scenario.design, trial.people
    last = int(known[design.events - 1]) if known.size >= design.events else int(known[-1]) if known.size else 0
    if trial.scenario.to_the_last_event:
        return last
    ends = int(people.entry[people.randomised][-1] + round(design.further_months * MONTH))
    return min(last, ends) if known.size >= design.events else ends


def _seen(scenario: Scenario, day: int, rows: Rows, bound: Look, *, interim: bool) -> Seen:
    log_hr, se = hazard_ratio(rows)
    z = (log(scenario.design.margin_hazard_ratio) - log_hr) / se
    power = _power(z, bound.fraction, scenario) if interim else nan
    return Seen(day, int(rows.status.sum()), bound.fraction, log_hr, se, z, bound.z, power)


def hazard_ratio(rows: Rows) -> tuple[float, float]:
    """Cox model stratified by response and regimen, ties by Efron: log hazard ratio and its standard error; not numbers without one.

    The steps of `analysis.cox.cox` without its data frame, which would take three quarters of the time; a test compares the two.
    """
    if not rows.status.any():
        return nan, nan
    times, x = rows.days.astype(float), rows.watched.astype(float)[:, None]
    sets = risk_sets(None, times, rows.status, rows.stratum, np.ones(times.size))
    try:
        found = maximise(lambda beta: likelihood(sets, x, beta), np.zeros(1), ("watched",))
    except NotEstimable:
        return nan, nan
    return float(found.at[0]), float(np.sqrt(found.covariance[0, 0]))


def _power(z: float, fraction: float, scenario: Scenario) -> float:
    return nan if isnan(z) else conditional_power(z, fraction, final_bound(scenario), trend(z, fraction))


def final_bound(scenario: Scenario) -> float:
    """The bound of the final analysis if every look falls as planned."""
    design = scenario.design
    return boundaries((*design.looks, 1.0), alpha=design.alpha_one_sided)[-1].z


@dataclass(frozen=True)
class Stopped:
    """Months from the opening to the first time each rule for watch and wait is met; infinity where it never is.

    `literal`: the rule on regrowth met by a curve that has ended before two years as well. When the last participant at risk regrows, the
    curve jumps to almost 1 with narrow limits, and reading it on to two years meets the rule by accident in the first two years of a trial.
    """

    regrowth: float
    literal: float
    r0: float


def stopping_rules(trial: Trial, days: list[int]) -> Stopped:
    """The two rules, asked at each interim analysis and every year until the final one (PROTOCOL 8)."""
    yearly = [round(year * YEAR) for year in range(1, ceil(days[-1] / YEAR))]
    asked = sorted({*days, *(day for day in yearly if day < days[-1])})
    curves = {day: _regrowth(trial, day) for day in asked}
    limit = trial.scenario.design.stop_regrowth_2_years
    often = [day for day, curve in curves.items() if regrows_too_often(curve, limit)]
    reached = [day for day in often if curves[day].at_risk_at(2 * YEAR)]
    seldom = (day for day in asked if r0_too_seldom(trial, day))
    return Stopped(*(min(met, default=inf) / MONTH for met in (reached, often, seldom)))


def _regrowth(trial: Trial, day: int) -> Incidence:
    rows = regrowths(trial, day)
    return aalen_johansen(rows.days, rows.status)


def regrows_too_often(curve: Incidence, limit: float) -> bool:
    """Lower limit, one-sided 97.5 %, of the two-year incidence of regrowth above the protocol's 40 %."""
    lower = curve.at(2 * YEAR).lower
    return lower is not None and lower > limit


def r0_too_seldom(trial: Trial, day: int) -> bool:
    """Upper limit, one-sided 97.5 %, of R0 among salvage operations below 80 %, from ten operations on."""
    design = trial.scenario.design
    clear, operated = salvages(trial, day)
    if operated < design.stop_r0_from_operations or clear >= design.stop_r0 * operated:
        return False  # a limit lies beyond its estimate: nothing to compute
    return clopper_pearson(clear, operated)[1] < design.stop_r0


def repeated(look: Seen) -> tuple[float, float, float]:
    """The hazard ratio at a look with its repeated 95 % interval."""
    return exp(look.log_hr), *repeated_interval(look.log_hr, look.se, look.bound)
