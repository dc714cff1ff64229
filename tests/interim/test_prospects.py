"""Conditional and predictive power, repeated intervals, and the analysis of a trial that has stopped (PROTOCOL 8)."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from analysis.brownian import InformationInvalid
from analysis.prospects import (
    conditional_power,
    design_drift,
    predictive_power,
    prospects,
    repeated_interval,
    trend,
)
from analysis.sequential import boundaries
from analysis.stagewise import drift_at, final, p_value
from tests.analysis.reference import values

R = values("sequential")
PLAN = (0.5, 0.75, 1.0)
BOUNDS = tuple(look.z for look in boundaries(PLAN))
MARGIN = 1.77
DESIGN = design_drift(MARGIN, 99)


def test_conditional_power_is_that_of_r_under_each_drift():
    """rpact, known variance 1, 75 of 100 observed with z = 1.1: a mean of m is a drift of 10 m."""
    told = R["conditional"]
    found = prospects(told["z"], 0.75, BOUNDS[-1], design=2.8)
    assert (found.trend, found.null, found.design) == pytest.approx(
        (told["trend"], told["null"], told["design"]), abs=1e-7
    )


def test_the_drift_of_the_design_is_near_what_its_power_needs():
    """ln 1.77 sqrt(99)/2 = 2.8406; 80 % power with the looks needs sqrt(8.003) = 2.829 (rpact)."""
    assert pytest.approx(2.8406, abs=1e-4) == DESIGN
    assert math.sqrt(R["shift"]) < DESIGN < math.sqrt(R["shift"]) + 0.02


def test_conditional_power_is_how_often_trials_finish_above_the_bound():
    z, t, drift = 0.9, 0.6, 2.84
    draw = np.random.default_rng(3)
    last = z * math.sqrt(t) + drift * (1 - t) + math.sqrt(1 - t) * draw.standard_normal(200_000)
    seen = (last >= BOUNDS[-1]).mean()
    assert conditional_power(z, t, BOUNDS[-1], drift) == pytest.approx(seen, abs=4 * math.sqrt(0.25 / 200_000))


def test_predictive_power_is_conditional_power_averaged_over_the_drifts_the_data_allow():
    z, t, limit = 1.3, 0.5, BOUNDS[-1]
    drifts = np.linspace(-12, 16, 4001)
    weight = norm.pdf(drifts, trend(z, t), 1 / math.sqrt(t))
    averaged = np.trapezoid([conditional_power(z, t, limit, d) for d in drifts] * weight, drifts)
    assert predictive_power(z, t, limit) == pytest.approx(averaged, abs=1e-9)


def test_conditional_power_by_hand():
    """z = 1 at half the information, final bound 2.0141: (2.0141 - 0.7071 - 0.7071) / 0.7071 = 0.8484 as the trend goes."""
    assert conditional_power(1.0, 0.5, 2.0141, trend(1.0, 0.5)) == pytest.approx(norm.sf(0.8483), abs=1e-4)
    assert conditional_power(1.0, 0.5, 2.0141, 0.0) == pytest.approx(norm.sf(1.8484), abs=1e-4)


@given(st.floats(-3, 5), st.floats(0.05, 0.95))
def test_prospects_are_probabilities_in_the_order_of_their_drifts(z, t):
    found = prospects(z, t, BOUNDS[-1], design=DESIGN)
    ordered = sorted([(trend(z, t), found.trend), (0.0, found.null), (DESIGN, found.design)])
    assert [p for _, p in ordered] == sorted(p for _, p in ordered)
    assert all(0 <= p <= 1 for p in (*[p for _, p in ordered], found.predictive))


@given(st.floats(0.05, 0.95))
def test_where_the_trend_just_reaches_the_bound_both_powers_are_a_half(t):
    found = prospects(BOUNDS[-1] * math.sqrt(t), t, BOUNDS[-1], design=DESIGN)
    assert (found.trend, found.predictive) == pytest.approx((0.5, 0.5))


@given(st.floats(-3, 5), st.floats(0.05, 0.95))
def test_predictive_power_lies_nearer_to_a_half_than_the_trend(z, t):
    found = prospects(z, t, BOUNDS[-1], design=DESIGN)
    assert abs(found.predictive - 0.5) <= abs(found.trend - 0.5) + 1e-12


@pytest.mark.parametrize("t", [0.0, 1.0, 1.08, -0.1])
def test_without_information_that_came_and_is_to_come_there_is_no_prospect(t):
    with pytest.raises(InformationInvalid, match="information to come"):
        prospects(1.0, t, 2.0, design=DESIGN)


@given(st.floats(-1.5, 1.5), st.floats(0.05, 0.6), st.sampled_from(BOUNDS))
def test_the_repeated_interval_lies_below_the_margin_just_when_the_bound_is_crossed(log_hr, se, bound):
    lower, upper = repeated_interval(log_hr, se, bound)
    z = (math.log(MARGIN) - log_hr) / se
    if abs(z - bound) > 1e-9:
        assert (upper < MARGIN) == (z > bound)
    assert lower < math.exp(log_hr) < upper


def test_with_nothing_to_spend_every_hazard_ratio_remains_possible():
    assert repeated_interval(0.0, 0.2, math.inf) == (0.0, math.inf)


def test_repeated_intervals_hold_the_truth_at_every_look_at_once():
    """19 in 20 trials: all three intervals of a trial hold its true hazard ratio."""
    draw = np.random.default_rng(5)
    n, truth = 40_000, math.log(0.9)
    information = np.array(PLAN) * 99 / 4
    steps = draw.standard_normal((n, 3)) * np.sqrt(np.diff(information, prepend=0))
    estimates = truth + np.cumsum(steps, axis=1) / information
    misses = (np.abs(estimates - truth) > np.array(BOUNDS) / np.sqrt(information)).any(axis=1)
    assert 1 - misses.mean() == pytest.approx(0.95, abs=3.5 * math.sqrt(0.05 * 0.95 / n))


@pytest.mark.parametrize(("stop", "information"), [("second", (0.5, 0.75)), ("third", PLAN)])
def test_p_estimate_and_limits_of_a_stopped_trial_are_those_of_r(stop, information):
    """rpact, stage-wise ordering, known variance 1 and 100 planned: the mean is a tenth of the drift."""
    told = R["final"][stop]
    z, before = told["z"][-1], BOUNDS[: len(information) - 1]
    assert p_value(information, before, z) == pytest.approx(told["p"], abs=1e-6)
    found = [drift_at(information, before, z, p) / 10 for p in (0.025, 0.5, 0.975)]
    assert found == pytest.approx([told["ci"][0], told["mue"], told["ci"][1]], abs=2e-5)


def test_a_trial_with_one_look_is_analysed_as_ever():
    found = final((1.0,), (), 2.2, se=0.2, margin=MARGIN, alpha=0.025)
    log_hr = math.log(MARGIN) - 2.2 * 0.2
    assert found.p == pytest.approx(norm.sf(2.2))
    assert (found.lower, found.hr, found.upper) == pytest.approx(
        [math.exp(log_hr + shift * norm.isf(0.025) * 0.2) for shift in (-1, 0, 1)]
    )


@settings(deadline=None, max_examples=30)
@given(st.floats(-1, 4.5))
def test_p_is_below_alpha_just_when_the_last_bound_is_crossed(z):
    """The ordering and the bounds tell one story."""
    if abs(z - BOUNDS[-1]) > 1e-9:
        assert (p_value(PLAN, BOUNDS[:-1], z) < 0.025) == (z > BOUNDS[-1])
        found = final(PLAN, BOUNDS[:-1], z, se=0.2, margin=MARGIN, alpha=0.025)
        assert (found.upper < MARGIN) == (z > BOUNDS[-1])
        assert found.lower < found.hr < found.upper


def test_the_median_unbiased_estimate_is_above_the_truth_as_often_as_below():
    """400 drifts drawn, each trial stopped by its bounds; half of the estimates lie on either side."""
    draw = np.random.default_rng(11)
    above, trials = 0, 400
    for _ in range(trials):
        score, before = 0.0, 0.0
        for look, t in enumerate(PLAN):
            score += draw.standard_normal() * math.sqrt(t - before) + 2.5 * (t - before)
            before = t
            if score / math.sqrt(t) >= BOUNDS[look] or t == 1.0:
                above += drift_at(PLAN[: look + 1], BOUNDS[:look], score / math.sqrt(t), 0.5) > 2.5
                break
    assert above / trials == pytest.approx(0.5, abs=3 * math.sqrt(0.25 / trials))
