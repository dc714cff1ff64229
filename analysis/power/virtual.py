"""A whole virtual trial as arrays: what is true of each candidate, and what the trial knows of it on a day.

Days of a participant count from randomisation, or the decision for who declined it; `entry` and cuts are days from the opening.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.power.law import DEATH, FALSE, METASTASIS, UNSALVAGED, Law, law, ratio, shares
from analysis.power.people import People, people
from analysis.power.scenario import MONTH, YEAR, Scenario
from analysis.power.watching import FAR, Visits, changes_of_mind, regrown, visible_at, visits
from analysis.samples import Floats, Ints
from trial.simulate.disease import (
    LOST_BETWEEN,
    METASTASIS_AFTER_REGROWTH,
    SURVIVAL_SCALE,
    SURVIVAL_SHAPE,
)


@dataclass(frozen=True)
class Lives:
    """What happens, seen or not; FAR where it never does. `failed`: non-regrowth disease-free survival ends, for `kind`.

    `suspected`, `salvaged` are of a regrowth, `cleared` whether the salvage is R0; `changed`: rectum removed without a regrowth;
    `lost`: last day of follow-up of who is lost.
    """

    failed: Ints
    kind: Ints
    suspected: Ints
    salvaged: Ints
    cleared: np.ndarray
    changed: Ints
    died: Ints
    lost: Ints
    visits: Visits


@dataclass(frozen=True)
class Trial:
    """Candidates and their lives."""

    scenario: Scenario
    people: People
    lives: Lives


def generator(seed: int, replicate: int) -> np.random.Generator:
    """The stream of one replicate, whoever draws it and wherever."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(replicate,))))


def virtual_trial(rng: np.random.Generator, scenario: Scenario) -> Trial:
    """One trial. Raises `law.NoSuchLaw`."""
    who = people(rng, scenario)
    return Trial(scenario, who, lives(rng, scenario, who))


def lives(rng: np.random.Generator, scenario: Scenario, who: People) -> Lives:
    """What happens to these candidates."""
    n, truth = who.entry.size, law(scenario)
    plan, changed = visits(rng, who.near), changes_of_mind(rng, n)
    visible = visible_at(rng.random(n))
    regrows = (rng.random(n) < scenario.regrows) & (changed > visible) & who.watch
    visible = np.where(regrows, visible, FAR)
    steps = regrown(rng, np.minimum(visible, truth.days), who.near, scenario, plan)
    done, cleared = rng.random(n) < scenario.salvaged, rng.random(n) < scenario.r0
    unsalvaged = np.where(regrows & ~(done & cleared), np.where(done, steps.operated, steps.decided), FAR)
    failed, kind = _failures(rng, truth, who.watch, visible, unsalvaged)
    died = _deaths(rng, failed, kind)
    failed, kind = _recorded(rng, scenario, failed, kind, died)
    return Lives(
        failed,
        kind,
        np.where(regrows, steps.suspected, FAR),
        np.where(regrows & done, steps.operated, FAR),
        cleared,
        np.where(who.watch & ~regrows, changed, FAR),
        died,
        _lost(rng, scenario, n),
        plan,
    )


def _failures(
    rng: np.random.Generator, truth: Law, watch: np.ndarray, visible: Ints, unsalvaged: Ints
) -> tuple[Ints, Ints]:
    """The day of the first failure and its kind."""
    spent, which = rng.exponential(size=watch.size), rng.random(watch.size)
    other = np.where(watch, truth.watching_failures(spent, visible), truth.operated_failures(spent))
    other = np.where(other > truth.days, FAR, other)
    kind = np.where(watch, _kinds(which, _risen(other > visible)), _kinds(which, _column(shares(operated=True), watch)))
    return np.minimum(other, unsalvaged), np.where(unsalvaged <= other, UNSALVAGED, kind)


def _risen(after_regrowth: np.ndarray) -> Floats:
    """Shares by kind and row under watch and wait: metastasis takes more of them once a regrowth can be seen."""
    before = shares(operated=False)
    after = {
        kind: share * (METASTASIS_AFTER_REGROWTH if kind == METASTASIS else 1) / ratio()
        for kind, share in before.items()
    }
    return np.where(after_regrowth, _column(after, after_regrowth), _column(before, after_regrowth))


def _column(of: dict[int, float], rows: np.ndarray) -> Floats:
    return np.tile(np.array(list(of.values()))[:, None], (1, rows.size))


def _kinds(at: Floats, by: Floats) -> Ints:
    """The kind at a share of the cumulated shares; kinds are numbered from 1 in the order of `shares`."""
    return np.minimum((at >= np.cumsum(by, axis=0)).sum(axis=0), len(by) - 1) + METASTASIS


def _deaths(rng: np.random.Generator, failed: Ints, kind: Ints) -> Ints:
    """The day of death: of the failure itself, or a while after it."""
    after = np.rint(SURVIVAL_SCALE * MONTH * rng.weibull(SURVIVAL_SHAPE, failed.size)).astype(np.int64)
    later = failed + np.maximum(after, 1) + np.where(kind == UNSALVAGED, int(YEAR), 0)
    return np.where(failed == FAR, FAR, np.where(kind == DEATH, failed, later))


def _recorded(rng: np.random.Generator, scenario: Scenario, failed: Ints, kind: Ints, died: Ints) -> tuple[Ints, Ints]:
    """Failures as the forms hold them: some overlooked until death, some recorded that were none."""
    missed = (rng.random(failed.size) < scenario.overlooked) & (kind != DEATH)
    found, what = np.where(missed, died, failed), np.where(missed, DEATH, kind)
    if not scenario.false_events_a_year:
        return found, what
    false = np.ceil(rng.exponential(YEAR / scenario.false_events_a_year, failed.size)).astype(np.int64)
    return np.minimum(found, false), np.where(false < found, FALSE, what)


def _lost(rng: np.random.Generator, scenario: Scenario, n: int) -> Ints:
    """The last day of follow-up where it ends before the trial does."""
    day = np.rint(rng.uniform(*LOST_BETWEEN, n) * YEAR).astype(np.int64)
    end = FAR if scenario.follow_up_months is None else round(scenario.follow_up_months * MONTH)
    return np.where(rng.random(n) < scenario.design.lost, np.minimum(day, end), end)
