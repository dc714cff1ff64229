"""What each interval of a virtual trial should hold: from the law where it has a formula, else from very large populations.

The subdistribution hazard ratio of a model that is not exactly true, and the hazard ratio where hazards are not proportional, depend on
follow-up: their truth is what the same fit gives in one such population on the day that has the planned share of events.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from analysis.power.known import Rows, failure_days, failures, metastases
from analysis.power.law import METASTASIS, law
from analysis.power.looking import hazard_ratio
from analysis.power.measures import AT, INTERVALS, subdistribution
from analysis.power.people import OPERATE, WATCH, People
from analysis.power.scenario import MONTH, YEAR, Scenario
from analysis.power.virtual import Trial, generator, lives
from analysis.samples import Floats

POPULATION = 200_000
"""Participants, half of them in each arm."""
POPULATIONS = 8
"""Shares are their mean: a truth is off by 0.0003 or so, a fiftieth of the standard error of a trial."""
SEED = 1_000_003


@lru_cache
def truths(scenario: Scenario) -> dict[str, float]:
    """The true value of each of INTERVALS. Failures are what they are, not what a scenario makes of them on the forms."""
    exact = replace(scenario, overlooked=0.0, false_events_a_year=0.0)
    trial = _population(exact, 0)
    ratio = (
        scenario.hazard_ratios[0][1] if scenario.proportional else float(np.exp(hazard_ratio(_at_the_end(trial))[0]))
    )
    curves = law(exact)
    day = int(AT)
    shr = subdistribution(metastases(trial, _end(trial))).value
    assert shr is not None, "so large a population has an estimate"
    found = {
        "hr": ratio,
        "hr_at_stop": ratio,
        "hr_repeated": ratio,
        "failure_free_ww": float(curves.watching[day]),
        "failure_free_tme": float(curves.operated[day]),
        "rmst": _area(curves.watching) - _area(curves.operated),
        "metastasis_shr": shr,
        "salvage_r0": scenario.r0,
        **_mean([_shares(each) for each in (trial, *(_population(exact, i) for i in range(1, POPULATIONS)))]),
    }
    return {name: found[name] for name in INTERVALS}


def _area(free: Floats) -> float:
    """Days lived without failure up to AT; `free` holds the chance from each day on."""
    whole = int(AT)
    return float(free[:whole].sum() + (AT - whole) * free[whole])


def _mean(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: sum(each[name] for each in found) / len(found) for name in found[0]}


def _population(scenario: Scenario, number: int) -> Trial:
    rng = generator(SEED, number)
    n = POPULATION
    arm = np.where(np.arange(n) < n // 2, WATCH, OPERATE)
    design = scenario.design
    entry = np.sort(rng.integers(0, int(design.accrual_months / scenario.pace * MONTH), n))
    near, deep, io = (
        rng.random(n) < share for share in (scenario.near_complete, scenario.deep, scenario.immunotherapy)
    )
    who = People(n, rng.permutation(entry), np.ones(n, dtype=bool), arm, arm == WATCH, near, deep, io)
    return Trial(scenario, who, lives(rng, scenario, who))


def _end(trial: Trial) -> int:
    """The day that has the planned share of events, or ends the trial: when a trial of ordinary size has its final analysis."""
    design, known = trial.scenario.design, failure_days(trial)
    last = known[POPULATION * design.events // design.randomised - 1]
    ends = (design.accrual_months / trial.scenario.pace + design.further_months) * MONTH
    return int(last if trial.scenario.to_the_last_event else min(last, ends))


def _at_the_end(trial: Trial) -> Rows:
    return failures(trial, _end(trial))


def _shares(trial: Trial) -> dict[str, float]:
    """Shares of the population by a day, everybody followed: no estimator, so that no estimator judges itself."""
    of, watch = trial.lives, trial.people.watch
    seen = (of.suspected <= of.died) & (of.suspected <= of.changed)
    shares = {f"regrowth_{years}": _share((seen & (of.suspected <= years * YEAR))[watch]) for years in (1, 2, 3)}
    for name, own in (("ww", watch), ("tme", ~watch)):
        shares[f"alive_{name}"] = _share((of.died > AT)[own])
        shares[f"metastasis_{name}"] = _share(((of.kind == METASTASIS) & (of.failed <= AT))[own])
    return shares


def _share(of: np.ndarray) -> float:
    return float(np.mean(of))
