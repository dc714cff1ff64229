"""Curves by group, and differences between groups, against R's etm, survfit, survmean and prop.test (reference/differences.R)."""

import numpy as np
import pytest

from analysis.comparing import newcombe, wilson
from analysis.cox import cox
from analysis.incidence import aalen_johansen
from analysis.landmark import from_landmark, rate_difference
from analysis.not_estimable import NotEstimable
from analysis.rmst import rmst_difference
from analysis.survival import kaplan_meier
from tests.analysis.colon import colon, competing
from tests.analysis.reference import cases, sample, values
from tests.shared_data import needs_shared

R = values("differences")
CASES = ("sample", "competing_missing_in_b", "only_early_in_c", "one_event", "all_censored")
CAUSES = (1, 2)


def near(value, rel=1e-9):
    """R's number; where its own arithmetic leaves a rounding error of 0, 0."""
    return pytest.approx(value, rel=rel, abs=1e-15)


def incidence(frame, group, cause):
    part = frame[frame["group"] == group]
    return aalen_johansen(part["days"], part["status"], cause)


def survival(frame, group):
    part = frame[frame["group"] == group]
    return kaplan_meier(part["days"], (part["status"] == 1).astype(int))


def same_curve(found, heights, want):
    assert list(found.times) == list(np.atleast_1d(want["time"]))
    assert list(heights) == near(np.atleast_1d(want["value"]))
    for ours, theirs in ((found.variance, "variance"), (found.lower, "lower"), (found.upper, "upper")):
        known = [(a, b) for a, b in zip(ours, np.atleast_1d(want[theirs]), strict=True) if b is not None]
        assert [a for a, _ in known] == near([b for _, b in known])


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("case", CASES)
def test_incidence_its_variance_and_limits_by_group_are_those_of_etm(case, cause):
    """Ties, three groups, a cause missing in one, one event, none at all, and a group that is followed for a short time only."""
    for group, want in R["incidence"][f"cause{cause}"][case].items():
        found = incidence(cases()[case], group, cause)
        same_curve(found, found.incidence, want)


@pytest.mark.parametrize("case", CASES)
def test_survival_its_variance_limits_and_numbers_at_risk_by_group_are_those_of_survfit(case):
    for group, want in R["survival_curves"][case].items():
        found = survival(cases()[case], group)
        same_curve(found, found.survival, want)
        assert list(found.at_risk) == list(np.atleast_1d(want["at_risk"]))


def same_difference(make, want):
    """Whatever R was told not to give is not given here, and nothing else is missing."""
    if want["difference"] is None:
        with pytest.raises(NotEstimable, match="nobody was at risk"):
            make()
        return
    found = make()
    assert found.difference == near(want["difference"])
    if want["se"] is None:
        assert (found.se, found.lower, found.upper, found.test) == (None, None, None, None)
        return
    assert (found.se, found.lower, found.upper) == near((want["se"], want["lower"], want["upper"]))
    assert (found.test.chi2, found.test.df) == (near(want["chi2"]), 1)


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("case", CASES)
def test_a_difference_of_incidence_at_a_landmark_has_both_variances_of_etm(case, cause):
    frame = cases()[case]
    for want in R["of_incidence"][f"cause{cause}"][case]:
        first, second = (incidence(frame, want[which], cause) for which in ("first", "second"))
        same_difference(lambda one=first, two=second, at=want["at"]: rate_difference(one, two, at), want)


@pytest.mark.parametrize("case", CASES)
def test_a_difference_of_survival_at_a_landmark_has_both_variances_of_survfit(case):
    frame = cases()[case]
    for want in R["of_survival"][case]:
        first, second = (survival(frame, want[which]) for which in ("first", "second"))
        same_difference(lambda one=first, two=second, at=want["at"]: rate_difference(one, two, at), want)


def test_the_reference_holds_every_sort_of_difference():
    """Given whole, given without limits, and not given."""
    every = [each for of in R["of_incidence"].values() for part in of.values() for each in part]
    assert {(each["difference"] is None, each["se"] is None) for each in every} == {
        (False, False),
        (False, True),
        (True, True),
    }


@needs_shared
@pytest.mark.parametrize("cause", CAUSES)
def test_recurrence_and_death_in_the_colon_trial_differ_at_1_3_and_5_years_as_in_r(cause):
    days, status = competing(colon())
    frame = colon().assign(days=days, status=status, group=lambda f: f["rx"])
    for want in R["of_incidence"][f"cause{cause}"]["colon"]:
        first, second = (incidence(frame, want[which], cause) for which in ("first", "second"))
        same_difference(lambda one=first, two=second, at=want["at"]: rate_difference(one, two, at), want)


def test_curves_of_different_events_have_no_difference():
    one, other = (aalen_johansen([1, 2, 3], [1, 2, 0], cause) for cause in CAUSES)
    with pytest.raises(ValueError, match="one kind of event"):
        rate_difference(one, other, 2)
    with pytest.raises(ValueError, match="one kind of event"):
        rate_difference(one, kaplan_meier([1, 2, 3], [1, 0, 0]), 2)


def test_of_nobody_there_is_no_difference():
    with pytest.raises(NotEstimable):
        rate_difference(aalen_johansen([], []), aalen_johansen([5], [0]), 2)


def test_without_competing_events_the_difference_of_incidence_is_that_of_survival_turned_round():
    frame = sample().assign(status=lambda f: f["status"].replace(2, 0))
    one, two = (incidence(frame, group, 1) for group in "ab")
    plain = rate_difference(survival(frame, "a"), survival(frame, "b"), 12)
    found = rate_difference(one, two, 12)
    assert (found.difference, found.se) == near((-plain.difference, plain.se))


def test_a_higher_level_gives_wider_limits():
    one, two = (incidence(sample(), group, 1) for group in "ab")
    wide, narrow = (rate_difference(one, two, 12, level=level) for level in (0.99, 0.9))
    assert wide.lower < narrow.lower < narrow.difference < narrow.upper < wide.upper


def same_means(found, want):
    assert (found.difference, found.lower, found.upper) == near(tuple(want["difference"]))
    assert (found.ratio, found.ratio_lower, found.ratio_upper) == near(tuple(want["ratio"]))
    assert found.p == near(want["p"])


@pytest.mark.parametrize("want", R["of_means"]["sample"])
def test_restricted_means_differ_with_limits_p_and_ratio_as_in_r(want):
    labels = (want["first"], want["second"])
    part = sample()[sample()["group"].isin(labels)]
    event = (part["status"] == 1).astype(int)
    same_means(rmst_difference(part["days"], event, part["group"].tolist(), want["tau"], groups=labels), want)


@needs_shared
@pytest.mark.parametrize("want", R["of_means"]["colon"])
def test_restricted_means_of_the_colon_trial_differ_with_limits_p_and_ratio_as_in_r(want):
    labels = (want["first"], want["second"])
    part = colon()[colon()["rx"].isin(labels)]
    days, status = competing(part)
    event = [int(code == 1) for code in status]
    same_means(rmst_difference(days, event, part["rx"].tolist(), want["tau"], groups=labels), want)


@pytest.mark.parametrize("want", R["of_proportions"])
def test_newcombe_s_limits_are_those_of_r_to_nine_digits(want):
    found = newcombe(*want["first"], *want["second"])
    assert (*wilson(*want["first"]), *wilson(*want["second"])) == near(tuple(want["wilson"]))
    assert (found.value, found.lower, found.upper) == near((want["difference"], want["lower"], want["upper"]))


def test_a_landmark_analysis_is_that_of_coxph_in_those_left():
    """Who is free and seen after day 6, by whether the change had come by then: what comes later is not looked at."""
    frame = sample().assign(event=lambda f: (f["status"] == 1).astype(int))
    early = frame.assign(early=((frame["entry"] > 0) & (frame["entry"] <= 6)) * 1.0)
    left = from_landmark(early, days="days", at=6)
    found = cox(left, days="days", event="event", covariates=["early", "age"], identity="id")
    want = R["landmark"]
    assert len(left) == want["n"] and found.log_likelihood == pytest.approx(want["loglik"][1], abs=1e-9)
    assert [c.log_hr for c in found.coefficients] == near(want["coef"])
    assert [c.se for c in found.coefficients] == near(want["se"])
