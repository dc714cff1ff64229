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


def test_a_mean_that_complete_cases_get_wrong_is_right_after_imputation():
    """x is blank the more often the larger y is: 40 samples of 300, the mean of x is 0, Monte Carlo error of its average 0.01."""
    draw = np.random.default_rng(11)
    complete, imputations, hit = [], [], 0
    for k in range(40):
        y = draw.normal(size=300)
        x = 0.8 * y + 0.6 * draw.normal(size=300)
        frame = pd.DataFrame({"y": y, "x": np.where(draw.random(300) < 1 / (1 + np.exp(1 - y)), np.nan, x)})
        each = [f["x"] for f in imputed(frame, ["x"], predictors=["y"], seed=k, m=5)]
        found = pooled([e.mean() for e in each], [e.std() / 300**0.5 for e in each], complete_df=299)
        complete.append(frame["x"].mean())
        imputations.append(found.estimate)
        hit += found.lower <= 0 <= found.upper
    assert np.mean(complete) < -0.15 and abs(np.mean(imputations)) < 0.05
    assert hit / 40 >= 0.8  # 0.92 in 150 such samples; 0.8 is 3.5 Monte Carlo errors below


def test_too_few_values_a_blank_predictor_and_twins_are_refused():
    frame = with_blanks()
    with pytest.raises(NotEstimable, match="too few values of age"):
        filled(frame.assign(age=frame["age"].where(frame["id"] < 5)))
    with pytest.raises(ValueError, match="predictor"):
        filled(frame.assign(hazard=np.nan))
    with pytest.raises(NotEstimable, match="linear combinations"):
        filled(frame.assign(c=frame["b"]))
