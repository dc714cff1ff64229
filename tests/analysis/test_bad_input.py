"""Every estimator against what it cannot use: a clear error or a stated "not estimable", and never a silent number."""

import datetime
import math

import numpy as np
import pandas as pd
import pytest

from analysis.comparing import newcombe, wilson
from analysis.competing_auc import by_time
from analysis.cox import cox
from analysis.differences import miettinen_nurminen
from analysis.estimable import NotEstimable as Unknown
from analysis.fine_gray import fine_gray
from analysis.gray import gray_test
from analysis.incidence import aalen_johansen
from analysis.landmark import rate_difference
from analysis.logistic import logistic
from analysis.logrank import log_rank
from analysis.multistate import Move, occupancy
from analysis.not_estimable import EmptyGroup, NotConverged, NotEstimable
from analysis.rates import proportion, rate
from analysis.rmst import restricted_mean, rmst_difference
from analysis.samples import BeforeOrigin, NotTimeToEvent, Repeated, durations
from analysis.spells import split_at_change
from analysis.steps import Estimate
from analysis.survival import follow_up, kaplan_meier
from analysis.turnbull import turnbull
from analysis.weibull import weibull
from tests.analysis.reference import sample, visits

ARMS = ("a", "b")


def arm(days):
    return [ARMS[i % 2] for i in range(len(days))]


def framed(days, status):
    x = np.array([0.3, -1.0, 0.5, 2.0, -0.4, 0.1])
    return pd.DataFrame({"id": range(len(days)), "days": days, "status": status, "x": x[: len(days)]})


ESTIMATORS = {
    "kaplan_meier": kaplan_meier,
    "follow_up": follow_up,
    "aalen_johansen": aalen_johansen,
    "log_rank": lambda days, status: log_rank(days, status, arm(days), groups=ARMS),
    "gray_test": lambda days, status: gray_test(days, status, arm(days), groups=ARMS),
    "restricted_mean": lambda days, status: restricted_mean(days, status, 2),
    "rmst_difference": lambda days, status: rmst_difference(days, status, arm(days), 2, groups=ARMS),
    "cox": lambda days, status: cox(framed(days, status), days="days", event="status", covariates=["x"]),
    "fine_gray": lambda days, status: fine_gray(framed(days, status), days="days", status="status", covariates=["x"]),
    "by_time": lambda days, status: by_time(days, status, [0.5] * len(days), 2, bootstraps=2),
}
OF_ONE_EVENT = ("kaplan_meier", "follow_up", "log_rank", "restricted_mean", "rmst_difference", "cox")
SIX = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]
BROKEN = {
    "a negative duration": ([-1.0, *SIX[1:]], [1, 0, 1, 0, 1, 0], "negative"),
    "an unknown duration": ([math.nan, *SIX[1:]], [1, 0, 1, 0, 1, 0], "unknown"),
    "an endless duration": ([math.inf, *SIX[1:]], [1, 0, 1, 0, 1, 0], "unknown"),
    "an unknown status": (SIX, [math.nan, 0, 1, 0, 1, 0], "unknown"),
    "half an event": (SIX, [0.5, 0, 1, 0, 1, 0], "whole number"),
    "a status below 0": (SIX, [-1, 0, 1, 0, 1, 0], "whole number"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_broken_columns_are_refused_with_the_reason(name, case):
    days, status, problem = BROKEN[case]
    with pytest.raises(ValueError, match=problem):
        ESTIMATORS[name](days, status)


@pytest.mark.parametrize("name", OF_ONE_EVENT)
def test_a_competing_event_is_refused_where_none_can_be_dealt_with(name):
    with pytest.raises(NotTimeToEvent):
        ESTIMATORS[name](SIX, [2, 0, 1, 0, 1, 0])


def test_a_third_kind_of_event_is_refused_where_two_are_known():
    with pytest.raises(NotTimeToEvent, match="0, 1 and 2"):
        by_time(SIX, [3, 0, 1, 0, 1, 0], [0.5] * 6, 2)


@pytest.mark.parametrize("name", ["kaplan_meier", "aalen_johansen", "follow_up"])
def test_columns_of_unequal_length_are_refused(name):
    with pytest.raises(NotTimeToEvent, match="one length"):
        ESTIMATORS[name]([1, 2, 3], [1, 0])


# Nobody, and nobody in one arm.


@pytest.mark.parametrize("name", ["kaplan_meier", "aalen_johansen", "follow_up"])
def test_of_nobody_a_curve_is_empty_and_unknown(name):
    found = ESTIMATORS[name]([], [])
    assert (found.n, found.n_events, found.at(0), found.at_risk_at(0)) == (0, 0, Estimate(None), 0)


@pytest.mark.parametrize("name", ["log_rank", "gray_test", "rmst_difference", "restricted_mean", "cox", "fine_gray"])
def test_of_nobody_nothing_else_is_estimable(name):
    with pytest.raises(NotEstimable):
        ESTIMATORS[name]([], [])


@pytest.mark.parametrize(
    "asked",
    [
        lambda: turnbull([], []),
        lambda: weibull(visits().head(0), lower="lower", upper="upper", covariates=["arm"], identity="id"),
        lambda: occupancy([], ARMS, "a"),
        lambda: rate_difference(kaplan_meier([], []), kaplan_meier([9], [0]), 5),
        lambda: rate_difference(aalen_johansen([9], [0]), aalen_johansen([], []), 5),
        lambda: miettinen_nurminen((0, 0), (1, 5)),
        lambda: newcombe(1, 5, 0, 0),
        lambda: newcombe(0, 0, 1, 5),
        lambda: wilson(0, 0),
        lambda: proportion(0, 0),
        lambda: rate(0, 0),
    ],
)
def test_an_empty_group_gives_no_number(asked):
    with pytest.raises(NotEstimable):
        asked()


@pytest.mark.parametrize("asked", [(6, 5, 1, 5), (1, 5, -1, 5), (1.5, 5, 1, 5)])
def test_counts_that_cannot_be_have_no_difference(asked):
    with pytest.raises(ValueError, match="of"):
        newcombe(*asked)


@pytest.mark.parametrize(
    "test",
    [
        lambda group: log_rank([1, 2], [1, 1], group, groups=ARMS),
        lambda group: gray_test([1, 2], [1, 1], group, groups=ARMS),
        lambda group: rmst_difference([1, 2], [1, 1], group, 1, groups=ARMS),
    ],
)
def test_an_empty_arm_is_named(test):
    with pytest.raises(EmptyGroup) as refused:
        test(["a", "a"])
    assert refused.value.groups == ("b",)


# All censored.


def test_when_all_are_censored_curves_are_flat_and_have_no_limits_that_a_reader_is_shown():
    curve, incidence = kaplan_meier(SIX, [0] * 6), aalen_johansen(SIX, [0] * 6)
    assert set(curve.survival) == {1.0} and curve.median == Estimate(None)
    assert set(incidence.incidence) == {0.0}
    found = rate_difference(curve, kaplan_meier([9, 9], [0, 0]), 5)
    assert (found.difference, found.se, found.lower, found.upper, found.test) == (0, None, None, None, None)


@pytest.mark.parametrize("name", ["log_rank", "gray_test", "rmst_difference"])
def test_when_all_are_censored_a_test_has_no_p(name):
    assert ESTIMATORS[name](SIX, [0] * 6).p is None


@pytest.mark.parametrize("name", ["cox", "fine_gray"])
def test_when_all_are_censored_no_ratio_is_estimable(name):
    with pytest.raises(NotEstimable, match="nobody had the event"):
        ESTIMATORS[name](SIX, [0] * 6)


def test_an_arm_without_an_event_has_no_limits_of_its_difference():
    """Its variance is estimated as 0, which is not certainty: the other arm's alone would make limits that hold too seldom."""
    found = rate_difference(kaplan_meier([9] * 8, [0] * 8), kaplan_meier(SIX, [1] * 6), 3)
    assert found.difference == pytest.approx(-1 / 2) and (found.lower, found.upper, found.test) == (None, None, None)


def test_everybody_gone_on_the_first_day_has_no_ratio_of_means():
    found = rmst_difference([0, 0, 5, 9], [1, 1, 1, 0], ["a", "a", "b", "b"], 5)
    assert found.difference == 5 and (found.ratio, found.ratio_lower, found.ratio_upper) == (None, None, None)
    assert (found.se, found.lower, found.upper, found.p) == (None, None, None, None)


def test_an_arm_without_an_event_by_tau_has_no_limits_of_its_difference_of_means():
    found = rmst_difference([1, 3, 4, 9, 9, 9], [1, 1, 1, 0, 0, 0], ["a", "a", "a", "b", "b", "b"], 4)
    assert found.difference == pytest.approx(4 - 8 / 3) and found.ratio == pytest.approx(3 / 2)
    assert (found.se, found.lower, found.upper, found.p, found.ratio_lower) == (None,) * 5


# Duplicated participants, and events before the origin.

DAY = datetime.date(2026, 1, 15)


@pytest.mark.parametrize(
    ("twice", "who"),
    [
        (lambda f: cox(f, days="days", event="event", covariates=["age"], identity="id"), "1"),
        (lambda f: fine_gray(f, days="days", status="status", covariates=["age"], identity="id"), "1"),
        (lambda f: split_at_change(f, identity="id", days="days", event="event", change="entry", name="late"), "1"),
        (lambda f: durations(f["id"].tolist(), [DAY] * len(f), [DAY] * len(f)), "1"),
        (
            lambda f: weibull(
                f.assign(lower=1, upper=2), lower="lower", upper="upper", covariates=["age"], identity="id"
            ),
            "1",
        ),
        (lambda f: occupancy([Move("1", 0, 3, "a", "b"), Move("1", 2, 5, "b", None)], ARMS, "a"), "1"),
    ],
)
def test_a_participant_with_two_rows_is_named(twice, who):
    frame = sample().assign(event=lambda f: (f["status"] == 1).astype(int))
    with pytest.raises(Repeated) as refused:
        twice(pd.concat([frame, frame.head(1)]))
    assert refused.value.participants == (who,)


def test_an_event_before_the_origin_is_refused_and_named_and_the_day_of_origin_is_0():
    ends = [DAY + datetime.timedelta(days=n) for n in (-1, 0, 30, -9)]
    with pytest.raises(BeforeOrigin) as refused:
        durations(["P4", "P2", "P3", "P1"], [DAY] * 4, ends)
    assert refused.value.participants == ("P1", "P4")
    assert durations(["P2", "P3"], [DAY] * 2, ends[1:3]).tolist() == [0, 30]


# A search that does not end.


@pytest.mark.parametrize(
    "fit",
    [
        lambda f: cox(f, days="days", event="event", covariates=["age"]),
        lambda f: fine_gray(f, days="days", status="status", covariates=["age"]),
        lambda f: weibull(visits(), lower="lower", upper="upper", covariates=["arm"]),
    ],
)
def test_a_search_that_does_not_end_gives_no_number(monkeypatch, fit):
    frame = sample().assign(event=lambda f: (f["status"] == 1).astype(int))
    fit(frame)  # it does end, given its sixty steps
    monkeypatch.setattr("analysis.newton.STEPS", 1)
    with pytest.raises(NotConverged, match="no convergence in 1 steps"):
        fit(frame)


def test_a_curve_between_visits_that_is_not_found_is_not_given(monkeypatch):
    upper = [None if math.isnan(u) else u for u in visits()["upper"]]
    turnbull(visits()["lower"].tolist(), upper)
    monkeypatch.setattr("analysis.turnbull.STEPS", 1)
    with pytest.raises(NotConverged):
        turnbull(visits()["lower"].tolist(), upper)


def test_a_logistic_search_that_does_not_end_gives_no_number(monkeypatch):
    frame = sample()
    x = np.column_stack([np.ones(len(frame)), frame["age"]])
    y = (frame["status"] == 1).to_numpy(dtype=float)
    whole = logistic(x, y)
    assert np.isfinite(whole.beta).all()
    monkeypatch.setattr("analysis.logistic._STEPS", 1)
    with pytest.raises(Unknown, match="did not end"):
        logistic(x, y)
