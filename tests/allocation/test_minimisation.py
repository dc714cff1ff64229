"""Chapter: minimisation over site, response, cT and regimen (PROTOCOL 6; Pocock and Simon, Biometrics 1975;31:103-115)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.allocation.plans import FACTORS, MINIMISATION, OTHER_SEED, SEED, people, person, run, seeds
from trial.allocation import (
    Allocated,
    DrawOutOfTurn,
    Factor,
    FactorUnknown,
    LevelInvalid,
    Minimisation,
    PlanInvalid,
    SeedInvalid,
    allocate,
)
from trial.draws import draw


def earlier(*rows):
    """Rows of (factors, arm) as stored allocations."""
    return [Allocated(n, factors, arm) for n, (factors, arm) in enumerate(rows, start=1)]


def marginal_table():
    """80 participants whose margins are those of the worked table in Pocock, Clinical Trials (Wiley 1983), chapter 5.

    Only the levels of the 81st participant matter to minimisation: performance ambulatory 30 on A and 31 on B, age under
    50 18 and 17, disease-free interval two years or more 9 and 8, visceral metastasis 19 and 21; 40 on each arm in all.
    """
    margins = {"A": {"performance": 30, "age": 18, "interval": 9, "site": 19},
               "B": {"performance": 31, "age": 17, "interval": 8, "site": 21}}  # fmt: skip
    rows = [
        ({name: "same" if i < count else "other" for name, count in margins[arm].items()}, arm)
        for arm in "AB"
        for i in range(40)
    ]
    return earlier(*rows)


WORKED = Minimisation("W", ("A", "B"), tuple(Factor(name) for name in ("performance", "age", "interval", "site")))
NEXT = dict.fromkeys(("performance", "age", "interval", "site"), "same")


def test_the_margins_of_the_published_table_are_counted():
    found = allocate(WORKED, SEED, marginal_table(), NEXT, 81)
    assert {m.factor: m.counts for m in found.margins} == {
        "performance": (30, 31),
        "age": (18, 17),
        "interval": (9, 8),
        "site": (19, 21),
    }


def test_the_range_of_the_published_table_is_worked_out_by_hand():
    # Giving A: |31-31| + |19-17| + |10-8| + |20-21| = 0+2+2+1 = 5; giving B: |30-32| + |18-18| + |9-9| + |19-22| = 2+0+0+3 = 5.
    found = allocate(WORKED, SEED, marginal_table(), NEXT, 81)
    assert [m.ranges for m in found.margins] == [(0, 2), (2, 0), (2, 0), (1, 3)]
    assert found.imbalance == (5, 5)
    assert found.probability == 0.5


def test_one_participant_more_on_b_breaks_the_tie_towards_a():
    table = [*marginal_table(), Allocated(81, {**NEXT, "age": "other"}, "B")]
    found = allocate(WORKED, SEED, table, NEXT, 82)
    # Performance 30:32 -> (1, 3), interval 9:9 -> (1, 1), site 19:22 -> (2, 4), age unchanged (2, 0).
    assert found.imbalance == (6, 8)
    assert found.probability == pytest.approx(0.8 if found.arm == "A" else 0.2)


def test_the_first_participant_is_decided_by_an_even_coin():
    found = allocate(MINIMISATION, SEED, [], person(), 1)
    assert found.probability == 0.5
    assert found.imbalance == (4, 4)
    assert found.arm == ("WW" if draw(SEED, "VIGIL-1", 1) < 0.5 else "TME")


def test_the_second_participant_with_the_same_factors_prefers_the_other_arm_with_probability_080():
    found = allocate(MINIMISATION, SEED, earlier((person(), "WW")), person(), 2)
    assert found.imbalance == (8, 0)
    assert found.arm == ("WW" if draw(SEED, "VIGIL-1", 2) < 1 - 0.80 else "TME")
    assert found.probability == pytest.approx(0.80 if found.arm == "TME" else 0.20)


@pytest.mark.parametrize("bias", [0.8, 0.95, 1.0])
def test_the_arm_with_less_imbalance_is_given_as_often_as_the_biased_coin_says(bias):
    plan = Minimisation("V", ("WW", "TME"), FACTORS, bias)
    seeds_tried = [n.to_bytes(32, "big") for n in range(2000)]
    preferred = sum(allocate(plan, s, earlier((person(), "WW")), person(), 2).arm == "TME" for s in seeds_tried)
    assert stats.binomtest(preferred, 2000, bias).pvalue > 0.001


def test_a_tie_is_decided_by_an_even_coin():
    seeds_tried = [n.to_bytes(32, "big") for n in range(2000)]
    first = sum(allocate(MINIMISATION, s, [], person(), 1).arm == "WW" for s in seeds_tried)
    assert stats.binomtest(first, 2000, 0.5).pvalue > 0.001


def test_participants_who_share_no_level_do_not_matter():
    stranger = person("02", "NCR", "T4a", "IO")
    found = allocate(MINIMISATION, SEED, earlier((stranger, "WW"), (stranger, "WW")), person(), 3)
    assert found.imbalance == (4, 4)


def test_weights_are_equal():
    # One factor against the other: WW leads by one at the site, TME leads by one at the regimen.
    rows = earlier((person("01", "NCR", "T4a", "IO"), "WW"), (person("02", "NCR", "T4a", "NO-IO"), "TME"))
    found = allocate(MINIMISATION, SEED, rows, person("01", "CCR", "T1-3", "NO-IO"), 3)
    assert found.imbalance == (4, 4)
    assert found.probability == 0.5


@pytest.mark.parametrize("name", ["site", "response", "ct", "regimen"])
def test_an_unknown_factor_refuses_and_is_named(name):
    for factors in ({**person(), name: None}, {k: v for k, v in person().items() if k != name}):
        with pytest.raises(FactorUnknown) as refused:
            allocate(MINIMISATION, SEED, [], factors, 1)
        assert refused.value.name == name


@pytest.mark.parametrize(
    ("name", "level"), [("response", "ICR"), ("response", ""), ("ct", "T4b"), ("regimen", "Y"), ("site", "0;1")]
)
def test_a_level_that_was_not_declared_refuses(name, level):
    with pytest.raises(LevelInvalid) as refused:
        allocate(MINIMISATION, SEED, [], {**person(), name: level}, 1)
    assert (refused.value.name, refused.value.level) == (name, level)


def test_a_site_that_opens_later_needs_no_new_plan():
    assert allocate(MINIMISATION, SEED, [], person("27"), 1).margins[0].level == "27"


@pytest.mark.parametrize("n", [1, 3, 0, 99])
def test_a_draw_that_is_not_the_next_one_refuses(n):
    with pytest.raises(DrawOutOfTurn) as refused:
        allocate(MINIMISATION, SEED, earlier((person(), "WW")), person(), n)
    assert (refused.value.expected, refused.value.given) == (2, n)


def test_earlier_allocations_out_of_order_or_with_a_gap_refuse():
    rows = earlier((person(), "WW"), (person(), "TME"), (person(), "WW"))
    for broken in (rows[::-1], rows[1:], [rows[0], rows[2]]):
        with pytest.raises(DrawOutOfTurn):
            allocate(MINIMISATION, SEED, broken, person(), len(broken) + 1)


def test_an_earlier_allocation_with_an_unknown_factor_is_not_passed_over():
    with pytest.raises(FactorUnknown):
        allocate(MINIMISATION, SEED, earlier(({**person(), "ct": None}, "WW")), person(), 2)


def test_a_short_seed_refuses():
    with pytest.raises(SeedInvalid):
        allocate(MINIMISATION, b"weak", [], person(), 1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Minimisation("V", ("WW", "WW"), FACTORS),
        lambda: Minimisation("V", ("A", "B", "C"), FACTORS),
        lambda: Minimisation("V", ("WW", "TME"), FACTORS, 0.5),
        lambda: Minimisation("V", ("WW", "TME"), FACTORS, 1.1),
        lambda: Minimisation("V:1", ("WW", "TME"), FACTORS),
        lambda: Minimisation("", ("WW", "TME"), FACTORS),
        lambda: Factor("a=b"),
        lambda: Factor("a", ("x;y",)),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(make):
    with pytest.raises(PlanInvalid):
        make()


@given(seeds, st.lists(people, min_size=1, max_size=40))
def test_each_decision_follows_its_own_table_and_draw(seed, arrivals):
    done = run(MINIMISATION, seed, arrivals)
    for i, each in enumerate(done):
        found = allocate(MINIMISATION, seed, done[:i], each.factors, i + 1)
        ww, tme = found.imbalance
        chance = 0.5 if ww == tme else 0.8 if ww < tme else 1 - 0.8
        assert found.arm == ("WW" if draw(seed, "VIGIL-1", i + 1) < chance else "TME")
        for margin in found.margins:
            a, b = margin.counts
            assert margin.ranges == (abs(a + 1 - b), abs(a - b - 1))


@given(seeds, st.lists(people, max_size=30))
def test_with_a_certain_coin_no_margin_that_everyone_shares_drifts(seed, arrivals):
    plan = Minimisation("V", ("WW", "TME"), (Factor("response"),), 1.0)
    done = run(plan, seed, arrivals)
    for level in ("CCR", "NCR"):
        arms = [each.arm for each in done if each.factors["response"] == level]
        assert abs(arms.count("WW") - arms.count("TME")) <= 1


def test_440_participants_stay_balanced_in_every_margin_where_a_coin_would_not():
    arrivals = _arrivals(440)
    minimised, tossed = run(MINIMISATION, SEED, arrivals), random.Random(1)
    coin = [Allocated(each.number, each.factors, tossed.choice(["WW", "TME"])) for each in minimised]
    assert max(_drift(minimised)) <= 10
    assert max(_drift(coin)) > 10


def _arrivals(count):
    rng = random.Random(7)
    return [
        person(
            rng.choice(["01", "02", "03", "04"]),
            rng.choices(["CCR", "NCR"], [2, 1])[0],
            rng.choices(["T1-3", "T4a"], [9, 1])[0],
            rng.choices(["IO", "NO-IO"], [4, 6])[0],
        )
        for _ in range(count)
    ]


def _drift(done):
    for name in ("site", "response", "ct", "regimen"):
        for level in {each.factors[name] for each in done}:
            arms = [each.arm for each in done if each.factors[name] == level]
            yield abs(arms.count("WW") - arms.count("TME"))


def test_both_arms_are_given_evenly_over_many_seeds():
    arrivals = _arrivals(15)
    arms = [run(MINIMISATION, n.to_bytes(32, "big"), arrivals)[-1].arm for n in range(400)]
    assert stats.binomtest(arms.count("WW"), 400, 0.5).pvalue > 0.001


def test_another_seed_gives_other_arms_for_the_same_participants():
    arrivals = _arrivals(60)
    mine, other = ([each.arm for each in run(MINIMISATION, seed, arrivals)] for seed in (SEED, OTHER_SEED))
    assert sum(a != b for a, b in zip(mine, other, strict=True)) > 15
