"""Restricted means against R's survfit (reference/survival.R), arithmetic by hand, and follow-up that does not reach."""

import math

import numpy as np
import pytest

from analysis.not_estimable import EmptyGroup, NotEstimable
from analysis.rmst import restricted_mean, rmst_difference
from analysis.samples import NotTimeToEvent
from tests.analysis.colon import colon
from tests.analysis.reference import sample, values
from tests.shared_data import needs_shared

R = values("survival")["rmst"]


@pytest.mark.parametrize("name", ["sample24", "sample25"])
def test_means_and_errors_of_tied_groups_are_those_of_r_also_between_two_times(name):
    for g, mean, se in zip("abc", R[name]["mean"], R[name]["se"], strict=True):
        part = sample()[sample()["group"] == g]
        found = restricted_mean(part["days"], part["status"] == 1, R[name]["tau"])
        assert (found.mean, found.se) == pytest.approx((mean, se), rel=1e-12)


@needs_shared
def test_five_years_of_the_colon_trial_are_those_of_r():
    frame, want = colon(), R["colon"]
    found = rmst_difference(
        *(frame[frame["rx"] != "Lev"][c] for c in ("time", "event")),
        frame[frame["rx"] != "Lev"]["rx"].tolist(),
        want["tau"],
        groups=("Obs", "Lev+5FU"),
    )  # R sorts Lev, Lev+5FU, Obs
    assert found.difference == pytest.approx(want["mean"][1] - want["mean"][2], rel=1e-10)
    assert found.se == pytest.approx(math.hypot(want["se"][1], want["se"][2]), rel=1e-10)
    assert found.lower < found.difference < found.upper and 0 < found.p < 0.05
    assert found.ratio == pytest.approx(want["mean"][1] / want["mean"][2], rel=1e-12)
    assert found.ratio_lower < found.ratio < found.ratio_upper


def test_four_people_by_hand():
    """S is 1 to day 2, 3/4 to 4, 3/8 after (one censored on 3): area to 5 is 2 + 1.5 + 0.375."""
    found = restricted_mean([2, 3, 4, 6], [1, 0, 1, 0], 5)
    assert found.mean == pytest.approx(3.875)
    assert found.se == pytest.approx(math.sqrt(1.875**2 / 12 + 0.375**2 / 2))


def test_without_censoring_it_is_the_mean_of_the_shortened_times_with_the_variance_of_a_mean():
    days = np.array([1, 2, 2, 5, 7, 9])
    found = restricted_mean(days, [1] * 6, 6)
    shortened = np.minimum(days, 6)
    assert found.mean == pytest.approx(shortened.mean()) and found.se == pytest.approx(shortened.std() / math.sqrt(6))


def test_no_event_is_tau_without_error_and_a_difference_without_p():
    assert restricted_mean([9, 9], [0, 0], 5).se == 0
    found = rmst_difference([9, 9, 9], [0, 0, 0], ["a", "b", "a"], 5)
    assert (found.difference, found.p) == (0, None)


def test_a_curve_that_ended_at_zero_goes_on_at_zero():
    assert restricted_mean([1, 3], [1, 1], 10).mean == pytest.approx(2.0)


def test_a_time_nobody_was_followed_to_is_not_estimable():
    assert restricted_mean([3, 5], [1, 0], 5).mean == pytest.approx(4.0)
    with pytest.raises(NotEstimable, match="nobody was followed"):
        restricted_mean([3, 5], [1, 0], 5.5)
    with pytest.raises(NotEstimable):
        restricted_mean([], [], 1)


def test_the_shorter_arm_decides():
    with pytest.raises(NotEstimable):
        rmst_difference([3, 5, 9, 9], [1, 0, 0, 0], ["a", "a", "b", "b"], 8)


def test_interval_covers_as_often_as_it_says():
    """500 trials of 2 x 60, exponential with uniform censoring; Monte Carlo error of 95 % is 1 %."""
    draw = np.random.default_rng(5)
    true = 20 * (1 - math.exp(-15 / 20)) - 12 * (1 - math.exp(-15 / 12))
    hit = 0
    for _ in range(500):
        t = np.concatenate([draw.exponential(12, 60), draw.exponential(20, 60)])
        c = draw.uniform(10, 40, 120)
        found = rmst_difference(np.minimum(t, c), (t <= c) * 1, [0] * 60 + [1] * 60, 15)
        hit += found.lower <= true <= found.upper
    assert hit / 500 == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("tau", [0, -1, float("nan")])
def test_a_time_that_is_no_time_is_refused(tau):
    with pytest.raises(ValueError, match="positive"):
        restricted_mean([1], [1], tau)


def test_broken_input_is_refused():
    with pytest.raises(NotTimeToEvent, match="negative"):
        restricted_mean([-1, 2], [1, 1], 1)
    with pytest.raises(NotTimeToEvent, match="neither"):
        restricted_mean([1, 2], [2, 1], 1)
    with pytest.raises(EmptyGroup):
        rmst_difference([1, 2], [1, 1], ["a", "a"], 1, groups=("a", "b"))
    with pytest.raises(ValueError, match="two groups"):
        rmst_difference([1, 2, 3], [1, 1, 1], ["a", "b", "c"], 1)
