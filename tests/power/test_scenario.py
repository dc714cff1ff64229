"""Chapter: what is true in a virtual trial."""

from dataclasses import replace
from itertools import pairwise

import pytest

from analysis.power.scenario import SCENARIOS, Scenario
from trial.protocol import PROTOCOL
from trial.simulate.course import SALVAGE
from trial.simulate.operation import RESIDUAL_OF_A_REGROWTH


@pytest.mark.parametrize(
    ("name", "inferior"),
    [
        ("alternative", False), ("null", True), ("alternative-99", False), ("null-99", True), ("five-years", False), ("late-equal", True),
        ("higher-regrowth", True), ("poor-salvage", True), ("slow-accrual", False), ("misclassified", True),
    ],
)  # fmt: skip
def test_a_scenario_says_whether_declaring_non_inferiority_is_an_error(name, inferior):
    assert SCENARIOS[name].inferior is inferior


def test_every_scenario_is_judged_above():
    assert len(SCENARIOS) == 10
    assert [name for name, each in SCENARIOS.items() if each.name != name or not each.label] == []


@pytest.mark.parametrize(
    ("ratio", "inferior"), [(1.0, False), (1.7, False), (1.765, False), (1.77, True), (1.78, True), (3.0, True)]
)
def test_the_margin_is_where_the_protocol_puts_it(ratio, inferior):
    assert Scenario("x", "x", ((0.0, ratio),)).inferior is inferior


def test_the_design_is_the_protocol_s_and_hazards_are_those_of_the_simulated_lives():
    plain = Scenario("x", "x")
    assert plain.design is PROTOCOL.design
    assert (plain.salvaged, plain.r0) == (SALVAGE["DONE"], RESIDUAL_OF_A_REGROWTH["R0"])


@pytest.mark.parametrize(
    ("ratios", "months", "average"),
    [
        (((0.0, 1.3),), 36, 1.3),
        (((0.0, 2.0), (18.0, 1.0)), 36, 1.5),
        (((0.0, 2.0), (18.0, 1.0)), 18, 2.0),
        (((0.0, 2.0), (18.0, 1.0)), 9, 2.0),
        (((0.0, 3.0), (12.0, 2.0), (24.0, 1.0)), 36, 2.0),
    ],
)
def test_the_average_ratio_is_that_of_the_cumulative_hazards(ratios, months, average):
    assert Scenario("x", "x", ratios).average_ratio(months) == pytest.approx(average)


@pytest.mark.parametrize(
    "wrong",
    [
        {"regrows": 1.2}, {"overlooked": -0.1}, {"pace": 0.0}, {"sites": 0}, {"false_events_a_year": -1.0}, {"prefer_watching": 2.0},
        {"hazard_ratios": ()}, {"hazard_ratios": ((6.0, 1.0),)}, {"hazard_ratios": ((0.0, 0.0),)},
        {"hazard_ratios": ((0.0, 1.0), (0.0, 2.0))},
        {"hazard_ratios": ((0.0, 1.0), (24.0, 2.0), (12.0, 1.0))},
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused(wrong):
    with pytest.raises(ValueError):
        replace(Scenario("x", "x"), **wrong)


def test_a_scenario_is_a_value_that_can_be_a_key():
    assert {Scenario("x", "x"): 1}[Scenario("x", "x")] == 1
    assert all(a != b for a, b in pairwise(SCENARIOS.values()))
