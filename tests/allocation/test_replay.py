"""Chapter: whoever holds the revealed seed can check every allocation (PROTOCOL 6; R55)."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.allocation.plans import BLOCKS, MINIMISATION, OTHER_SEED, SEED, people, person, plans, run, seeds
from trial.allocation import DrawOutOfTurn, FactorUnknown, ListExhausted, Minimisation, PermutedBlocks, replay

OTHER_ARM = {"WW": "TME", "TME": "WW"}
COMBINATIONS = product(("01", "02"), ("CCR", "NCR"), ("T1-3", "T4a"), ("IO", "NO-IO"))
ARRIVALS = [person(*levels) for levels in COMBINATIONS] * 2


@given(plans, seeds, st.lists(people, max_size=40))
def test_what_was_allocated_is_allocated_again(plan, seed, arrivals):
    assert replay(plan, seed, run(plan, seed, arrivals)) is None


@given(plans, seeds, st.lists(people, min_size=1, max_size=30), st.data())
def test_one_changed_arm_is_found_and_is_the_first_that_differs(plan, seed, arrivals, data):
    done = run(plan, seed, arrivals)
    i = data.draw(st.integers(0, len(done) - 1))
    done[i] = replace(done[i], arm=OTHER_ARM[done[i].arm])
    found = replay(plan, seed, done)
    assert found is not None
    assert found.number == i + 1
    assert found.found == done[i]
    assert found.expected.arm == OTHER_ARM[done[i].arm]


@pytest.mark.parametrize("plan", [MINIMISATION, BLOCKS])
def test_another_seed_does_not_replay(plan):
    assert replay(plan, OTHER_SEED, run(plan, SEED, ARRIVALS)) is not None


def test_another_study_another_bias_and_another_order_of_arms_do_not_replay():
    done = run(MINIMISATION, SEED, ARRIVALS)
    for other in (
        replace(MINIMISATION, study="VIGIL-2"),
        replace(MINIMISATION, bias=0.95),
        replace(MINIMISATION, arms=("TME", "WW")),
        replace(MINIMISATION, factors=MINIMISATION.factors[:1]),
    ):
        assert isinstance(other, Minimisation)
        assert replay(other, SEED, done) is not None


def test_other_block_sizes_do_not_replay():
    assert replay(replace(BLOCKS, sizes=(4,)), SEED, run(BLOCKS, SEED, ARRIVALS)) is not None


def test_a_changed_slot_is_found():
    done = run(BLOCKS, SEED, ARRIVALS)
    done[9] = replace(done[9], slot=done[9].slot + 1)
    assert replay(BLOCKS, SEED, done).number == 10


def test_a_removed_allocation_is_found_as_a_gap():
    done = run(MINIMISATION, SEED, ARRIVALS)
    del done[4]
    found = replay(MINIMISATION, SEED, done)
    assert found.number == 6
    assert isinstance(found.expected, DrawOutOfTurn)
    assert found.expected.expected == 5


def test_two_allocations_that_changed_places_are_found():
    done = run(MINIMISATION, SEED, ARRIVALS)
    done[4], done[5] = done[5], done[4]
    assert replay(MINIMISATION, SEED, done).number == 6


def test_a_factor_blanked_afterwards_is_found_and_named():
    done = run(MINIMISATION, SEED, ARRIVALS)
    done[7] = replace(done[7], factors={**done[7].factors, "regimen": None})
    found = replay(MINIMISATION, SEED, done)
    assert found.number == 8
    assert isinstance(found.expected, FactorUnknown)


def test_more_allocations_than_the_list_holds_are_found():
    short = PermutedBlocks("VIGIL-1", ("WW", "TME"), BLOCKS.factors, length=3)
    found = replay(short, SEED, run(BLOCKS, SEED, [person()] * 4))
    assert found.number == 4
    assert isinstance(found.expected, ListExhausted)


def test_nothing_allocated_is_nothing_to_contradict():
    assert replay(MINIMISATION, SEED, []) is None


# Golden: seed 00 01 .. 1f, study VIGIL-1, the 16 combinations in the order of ARRIVALS. A change here breaks every past trial.
def test_the_first_sixteen_arms_of_a_known_seed_never_change():
    minimised = "".join(each.arm[0] for each in run(MINIMISATION, SEED, ARRIVALS[:16]))
    blocked = "".join(each.arm[0] for each in run(BLOCKS, SEED, ARRIVALS[:16]))
    assert (minimised, blocked) == ("TWWTTTWWWWTTTWTT", "TWWTWWTWWWTTWTTT")
