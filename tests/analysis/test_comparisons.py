"""Log-rank and Cox against published numbers, R and statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import survdiff

from analysis.cox import cox
from analysis.logrank import log_rank
from tests.analysis.colon import DEATH, RECURRENCE, colon
from tests.analysis.freireich import ARM, RELAPSED, WEEKS
from tests.shared_data import needs_shared


def test_the_6_mp_trial_gives_the_published_log_rank():
    """Kalbfleisch & Prentice 1980; observed 9 and 21, expected 19.25 and 10.75, chi-squared 16.79 on 1 df."""
    found = log_rank(WEEKS, RELAPSED, ARM)
    assert found.observed == (9, 21)
    assert found.expected == pytest.approx((19.25, 10.75), abs=0.005)
    assert (found.chi2, found.df) == (pytest.approx(16.79, abs=0.005), 1)
    assert found.z == pytest.approx(found.chi2**0.5) and found.p < 1e-4


def test_the_6_mp_trial_gives_the_published_hazard_ratio():
    """R: coxph(Surv(time, cens) ~ treat, MASS::gehan), Efron: coefficient 1.5721, SE 0.4124."""
    frame = pd.DataFrame({"weeks": WEEKS, "relapsed": RELAPSED, "placebo": [float(arm == "placebo") for arm in ARM]})
    found = cox(frame, days="weeks", event="relapsed", covariates=["placebo"])["placebo"]
    assert (found.log_hr, found.se) == (pytest.approx(1.5721, abs=5e-5), pytest.approx(0.4124, abs=5e-5))


# R's survival: coxph(Surv(time, status) ~ rx, data = colon, subset = etype == 1), and etype == 2.
R_COEFFICIENTS = (
    (RECURRENCE, -0.01512, 0.10708, -0.51209, 0.11863),
    (DEATH, -0.02664, 0.11030, -0.37171, 0.11875),
)


@needs_shared
@pytest.mark.parametrize(("columns", "lev", "lev_se", "lev5fu", "lev5fu_se"), R_COEFFICIENTS)
def test_the_colon_trial_gives_the_coefficients_of_r(columns, lev, lev_se, lev5fu, lev5fu_se):
    found = cox(colon(), days=columns[0], event=columns[1], covariates=["lev", "lev5fu"], identity="id")
    assert [c.log_hr for c in found.coefficients] == pytest.approx([lev, lev5fu], abs=1e-4)
    assert [c.se for c in found.coefficients] == pytest.approx([lev_se, lev5fu_se], abs=1e-4)


@needs_shared
@pytest.mark.parametrize(("columns", "published"), [(RECURRENCE, 0.60), (DEATH, 0.67)])
def test_fluorouracil_and_levamisole_reduce_recurrence_by_40_percent_and_death_by_a_third(columns, published):
    """Moertel 1990 and 1995, against observation; the published ratios are adjusted ones, hence the tolerance."""
    found = cox(colon(), days=columns[0], event=columns[1], covariates=["lev", "lev5fu"])["lev5fu"]
    assert found.hr == pytest.approx(published, abs=0.025)
    assert found.lower < published < found.upper < 1 and found.p < 0.005


@needs_shared
def test_cox_agrees_with_statsmodels_to_ten_digits_with_strata_and_without():
    frame = colon()
    for strata in ((), ("extent",)):
        ours = cox(frame, days="rec_time", event="rec_event", covariates=["lev", "lev5fu", "age"], strata=strata)
        peer = PHReg(
            frame["rec_time"],
            frame[["lev", "lev5fu", "age"]],
            status=frame["rec_event"],
            ties="efron",
            strata=frame["extent"] if strata else None,
        ).fit()
        assert [c.log_hr for c in ours.coefficients] == pytest.approx(list(peer.params), abs=1e-9)
        assert [c.se for c in ours.coefficients] == pytest.approx(list(peer.bse), abs=1e-9)


@needs_shared
def test_the_log_rank_of_three_arms_is_that_of_r():
    """survdiff(Surv(time, status) ~ rx, data = colon, subset = etype == 2) prints 11.7 on 2 degrees of freedom."""
    frame = colon()
    found = log_rank(frame[DEATH[0]], frame[DEATH[1]], frame["rx"].tolist())
    assert (round(found.chi2, 1), found.df, found.z) == (11.7, 2, None)


@needs_shared
@pytest.mark.parametrize("stratum", [None, "sex", "extent"])
def test_log_rank_agrees_with_statsmodels_with_strata_and_without(stratum):
    frame = colon()
    strata = frame[stratum].to_numpy() if stratum else None
    ours = log_rank(frame["time"], frame["event"], frame["rx"].tolist(), None if strata is None else strata.tolist())
    theirs = survdiff(frame["time"], frame["event"], frame["rx"], strata=strata)
    assert (ours.chi2, ours.p) == pytest.approx(theirs, rel=1e-12)


def test_observed_and_expected_have_one_sum():
    draw = np.random.default_rng(7)
    found = log_rank(
        draw.integers(1, 20, 90),
        draw.integers(0, 2, 90),
        draw.integers(0, 3, 90).tolist(),
        draw.integers(0, 4, 90).tolist(),
    )
    assert sum(found.observed) == pytest.approx(sum(found.expected), rel=1e-12)


def test_one_group_cannot_be_compared():
    with pytest.raises(ValueError, match="two groups"):
        log_rank([1, 2], [1, 1], ["a", "a"])


def test_groups_without_an_event_cannot_be_compared_and_get_no_p():
    found = log_rank([1, 2, 3, 4], [0, 0, 0, 0], ["a", "b", "a", "b"])
    assert (found.df, found.p, found.z) == (0, None, None)


def test_cox_takes_no_unknown_value():
    frame = pd.DataFrame({"t": [1, 2, 3], "e": [1, 1, 1], "x": [0.0, None, 1.0]})
    with pytest.raises(ValueError, match="unknown"):
        cox(frame, days="t", event="e", covariates=["x"])


@needs_shared
def test_cox_does_not_depend_on_the_order_of_the_rows():
    frame = colon()
    names = {"days": "time", "event": "event", "covariates": ["lev5fu"], "identity": "id"}
    assert cox(frame, **names) == cox(frame.sample(frac=1, random_state=3), **names)
