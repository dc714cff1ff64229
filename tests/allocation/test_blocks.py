"""Chapter: permuted blocks of sizes 4 and 6, stratified by response and regimen (PROTOCOL 6, the alternative)."""

from collections import Counter
from itertools import islice, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.allocation.plans import BLOCKS, OTHER_SEED, REGIMEN, RESPONSE, SEED, people, person, run, seeds
from trial.allocation import Allocated, FactorUnknown, ListExhausted, PermutedBlocks, PlanInvalid, allocate
from trial.blocks import arms_of, each_block, stratum
from trial.draws import bits

STRATA = [f"response={r};regimen={g}" for r, g in product(["CCR", "NCR"], ["IO", "NO-IO"])]
LIST = {"arms": ("WW", "TME"), "sizes": (4, 6)}


def blocks(seed, name, count):
    return list(islice(each_block(seed, "VIGIL-1", name, **LIST), count))


def test_the_first_block_is_worked_out_from_its_draws_by_hand():
    """The published recipe written a second time, with fractions of 2**53 in place of the shift."""
    numbers = iter(range(1, 100))

    def below(limit):
        return bits(SEED, "VIGIL-1", next(numbers), STRATA[0]) * limit // 2**53

    block = ["WW", "TME"] * ([4, 6][below(2)] // 2)
    for i in reversed(range(1, len(block))):
        j = below(i + 1)
        block[i], block[j] = block[j], block[i]
    assert blocks(SEED, STRATA[0], 1) == [block]


@given(seeds, st.sampled_from(STRATA))
def test_each_block_holds_both_arms_equally_often_and_has_a_declared_size(seed, name):
    for block in blocks(seed, name, 20):
        assert len(block) in (4, 6)
        assert block.count("WW") == block.count("TME") == len(block) // 2


@given(seeds, st.sampled_from(STRATA), st.integers(1, 120))
def test_the_arms_of_a_stratum_never_differ_by_more_than_half_the_largest_block(seed, name, length):
    arms = arms_of(seed, "VIGIL-1", name, length=length, **LIST)
    assert len(arms) == length
    assert abs(arms.count("WW") - arms.count("TME")) <= 3


def test_both_sizes_are_used_evenly():
    sizes = Counter(len(block) for block in blocks(SEED, STRATA[0], 2000))
    assert stats.chisquare(list(sizes.values())).pvalue > 0.001
    assert set(sizes) == {4, 6}


def test_every_order_of_a_block_is_as_likely_as_another():
    four = Counter(tuple(block) for block in blocks(SEED, STRATA[1], 4000) if len(block) == 4)
    assert set(four) == set(permutations(["WW", "WW", "TME", "TME"]))
    assert stats.chisquare(list(four.values())).pvalue > 0.001


def test_a_shorter_list_is_the_beginning_of_a_longer_one():
    assert arms_of(SEED, "S", "x", length=40, **LIST)[:13] == arms_of(SEED, "S", "x", length=13, **LIST)


def test_strata_are_named_in_the_order_of_the_plan():
    assert stratum(("response", "regimen"), {"regimen": "IO", "response": "CCR"}) == "response=CCR;regimen=IO"


def test_two_strata_have_lists_of_their_own():
    lists = {arms_of(SEED, "VIGIL-1", name, length=60, **LIST) for name in STRATA}
    assert len(lists) == 4


def test_what_happens_in_one_stratum_does_not_move_another():
    io, none = person(regimen="IO"), person(regimen="NO-IO")
    alone = [each.arm for each in run(BLOCKS, SEED, [io] * 20)]
    mixed = [each.arm for each in run(BLOCKS, SEED, [io, none, none] * 20) if each.factors["regimen"] == "IO"]
    assert mixed == alone


def test_two_strata_are_independent_of_each_other():
    first, second = (arms_of(SEED, "VIGIL-1", name, length=4000, **LIST) for name in STRATA[:2])
    table = Counter(zip(first, second, strict=True))
    counts = [[table[a, b] for b in ("WW", "TME")] for a in ("WW", "TME")]
    assert stats.chi2_contingency(counts).pvalue > 0.001


def test_slots_count_up_within_a_stratum_and_factors_outside_the_plan_do_not_matter():
    arrivals = [person("01"), person("02", ct="T4a"), person("03", regimen="IO"), person("04")]
    assert [each.slot for each in run(BLOCKS, SEED, arrivals)] == [1, 2, 1, 3]


def test_a_decision_names_its_stratum_and_slot_and_claims_no_probability():
    found = allocate(BLOCKS, SEED, [], person(), 1)
    assert (found.stratum, found.slot, found.number) == ("response=CCR;regimen=NO-IO", 1, 1)
    assert found.probability is None
    assert found.margins == found.imbalance == ()


def test_an_exhausted_list_refuses_and_the_other_strata_go_on():
    plan = PermutedBlocks("S", ("WW", "TME"), (RESPONSE, REGIMEN), length=5)
    done = run(plan, SEED, [person()] * 5)
    with pytest.raises(ListExhausted) as refused:
        allocate(plan, SEED, done, person(), 6)
    assert (refused.value.stratum, refused.value.length) == ("response=CCR;regimen=NO-IO", 5)
    assert allocate(plan, SEED, done, person(response="NCR"), 6).slot == 1


def test_a_slot_follows_the_highest_ever_given_and_not_a_count():
    # Slots 1 and 4 are known: slot 4 was given, so 5 is next even where the rows between belong to nobody any more.
    done = [Allocated(1, person(), "WW", 1), Allocated(2, person(), "WW", 4)]
    assert allocate(BLOCKS, SEED, done, person(), 3).slot == 5


@pytest.mark.parametrize("name", ["response", "regimen"])
def test_an_unknown_factor_refuses(name):
    with pytest.raises(FactorUnknown, match=name):
        allocate(BLOCKS, SEED, [], {**person(), name: None}, 1)


def test_a_factor_the_plan_does_not_use_may_be_unknown():
    assert allocate(BLOCKS, SEED, [], {**person(), "ct": None}, 1).slot == 1


@pytest.mark.parametrize(
    "settings",
    [{"sizes": (5,)}, {"sizes": ()}, {"sizes": (0,)}, {"length": 0}, {"arms": ("WW",)}, {"arms": ("A", "A")}],
)
def test_a_plan_that_contradicts_itself_is_refused(settings):
    with pytest.raises(PlanInvalid):
        PermutedBlocks(**{"study": "S", "arms": ("WW", "TME"), "factors": (RESPONSE,), **settings})


def test_three_arms_share_a_block():
    three = list(islice(each_block(SEED, "S", "x", arms=("A", "B", "C"), sizes=(3, 6)), 30))
    assert all(len({block.count(arm) for arm in "ABC"}) == 1 for block in three)


@given(seeds, st.lists(people, max_size=40))
def test_every_arm_given_is_the_one_on_the_list(seed, arrivals):
    for each in run(BLOCKS, seed, arrivals):
        name = f"response={each.factors['response']};regimen={each.factors['regimen']}"
        assert each.arm == arms_of(seed, "VIGIL-1", name, length=60, **LIST)[each.slot - 1]


def test_another_seed_gives_another_list():
    first, second = (arms_of(seed, "VIGIL-1", STRATA[0], length=100, **LIST) for seed in (SEED, OTHER_SEED))
    assert sum(a != b for a, b in zip(first, second, strict=True)) > 30
