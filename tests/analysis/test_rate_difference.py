"""The difference of two rates against R without the closed form, in the cases worked out by hand, and as a property."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.not_estimable import NotEstimable
from analysis.rate_difference import rate_score_z, restricted_rates, score_difference
from analysis.samples import critical
from tests.analysis.reference import values

counted = st.tuples(st.integers(0, 60), st.floats(0.5, 500))


@pytest.mark.parametrize("want", values("rate_difference")["difference"])
def test_limits_are_those_of_r_which_maximises_without_the_closed_form(want):
    found = score_difference(tuple(want["first"]), tuple(want["second"]))
    assert found.value == pytest.approx(want["difference"], rel=1e-12)
    assert (found.lower, found.upper) == pytest.approx((want["lower"], want["upper"]), rel=1e-6)


def test_without_an_event_in_either_the_limits_are_those_worked_out_by_hand():
    """Nobody had an event: under d > 0 the first rate is d and the second 0, so that z^2 = d t1."""
    found, z = score_difference((0, 20), (0, 50)), critical(0.95)
    assert found.value == 0
    assert (found.lower, found.upper) == pytest.approx((-z * z / 50, z * z / 20), rel=1e-9)


@settings(max_examples=80, deadline=None)
@given(counted, counted, st.floats(-3, 3))
def test_the_restricted_pair_differs_as_asked_and_no_other_such_pair_is_likelier(first, second, d):
    (x1, t1), (x2, t2) = first, second

    def log_likelihood(r2):
        terms = ((x1, t1, r2 + d), (x2, t2, r2))
        return sum((x * math.log(max(r, 1e-300)) if x else 0.0) - t * r for x, t, r in terms)

    r1, r2 = restricted_rates(first, second, d)
    assert r1 - r2 == pytest.approx(d, abs=1e-9) and r1 >= 0 and r2 >= 0
    low = max(0.0, -d)
    others = (low + k / 400 * 2 * (r2 - low + (x1 + x2 + 1) / (t1 + t2)) for k in range(1, 400))
    assert log_likelihood(r2) >= max(map(log_likelihood, others)) - 1e-6 * (1 + abs(log_likelihood(r2)))


@settings(max_examples=80, deadline=None)
@given(counted, counted)
def test_limits_hold_the_difference_turn_over_with_the_groups_and_lie_where_the_statistic_is_the_quantile(
    first, second
):
    found, turned = score_difference(first, second), score_difference(second, first)
    assert found.lower < found.value < found.upper
    assert (found.lower, found.upper) == pytest.approx((-turned.upper, -turned.lower), rel=1e-7, abs=1e-9)
    z = critical(0.95)
    assert rate_score_z(first, second, found.lower) == pytest.approx(z, rel=1e-6)
    assert rate_score_z(first, second, found.upper) == pytest.approx(-z, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(counted, counted, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(first, second, k):
    (x1, t1), (x2, t2) = first, second
    found, scaled = score_difference(first, second), score_difference((x1, k * t1), (x2, k * t2))
    assert (k * scaled.lower, k * scaled.upper) == pytest.approx((found.lower, found.upper), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("counts", [((1, 0), (1, 5)), ((1, 5), (0, 0)), ((0, math.inf), (0, 5))])
def test_without_time_at_risk_nothing_is_estimable(counts):
    with pytest.raises(NotEstimable):
        score_difference(*counts)


@pytest.mark.parametrize("counts", [((-1, 5), (1, 5)), ((1.5, 5), (1, 5))])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="whole"):
        score_difference(*counts)
