"""Exact rates, proportions and ratios against R, score limits of a difference against R without the cubic, and a printed example."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.differences import miettinen_nurminen, restricted, score_z
from analysis.not_estimable import NotEstimable
from analysis.rates import proportion, rate, rate_ratio
from tests.analysis.reference import values

R = values("counts")
pair = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize("want", R["rate"])
def test_a_rate_has_the_limits_of_poisson_test(want):
    found = rate(want["x"], want["t"])
    assert (found.lower, found.upper) == pytest.approx((want["lower"], want["upper"]), rel=1e-10)
    assert found.value == want["x"] / want["t"]


@pytest.mark.parametrize("want", R["proportion"])
def test_a_proportion_has_the_limits_of_binom_test(want):
    found = proportion(want["x"], want["n"])
    assert (found.lower, found.upper) == pytest.approx((want["lower"], want["upper"]), rel=1e-10)


def test_the_published_limits_of_complete_response_in_union_are_these():
    """39.8 % (30.7-49.5) of 113 and 15.3 % (9.3-23.0) of 118 (Ann Oncol 2024)."""
    for (x, n), printed in (((45, 113), (39.8, 30.7, 49.5)), ((18, 118), (15.3, 9.3, 23.0))):
        found = proportion(x, n)
        assert tuple(round(100 * v, 1) for v in (found.value, found.lower, found.upper)) == printed


@pytest.mark.parametrize("want", R["ratio"])
def test_a_ratio_of_rates_has_limits_and_p_of_poisson_test(want):
    found = rate_ratio(tuple(want["first"]), tuple(want["second"]))
    assert found.p == pytest.approx(want["p"], rel=1e-9) and found.lower == pytest.approx(want["lower"], rel=1e-9)
    for ours, theirs in ((found.value, want["value"]), (found.upper, want["upper"])):
        assert ours is None if theirs == "Inf" else ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("want", R["difference"])
def test_score_limits_are_where_the_statistic_passes_the_quantile(want):
    first, second = tuple(want["first"]), tuple(want["second"])
    found = miettinen_nurminen(first, second)
    assert found.difference == pytest.approx(want["difference"])
    assert (found.lower, found.upper) == pytest.approx((want["lower"], want["upper"]), abs=2e-9)
    assert score_z(first, second, -0.1) == pytest.approx(want["z"], abs=1e-7)


def test_the_printed_example_56_of_70_less_48_of_80():
    """Newcombe 1998, Stat Med 17:873-890, table II, example (a), Miettinen and Nurminen: 0.0528 to 0.3382."""
    found = miettinen_nurminen((56, 70), (48, 80))
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.0528, 0.3382)


@settings(max_examples=60, deadline=None)
@given(pair, pair, st.floats(-0.95, 0.95))
def test_the_restricted_pair_differs_as_asked_and_no_other_such_pair_is_likelier(first, second, d):
    (x1, n1), (x2, n2) = first, second

    def log_likelihood(p2):
        terms = ((x1, p2 + d), (n1 - x1, 1 - p2 - d), (x2, p2), (n2 - x2, 1 - p2))
        return sum(x * math.log(max(p, 1e-300)) for x, p in terms if x)

    p1, p2 = restricted(first, second, d)
    assert p1 - p2 == pytest.approx(d, abs=1e-9) and 0 <= p1 <= 1 and 0 <= p2 <= 1
    low, high = max(0, -d), min(1, 1 - d)
    best = max(log_likelihood(low + (high - low) * k / 400) for k in range(1, 400))
    assert log_likelihood(p2) >= best - 1e-6


@settings(max_examples=60, deadline=None)
@given(pair, pair)
def test_limits_hold_the_difference_and_turn_over_with_the_groups(first, second):
    found, turned = miettinen_nurminen(first, second), miettinen_nurminen(second, first)
    assert -1 <= found.lower <= found.difference <= found.upper <= 1
    assert (found.lower, found.upper) == pytest.approx((-turned.upper, -turned.lower), abs=1e-7)


def test_nobody_and_everybody():
    found = miettinen_nurminen((0, 10), (10, 10))
    assert found.difference == found.lower == -1 and -1 < found.upper < -0.5
    assert miettinen_nurminen((0, 10), (0, 12)).difference == 0


@pytest.mark.parametrize(
    "asked",
    [
        lambda: rate(3, 0),
        lambda: rate(3, math.inf),
        lambda: proportion(0, 0),
        lambda: rate_ratio((1, 0), (1, 5)),
        lambda: rate_ratio((0, 3), (0, 5)),
        lambda: miettinen_nurminen((0, 0), (1, 5)),
    ],
)
def test_without_anybody_at_risk_nothing_is_estimable(asked):
    with pytest.raises(NotEstimable):
        asked()


@pytest.mark.parametrize(
    "asked",
    [
        lambda: rate(-1, 5),
        lambda: proportion(6, 5),
        lambda: rate_ratio((1.5, 3), (0, 5)),
        lambda: miettinen_nurminen((6, 5), (1, 5)),
        lambda: miettinen_nurminen((-1, 5), (1, 5)),
        lambda: rate(1, 5, level=95),
    ],
)
def test_impossible_counts_are_refused(asked):
    with pytest.raises(ValueError, match=r"of|whole|level"):
        asked()
