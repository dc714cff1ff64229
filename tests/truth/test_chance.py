"""Chapter: the dice. Each draw has the distribution its name says."""

import pytest
from scipy import stats

from trial.simulate.chance import Dice, logistic
from trial.simulate.disease import REGROWTH_SCALE, REGROWTH_SHAPE
from trial.simulate.truth import draw

N = 4000


def many(draw_one):
    dice = Dice(1, 2, 3)
    return [draw_one(dice) for _ in range(N)]


def test_uniform_exponential_weibull_and_lognormal_have_their_shapes():
    assert stats.kstest(many(lambda d: d.uniform(2, 5)), stats.uniform(2, 3).cdf).pvalue > 0.001
    assert stats.kstest(many(lambda d: d.exponential()), stats.expon.cdf).pvalue > 0.001
    assert stats.kstest(many(lambda d: d.weibull(1.4, 13.2)), stats.weibull_min(1.4, scale=13.2).cdf).pvalue > 0.001
    assert stats.kstest(many(lambda d: d.lognormal(3.0, 0.5)), stats.lognorm(0.5, scale=3.0).cdf).pvalue > 0.001


def test_weibull_times_of_regrowth_are_those_of_the_reference():
    # Statistics reference a3: shape 1.4, scale 13.2 months gives 90 % by 24 months, 98.3 % by 36, median 10.2.
    times = stats.weibull_min(REGROWTH_SHAPE, scale=REGROWTH_SCALE)
    assert times.cdf(24) == pytest.approx(0.90, abs=0.005)
    assert times.cdf(36) == pytest.approx(0.983, abs=0.002)
    assert times.median() == pytest.approx(10.2, abs=0.05)


def test_a_pick_follows_its_weights():
    found = many(lambda d: d.pick({"a": 1, "b": 2, "c": 5}))
    assert stats.chisquare([found.count(k) for k in "abc"], [N / 8, N / 4, 5 * N / 8]).pvalue > 0.001


def test_a_weight_of_nothing_is_never_picked():
    assert set(many(lambda d: d.pick({"a": 0, "b": 1}))) == {"b"}


def test_chance_and_whole_numbers():
    assert stats.binomtest(sum(many(lambda d: d.chance(0.2))), N, 0.2).pvalue > 0.001
    found = many(lambda d: d.whole(3, 6))
    assert set(found) == {3, 4, 5, 6}


def test_a_normal_deviate_is_cut_off_at_both_ends():
    found = many(lambda d: d.normal(0, 1, -1, 1))
    assert (min(found), max(found)) == (-1, 1)


def test_the_logistic_function_is_the_inverse_of_the_log_odds():
    assert logistic(0) == 0.5
    assert logistic(1.3862943611198906) == pytest.approx(0.8)


def test_a_hundred_lives_are_drawn_in_a_few_seconds():
    assert len({draw(3, i).person for i in range(100)}) == 100
