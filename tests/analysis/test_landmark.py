"""Curves read at landmarks against R (reference/survival.R), rates compared, and analyses that start from a day."""

import math

import pandas as pd
import pytest

from analysis.landmark import from_landmark, rate_difference
from analysis.not_estimable import NotEstimable
from analysis.survival import follow_up, kaplan_meier, rates
from tests.analysis.reference import sample, values

R = values("survival")["curves"]


def part(name):
    frame = sample() if name == "all" else sample().query("group == @name")
    return frame["days"], (frame["status"] == 1).astype(int)


def number(value):
    return None if value == "NA" else value


@pytest.mark.parametrize("name", ["a", "b", "all"])
def test_rates_limits_and_numbers_at_risk_are_those_of_survfit(name):
    want, curve = R[name], kaplan_meier(*part(name))
    for i, found in enumerate(rates(curve, want["at"])):
        assert (found.value, found.lower, found.upper) == pytest.approx(
            (want["surv"][i], want["lower"][i], want["upper"][i]), rel=1e-12
        )
        assert curve.at_risk_at(want["at"][i]) == want["at_risk"][i]
        assert math.sqrt(curve.variance[curve.times.index(want["at"][i])]) == pytest.approx(want["se"][i], rel=1e-12)


@pytest.mark.parametrize("name", ["a", "b", "all"])
def test_medians_and_follow_up_with_their_limits_are_those_of_survfit(name):
    for curve, want in ((kaplan_meier(*part(name)), "median"), (follow_up(*part(name)), "follow_up")):
        median = curve.median
        assert [median.value, median.lower, median.upper] == [number(each) for each in R[name][want]]


def test_a_difference_of_rates_has_the_variance_of_both_and_klein_s_test():
    one, two = (kaplan_meier(*part(name)) for name in "ab")
    found = rate_difference(one, two, 24)
    (s1, s2), (e1, e2) = found.rates, (R[name]["se"][2] for name in "ab")
    assert found.difference == pytest.approx(R["b"]["surv"][2] - R["a"]["surv"][2], rel=1e-10)
    assert found.se == pytest.approx(math.hypot(e1, e2), rel=1e-10)
    spread = (e1 / (s1 * math.log(s1))) ** 2 + (e2 / (s2 * math.log(s2))) ** 2
    assert found.test.chi2 == pytest.approx(
        (math.log(-math.log(s1)) - math.log(-math.log(s2))) ** 2 / spread, rel=1e-10
    )


def test_before_any_event_rates_do_not_differ_and_neither_limits_nor_test_are_given():
    """An estimated variance of 0 is not certainty: limits of 0 to 0 would be read as no difference at all."""
    found = rate_difference(kaplan_meier([5, 9], [1, 0]), kaplan_meier([6, 9], [1, 0]), 2)
    assert (found.difference, found.se, found.lower, found.upper, found.test) == (0, None, None, None, None)


def test_a_rate_nobody_was_at_risk_for_is_not_estimable():
    with pytest.raises(NotEstimable, match="at risk at 10"):
        rate_difference(kaplan_meier([5, 9], [1, 0]), kaplan_meier([6, 12], [1, 0]), 10)


@pytest.mark.parametrize(("at", "left"), [(0, [1, 4, 6]), (3, [1, 3]), (4, [2]), (5.5, [0.5])])
def test_a_landmark_keeps_who_is_still_at_risk_and_counts_from_it(at, left):
    frame = pd.DataFrame({"days": [1, 4, 6], "x": [1, 2, 3]})
    assert from_landmark(frame, days="days", at=at)["days"].tolist() == left


def test_after_the_last_day_a_landmark_has_nobody():
    with pytest.raises(NotEstimable):
        from_landmark(pd.DataFrame({"days": [1, 4]}), days="days", at=4)
