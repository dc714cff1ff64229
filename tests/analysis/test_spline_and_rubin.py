"""Restricted cubic splines against Hmisc and coxph, Rubin's rules against mice (reference/modelling.R)."""

import numpy as np
import pandas as pd
import pytest

from analysis.cox import cox
from analysis.not_estimable import NotEstimable
from analysis.rubin import pooled
from analysis.spline import Spline, spline
from tests.analysis.reference import sample, values

R = values("modelling")


def fitted(knots):
    bent = spline("age", sample()["age"], knots)
    frame = bent.added(sample().assign(event=lambda f: (f["status"] == 1).astype(int)))
    return bent, cox(frame, days="days", event="event", covariates=[*bent.terms, "sex"])


@pytest.mark.parametrize("knots", [3, 4, 5])
def test_knots_and_columns_are_those_of_hmisc(knots):
    want = R["spline"][f"k{knots}"]
    bent = spline("age", sample()["age"], knots)
    assert bent.knots == pytest.approx(want["knots"], rel=1e-12)
    assert bent.basis(R["at"]) == pytest.approx(np.array(want["basis"]), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("knots", [3, 4, 5])
def test_the_curve_of_hazard_ratios_its_errors_and_its_bend_are_those_of_coxph(knots):
    want = R["spline"][f"k{knots}"]
    bent, fit = fitted(knots)
    ratios = bent.ratios(fit, R["at"], 60)
    assert [r.log_hr for r in ratios] == pytest.approx(want["log_hr"], rel=1e-6, abs=1e-9)
    assert [r.se for r in ratios] == pytest.approx(want["se"], rel=1e-7, abs=1e-9)
    assert (bent.bends(fit).chi2, bent.bends(fit).df) == (pytest.approx(want["bends"], rel=1e-6), knots - 2)


def test_against_itself_the_ratio_is_one():
    bent, fit = fitted(3)
    here = bent.ratios(fit, [60], 60)[0]
    assert (here.hr, here.lower, here.upper) == (1, 1, 1)


def test_beyond_the_outer_knots_the_curve_is_a_line():
    bent = Spline("x", (1, 2, 4, 7))
    for far in ([-3, -2, -1], [8, 10, 12]):
        assert np.diff(bent.basis(far), n=2, axis=0) == pytest.approx(np.zeros((1, 3)), abs=1e-10)
    assert bent.basis([0.5])[0] == pytest.approx([0.5, 0, 0])


@pytest.mark.parametrize(
    ("days", "knots", "error"), [([3] * 9, 3, NotEstimable), ([], 3, NotEstimable), ([1, 2], 6, ValueError)]
)
def test_knots_that_cannot_be_placed_are_refused(days, knots, error):
    with pytest.raises(error):
        spline("x", days, knots)


def test_an_unknown_value_is_refused():
    with pytest.raises(ValueError, match="unknown"):
        spline("x", pd.Series([1.0, None, 3.0]))


@pytest.mark.parametrize("want", R["rubin"])
def test_pooled_estimates_are_those_of_mice(want):
    """mice counts degrees of freedom of the complete data as n - 1 for one estimate."""
    found = pooled(want["q"], want["u"], complete_df=np.inf if want["n"] == "Inf" else want["n"] - 1)
    assert (found.estimate, found.within, found.between) == pytest.approx(
        (want["estimate"], want["within"], want["between"]), rel=1e-12
    )
    assert found.se**2 == pytest.approx(want["total"], rel=1e-12)
    assert (found.df, found.fmi) == pytest.approx((want["df"], want["fmi"]), rel=1e-9)


def test_with_nothing_missing_the_rules_change_nothing():
    found = pooled([2, 2, 2], [0.5, 0.5, 0.5])
    assert (found.estimate, found.se, found.missing, found.fmi, found.df) == (2, 0.5, 0, 0, np.inf)
    assert found.upper == pytest.approx(2 + 0.5 * 1.959963984540054)
    assert pooled([2, 2], [0.5, 0.5], complete_df=30).df == pytest.approx(31 / 33 * 30)


@pytest.mark.parametrize(
    ("q", "u"), [([1], [1]), ([1, 2], [1]), ([1, float("nan")], [1, 1]), ([1, 2], [1, 0]), ([1, 2], [1, -1])]
)
def test_what_cannot_be_pooled_is_refused(q, u):
    with pytest.raises(ValueError, match=r"imputed|number"):
        pooled(q, u)
