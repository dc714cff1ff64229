"""`vigil simulate`: a whole trial, driven day by day through the same actions people use. Seeded and resumable."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trial.actions import people, setup
from trial.actions.people import Person
from trial.actor import SYSTEM, Actor
from trial.clock import FixedClock
from trial.simulate.chance import Dice
from trial.simulate.hands import PASSWORD, Hands
from trial.simulate.script import Life, Step
from trial.simulate.truth import draw
from trial.store.engine import Engine
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

SITES = (
    ("01", "Site 01, coast", False), ("02", "Site 02, river", False), ("03", "Site 03, mountain", True),
    ("04", "Site 04, plain", False),
)  # fmt: skip
"""Invented sites; the third keeps the year of birth only."""
DAY_STARTS = time(8, 0, tzinfo=UTC)
ARRIVALS = 90
"""Stream of the day each participant gives consent."""

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
    """WW: every participant is drawn until the truth is a candidate who prefers to watch; for calibration runs."""


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
    clock = FixedClock(datetime.combine(plan.start - timedelta(days=30), DAY_STARTS))
    hands = _staffed(plan, engine, clock, files, model, key)
    queue = list(_arrivals(plan, hands))
    heapq.heapify(queue)
    taken = 0
    while queue and queue[0][0] <= plan.until:
        on, order, life, step = heapq.heappop(queue)
        _advance(clock, on, order)
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
        truth = _truth(plan, i)
        dice = Dice(plan.seed, truth.index, ARRIVALS)
        base = plan.start + timedelta(days=int(dice.uniform(0, plan.accrual_months * 30.4)))
        site, _, year_only = SITES[dice.whole(0, len(SITES) - 1)]
        life = Life(truth, base, site, hands, plan.seed, year_only=year_only)
        for step in life.steps():
            yield base + timedelta(days=step.day), (i, step.day, step.name), life, step


def _truth(plan: Plan, i: int) -> Any:
    if plan.management is None:
        return draw(plan.seed, i)
    # The k-th candidate of the stream: index i * 64 + k keeps participants independent of each other.
    for k in range(64):
        truth = draw(plan.seed, i * 64 + k)
        choice = truth.choice
        if choice and truth.response in ("CCR", "NCR") and not truth.progressed and not choice.contraindication:
            from dataclasses import replace

            watching = replace(choice, accepts="N", chosen="WW", preference="WW", refuses=False)
            return replace(truth, choice=watching)
    raise LookupError(f"no candidate among 64 lives of participant {i}")


def _after(order: Order, step: Step) -> Order:
    return (step.day, step.name)


def _take(step: Step) -> list[Step]:
    found = step.act()
    return list(found) if found is not None else []


def _advance(clock: FixedClock, on: date, order: Order) -> None:
    """The clock goes to that day, and a little further for each thing done on it."""
    morning = datetime.combine(on, DAY_STARTS)
    clock.advance(max(morning - clock.now(), timedelta(seconds=40)))
    if clock.now().date() > on:
        # More was done than a day holds: the rest counts as late in the evening of the same day.
        clock.instant = datetime.combine(on, time(23, 59, 59, tzinfo=UTC))


def _staffed(plan: Plan, engine: Engine, clock: FixedClock, files: Files, model: Any, key: bytes) -> Hands:
    """Sites, people and the sealed seed; what is there already is left as it is."""
    uow = UnitOfWork(engine, clock, SYSTEM)
    reader = Reading(engine)
    setup.release_definitions(uow=uow)
    consent = ({"version": "1.0", "valid_from": (plan.start - timedelta(days=30)).isoformat(), "valid_to": None},)
    for code, name, year_only in SITES:
        if reader.one("site", code=code) is None:
            setup.open_site(
                code,
                name,
                uow=uow,
                opened_on=plan.start - timedelta(days=30),
                consent_versions=consent,
                birth_year_only=year_only,
                target=plan.participants // len(SITES),
            )
    if not reader.all("randomisation"):
        setup.open_randomisation(key, uow=uow, seed=hashlib.sha256(f"simulated {plan.seed}".encode()).digest())
    coordinators = {
        code: _person(f"coordinator{code}", f"Coordinator {code}", "coordinator", code, uow) for code, _, _ in SITES
    }
    investigators = {
        code: _person(f"investigator{code}", f"Investigator {code}", "investigator", code, uow) for code, _, _ in SITES
    }
    return Hands(engine, clock, files, model, key, coordinators, investigators)


def _person(username: str, name: str, role: str, site: str | None, uow: UnitOfWork) -> Actor:
    reader = Reading(uow.engine)
    row = reader.one("person", username=username)
    if row is None:
        people.add_person(username, name, uow=uow, password=PASSWORD, quick=True)
        people.grant(username, role, site, uow=uow)
        row = reader.the("person", username=username)
    found: Person = people.person(reader, row["id"])
    return found.actor(role)
