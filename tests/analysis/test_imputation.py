"""Chained equations: what was observed stays, what is filled in was somebody's, and a bias of complete cases is taken away."""

import numpy as np
import pandas as pd
import pytest

from analysis.cox import cox
from analysis.imputation import imputed, nelson_aalen
from analysis.not_estimable import NotEstimable
from analysis.rubin import pooled
from tests.analysis.reference import sample


def with_blanks(seed=1, share=0.3):
    draw = np.random.default_rng(seed)
    frame = sample().assign(
        event=lambda f: (f["status"] == 1) * 1.0, hazard=lambda f: nelson_aalen(f["days"], f["status"] == 1)
    )
    for name in ("age", "sex"):
        frame[name] = frame[name].astype(float).where(draw.random(len(frame)) > share)
    return frame


def filled(frame, seed=3, m=4):
    return list(imputed(frame, ["age", "sex"], predictors=["event", "hazard", "b", "c"], seed=seed, m=m))


def test_the_hazard_is_that_of_nelson_and_aalen_by_hand():
    assert nelson_aalen([3, 1, 2, 2], [0, 1, 1, 1]) == pytest.approx(
        [1 / 4 + 2 / 3, 1 / 4, 1 / 4 + 2 / 3, 1 / 4 + 2 / 3]
    )


def test_what_was_observed_stays_and_what_is_filled_in_was_somebody_s():
    frame = with_blanks()
    for each in filled(frame):
        assert not each[["age", "sex"]].isna().any().any()
        for name in ("age", "sex"):
            seen = frame[name].notna()
            assert (each.loc[seen, name] == frame.loc[seen, name]).all()
            assert set(each.loc[~seen, name]) <= set(frame.loc[seen, name])
        assert each.drop(columns=["age", "sex"]).equals(frame.drop(columns=["age", "sex"]))


def test_the_same_seed_gives_the_same_and_another_gives_others():
    frame = with_blanks()
    one, again, other = filled(frame), filled(frame), filled(frame, seed=4)
    assert all(a.equals(b) for a, b in zip(one, again, strict=True)) and not one[0].equals(other[0])
    assert not one[0].equals(one[1])


def test_without_blanks_nothing_changes():
    frame = with_blanks(share=-1)
    assert all(each.equals(frame) for each in filled(frame))


def test_a_cox_model_on_each_is_pooled_and_less_sure_than_the_complete_data():
    frame = with_blanks()
    fits = [
        cox(each, days="days", event="event", covariates=["age", "b"], identity="id")["age"]
        for each in filled(frame, m=10)
    ]
    found = pooled([f.log_hr for f in fits], [f.se for f in fits], complete_df=118)
    assert found.between > 0 and found.se > np.mean([f.se for f in fits]) and 0 < found.fmi < 1


def blank_by_covariate(draw, n=300):
    """x is blank the more often the larger y is, about 3 in 10; the mean of x is 0, and complete cases give -0.2."""
    y = draw.normal(size=n)
    x = 0.8 * y + 0.6 * draw.normal(size=n)
    return pd.DataFrame({"y": y, "x": np.where(draw.random(n) < 1 / (1 + np.exp(1 - y)), np.nan, x), "whole": x})


def mean_of_x(frame, seed, m):
    each = [f["x"] for f in imputed(frame, ["x"], predictors=["y"], seed=seed, m=m)]
    n = len(frame)
    return pooled([e.mean() for e in each], [e.std() / n**0.5 for e in each], complete_df=n - 1)


def test_a_mean_that_complete_cases_get_wrong_is_right_after_imputation():
    """40 samples: Monte Carlo error of the average 0.01."""
    draw = np.random.default_rng(11)
    frames = [blank_by_covariate(draw) for _ in range(40)]
    assert np.mean([f["x"].mean() for f in frames]) < -0.15
    assert abs(np.mean([mean_of_x(f, k, 5).estimate for k, f in enumerate(frames)])) < 0.05


@pytest.mark.slow
@pytest.mark.parametrize("n", [100, 300])
def test_the_interval_after_imputation_holds_the_truth_95_times_in_100(n):
    """600 samples, 10 imputations: Monte Carlo error 0.9 %. The error stated is that found, within its own error of 3 %.

    Without the bootstrap of the donors 3,000 samples of 300 gave 0.931 with an error 5 % too short.
    """
    draw = np.random.default_rng(5)
    found = [mean_of_x(blank_by_covariate(draw, n), k, 10) for k in range(600)]
    hit = np.mean([f.lower <= 0 <= f.upper for f in found])
    assert hit == pytest.approx(0.95, abs=0.018)
    assert np.mean([f.se for f in found]) / np.std([f.estimate for f in found]) == pytest.approx(1, abs=0.09)


def test_imputations_differ_where_blanks_lie_beyond_all_that_was_seen():
    """Every blank lies far above: the nearest donors are few, and which of them may give is drawn anew each time."""
    y = np.r_[np.arange(30.0), np.full(10, 60.0)]
    frame = pd.DataFrame({"y": y, "x": np.where(y < 30, np.sqrt(y), np.nan)})
    given = [tuple(f["x"][30:]) for f in imputed(frame, ["x"], predictors=["y"], seed=2, m=12)]
    assert len({max(each) for each in given}) > 2


def test_too_few_values_a_blank_predictor_and_twins_are_refused():
    frame = with_blanks()
    with pytest.raises(NotEstimable, match="too few values of age"):
        filled(frame.assign(age=frame["age"].where(frame["id"] < 5)))
    with pytest.raises(ValueError, match="predictor"):
        filled(frame.assign(hazard=np.nan))
    with pytest.raises(NotEstimable, match="linear combinations"):
        filled(frame.assign(c=frame["b"]))
