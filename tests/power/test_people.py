"""Chapter: who comes, when, and to which arm."""

from dataclasses import replace

import numpy as np
import pytest

from analysis.power.people import OPERATE, WATCH, allocated, people, protocol_plan
from analysis.power.scenario import MONTH
from analysis.power.virtual import generator
from tests.power.trials import ALTERNATIVE
from trial.allocation import Allocated, Minimisation, PermutedBlocks, replay
from trial.protocol import PROTOCOL, plan_for

SEED = bytes(range(32))
LEVELS = {
    "site": [f"{i:02d}" for i in range(1, 8)], "response": PROTOCOL.randomisation.response_levels,
    "ct": PROTOCOL.randomisation.ct_levels, "regimen": PROTOCOL.randomisation.regimen_levels,
}  # fmt: skip


def blocks():
    return plan_for("blocks", PROTOCOL.randomisation_parameters())


def some_levels(n, seed=0):
    rng = np.random.default_rng(seed)
    return [{name: levels[rng.integers(len(levels))] for name, levels in LEVELS.items()} for _ in range(n)]


@pytest.fixture(scope="module")
def many():
    return [people(generator(3, i), ALTERNATIVE) for i in range(60)]


@pytest.mark.parametrize("plan", [protocol_plan(), blocks()], ids=["minimisation", "blocks"])
def test_arms_are_those_the_trial_s_own_allocation_gives_one_at_a_time(plan):
    levels = some_levels(90)
    arms = allocated(plan, SEED, levels)
    slots, made = {}, []
    for n, (each, arm) in enumerate(zip(levels, arms, strict=True), start=1):
        stratum = tuple(each[f.name] for f in plan.factors)
        slots[stratum] = slots.get(stratum, 0) + 1
        slot = slots[stratum] if isinstance(plan, PermutedBlocks) else None
        made.append(Allocated(n, each, plan.arms[arm], slot))
    assert replay(plan, SEED, made) is None


def test_the_replay_would_see_a_difference():
    levels = some_levels(30)
    made = [Allocated(n, e, "WW", None) for n, e in enumerate(levels, start=1)]
    assert replay(protocol_plan(), SEED, made) is not None


def test_allocation_is_the_protocol_s_with_ww_first():
    assert isinstance(protocol_plan(), Minimisation)
    assert protocol_plan().arms == ("WW", "TME") and (WATCH, OPERATE) == (0, 1)


def test_the_planned_number_is_randomised_and_the_last_to_come_is_one_of_them(many):
    for who in many:
        assert who.randomised.sum() == PROTOCOL.design.randomised
        assert who.randomised[-1]
        assert ((who.arm >= 0) == who.randomised).all()


def test_minimisation_keeps_arms_level_overall_and_in_each_stratum(many):
    for who in many:
        arm = who.arm[who.randomised]
        assert abs((arm == WATCH).sum() - (arm == OPERATE).sum()) <= 12
        for stratum in range(4):
            own = who.stratum[who.randomised] == stratum
            assert abs((arm[own] == WATCH).sum() - (arm[own] == OPERATE).sum()) <= 20


def test_as_many_are_enrolled_over_as_many_months_as_planned(many):
    enrolled = np.array([who.enrolled for who in many])
    months = np.array([who.entry[-1] / MONTH for who in many])
    assert enrolled.mean() == pytest.approx(2200, abs=3 * enrolled.std() / 60**0.5)
    assert months.mean() == pytest.approx(48, abs=3 * months.std() / 60**0.5)


def test_accrual_is_uniform(many):
    share = np.concatenate([who.entry[:-1] / who.entry[-1] for who in many])
    assert np.quantile(share, [0.25, 0.5, 0.75]) == pytest.approx([0.25, 0.5, 0.75], abs=0.01)
    assert all((np.diff(who.entry) >= 0).all() for who in many)


def test_slow_accrual_takes_longer_and_enrols_no_more():
    slow = [people(generator(4, i), replace(ALTERNATIVE, pace=0.6)) for i in range(30)]
    assert np.mean([who.entry[-1] / MONTH for who in slow]) == pytest.approx(80, abs=2.5)
    assert np.mean([who.enrolled for who in slow]) == pytest.approx(2200, abs=60)


def test_shares_are_those_of_the_scenario(many):
    def share(of):
        return np.concatenate([of(who) for who in many]).mean()

    assert share(lambda w: w.near) == pytest.approx(ALTERNATIVE.near_complete, abs=0.006)
    assert share(lambda w: w.immunotherapy) == pytest.approx(ALTERNATIVE.immunotherapy, abs=0.008)
    assert share(lambda w: w.deep) == pytest.approx(ALTERNATIVE.deep, abs=0.005)
    assert share(lambda w: w.watch[~w.randomised]) == pytest.approx(ALTERNATIVE.prefer_watching, abs=0.008)


def test_who_is_randomised_is_watched_by_lot_and_nothing_else(many):
    for who in many:
        assert (who.watch[who.randomised] == (who.arm[who.randomised] == WATCH)).all()


def test_the_same_stream_brings_the_same_people():
    one, two = (people(generator(9, 1), ALTERNATIVE) for _ in range(2))
    other = people(generator(9, 2), ALTERNATIVE)
    assert (one.arm.tobytes(), one.entry.tobytes()) == (two.arm.tobytes(), two.entry.tobytes())
    assert one.entry.tobytes() != other.entry.tobytes()
