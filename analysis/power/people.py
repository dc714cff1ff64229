"""Who comes to a virtual trial, and when: arrival, consent to randomisation, strata, allocation by the trial's own rules.

Candidates arrive as a Poisson stream at the planned rate, which makes accrual uniform on average, until the planned number is
randomised; who is not a candidate is only counted. Days are whole days from the opening.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from analysis.power.scenario import MONTH, Scenario
from analysis.samples import Ints
from trial import blocks
from trial.allocation import Minimisation, PermutedBlocks, Plan
from trial.draws import SEED_BYTES, draw
from trial.protocol import PROTOCOL, plan_for

WATCH, OPERATE = 0, 1
"""Arms, in the order of the protocol's."""


@dataclass(frozen=True)
class People:
    """Candidates in order of arrival. `watch`: under watch and wait, by lot or by wish; `arm` is -1 for who was not randomised."""

    enrolled: int
    entry: Ints
    randomised: np.ndarray
    arm: Ints
    watch: np.ndarray
    near: np.ndarray
    deep: np.ndarray
    immunotherapy: np.ndarray

    @property
    def stratum(self) -> Ints:
        """Response by regimen: the strata of the analysis, as those of permuted blocks (PROTOCOL 6)."""
        return 2 * self.near.astype(np.int64) + self.immunotherapy


def people(rng: np.random.Generator, scenario: Scenario, plan: Plan | None = None) -> People:
    """One trial's candidates; `plan` None: the protocol's method of allocation."""
    design, wanted = scenario.design, scenario.design.randomised
    accepts = _until(rng, design.accepting, wanted)
    n = accepts.size
    a_month = design.enrolled / design.accrual_months * design.responders * design.model_positive * scenario.pace
    entry = np.floor(np.cumsum(rng.exponential(MONTH / a_month, n))).astype(np.int64)
    near, deep, io, site = (
        rng.random(n) < scenario.near_complete, rng.random(n) < scenario.deep, rng.random(n) < scenario.immunotherapy,
        rng.integers(0, scenario.sites, n),
    )  # fmt: skip
    others = int(rng.negative_binomial(n, design.responders * design.model_positive))
    wishes = rng.random(n) < scenario.prefer_watching
    levels = _levels(near[accepts], deep[accepts], io[accepts], site[accepts])
    arm = np.full(n, -1, dtype=np.int64)
    arm[accepts] = allocated(plan or protocol_plan(), rng.bytes(SEED_BYTES), levels)
    watch = np.where(accepts, arm == WATCH, wishes)
    return People(n + others, entry, accepts, arm, watch, near, deep, io)


def protocol_plan() -> Plan:
    """Allocation as the protocol sets it."""
    return plan_for(PROTOCOL.randomisation.method, PROTOCOL.randomisation_parameters())


def _until(rng: np.random.Generator, share: float, wanted: int) -> np.ndarray:
    """Whether each of those who come accepts, up to the one that makes the number full."""
    gaps = rng.geometric(share, wanted)
    found = np.zeros(int(gaps.sum()), dtype=bool)
    found[np.cumsum(gaps) - 1] = True
    return found


def _levels(near: np.ndarray, deep: np.ndarray, io: np.ndarray, site: Ints) -> list[dict[str, str]]:
    """Stratification factors of each, in the words of the protocol."""
    rules = PROTOCOL.randomisation
    named = {
        "site": [f"{each + 1:02d}" for each in site.tolist()],
        "response": [rules.response_levels[each] for each in near.astype(int).tolist()],
        "ct": [rules.ct_levels[each] for each in deep.astype(int).tolist()],
        "regimen": [rules.regimen_levels[not each] for each in io.tolist()],
    }
    return [dict(zip(named, row, strict=True)) for row in zip(*named.values(), strict=True)]


def allocated(plan: Plan, seed: bytes, levels: list[dict[str, str]]) -> list[int]:
    """The arm of each, as `trial.allocation.allocate` gives it one at a time.

    That function reads every earlier allocation again at each draw, as a check of the real trial should: 0.2 s a trial. Here the margins
    are kept as they grow; `trial.allocation.replay` of the result finds no difference (test).
    """
    if isinstance(plan, PermutedBlocks):
        return _from_lists(plan, seed, levels)
    return _minimised(plan, seed, levels)


def _minimised(plan: Minimisation, seed: bytes, levels: list[dict[str, str]]) -> list[int]:
    names = [factor.name for factor in plan.factors]
    margins = [[(name, each[name]) for name in names] for each in levels]
    lead = dict.fromkeys((margin for row in margins for margin in row), 0)  # first arm less second
    arms = []
    for n, row in enumerate(margins, start=1):
        # One more in the first arm widens the range at a level by one unless the second arm leads there, and the other way about.
        excess = sum([(lead[margin] >= 0) - (lead[margin] <= 0) for margin in row])
        chance = 0.5 if excess == 0 else plan.bias if excess < 0 else 1 - plan.bias
        arm = 0 if draw(seed, plan.study, n) < chance else 1
        for margin in row:
            lead[margin] += 1 - 2 * arm
        arms.append(arm)
    return arms


def _from_lists(plan: PermutedBlocks, seed: bytes, levels: list[dict[str, str]]) -> list[int]:
    names = [blocks.stratum(tuple(f.name for f in plan.factors), each) for each in levels]
    lists = {
        name: iter(blocks.arms_of(seed, plan.study, name, arms=plan.arms, sizes=plan.sizes, length=count))
        for name, count in Counter(names).items()
    }
    return [plan.arms.index(next(lists[name])) for name in names]
