"""Two groups nobody drew by lot: each estimator against its paper, R, or the arithmetic that made the number."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.comparing import e_value, e_value_of_limit, effective_size, newcombe, overlap, standardised, wilson
from analysis.estimable import NotEstimable
from analysis.steps import Estimate


@pytest.mark.parametrize(
    ("events", "n", "limits"),
    [
        # Newcombe 1998 (Stat Med 17:857), Table I, method 3: 81/263, 15/148, 0/20, 1/29.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_limits_as_published(events, n, limits):
    assert wilson(events, n) == pytest.approx(limits, abs=5e-5)


@pytest.mark.parametrize(
    ("groups", "difference", "limits"),
    [
        # Newcombe 1998 (Stat Med 17:873), Table II, method 10, examples (a) to (d).
        ((56, 70, 48, 80), 0.2, (0.0524, 0.3339)),
        ((9, 10, 3, 10), 0.6, (0.1705, 0.8090)),
        ((6, 7, 2, 7), 0.5714, (0.0582, 0.8062)),
        ((5, 56, 0, 29), 0.0893, (-0.0381, 0.1926)),
    ],
)
def test_newcombe_limits_as_published(groups, difference, limits):
    found = newcombe(*groups)
    assert found.value == pytest.approx(difference, abs=5e-5)
    assert (found.lower, found.upper) == pytest.approx(limits, abs=5e-5)


def test_with_no_event_the_limits_are_those_of_each_group():
    # Wilson's upper limit of 0/10 is z^2 / (n + z^2) = 3.841459 / 13.841459 = 0.277533; the difference goes that far either way.
    found = newcombe(0, 10, 0, 10)
    assert (found.lower, found.value, found.upper) == pytest.approx((-0.277533, 0, 0.277533), abs=1e-6)


def test_nobody_gives_no_proportion():
    with pytest.raises(ValueError, match="nobody"):
        wilson(0, 0)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_limits_hold_the_difference_and_turn_with_the_groups(n, m, data):
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    one, other = newcombe(a, n, b, m), newcombe(b, m, a, n)
    assert -1 <= one.lower <= one.value <= one.upper <= 1
    assert (one.lower, one.value, one.upper) == pytest.approx((-other.upper, -other.value, -other.lower))


# E-values: VanderWeele and Ding 2017, the example of maternal breastfeeding: RR 3.9 (1.8 to 8.7) gives 7.26 and 3.0:
# 3.9 + sqrt(3.9 * 2.9) = 7.263; 1.8 + sqrt(1.8 * 0.8) = 3.0.


def test_e_values_as_published():
    assert e_value(3.9) == pytest.approx(7.263, abs=5e-4)
    assert e_value_of_limit(Estimate(3.9, 1.8, 8.7)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (Estimate(0.5, 0.25, 0.8), 1.25 + sqrt(1.25 * 0.25)),
        (Estimate(1.5, 0.9, 2.2), 1.0),
        (Estimate(1.0, 1.0, 1.0), 1.0),
        (Estimate(None), None),
        (Estimate(2.0), None),
    ],
)
def test_the_e_value_of_the_limit_closer_to_one(ratio, expected):
    assert e_value_of_limit(ratio) == (None if expected is None else pytest.approx(expected))


def test_a_protective_ratio_has_the_e_value_of_its_inverse():
    assert e_value(0.25) == pytest.approx(e_value(4)) == pytest.approx(4 + sqrt(12))
    assert e_value(1) == 1


# Overlap weights.


def table(*cells):
    """Rows of (covariate, treated, response) from (covariate, treated, n, events)."""
    rows = [(c, t, float(k < events)) for c, t, n, events in cells for k in range(n)]
    x, treated, response = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return np.column_stack([np.ones(len(rows)), x]), treated, response


CONFOUNDED = table((0, 1, 30, 15), (0, 0, 10, 2), (1, 1, 10, 8), (1, 0, 30, 18))


def test_one_covariate_by_hand():
    """e = 30/40 and 10/40. Treated: (15 * 0.25 + 8 * 0.75) / (30 * 0.25 + 10 * 0.75) = 9.75 / 15 = 0.65. Controls: (2 * 0.75 + 18 *
    0.25) / (10 * 0.75 + 30 * 0.25) = 6 / 15 = 0.40. Effective size: 15^2 / (30 * 0.25^2 + 10 * 0.75^2) = 225 / 7.5 = 30 in each group.
    Unweighted the rates are 23/40 and 20/40: confounding hid most of the difference.
    """
    found = overlap(*CONFOUNDED)
    assert (found.treated, found.control, found.difference.value) == pytest.approx((0.65, 0.40, 0.25))
    assert found.ratio.value == pytest.approx(0.65 / 0.40)
    assert found.effective == pytest.approx((30, 30))
    assert sorted(set(np.round(found.propensity, 9))) == [0.25, 0.75]


def test_without_covariates_the_limits_are_those_of_two_proportions():
    """var = p (1 - p) / n + q (1 - q) / m: 0.6 * 0.4 / 50 + 0.3 * 0.7 / 40 = 0.0048 + 0.00525 = 0.01005; 1.959964 * 0.100250 = 0.196486."""
    x, treated, response = table((0, 1, 50, 30), (0, 0, 40, 12))
    found = overlap(x[:, :1], treated, response)
    assert (found.difference.value, found.difference.upper - found.difference.value) == pytest.approx(
        (0.3, 0.196486), abs=1e-6
    )
    assert found.effective == pytest.approx((50, 40))


def test_a_covariate_that_tells_the_group_is_refused():
    with pytest.raises(NotEstimable):
        overlap(*table((0, 1, 10, 5), (1, 0, 10, 5)))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_weighted_means_of_every_covariate_agree_exactly(seed):
    """The property that overlap weights have and others lack (Li 2018, Theorem 3)."""
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(120), rng.normal(size=(120, 3))])
    treated = (rng.random(120) < 1 / (1 + np.exp(-x[:, 1]))).astype(float)
    found = overlap(x, treated, rng.integers(0, 2, 120).astype(float))
    for k in (1, 2, 3):
        means = [np.average(x[treated == g, k], weights=found.weights[treated == g]) for g in (1, 0)]
        assert means[0] == pytest.approx(means[1], abs=1e-8)
    assert np.all((found.weights > 0) & (found.weights < 1))


def test_the_limits_hold_a_planted_difference_as_often_as_they_say():
    """300 draws of 400 people with a confounder and a constant difference of 0.15: coverage within 3 standard errors of 95 %."""
    rng, held = np.random.default_rng(20261128), 0
    for _ in range(300):
        c = rng.normal(size=400)
        treated = (rng.random(400) < 1 / (1 + np.exp(-c))).astype(float)
        response = (rng.random(400) < np.clip(0.4 + 0.1 * np.tanh(c) + 0.15 * treated, 0, 1)).astype(float)
        found = overlap(np.column_stack([np.ones(400), c]), treated, response).difference
        held += found.lower <= 0.15 <= found.upper
    assert abs(held / 300 - 0.95) < 3 * sqrt(0.95 * 0.05 / 300)


def test_standardised_differences_by_hand():
    """Means 3 and 2; variances of (2, 3, 4) and (1, 2, 3) are both 1: (3 - 2) / sqrt((1 + 1) / 2) = 1."""
    values, treated = np.array([2, 3, 4, 1, 2, 3.0]), np.array([1, 1, 1, 0, 0, 0.0])
    assert standardised(values, treated) == pytest.approx(1)
    # Weights (1, 0, 0) and (0, 0, 1): means 2 and 3, in the same unweighted units.
    assert standardised(values, treated, np.array([1, 0, 0, 0, 0, 1.0])) == pytest.approx(-1)
    assert standardised(np.ones(6), treated) is None


@pytest.mark.parametrize(("weights", "size"), [((1, 1, 1), 3), ((1, 0, 0), 1), ((2, 1), 9 / 5)])
def test_effective_size_by_hand(weights, size):
    assert effective_size(np.array(weights, dtype=float)) == pytest.approx(size)
