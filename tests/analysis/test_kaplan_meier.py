"""Kaplan-Meier against printed textbook tables, lifelines, and the cases on the edge."""

import math

import lifelines
import numpy as np
import pytest

from analysis.samples import NotTimeToEvent, at_risk, critical
from analysis.steps import Estimate
from analysis.survival import follow_up, kaplan_meier, rates
from tests.analysis.colon import DEATH, RECURRENCE, colon
from tests.analysis.freireich import MERCAPTOPURINE, PLACEBO
from tests.shared_data import needs_shared

# Klein & Moeschberger 2003, table 4.1A (survival, standard error); limits as printed by `sts list` of Stata for these data.
PRINTED = (
    (6, 0.857, 0.0764, 0.6197, 0.9516),
    (7, 0.807, 0.0869, 0.5631, 0.9228),
    (10, 0.753, 0.0963, 0.5032, 0.8894),
    (13, 0.690, 0.1068, 0.4316, 0.8491),
    (16, 0.627, 0.1141, 0.3675, 0.8049),
    (22, 0.538, 0.1282, 0.2678, 0.7468),
    (23, 0.448, 0.1346, 0.1881, 0.6801),
)


def mercaptopurine():
    return kaplan_meier(*zip(*MERCAPTOPURINE, strict=True))


@pytest.mark.parametrize(("week", "survival", "se", "lower", "upper"), PRINTED)
def test_remission_under_6_mp_is_as_printed_in_the_textbook(week, survival, se, lower, upper):
    curve = mercaptopurine()
    found = curve.at(week)
    assert found.value == pytest.approx(survival, abs=5e-4)
    assert math.sqrt(curve.variance[curve.times.index(week)]) == pytest.approx(se, abs=5e-5)
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=5e-5)


def test_medians_of_the_6_mp_trial_are_23_and_8_weeks():
    assert mercaptopurine().median == Estimate(23, 13, None)
    assert kaplan_meier(*zip(*PLACEBO, strict=True)).median.value == 8


def test_between_two_times_the_curve_keeps_its_height():
    assert mercaptopurine().at(8.5) == mercaptopurine().at(7)


@needs_shared
@pytest.mark.parametrize(("days", "event"), [RECURRENCE, DEATH])
@pytest.mark.parametrize("rx", ["Obs", "Lev", "Lev+5FU"])
def test_survival_and_limits_agree_with_lifelines_on_the_colon_trial(rx, days, event):
    arm = colon().query("rx == @rx")
    curve = kaplan_meier(arm[days], arm[event])
    peer = lifelines.KaplanMeierFitter(alpha=0.05).fit(arm[days], arm[event])
    heights = peer.survival_function_["KM_estimate"].loc[list(curve.times)]
    band = peer.confidence_interval_.loc[list(curve.times)]
    inside = np.array(curve.survival) < 1
    assert np.abs(heights.to_numpy() - curve.survival).max() < 1e-12
    for ours, theirs in zip((curve.lower, curve.upper), band.to_numpy().T, strict=True):
        assert np.abs(np.array(ours, dtype=float) - theirs)[inside].max() < 1e-12


@needs_shared
def test_median_survival_in_the_colon_trial_is_that_of_r():
    """survfit(Surv(time, status) ~ rx, colon, subset = etype == 2): 2083, 2152, not reached."""
    medians = [kaplan_meier(arm["time"], arm["event"]).median.value for _, arm in colon().groupby("rx", sort=True)]
    assert medians == [2152, None, 2083]  # Lev, Lev+5FU, Obs


def test_before_the_first_time_nobody_has_failed():
    assert mercaptopurine().at(5.9) == Estimate(1.0, 1.0, 1.0)


def test_after_the_last_censored_time_survival_is_unknown():
    assert mercaptopurine().at(35) == mercaptopurine().at(23)
    assert mercaptopurine().at(35.1) == Estimate(None)


def test_a_curve_that_ended_at_zero_stays_there_without_limits():
    curve = kaplan_meier([1, 2], [1, 1])
    assert curve.at(99) == Estimate(0.0, None, None)
    assert curve.variance[-1] is None


def test_before_the_first_event_the_band_is_one():
    curve = kaplan_meier([1, 2, 3], [0, 1, 0])
    assert (curve.lower[0], curve.upper[0]) == (1.0, 1.0)


def test_nobody_gives_an_empty_curve_and_unknown_everything():
    curve = kaplan_meier([], [])
    assert (curve.n, curve.times, curve.at(1), curve.median) == (0, (), Estimate(None), Estimate(None, None, None))
    assert curve.at_risk_at(0) == 0


@pytest.mark.parametrize(
    ("days", "event", "median"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),  # flat at exactly 0.5 from 2 to 3: the midpoint, as R; lifelines gives 2
        ([1, 2, 3, 4], [1, 1, 0, 0], 2.0),  # flat at 0.5 and never lower: where it came down to it
        ([1, 2, 3], [1, 1, 1], 2.0),
        ([1, 2, 3], [1, 0, 0], None),  # never down to a half
        ([0, 0, 5], [1, 1, 0], 0.0),  # an event on the day of origin
    ],
)
def test_the_median_follows_the_midpoint_rule(days, event, median):
    assert kaplan_meier(days, event).median.value == median


@pytest.mark.parametrize(("tick", "expected"), [(0, 4), (1, 4), (1.5, 3), (2, 3), (3, 1), (3.5, 0)])
def test_numbers_at_risk_count_those_whose_time_is_at_or_after_the_tick(tick, expected):
    days = [1, 2, 2, 3]
    assert at_risk(days, [tick]) == (expected,)
    assert kaplan_meier(days, [1, 1, 0, 0]).at_risk_at(tick) == expected


@pytest.mark.parametrize(("tick", "expected"), [(0.9, 0), (1, 1), (2, 2), (2.9, 2), (3, 3), (9, 3)])
def test_events_by_a_tick_include_those_on_it(tick, expected):
    assert kaplan_meier([1, 2, 2, 3], [1, 1, 0, 1]).events_by(tick) == expected


def test_follow_up_turns_events_into_censoring():
    """Schemper & Smith 1996: with nobody failing, the median follow-up is the plain median; deaths do not shorten it."""
    assert follow_up([10, 20, 30], [0, 0, 0]).median.value == 20
    assert follow_up([1, 20, 30], [1, 0, 0]).median.value == 25  # flat at a half between 20 and 30


def test_rates_are_read_at_each_landmark():
    assert rates(mercaptopurine(), (6, 40)) == (mercaptopurine().at(6), Estimate(None))


def test_a_wider_level_gives_a_wider_band():
    narrow, wide = (kaplan_meier(*zip(*MERCAPTOPURINE, strict=True), level=level).at(10) for level in (0.8, 0.99))
    assert wide.lower < narrow.lower < narrow.value < narrow.upper < wide.upper


@pytest.mark.parametrize(
    ("days", "event", "problem"),
    [
        ([1, 2], [1], "one length"),
        ([1, None], [1, 0], "unknown"),
        ([1, 2], [1, None], "unknown"),
        ([1, -1], [1, 0], "negative"),
        ([1, 2], [1, 0.5], "whole number"),
        ([1, 2], [1, -1], "whole number"),
        ([1, 2], [1, 2], "neither 0 nor 1"),
        ([1, float("inf")], [1, 1], "unknown"),
    ],
)
def test_broken_columns_are_refused_with_the_reason(days, event, problem):
    with pytest.raises(NotTimeToEvent, match=problem):
        kaplan_meier(days, event)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95])
def test_a_level_outside_zero_to_one_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        critical(level)
