"""Two trials that differ only in who got which arm: pairs of people with the same answers, dates and site, the arms exchanged.

In the first trial the elder of each pair is watched and the younger operated on, in the second the other way round; one pair is
randomised, one chose, one were no candidates. Everything is entered through the actions, so what follows from an arm (forms,
visits, deviations, queries, signatures) is exchanged with it. Whoever is blinded must not be able to tell the two trials apart.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

from tests.web.conftest import World, add, opened
from trial.blinding import HIDDEN_EVENTS
from trial.frozen.runner import FrozenModel
from trial.simulate.candidates import candidate
from trial.simulate.driver import Plan, simulate
from trial.simulate.operation import Operation
from trial.simulate.script.life import Life
from trial.simulate.truth import Truth, draw
from trial.store.engine import make_engine, migrate
from trial.store.files import Files

KEY = b"k" * 32
SEED = 15
PAIRS = ("RANDOMISED", "CHOSE", "NO CANDIDATE")
PLAN = Plan(2 * len(PAIRS), SEED, date(2021, 1, 4), 6, date(2024, 6, 30))
PEOPLE = ("statistician", "data_manager")
WATCH, OPERATE = ("WW", "TME")


@dataclass(frozen=True)
class Twins:
    """The two applications, each with its trial."""

    first: World
    second: World

    def close(self) -> None:
        for world in (self.first, self.second):
            world.house.model.close()
            world.house.engine.dispose()


def entered(folder: Path, *, exchanged: bool) -> World:
    """One of the two trials, and the blinded people who look at it."""
    engine, files = make_engine(f"sqlite:///{folder / 'vigil.sqlite3'}"), Files(folder / "files")
    migrate(engine)
    with FrozenModel() as model, _arranged(_lives(model), exchanged=exchanged):
        simulate(PLAN, engine=engine, files=files, model=model, key=KEY)
    engine.dispose()
    world = opened(folder)
    for role in PEOPLE:
        add(world, role, role, None)
    return world


def _lives(model: FrozenModel) -> list[Truth]:
    """One life a pair, the first ones of the simulated population that fit."""
    pool = (draw(SEED, i) for i in range(2000))
    return [next(truth for truth in pool if _fits(truth, kind, model)) for kind in PAIRS]


def _fits(truth: Truth, kind: str, model: FrozenModel) -> bool:
    """A candidate whose watched course shows a regrowth, so that there is something to tell; or somebody operated on as planned."""
    if truth.choice is None or truth.choice.refuses or truth.choice.declines_operation or truth.watched is None:
        return False
    if kind == "NO CANDIDATE":
        return not candidate(truth, model)
    return candidate(truth, model) and truth.watched.regrowth is not None


def _of_pair(life: Truth, kind: str, arm: str) -> Truth:
    """The life of one of a pair: what is not of an arm is that of the other, to the day."""
    assert life.choice is not None and life.watched is not None and life.operated is not None
    watched, operated = (replace(c, operations=tuple(map(_plain, c.operations))) for c in (life.watched, life.operated))
    usual = tuple(visit for visit in watched.visits if visit.event not in HIDDEN_EVENTS)
    same = {"metastasis": watched.metastasis, "second": watched.second, "death": watched.death, "end": watched.end}
    life = replace(life, watched=watched, operated=replace(operated, visits=usual, recurrence=None, **same))
    if kind == "RANDOMISED":
        return replace(life, choice=replace(life.choice, accepts="Y"))
    if kind == "CHOSE":
        chosen = arm if arm == WATCH else "SURGERY"
        return replace(life, choice=replace(life.choice, preference=chosen, accepts="N", chosen=chosen))
    return life


def _plain(operation: Operation) -> Operation:
    """Without what moves answers that both are asked for: a stoma those of a questionnaire, a complication is an adverse event."""
    return replace(operation, stoma=None, adverse_events=())


def _arranged(lives: list[Truth], *, exchanged: bool) -> ExitStack:
    """The simulated trial with these pairs, and with draws that give the pair's elder one arm and the younger the other."""
    keys: dict[int, Life] = {}

    def truth(plan: Plan, i: int, model: object) -> Truth:
        elder = i % 2 == 0
        return _of_pair(lives[i // 2], PAIRS[i // 2], WATCH if elder != exchanged else OPERATE)

    def key(self: Life, name: str) -> str:
        # Both of a pair live the same life; what is entered for them is still entered twice.
        keys[id(self)] = self
        return f"twin-{list(keys).index(id(self))}-{name}"[:80]

    def lot(seed: bytes, study: str, n: int) -> float:
        """The first of a pair meets a tie; the second is owed the arm the first did not get, by 0.8 to 0.2."""
        return 0.5 if n % 2 == 0 else (0.9 if exchanged else 0.1)

    return _together(
        patch("trial.simulate.driver._truth", truth),
        patch.object(Life, "key", key),
        patch("trial.allocation.draw", lot),
    )


def _together(*patches: AbstractContextManager[object]) -> ExitStack:
    stack = ExitStack()
    for each in patches:
        stack.enter_context(each)
    return stack
