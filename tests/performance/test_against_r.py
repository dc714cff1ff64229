"""To 1e-6 against R: pROC, rms, riskRegression, glm, binom.test. Call and versions stand in `reference.R`, its output in the JSON."""

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.accuracy import accuracy, fourfold
from analysis.calibration import calibration, curve
from analysis.competing_auc import by_time
from analysis.discrimination import auc, compared, delong
from analysis.estimable import judged, log_odds
from analysis.logistic import logistic
from analysis.net_benefit import net_benefit
from analysis.reader_study import BOTH, CLINICIAN, MODEL, reader_study
from tests.performance.sample import DAYS, P_LARGE, STATUS, THRESHOLD, Y_LARGE, P, Q, T, Y

R = json.loads((Path(__file__).parent / "reference.json").read_text("utf-8"))


def close(found, name):
    assert np.atleast_1d(np.asarray(found, dtype=float)) == pytest.approx(R[name], abs=1e-6)


def three(found):
    return found.value, found.lower, found.upper


def test_the_area_and_its_limits_are_those_of_proc():
    found = auc(Y, P, logit=False)
    close(found.value, "auc")
    close((found.lower, found.upper), "auc_limits")
    close(delong(Y, [P]).covariance[0, 0], "auc_var")


def test_the_paired_comparison_is_that_of_proc():
    close(delong(Y, [P, Q]).covariance[0, 1], "auc_cov")
    close(auc(Y, Q).value, "auc_clinician")
    found = compared(Y, P, Q)
    close(found.z, "paired_z")
    close(found.p, "paired_p")
    close((found.difference.lower, found.difference.upper), "paired_limits")


def test_intercept_and_slope_are_those_of_glm_and_of_val_prob():
    found, line = calibration(Y, P), logistic(np.column_stack((np.ones(len(P)), log_odds(P))), Y.astype(float))
    half = (found.in_the_large.upper - found.in_the_large.lower) / 2 / 1.959963984540054
    close((found.in_the_large.value, half), "in_the_large")
    half = (found.slope.upper - found.slope.lower) / 2 / 1.959963984540054
    close((found.slope.value, half, line.beta[0]), "slope")
    close((auc(Y, P).value, found.brier.value, line.beta[0], found.slope.value, found.z.value), "val_prob")


def test_scaled_brier_and_observed_over_expected():
    found = calibration(Y, P)
    close(found.brier_scaled.value, "brier_scaled")
    close(three(found.o_to_e), "o_to_e")


def test_the_curve_is_that_of_a_spline_in_glm_and_in_lrm():
    found = curve(judged(Y_LARGE, P_LARGE))
    close((found.ici, found.e50, found.e90), "curve")
    at = [found.predicted.index(p) for p in R["curve_at"]]
    close([found.observed[k] for k in at], "curve_value")
    close([found.lower[k] for k in at], "curve_lower")
    close([found.upper[k] for k in at], "curve_upper")
    assert R["curve_lrm_gap"][0] < 1e-9


@pytest.mark.parametrize("name", ["sensitivity", "specificity", "ppv", "npv", "lr_positive", "lr_negative"])
def test_what_follows_from_the_fourfold_table(name):
    table = fourfold(Y, P, THRESHOLD)
    close((table.tp, table.fp, table.fn, table.tn), "fourfold")
    close(three(getattr(accuracy(table), name)), name)


@pytest.mark.parametrize("t", [0.2, 0.5, 0.8])
def test_net_benefit_with_its_limits(t):
    found = net_benefit(Y, P, t)
    close((*three(found.model), found.everybody.value, *three(found.over_everybody)), f"net_benefit_{t}")


def test_the_exact_mcnemar_test():
    found = next(p for p in reader_study(Y, Q, P, THRESHOLD).pairs if (p.one, p.other) == (MODEL, CLINICIAN))
    close(found.among_events, "mcnemar_events")
    close(found.among_others, "mcnemar_others")


def test_the_three_readers_are_those_of_the_single_measures():
    found = {r.id: r for r in reader_study(Y, Q, P, THRESHOLD).readers}
    assert found[MODEL].auc == auc(Y, P) and found[CLINICIAN].auc == auc(Y, Q)
    assert found[BOTH].auc == auc(Y, (P + Q) / 2)
    assert found[MODEL].net_benefit == net_benefit(Y, P, THRESHOLD)


def test_time_dependent_areas_and_brier_with_competing_risks():
    found = by_time(DAYS, STATUS, 1 - P, T, bootstraps=2)
    close(found.auc_1.value, "auc_definition_1")
    close(found.auc_2.value, "auc_definition_2")
    close(found.auc_2.value, "score_auc")  # riskRegression::Score counts competing events among the controls
    close(found.brier.value, "brier_by_time")
    assert found.brier.value == pytest.approx(R["score_brier"][1], abs=1e-6)
    close(found.scaled.value, "score_ipa")


def test_the_reference_file_says_which_r_and_packages_made_it():
    head = (Path(__file__).parent / "reference.R").read_text("utf-8").splitlines()[1]
    assert "R 4.2.2" in head and "pROC 1.18.0" in head and "rms 6.5-0" in head and "riskRegression" in head
