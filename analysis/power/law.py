"""The law of non-regrowth disease-free survival under each management, by whole days: the one the scenario states.

Under TME the hazard is constant. Under watch and wait failures come in two ways: a regrowth that is not salvaged R0, on a day that
visits and waiting lists decide, and everything else, whose hazard rises once a regrowth can be seen. So that the two ways together
have the hazard the scenario states, and type I error is simulated at the margin and not near it, the hazard of everything else is
solved for, a day at a time: S(d) = (never seen to regrow) exp(-C(d)) + (regrown and not failed) ..., C unknown. In the weeks after a
round of visits failed salvage alone can pass the stated hazard; C rests then, and the curve is back where it belongs before the next
round. `Law.watching` is the curve as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from analysis.power.scenario import MILESTONE, MONTH, Scenario
from analysis.power.watching import Regrown, changes_of_mind_by, regrown, visible_at
from analysis.samples import Floats, Ints
from trial.simulate.disease import (
    METASTASIS_A_YEAR,
    METASTASIS_AFTER_REGROWTH,
    OTHER_DEATH_AT_60,
    RECURRENCE_A_YEAR,
    SECOND_CANCER_A_YEAR,
    SECOND_IS_COLORECTAL,
)

METASTASIS, RECURRENCE, SECOND, DEATH, UNSALVAGED, FALSE = range(1, 7)
"""Kinds of failure."""
STERILE = 0.74
"""Of the candidates, as `trial/simulate` draws them."""
COURSES = 4_000
"""Regrowths the law is made from: quantiles of the time, so their number decides nothing but the last digit."""


CLOSE = 0.01
"""As far as the curve may stray from the one stated, in the weeks after a round of visits."""


class NoSuchLaw(ValueError):
    """Regrowths alone fail more often than the scenario's hazard ratio allows, on `day`."""

    def __init__(self, name: str, day: int) -> None:
        super().__init__(f"{name}: by day {day} failed salvage alone has passed the hazard of this scenario")
        self.day = day


@dataclass(frozen=True)
class Law:
    """Chance to be free of failure after each day, from day 0, by arm; the cumulative hazard of everything but failed salvage."""

    operated: Floats = field(repr=False)
    watching: Floats = field(repr=False)
    alone: Floats = field(repr=False)

    @property
    def days(self) -> int:
        """The last day."""
        return self.alone.size - 1

    def operated_failures(self, spent: Floats) -> Ints:
        """The day on which a unit exponential is spent under TME; one more than the last day where that is later."""
        return np.searchsorted(-np.log(self.operated), spent).astype(np.int64)

    def watching_failures(self, spent: Floats, visible: Ints) -> Ints:
        """The same under watch and wait, of everything but failed salvage; `visible`: the day a regrowth can be seen."""
        at = self.alone[np.minimum(visible, self.days)]
        later = at + (spent - at) / ratio()
        return np.searchsorted(self.alone, np.where(spent <= at, spent, later)).astype(np.int64)


def shares(*, operated: bool) -> dict[int, float]:
    """What a failure is that is no failed salvage, before any regrowth, by the hazards of the simulated lives."""
    metastasis = _mixed(METASTASIS_A_YEAR["sterile"], METASTASIS_A_YEAR["living"])
    recurrence = _mixed(RECURRENCE_A_YEAR["R0-complete"], RECURRENCE_A_YEAR["R0"]) if operated else 0.0
    rates = {
        METASTASIS: metastasis,
        RECURRENCE: recurrence,
        SECOND: SECOND_CANCER_A_YEAR * SECOND_IS_COLORECTAL,
        DEATH: OTHER_DEATH_AT_60,
    }
    return {kind: rate / sum(rates.values()) for kind, rate in rates.items()}


def _mixed(sterile: float, living: float) -> float:
    return STERILE * sterile + (1 - STERILE) * living


def ratio() -> float:
    """How much a regrowth raises the hazard of all other failures together: only that of metastasis rises."""
    return 1 + (METASTASIS_AFTER_REGROWTH - 1) * shares(operated=False)[METASTASIS]


@lru_cache
def law(scenario: Scenario) -> Law:
    """The law of a scenario. Raises NoSuchLaw."""
    days = horizon(scenario)
    daily = -np.log(scenario.design.control_at_3_years) / (MILESTONE * MONTH)
    times = np.arange(days + 1)
    operated = np.exp(-daily * times)
    months = (times[1:] - 0.5) / MONTH
    starts, ratios = (np.array(column) for column in zip(*scenario.hazard_ratios, strict=True))
    steps = daily * ratios[np.searchsorted(starts, months, side="right") - 1]
    return Law(operated, *_alone(scenario, np.exp(-np.concatenate(([0.0], np.cumsum(steps))))))


def horizon(scenario: Scenario) -> int:
    """Days after randomisation that any virtual trial can look at."""
    design = scenario.design
    waiting = 120 if scenario.to_the_last_event else 0
    return int((1.6 * design.accrual_months / scenario.pace + design.further_months + waiting) * MONTH)


def _alone(scenario: Scenario, target: Floats) -> tuple[Floats, Floats]:
    """S as it comes out, and C of the module's docstring; `target` is S as stated."""
    visible, failed, weight = _possible(scenario)
    last, more = target.size - 1, ratio()
    appears = np.bincount(visible, weight, last + 2)
    never, grown, found, free_of_it = 1.0, 0.0, np.zeros(last + 1), np.ones(last + 1)
    leaves = _by_day(np.where(failed > last, last + 1, failed), last + 1)
    for day in range(1, last + 1):
        before = found[day - 1]
        never, grown = never - appears[day - 1], grown + appears[day - 1] * np.exp(-before)
        if day in leaves:
            who = leaves[day]
            grown -= float((weight[who] * np.exp(-before - (more - 1) * (before - found[visible[who]]))).sum())
        free = never * np.exp(-before)
        if free + grown < target[day] - CLOSE:
            raise NoSuchLaw(scenario.name, day)
        step = max(_step(free, grown, more, target[day]), 0.0)
        found[day], grown = before + step, grown * np.exp(-more * step)
        free_of_it[day] = free * np.exp(-step) + grown
    return free_of_it, found


def _step(free: float, grown: float, more: float, target: float) -> float:
    """The step of C with free exp(-step) + grown exp(-more step) = target; Newton, from below."""
    step = (free + grown - target) / (free + more * grown)
    for _ in range(4):
        a, b = free * np.exp(-step), grown * np.exp(-more * step)
        step += (a + b - target) / (a + more * b)
    return float(step)


def _possible(scenario: Scenario) -> tuple[Ints, Ints, Floats]:
    """Regrowths as they can go: day visible, day of failure (far off where salvage is R0), and the share of all candidates."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(0)))
    at = (rng.permutation(COURSES) + 0.5) / COURSES
    visible = visible_at(at)
    near = rng.permutation(COURSES) < scenario.near_complete * COURSES
    seen: Regrown = regrown(rng, visible, near, scenario)
    share = scenario.regrows / COURSES * (1 - changes_of_mind_by(visible))
    done = scenario.salvaged
    far = np.full(COURSES, np.iinfo(np.int64).max)
    return (
        np.tile(visible, 3),
        np.concatenate([seen.decided, seen.operated, far]),
        np.concatenate([share * (1 - done), share * done * (1 - scenario.r0), share * done * scenario.r0]),
    )


def _by_day(days: Ints, beyond: int) -> dict[int, Ints]:
    """Rows by day, those from `beyond` on left out."""
    return dict(_runs(days, np.argsort(days, kind="stable"), beyond))


def _runs(days: Ints, order: Ints, beyond: int) -> Iterator[tuple[int, Ints]]:
    distinct, begins = np.unique(days[order], return_index=True)
    for day, rows in zip(distinct.tolist(), np.split(order, begins[1:]), strict=True):
        if day < beyond:
            yield day, rows
