"""Watch and wait by arrays: visits, when a regrowth is seen, what becomes of it. One row a participant; days after the origin.

The same course as `trial/simulate/course.py` draws a life at a time (3 ms each: an hour for a hundred trials), from the same tables;
tests hold the two to each other in distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.power.scenario import MONTH, YEAR, Scenario
from analysis.samples import Floats, Ints
from trial.simulate.course import CONFIRMED_AFTER, FELT_AFTER, SALVAGE_DECIDED_AFTER, SALVAGED_AFTER, SYMPTOMS
from trial.simulate.disease import (
    CHANGE_OF_MIND_A_YEAR,
    REGROWTH_SCALE,
    REGROWTH_SHAPE,
    SEEN_EARLIER,
    SOONEST_REGROWTH,
)
from trial.simulate.visits import FOLLOW_UP, LATE, LATE_BY, MODES, NEAR

FAR = 1_000_000
"""Days: never."""


@dataclass(frozen=True)
class Visits:
    """Days of the visits by row, ascending but for overlaps, those that nobody came to far off."""

    days: Ints

    def first_from(self, day: Ints) -> Ints:
        """The first visit in person on or after each row's day; FAR where there is none."""
        return np.where(self.days >= day[:, None], self.days, FAR).min(axis=1)

    def last_by(self, day: Ints) -> Ints:
        """The last visit in person by each row's day; 0, the origin, where there is none."""
        return np.where(self.days <= day[:, None], self.days, 0).max(axis=1)


@dataclass(frozen=True)
class Regrown:
    """Days of each step if the regrowth happens: seen, confirmed, salvage decided upon, operated."""

    suspected: Ints
    confirmed: Ints
    decided: Ints
    operated: Ints


def visits(rng: np.random.Generator, near: np.ndarray) -> Visits:
    """As they take place; `near`: whose response was near-complete, so that two visits more are planned."""
    planned = (*FOLLOW_UP, *NEAR)
    nominal, half = (np.array([each[i] for each in planned]) for i in (1, 2))
    shape = (near.size, len(planned))
    early = np.clip(np.rint(rng.normal(-1, half / 3, shape)), -half, half).astype(np.int64)
    late = half + rng.integers(*LATE_BY, shape, endpoint=True)
    days = nominal + np.where(rng.random(shape) < LATE, late, early)
    came = rng.random(shape) < MODES["VISIT"] / sum(MODES.values())
    came[:, len(FOLLOW_UP) :] &= near[:, None]
    return Visits(np.where(came, days, FAR))


def visible_at(share: Floats) -> Ints:
    """The day a regrowth can first be seen, at this share of its distribution (Weibull, seen half an interval later)."""
    weibull = REGROWTH_SCALE * MONTH * (-np.log1p(-share)) ** (1 / REGROWTH_SHAPE)
    return np.rint(np.maximum(weibull - SEEN_EARLIER, SOONEST_REGROWTH)).astype(np.int64)


def regrown(
    rng: np.random.Generator, visible: Ints, near: np.ndarray, scenario: Scenario, seen: Visits | None = None
) -> Regrown:
    """What follows a regrowth that can be seen from `visible`; a visit sees it unless the scenario overlooks it."""
    plan, n = seen or visits(rng, near), visible.size
    visit = plan.first_from(visible)
    if scenario.overlooked:
        visit = np.where(rng.random(n) < scenario.overlooked, plan.first_from(visit + 1), visit)
    felt = visible + rng.integers(*FELT_AFTER, n, endpoint=True)
    by_symptoms = (visit == FAR) | ((rng.random(n) < SYMPTOMS) & (felt < visit))
    steps = [np.where(by_symptoms, felt, visit)]
    for low, high in (CONFIRMED_AFTER, SALVAGE_DECIDED_AFTER, SALVAGED_AFTER):
        steps.append(steps[-1] + rng.integers(low, high, n, endpoint=True))
    return Regrown(*steps)


def changes_of_mind(rng: np.random.Generator, n: int) -> Ints:
    """The day of an operation without a regrowth, wished for."""
    return np.maximum(np.rint(rng.exponential(YEAR / CHANGE_OF_MIND_A_YEAR, n)), 1).astype(np.int64)


def changes_of_mind_by(day: Ints) -> Floats:
    """The chance that it lies on or before a day: the law of what `changes_of_mind` draws."""
    return np.asarray(-np.expm1(-CHANGE_OF_MIND_A_YEAR * (day + 0.5) / YEAR))
