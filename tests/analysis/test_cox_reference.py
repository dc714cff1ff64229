"""Cox with strata, weights, delayed entry and clusters against R's coxph, cox.zph and survfit (reference/survival.R), and lifelines."""

import math

import lifelines
import numpy as np
import pandas as pd
import pytest

from analysis.cox import cox, survival_of
from analysis.not_estimable import NotEstimable, Separated
from analysis.proportionality import proportionality
from analysis.samples import Repeated
from analysis.spells import split_at_change
from tests.analysis.colon import colon
from tests.analysis.reference import cases, sample, values
from tests.shared_data import needs_shared

R = values("survival")
FOUR = ["b", "c", "age", "sex"]


def with_event(frame, kind=1):
    return frame.assign(event=(frame["status"] == kind).astype(int))


def fit(frame=None, covariates=FOUR, **asked):
    return cox(
        with_event(sample()) if frame is None else frame, days="days", event="event", covariates=covariates, **asked
    )


FITS = {
    "plain": {},
    "strata": {"strata": ["stratum"]},
    "robust": {"robust": True},
    "cluster": {"strata": ["stratum"], "cluster": "site"},
    "weights": {"weights": "weight", "robust": True},
    "entry": {"entry": "entry"},
    "entry_robust": {"strata": ["stratum"], "entry": "entry", "robust": True},
}


def agrees(found, want):
    assert [c.log_hr for c in found.coefficients] == pytest.approx(np.atleast_1d(want["coef"]), rel=1e-9)
    errors = np.atleast_1d(want["robust"] if found.robust else want["se"])
    assert [c.se for c in found.coefficients] == pytest.approx(errors, rel=1e-9)
    assert found.log_likelihood == pytest.approx(want["loglik"][1], abs=1e-9)


@pytest.mark.parametrize("name", FITS)
def test_tied_times_give_what_coxph_gives(name):
    agrees(fit(**FITS[name]), R["cox"][name])


@pytest.mark.parametrize("name", FITS)
def test_the_test_of_proportional_hazards_is_that_of_cox_zph_by_covariate_and_together(name):
    found, want = proportionality(fit(**FITS[name])), R["cox"][name]["zph"]
    for test, (chi2, df, p) in zip([*(t for _, t in found.each), found.together], want, strict=True):
        assert (test.chi2, test.df, test.p) == (pytest.approx(chi2, rel=1e-9), df, pytest.approx(p, rel=1e-9))


def test_the_competing_event_a_group_with_nobody_late_and_one_event_give_what_coxph_gives():
    agrees(fit(with_event(sample(), 2)), R["cox"]["competing"])
    agrees(fit(with_event(cases()["only_early_in_c"])), R["cox"]["only_early_in_c"])
    agrees(fit(with_event(cases()["one_event"]), ["age"]), R["cox"]["one_event"])


@needs_shared
def test_the_colon_trial_gives_what_coxph_and_cox_zph_give():
    found = cox(colon(), days="time", event="event", covariates=["lev", "lev5fu", "age", "node4"], identity="id")
    agrees(found, R["cox"]["colon"])
    assert proportionality(found).together.chi2 == pytest.approx(R["cox"]["colon"]["zph"][-1][0], rel=1e-9)


def test_predicted_survival_has_efron_s_baseline_as_survfit_has():
    times, survival = survival_of(fit(), {"b": 1, "c": 0, "age": 60, "sex": 1})
    want = dict(zip(R["baseline"]["time"], R["baseline"]["surv"], strict=True))
    assert survival == pytest.approx([want[t] for t in times.tolist()], rel=1e-10)


def test_survival_is_told_by_stratum():
    found = fit(strata=["stratum"], covariates=["age"])
    curves = [survival_of(found, {"age": 60}, (k,)) for k in (1, 2, 3)]
    assert len({len(times) for times, _ in curves}) > 1 and all((np.diff(s) < 0).all() for _, s in curves)


@pytest.mark.parametrize(("robust", "name"), [(False, "timed"), (True, "timed_robust")])
def test_a_covariate_that_turns_on_with_time_gives_what_coxph_gives(robust, name):
    frame = with_event(sample()).assign(change=lambda f: f["entry"].where(f["entry"] > 0))
    spells = split_at_change(frame, identity="id", days="days", event="event", change="change", name="late")
    found = fit(spells, ["late", "age"], entry="start", identity="id", robust=robust)
    agrees(found, R[name])


def test_lifelines_gives_the_same_coefficients_and_with_a_time_dependent_covariate_too():
    ours = fit(covariates=["age", "sex"])
    columns = with_event(sample())[["days", "event", "age", "sex"]]
    peer = lifelines.CoxPHFitter().fit(columns, "days", "event", fit_options={"precision": 1e-12})
    assert [c.log_hr for c in ours.coefficients] == pytest.approx(list(peer.params_), abs=1e-7)
    timed = with_event(sample())[["id", "entry", "days", "event", "age", "sex"]]
    varying = lifelines.CoxTimeVaryingFitter().fit(
        timed, id_col="id", event_col="event", start_col="entry", stop_col="days", fit_options={"precision": 1e-12}
    )
    assert [c.log_hr for c in fit(covariates=["age", "sex"], entry="entry").coefficients] == pytest.approx(
        list(varying.params_), abs=1e-6
    )


def test_the_likelihood_ratio_is_that_of_both_likelihoods_of_r():
    null, full = R["cox"]["plain"]["loglik"]
    assert fit().likelihood_ratio.chi2 == pytest.approx(2 * (full - null), abs=1e-9) and fit().likelihood_ratio.df == 4
    assert fit(weights="weight").likelihood_ratio is None


def test_a_joint_wald_test_of_all_is_that_of_r():
    assert fit().wald(*FOUR).chi2 == pytest.approx(R["cox"]["plain"]["wald"], rel=1e-9)
    assert fit().wald("age").p == pytest.approx(fit()["age"].p, rel=1e-10)


def test_whole_weights_are_repeated_rows_without_ties():
    frame = with_event(sample()).assign(days=lambda f: f["days"] + f["id"] / 1000, weight=2.0)
    assert fit(frame, weights="weight")["age"].log_hr == pytest.approx(fit(frame)["age"].log_hr, rel=1e-10)
    assert fit(frame, weights="weight")["age"].se == pytest.approx(fit(frame)["age"].se / math.sqrt(2), rel=1e-10)


def test_a_separated_covariate_is_named_and_gets_no_number():
    frame = with_event(sample())
    frame.loc[frame["group"] == "b", "event"] = 0
    with pytest.raises(Separated) as refused:
        fit(frame)
    assert refused.value.covariates == ("b",)


def test_a_covariate_that_turns_on_before_every_event_of_its_time_is_separated_though_its_information_is_lost_in_rounding():
    """Sums of risk sets that hold a hazard of e^20 and more lose the others' digits: the information came out below 0, and no error."""
    spells = pd.DataFrame(
        {
            "start": [0, 0, 200, 0, 0],
            "days": [900.0, 200, 500, 100, 400],
            "event": [0, 0, 1, 1, 0],
            "late": [0.0, 0, 1, 0, 0],
        }
    )
    with pytest.raises(Separated) as refused:
        fit(spells, ["late"], entry="start")
    assert refused.value.covariates == ("late",)


def test_a_perfect_order_is_separated_too():
    with pytest.raises(Separated):
        fit(pd.DataFrame({"days": [1, 2, 3, 4], "event": 1, "x": [4.0, 3.0, 2.0, 1.0]}), ["x"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"event": 0}, "nobody had the event"),
        ({"b": 1.0}, "the same in everybody: b"),
        ({"c": sample()["b"]}, "linear combinations"),
    ],
)
def test_what_the_data_do_not_determine_is_not_estimable(change, problem):
    with pytest.raises(NotEstimable, match=problem):
        fit(with_event(sample()).assign(**change))


@pytest.mark.parametrize(
    ("change", "asked", "problem"),
    [
        ({"days": -1}, {}, "negative"),
        ({"event": 2}, {}, "neither 0 nor 1"),
        ({"entry": 999}, {"entry": "entry"}, "ends before it begins"),
        ({"weight": 0.0}, {"weights": "weight"}, "positive"),
        ({"weight": None}, {"weights": "weight"}, "unknown"),
    ],
)
def test_broken_columns_are_refused(change, asked, problem):
    with pytest.raises(ValueError, match=problem):
        fit(with_event(sample()).assign(**change), **asked)


def test_two_rows_of_one_participant_are_refused_unless_they_are_spells_apart():
    frame = with_event(sample())
    twice = pd.concat([frame, frame.head(1)])
    with pytest.raises(Repeated):
        fit(twice, identity="id")
    with pytest.raises(Repeated) as refused:
        fit(twice, identity="id", entry="entry")
    assert refused.value.participants == ("1",)


def test_proportionality_needs_events_at_more_than_one_time():
    frame = pd.DataFrame({"days": [1, 1, 2, 2], "event": [1, 1, 0, 0], "x": [0.0, 1.0, 2.0, 0.5]})
    with pytest.raises(NotEstimable):
        proportionality(fit(frame, ["x"]))


def test_under_proportional_hazards_the_test_keeps_its_level():
    """300 draws of 150; Monte Carlo error of 5 % is 1.3 %."""
    draw = np.random.default_rng(8)
    found = []
    for _ in range(300):
        x = draw.normal(size=150)
        t, c = draw.exponential(np.exp(-x)), draw.exponential(2, 150)
        frame = pd.DataFrame({"days": np.minimum(t, c), "event": (t <= c) * 1, "x": x})
        found.append(proportionality(fit(frame, ["x"])).together.p)
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.04)
