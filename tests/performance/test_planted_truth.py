"""Worlds whose truth is known: area and miscalibration are recovered as often as the intervals promise, drift is found, none is not.

Seeds are written; each share is judged against its own Monte Carlo error.
"""

import functools

import numpy as np
import pytest

from analysis.calibration import calibration, in_the_large, slope, spiegelhalter
from analysis.competing_auc import by_time
from analysis.discrimination import auc, compared
from analysis.estimable import judged
from analysis.model_drift import FALSE_ALARM, HORIZON, by_quarter, control_limit, cusum, shifts, sums
from analysis.training_reference import reference
from analysis.unverified import corrected

REPLICATES = 300
SEED = 20261128
TRUE_AUC = 0.7602499389
"""Two normal scores a standard deviation apart: Phi(1 / sqrt 2)."""


def within(share, n, of=0.95, errors=3.5):
    """The share of n trials is that probability, up to so many Monte Carlo standard errors."""
    return abs(share - of) <= errors * (of * (1 - of) / n) ** 0.5


def scores(chance, n=200):
    """Events and others are equally many; p is the true probability given the score."""
    y = chance.integers(0, 2, n)
    return y, 1 / (1 + np.exp(-(chance.normal(y - 0.5, 1, n))))


def covered(interval, truth):
    return interval.lower <= truth <= interval.upper


@pytest.mark.parametrize("logit", [True, False])
def test_the_planted_area_lies_in_the_interval_as_often_as_promised(logit):
    chance = np.random.default_rng(SEED)
    hits = np.mean([covered(auc(*scores(chance), logit=logit), TRUE_AUC) for _ in range(REPLICATES)])
    assert within(hits, REPLICATES)


def test_the_planted_difference_of_two_areas_too():
    """The second score is the first with noise: areas Phi(1/sqrt 2) and Phi(1/sqrt(2 * 2))."""
    from scipy.stats import norm

    chance = np.random.default_rng(SEED + 1)

    def one():
        y = chance.integers(0, 2, 200)
        z = chance.normal(y, 1)
        noisy = z + chance.normal(0, 1, 200)
        return compared(y, *(1 / (1 + np.exp(-s)) for s in (z, noisy))).difference

    truth = norm.cdf(1 / 2**0.5) - norm.cdf(1 / 4**0.5)
    assert within(np.mean([covered(one(), truth) for _ in range(REPLICATES)]), REPLICATES)


INTERCEPT, SLOPE = -0.4, 0.7
"""What is planted: true log odds = -0.4 + 0.7 predicted log odds."""


@functools.cache
def miscalibrated():
    chance = np.random.default_rng(SEED + 2)
    made = []
    for _ in range(REPLICATES):
        odds = chance.normal(0, 1.2, 400)
        y = (chance.random(400) < 1 / (1 + np.exp(-(INTERCEPT + SLOPE * odds)))).astype(float)
        made.append(judged(y, 1 / (1 + np.exp(-odds))))
    return tuple(made)


def test_the_planted_slope_lies_in_its_interval_as_often_as_promised():
    assert within(np.mean([covered(slope(s), SLOPE) for s in miscalibrated()]), REPLICATES)


def test_the_planted_calibration_in_the_large_too():
    """Its truth is where the mean of expit(a + x) meets the mean of expit(-0.4 + 0.7 x), x normal with deviation 1.2: by quadrature."""
    from scipy.optimize import brentq

    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    x, w = 1.2 * nodes, weights / weights.sum()

    def mean(a, b):
        return float(np.sum(w / (1 + np.exp(-(a + b * x)))))

    truth = brentq(lambda a: mean(a, 1) - mean(INTERCEPT, SLOPE), -3, 3)
    assert within(np.mean([covered(in_the_large(s), truth) for s in miscalibrated()]), REPLICATES)


def test_a_miscalibrated_world_is_told_from_a_calibrated_one():
    assert np.mean([slope(s).upper < 1 for s in miscalibrated()]) > 0.5
    chance = np.random.default_rng(SEED + 3)
    p = 1 / (1 + np.exp(-chance.normal(0, 1.2, (REPLICATES, 400))))
    calibrated = [judged((chance.random(400) < row).astype(float), row) for row in p]
    assert within(np.mean([covered(slope(s), 1) for s in calibrated]), REPLICATES)
    assert within(np.mean([covered(in_the_large(s), 0) for s in calibrated]), REPLICATES)
    assert within(np.mean([abs(spiegelhalter(s).value) < 1.959964 for s in calibrated]), REPLICATES)


def test_the_curve_finds_a_bend_that_was_planted_and_is_flat_without_one():
    chance = np.random.default_rng(SEED + 4)
    p = chance.random(4000)
    bent = calibration((chance.random(4000) < p**2).astype(float), p).curve
    true_ici = float(np.mean(np.abs(p - p**2)))
    assert bent.ici == pytest.approx(true_ici, abs=0.03)
    assert calibration((chance.random(4000) < p).astype(float), p).curve.ici < 0.025


def test_the_correction_recovers_a_sensitivity_that_partial_verification_hides():
    """Positive people are verified in 3 of 10, negative ones in 9 of 10; truth: P(event | class) 0.7 and 0.2, half positive."""
    chance = np.random.default_rng(SEED + 5)
    truth = 0.35 / (0.35 + 0.1)

    def one():
        hit = chance.random(600) < 0.5
        y = (chance.random(600) < np.where(hit, 0.7, 0.2)).astype(float)
        y[chance.random(600) > np.where(hit, 0.3, 0.9)] = np.nan
        return y, np.where(hit, 0.8, 0.3)

    from analysis.accuracy import positive
    from analysis.unverified import begg_greenes

    drawn = [one() for _ in range(REPLICATES)]
    assert within(np.mean([covered(begg_greenes(y, positive(p, 0.5))[0], truth) for y, p in drawn]), REPLICATES)
    naive = np.mean([np.nanmean(p[y == 1] >= 0.5) for y, p in drawn])
    assert naive < truth - 0.15


def test_the_weighted_area_recovers_what_partial_verification_hides():
    chance = np.random.default_rng(SEED + 6)
    y, p = scores(chance, 6000)
    whole = auc(y, p).value
    seen = y.astype(float)
    seen[chance.random(6000) > np.where(p > 0.5, 0.25, 0.95)] = np.nan
    assert corrected(seen, p, 0.5).auc.value == pytest.approx(whole, abs=0.02)


def test_area_by_time_recovers_the_truth_through_censoring_and_competing_events():
    """Event times exponential with rate growing in the risk score; the truth is the same people without anybody lost."""
    chance = np.random.default_rng(SEED + 7)
    n, t = 20_000, 730.0
    x = chance.normal(0, 1, n)
    event, other, lost = (
        chance.exponential(scale) for scale in (2500 / np.exp(0.8 * x), 4000 * np.ones(n), 1800 * np.ones(n))
    )
    risk = 1 / (1 + np.exp(-x))

    def seen(until):
        first = np.minimum(np.minimum(event, other), until)
        return first, np.where(first == until, 0, np.where(event < other, 1, 2))

    whole = by_time(*seen(np.full(n, 9e9)), risk, t, bootstraps=1)
    partial = by_time(*seen(lost), risk, t, bootstraps=1)
    assert partial.lost > 4000
    assert partial.auc_1.value == pytest.approx(whole.auc_1.value, abs=0.012)
    assert partial.auc_2.value == pytest.approx(whole.auc_2.value, abs=0.012)
    assert partial.brier.value == pytest.approx(whole.brier.value, abs=0.006)


def test_its_bootstrap_limits_hold_the_truth():
    chance = np.random.default_rng(SEED + 8)
    hits = []
    for _ in range(60):
        y, p = scores(chance, 120)
        found = by_time(np.where(y == 1, 100, 800), y, p, 730, bootstraps=60)
        hits.append(covered(found.auc_1, TRUE_AUC))
    assert within(np.mean(hits), 60)


NAMES = tuple((f"x{k}", "m") for k in range(12))


def world(chance, n, shift=0.0, gone=0.1):
    """Nine continuous inputs, three coded; a tenth missing. `shift` moves the first."""
    x = np.column_stack((chance.normal(0, 1, (n, 9)), chance.integers(0, 3, (n, 3)))).astype(float)
    x[:, 0] += shift
    x[chance.random(x.shape) < gone] = np.nan
    return x


def vectors(x):
    return [{name: None if np.isnan(v) else float(v) for (name, _), v in zip(NAMES, row, strict=True)} for row in x]


def test_inputs_that_have_not_moved_raise_alarms_no_more_often_than_stated():
    chance = np.random.default_rng(SEED + 9)
    alarms = []
    for _ in range(60):
        ref = reference("a" * 64, NAMES, world(chance, 1000))
        alarms.append(any(s.moved for s in shifts(ref, vectors(world(chance, 150)), simulations=600)))
    assert np.mean(alarms) <= FALSE_ALARM + 3 * (FALSE_ALARM * (1 - FALSE_ALARM) / 60) ** 0.5


def test_an_input_that_moved_by_half_a_deviation_is_found_and_named():
    chance = np.random.default_rng(SEED + 10)
    ref = reference("a" * 64, NAMES, world(chance, 2000))
    found = shifts(ref, vectors(world(chance, 300, shift=0.6)))
    assert [s.name for s in found if s.moved] == ["x0"]


def test_more_of_an_input_missing_is_drift_as_well():
    chance = np.random.default_rng(SEED + 11)
    ref = reference("a" * 64, NAMES, world(chance, 2000))
    x = world(chance, 300)
    x[chance.random(300) < 0.3, 4] = np.nan
    found = {s.name: s for s in shifts(ref, vectors(x))}
    assert [name for name, s in found.items() if s.moved] == ["x4"]
    assert found["x4"].missing_now > 0.3 > found["x4"].missing_then


def test_a_calibrated_model_crosses_the_limit_in_no_more_series_than_stated():
    chance = np.random.default_rng(SEED + 12)
    p = chance.random(HORIZON)
    limit = control_limit(p, HORIZON, 4000)
    drawn = chance.choice(p, (2000, HORIZON))
    upper, lower = sums((chance.random(drawn.shape) < drawn) - drawn)
    alarms = float(np.mean(np.maximum(upper.max(axis=1), lower.max(axis=1)) > limit))
    # Both the limit and the check are simulated: their errors add.
    assert alarms <= FALSE_ALARM + 3 * (0.05 * 0.95 * (1 / 2000 + 1 / 4000)) ** 0.5
    assert alarms >= FALSE_ALARM - 3 * (0.05 * 0.95 * (1 / 2000 + 1 / 4000)) ** 0.5


def test_looking_after_each_outcome_costs_nothing_more():
    """The alarm is the first crossing: a series judged at its end had it already when it happened."""
    chance = np.random.default_rng(SEED + 13)
    p = chance.random(200)
    y = (chance.random(200) < np.clip(p + np.where(np.arange(200) < 60, 0, 0.3), 0, 1)).astype(float)
    whole = cusum(y, p, simulations=1000)
    assert whole.crossed is not None and whole.crossed >= 60
    upper, _ = sums((y - p)[None, : whole.crossed])
    assert upper.max() <= whole.limit


@pytest.mark.parametrize("shift", [0.15, -0.15])
def test_a_planted_change_of_15_points_is_found_on_either_side(shift):
    chance = np.random.default_rng(SEED + 14)
    p = chance.uniform(0.2, 0.8, 400)
    y = (chance.random(400) < p + np.where(np.arange(400) < 100, 0, shift)).astype(float)
    found = cusum(y, p, simulations=2000)
    assert found.crossed is not None and 100 <= found.crossed < 400
    beyond = found.upper if shift > 0 else found.lower
    assert beyond[found.crossed] > found.limit


def test_a_planted_fall_in_one_quarter_shows_there():
    from datetime import date, timedelta

    chance = np.random.default_rng(SEED + 15)
    p = chance.uniform(0.3, 0.7, 400)
    days = [date(2027, 1, 1) + timedelta(days=int(k * 365 / 400)) for k in range(400)]
    late = np.array([day >= date(2027, 10, 1) for day in days])
    y = (chance.random(400) < np.where(late, p - 0.25, p)).astype(float)
    found = {q.name: q for q in by_quarter(days, y, p)}
    assert list(found) == ["2027 Q1", "2027 Q2", "2027 Q3", "2027 Q4"]
    assert found["2027 Q4"].o_to_e.upper < 1 < found["2027 Q2"].o_to_e.upper
    assert sum(q.n for q in found.values()) == 400 and sum(q.events for q in found.values()) == int(y.sum())
