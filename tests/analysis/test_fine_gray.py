"""Fine-Gray against R's cmprsk::crr (reference/competing.R), a slow sum straight from the paper, and data without an answer."""

import numpy as np
import pandas as pd
import pytest

from analysis.fine_gray import fine_gray
from analysis.not_estimable import NotEstimable, Separated
from analysis.samples import Repeated
from tests.analysis.colon import colon, competing
from tests.analysis.reference import cases, sample, values
from tests.shared_data import needs_shared

FOUR = ["b", "c", "age", "sex"]
COLUMNS = {"days": "days", "status": "status"}
R = values("competing")["fine_gray"]


def agrees(found, reference):
    assert [c.log_hr for c in found.coefficients] == pytest.approx(np.atleast_1d(reference["coef"]), rel=1e-9)
    assert [c.se for c in found.coefficients] == pytest.approx(np.atleast_1d(reference["se"]), rel=1e-9)
    assert found.log_likelihood == pytest.approx(reference["loglik"], abs=1e-9)
    assert found.likelihood_ratio.chi2 == pytest.approx(2 * (reference["loglik"] - reference["loglik_null"]), abs=1e-9)


@pytest.mark.parametrize("cause", [1, 2])
def test_both_causes_of_the_sample_are_those_of_crr(cause):
    agrees(fine_gray(sample(), **COLUMNS, covariates=FOUR, cause=cause), R[f"cause{cause}"])


@pytest.mark.parametrize("case", ["competing_missing_in_b", "only_early_in_c", "no_competing"])
def test_a_missing_cause_and_an_arm_nobody_of_which_stays_give_what_crr_gives(case):
    agrees(fine_gray(cases()[case], **COLUMNS, covariates=FOUR), R[case])


def test_one_event_gives_what_crr_gives():
    agrees(fine_gray(cases()["one_event"], **COLUMNS, covariates=["age"]), R["one_event"])


@needs_shared
def test_the_colon_trial_gives_what_crr_gives():
    days, status = competing(colon())
    frame = colon().assign(days=days, status=status)
    agrees(fine_gray(frame, **COLUMNS, covariates=["lev", "lev5fu", "age", "node4"], identity="id"), R["colon"])


def test_the_incidence_of_someone_is_that_of_predict_crr():
    found = fine_gray(sample(), **COLUMNS, covariates=FOUR)
    someone = {"b": 1, "c": 0, "age": 60, "sex": 1}
    assert found.times == tuple(R["cause1"]["times"])
    assert found.incidence(someone) == pytest.approx(R["cause1"]["incidence"], rel=1e-9)


def test_the_sandwich_is_the_double_sum_of_the_paper():
    """Equations 7 and 8, one row and one time after the other, on 25 rows with ties."""
    frame = sample().head(25)
    found = fine_gray(frame, **COLUMNS, covariates=["age"])
    assert found["age"].se == pytest.approx(by_hand(frame, found["age"].log_hr), rel=1e-9)


def by_hand(frame, beta):
    t, code, x = (frame[name].to_numpy(dtype=float) for name in ("days", "status", "age"))
    n, rows = len(t), range(len(t))

    def free(u):
        lost = [v for v in np.unique(t[code == 0]) if v < u]
        return np.prod([1 - np.sum((t == v) & (code == 0)) / np.sum(t >= v) for v in lost])

    def w(i, s):
        return 1.0 if t[i] >= s else free(s) / free(t[i]) if code[i] == 2 else 0.0

    failing = np.unique(t[code == 1])
    s0 = {s: sum(w(j, s) * np.exp(beta * x[j]) for j in rows) for s in failing}
    mean = {s: sum(w(j, s) * x[j] * np.exp(beta * x[j]) for j in rows) / s0[s] for s in failing}
    hazard = {s: np.sum((t == s) & (code == 1)) / s0[s] for s in failing}

    def dm(i, s):
        return float(code[i] == 1 and t[i] == s) - w(i, s) * np.exp(beta * x[i]) * hazard[s]

    def q(u):
        return -sum((x[i] - mean[s]) * dm(i, s) for i in rows if t[i] < u for s in failing if s >= u)

    eta = [sum((x[i] - mean[s]) * dm(i, s) for s in failing) for i in rows]
    lost = np.unique(t[code == 0])
    at_risk = {u: np.sum(t >= u) for u in lost}
    rate = {u: np.sum((t == u) & (code == 0)) / at_risk[u] for u in lost}
    psi = [sum(q(u) / at_risk[u] * ((code[i] == 0 and t[i] == u) - (t[i] >= u) * rate[u]) for u in lost) for i in rows]
    information = sum(
        hazard[s] * sum(w(j, s) * (x[j] - mean[s]) ** 2 * np.exp(beta * x[j]) for j in rows) for s in failing
    )
    return np.sqrt(sum((eta[i] + psi[i]) ** 2 for i in range(n))) / information


def test_order_of_rows_changes_nothing_to_the_last_bit():
    frame = sample()
    first = fine_gray(frame, **COLUMNS, covariates=FOUR, identity="id")
    assert fine_gray(frame.sample(frac=1, random_state=1), **COLUMNS, covariates=FOUR, identity="id") == first


def test_another_unit_of_a_covariate_changes_its_coefficient_and_nothing_else():
    frame = sample()
    years = fine_gray(frame, **COLUMNS, covariates=["age", "sex"])
    days = fine_gray(frame.assign(age=frame["age"] * 365.25), **COLUMNS, covariates=["age", "sex"])
    assert days["age"].log_hr * 365.25 == pytest.approx(years["age"].log_hr, rel=1e-10)
    assert days["age"].p == pytest.approx(years["age"].p, rel=1e-9) and days["sex"].se == pytest.approx(years["sex"].se)


def test_a_cause_nobody_had_is_not_estimable():
    with pytest.raises(NotEstimable, match="nobody had the event"):
        fine_gray(sample(), **COLUMNS, covariates=["age"], cause=3)


def test_all_censored_is_not_estimable():
    with pytest.raises(NotEstimable, match="nobody had the event"):
        fine_gray(sample().assign(status=0), **COLUMNS, covariates=["age"])


def test_a_group_without_the_cause_separates_and_is_named():
    frame = sample()
    without = frame.assign(status=frame["status"].where(~((frame["group"] == "b") & (frame["status"] == 1)), 0))
    with pytest.raises(Separated) as refused:
        fine_gray(without, **COLUMNS, covariates=["b", "age"])
    assert refused.value.covariates == ("b",)


@pytest.mark.parametrize(
    ("extra", "problem"),
    [({"one": 1.0}, "the same in everybody: one"), ({"one": sample()["age"] * 2 - 3}, "linear combinations")],
)
def test_covariates_that_say_nothing_are_refused(extra, problem):
    with pytest.raises(NotEstimable, match=problem):
        fine_gray(sample().assign(**extra), **COLUMNS, covariates=["age", "one"])


def test_two_rows_of_one_participant_are_refused_and_named():
    frame = sample()
    with pytest.raises(Repeated) as refused:
        fine_gray(pd.concat([frame, frame.head(2)]), **COLUMNS, covariates=["age"], identity="id")
    assert refused.value.participants == ("1", "2")


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("days", -1, "negative"),
        ("status", 0.5, "whole number"),
        ("age", np.nan, "unknown"),
        ("days", np.inf, "unknown"),
    ],
)
def test_broken_columns_are_refused(column, value, problem):
    frame = sample().astype({column: float})
    frame.loc[3, column] = value
    with pytest.raises(ValueError, match=problem):
        fine_gray(frame, **COLUMNS, covariates=["age"])


def test_nobody_is_not_estimable():
    with pytest.raises(NotEstimable):
        fine_gray(sample().head(0), **COLUMNS, covariates=["age"])


def test_a_tie_between_censoring_and_events_counts_the_events_as_still_at_risk():
    """G as cmprsk: three at risk on day 2, where one is censored and one has the event; G(3-) = 2/3, not 1/2."""
    frame = pd.DataFrame(
        {"days": [1, 2, 2, 3], "status": [2, 0, 1, 1], "x": [0.0, 1.0, 2.0, -0.5]},
    )
    found = fine_gray(frame, **COLUMNS, covariates=["x"])
    b = found["x"].log_hr
    kept = [1 + np.exp(b) + np.exp(2 * b) + np.exp(-0.5 * b), 2 / 3 + np.exp(-0.5 * b)]
    assert found.log_likelihood == pytest.approx(1.5 * b - np.log(kept).sum(), abs=1e-12)
