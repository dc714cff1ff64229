"""PROTOCOL 8, worked out again: 97 events, 99 with the looks, inflation 1.020, 440 randomised over 48 + 36 months, 5 % lost."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.sample_size import (
    events_for,
    expected_events,
    hazard,
    inflation,
    margin_hazard_ratio,
    months_until,
    power,
    rounded_up,
    sample_size,
)
from analysis.sequential import POCOCK
from tests.analysis.reference import values
from trial.protocol import PROTOCOL

DESIGN = PROTOCOL.design
R = values("sequential")
END = 84


def test_the_margin_as_a_hazard_ratio_is_ln_75_over_ln_85():
    assert margin_hazard_ratio(DESIGN) == pytest.approx(0.2876821 / 0.1625189, rel=1e-6)
    assert round(margin_hazard_ratio(DESIGN), 2) == DESIGN.margin_hazard_ratio == 1.77


def test_the_fixed_design_needs_97_events():
    """4 (1.959964 + 0.841621)^2 / 0.570980^2 = 31.3955 / 0.326018 = 96.30."""
    found = events_for(1.77, 0.025, 0.80)
    assert found == pytest.approx(31.395520 / 0.3260177, rel=1e-5)
    assert rounded_up(found) == DESIGN.events_fixed == 97


def test_the_looks_inflate_it_by_1_020():
    found = inflation((0.5, 0.75, 1.0), 0.025, 0.80)
    assert found == pytest.approx(R["inflation"], abs=1e-6)
    assert round(found, 3) == DESIGN.inflation == 1.020


def test_with_the_looks_99_events_are_needed():
    """96.30 x 1.01963 = 98.19; from the whole events too: 97 x 1.020 = 98.94."""
    found = sample_size(DESIGN)
    assert found.events_with_looks == pytest.approx(98.19, abs=0.01)
    assert rounded_up(found.events_with_looks) == DESIGN.events == 99
    assert rounded_up(DESIGN.events_fixed * DESIGN.inflation) == 99


def test_99_events_have_a_power_of_a_little_over_80_percent():
    assert sample_size(DESIGN).power_of_events == pytest.approx(0.8033, abs=5e-4)
    assert power(math.sqrt(R["shift"]), (0.5, 0.75, 1.0), 0.025) == pytest.approx(0.80, abs=1e-6)


def test_without_an_effect_the_power_is_alpha():
    assert power(0.0, (0.5, 0.75, 1.0), 0.025) == pytest.approx(0.025, abs=1e-12)


def test_a_single_look_needs_no_inflation_and_pocock_needs_more():
    assert inflation((1.0,), 0.025, 0.80) == pytest.approx(1.0, abs=1e-9)
    assert inflation((0.5, 0.75, 1.0), 0.025, 0.80, POCOCK) > 1.1


def test_440_randomised_have_99_events_expected_after_84_months():
    """hazard 0.0045144 and loss 0.0014248 a month; 0.76010 x (1 - (e^-0.21381 - e^-0.49890) / (48 x 0.0059392)) = 0.22606 each."""
    event, loss = -math.log(0.85) / 36, -math.log(0.95) / 36
    both = event + loss
    each = event / both * (1 - (math.exp(-36 * both) - math.exp(-84 * both)) / (48 * both))
    assert expected_events(DESIGN, END) == pytest.approx(440 * each, rel=1e-12)
    assert round(each, 4) == 0.2261
    assert expected_events(DESIGN, END) > 99
    assert sample_size(DESIGN).randomised_needed == pytest.approx(99 / each)
    assert 430 < 99 / each < 440


def test_if_the_lost_are_lost_at_once_the_events_are_half_an_event_short():
    """0.95 x 440 x (1 - (e^-0.16252 - e^-0.37921) / (48 x 0.0045144)) = 98.6."""
    event = -math.log(0.85) / 36
    each = 1 - (math.exp(-36 * event) - math.exp(-84 * event)) / (48 * event)
    found = sample_size(DESIGN).expected_losing_at_once
    assert found == pytest.approx(0.95 * 440 * each, rel=1e-12)
    assert 98 < found < 99


def test_2200_enrolled_give_440_randomised():
    """440 / (0.50 x 0.80 x 0.50)."""
    assert sample_size(DESIGN).enrolled == pytest.approx(DESIGN.enrolled)


def test_the_hazard_leaves_85_percent_after_three_years():
    assert math.exp(-36 * hazard(0.85)) == pytest.approx(0.85)


@pytest.mark.parametrize("months", [3.0, 24.0, 48.0, 60.0, 84.0])
def test_expected_events_are_those_of_trials_drawn_at_random(months):
    draw = np.random.default_rng(21)
    n = 400_000
    entry = draw.uniform(0, 48, n)
    event = draw.exponential(1 / hazard(0.85), n)
    lost = draw.exponential(1 / hazard(0.95), n)
    seen = ((event <= lost) & (entry + event <= months)).mean()
    assert expected_events(DESIGN, months) / 440 == pytest.approx(seen, abs=4 * math.sqrt(max(seen, 1e-5) / n))


@given(st.floats(0, 200), st.floats(0, 50))
def test_events_only_come(months, more):
    assert expected_events(DESIGN, months) <= expected_events(DESIGN, months + more) + 1e-9


@pytest.mark.parametrize("months", [-5.0, 0.0])
def test_before_the_first_participant_no_event_is_expected(months):
    assert expected_events(DESIGN, months) == 0


@pytest.mark.parametrize("events", [1.0, 49.5, 74.25, 99.0])
def test_the_month_of_a_number_of_events_is_that_at_which_they_are_expected(events):
    months = months_until(DESIGN, events)
    assert expected_events(DESIGN, months) == pytest.approx(events, abs=1e-6)


def test_events_that_will_never_come_have_no_month():
    assert months_until(DESIGN, 400.0) is None
    small = dataclasses.replace(DESIGN, randomised=100)
    assert months_until(small, 99.0) is None


def test_another_margin_is_another_trial():
    """Nothing is a constant of the module: 8 points instead of 10 need more events."""
    narrow = dataclasses.replace(DESIGN, margin=0.08, margin_hazard_ratio=1.6)
    assert rounded_up(sample_size(narrow).events_fixed) == 143
    assert margin_hazard_ratio(narrow) == pytest.approx(math.log(0.77) / math.log(0.85))
