"""`vigil simulate`: a whole trial, driven day by day through the same actions people use. Seeded and resumable."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trial.actor import SYSTEM
from trial.clock import FixedClock
from trial.simulate.candidates import candidate, watching
from trial.simulate.chance import Dice
from trial.simulate.hands import Hands
from trial.simulate.script.life import Life, Step
from trial.simulate.script.screening import steps
from trial.simulate.staff import PREPARATION, SITES, employed, one_a_site, open_trial
from trial.simulate.truth import Truth, draw
from trial.store.engine import Engine
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

DAY_STARTS = time(8, 0, tzinfo=UTC)
ARRIVALS = 90
"""Stream of the day each participant gives consent."""
STRIDE = 256
"""Lives among which a candidate is looked for: one in four is one, so that none is found in one run of 10^31."""

Progress = Callable[[int, int, date], None]


@dataclass(frozen=True)
class Plan:
    """A simulated trial: how many, from which seed, over how many months of accrual, until which day."""

    participants: int
    seed: int
    start: date
    accrual_months: int
    until: date
    management: str | None = None
    """WW: each participant is the next candidate of their stride, who prefers to watch; for calibration. None: as they come."""


@dataclass(frozen=True)
class Simulated:
    """What was done: participants who gave consent by the last day, steps taken, steps that lie after it."""

    participants: int
    steps: int
    left: int


def simulate(
    plan: Plan, *, engine: Engine, files: Files, model: Any, key: bytes, progress: Progress | None = None
) -> Simulated:
    """Run the trial; a second call with the same plan goes on where the first was cut off."""
    clock = FixedClock(datetime.combine(plan.start - PREPARATION, DAY_STARTS))
    uow = UnitOfWork(engine, clock, SYSTEM)
    open_trial(plan.start, plan.participants, plan.seed, key, uow)
    safety = employed("safety_desk", "Safety officer", "safety_officer", None, uow).actor("safety_officer")
    sites = (one_a_site("coordinator", uow), one_a_site("investigator", uow))
    hands = Hands(engine, clock, files, model, key, *sites, safety)
    queue = list(_arrivals(plan, hands))
    heapq.heapify(queue)
    taken = 0
    while queue and queue[0][0] <= plan.until:
        on, order, life, step = heapq.heappop(queue)
        _advance(clock, on)
        taken += 1
        for later in _take(step):
            heapq.heappush(
                queue, (life.base + timedelta(days=later.day), (*order[:1], *_after(order, later)), life, later)
            )
        if progress:
            progress(taken, len(queue), on)
    begun = sum(1 for row in Reading(engine).all("participant"))
    return Simulated(begun, taken, len(queue))


Order = tuple[Any, ...]


def _arrivals(plan: Plan, hands: Hands) -> Iterator[tuple[date, Order, Life, Step]]:
    for i in range(plan.participants):
        truth = _truth(plan, i, hands.model)
        dice = Dice(plan.seed, truth.index, ARRIVALS)
        base = plan.start + timedelta(days=int(dice.uniform(0, plan.accrual_months * 30.4)))
        site, _, year_only = SITES[dice.whole(0, len(SITES) - 1)]
        life = Life(truth, base, site, hands, plan.seed, year_only=year_only)
        for step in steps(life):
            yield base + timedelta(days=step.day), (i, step.day, step.name), life, step


def _truth(plan: Plan, i: int, model: Any) -> Truth:
    if plan.management is None:
        return draw(plan.seed, i)
    # Lives of a stride of their own: whom participant i takes does not depend on the others.
    found = (draw(plan.seed, i * STRIDE + k) for k in range(STRIDE))
    return next(watching(truth) for truth in found if candidate(truth, model))


def _after(order: Order, step: Step) -> Order:
    return (step.day, step.name)


def _take(step: Step) -> list[Step]:
    found = step.act()
    return list(found) if found is not None else []


def _advance(clock: FixedClock, on: date) -> None:
    """The clock goes to the morning of that day, and a little further for each thing done on it; never back."""
    clock.advance(max(datetime.combine(on, DAY_STARTS) - clock.now(), timedelta(seconds=40)))
