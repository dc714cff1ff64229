"""Scores imputed from the joint normal model: what was seen stays, draws are those of the posterior, a bias of those seen is taken away."""

import numpy as np
import pytest

from analysis.joint_normal import completed, drawn, needed
from analysis.not_estimable import NotEstimable

COVARIANCE = np.array([[220.0, 120.0, 90.0], [120.0, 260.0, 150.0], [90.0, 150.0, 240.0]])
MEAN = np.array([60.0, 55.0, 50.0])


def whole(n=200, seed=4):
    return np.random.default_rng(seed).multivariate_normal(MEAN, COVARIANCE, size=n)


def holed(n=200, seed=4, share=0.25):
    rows = whole(n, seed)
    rows[np.random.default_rng(seed + 1).random(rows.shape) < share] = np.nan
    return rows


def filled(rows, seed=7, m=5):
    return completed(rows, m=m, chance=np.random.default_rng(seed))


def test_what_was_seen_stays_and_nothing_is_missing_afterwards():
    rows = holed()
    before = rows.copy()
    for each in filled(rows):
        assert np.isfinite(each).all() and (each[~np.isnan(rows)] == rows[~np.isnan(rows)]).all()
    assert np.array_equal(rows, before, equal_nan=True)


def test_each_set_is_another_draw_and_the_same_seed_gives_the_same():
    rows = holed()
    one, again, other = filled(rows), filled(rows), filled(rows, seed=8)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], one[1]) and not np.array_equal(one[0], other[0])


def test_without_anything_missing_every_set_is_what_was_seen():
    assert all(np.array_equal(each, whole()) for each in filled(whole()))


def test_mean_and_covariance_are_drawn_from_normal_and_inverse_wishart():
    """Their expectations are the mean and S / (n - p - 2), the mean's covariance a share of 1/n of that. 4,000 draws, seeded."""
    rows, chance = whole(40), np.random.default_rng(5)
    around = (rows - rows.mean(axis=0)).T @ (rows - rows.mean(axis=0))
    draws = [drawn(rows, chance) for _ in range(4000)]
    means, covariances = (np.array(part) for part in zip(*draws, strict=True))
    expected = around / (40 - 3 - 2)
    assert covariances.mean(axis=0) == pytest.approx(expected, rel=0.03)
    assert means.mean(axis=0) == pytest.approx(rows.mean(axis=0), abs=0.2)
    assert np.cov(means, rowvar=False) == pytest.approx(expected / 40, rel=0.1)


def test_what_is_imputed_lies_on_the_regression_on_what_was_seen():
    """The last column missing in every fourth row: over many sets the mean of each is the prediction of least squares."""
    rows = whole()
    gone = np.arange(len(rows)) % 4 == 0
    x = np.column_stack([np.ones(len(rows)), rows[:, :2]])
    best, *_ = np.linalg.lstsq(x[~gone], rows[~gone, 2], rcond=None)
    rows[gone, 2] = np.nan
    sets = np.array(filled(rows, m=400))[:, gone, 2]
    error = sets.std(axis=0, ddof=1) / 20
    away = (sets.mean(axis=0) - x[gone] @ best) / error
    assert np.abs(away).max() < 4 and abs(away.mean()) < 0.5
    rest = 200 / 196 * COVARIANCE[2, 2] * 0.6  # what the two leave open is about this
    assert sets.var(axis=0, ddof=1).mean() == pytest.approx(rest, rel=0.3)


def test_a_bias_of_those_seen_is_taken_away_where_earlier_scores_explain_it():
    rows = whole(2000)
    gone = rows[:, 0] < 55
    truth = rows[:, 2].mean()
    rows[gone, 2] = np.nan
    seen, imputed = np.nanmean(rows[:, 2]), np.mean([each[:, 2].mean() for each in filled(rows, m=20)])
    x = np.column_stack([np.ones(2000), rows[:, :2]])
    best, *_ = np.linalg.lstsq(x[~gone], rows[~gone, 2], rcond=None)
    predicted = np.where(gone, x @ best, rows[:, 2]).mean()
    assert abs(imputed - predicted) < 0.3 and seen - truth > 2 and abs(imputed - truth) < (seen - truth) / 2


def test_a_row_of_which_nothing_was_seen_is_drawn_from_all():
    rows = np.vstack([whole(), np.full((1, 3), np.nan)])
    drawn_rows = np.array([each[-1] for each in filled(rows, m=500)])
    assert drawn_rows.mean(axis=0) == pytest.approx(whole().mean(axis=0), abs=3)
    assert drawn_rows.std(axis=0) == pytest.approx(whole().std(axis=0), rel=0.15)


def test_the_least_number_of_whole_rows_is_two_more_than_columns():
    rows = np.vstack([whole(needed(3)), [[50.0, np.nan, np.nan]]])
    assert needed(3) == 5 and len(filled(rows)) == 5
    with pytest.raises(NotEstimable, match="fewer than 5 participants"):
        filled(rows[1:])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda rows: np.column_stack([rows, np.full(len(rows), 33.33)]), "same score"),
        (lambda rows: np.column_stack([rows, rows[:, 0] - rows[:, 1]]), "follow from"),
        (lambda rows: rows[:0], "fewer than"),
        (lambda rows: np.full_like(rows, np.nan), "fewer than"),
    ],
    ids=["one score", "a difference of two others", "nobody", "nothing seen"],
)
def test_what_cannot_be_learnt_is_not_imputed(change, problem):
    with pytest.raises(NotEstimable, match=problem):
        filled(change(whole()))
