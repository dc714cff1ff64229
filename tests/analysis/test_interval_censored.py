"""Regrowth between two visits: Turnbull by its own optimality conditions and R's survfit, Weibull against R's survreg."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.not_estimable import NotEstimable, Separated
from analysis.samples import NotTimeToEvent, Repeated
from analysis.survival import kaplan_meier
from analysis.turnbull import turnbull
from analysis.weibull import weibull
from tests.analysis.reference import values, visits

R = values("survival")["interval"]


def columns(frame):
    return frame["lower"].tolist(), [None if np.isnan(u) else u for u in frame["upper"]]


def chances(found, lower, upper):
    """Straight from the masses: those whose interval lies inside (lower, upper], or is the day itself."""
    for low, high in zip(lower, upper, strict=True):
        high = math.inf if high is None else high
        yield [
            (low < right <= high and left >= low) if left < right else (low == high == left or low < left <= high)
            for left, right in zip(found.left, found.right, strict=True)
        ]


def likelihood_of(frame, survival):
    total = 0.0
    for low, high in zip(*columns(frame), strict=True):
        if high is None:
            total += math.log(survival(low))
        else:
            total += math.log(survival(low - 1e-9 if low == high else low) - survival(high))
    return total


@pytest.mark.parametrize(("name", "frame"), [("turnbull", visits()), ("arm1", visits().query("arm == 1"))])
def test_no_curve_is_likelier_and_r_s_which_stops_early_is_close(name, frame):
    """R 4.2.2 stops its self-consistency at a likelihood 3e-4 and 1.7e-3 below the largest one; the curve differs by 1e-3."""
    found, want = turnbull(*columns(frame)), R[name]
    steps = np.concatenate([[1.0], want["surv"]])
    theirs = likelihood_of(frame, lambda t: steps[np.searchsorted(want["time"], t, side="right")])
    assert theirs <= found.log_likelihood <= theirs + 2e-3
    for t, s in zip(want["time"], want["surv"], strict=True):
        assert min(abs(edge - s) for edge in found.at(t)) < 2e-3


def test_the_masses_satisfy_the_conditions_of_a_maximum():
    """Gentleman & Geyer 1994: sum over rows of 1/chance is n where there is mass; chances from the definition, not the code."""
    lower, upper = columns(visits())
    found = turnbull(lower, upper)
    member = np.array(list(chances(found, lower, upper)), dtype=float)
    chance = member @ np.array(found.mass)
    assert np.log(chance).sum() == pytest.approx(found.log_likelihood, abs=1e-8)
    assert (member / chance[:, None]).sum(axis=0) == pytest.approx(np.full(len(found.mass), len(lower)), rel=1e-4)
    assert sum(found.mass) == pytest.approx(1, abs=1e-9)


def test_three_rows_by_hand():
    """(0, 2], (1, 3], (1, 3]: all three may lie in (1, 2], and so they do."""
    found = turnbull([0, 1, 1], [2, 3, 3])
    assert (found.left, found.right, found.mass) == ((1,), (2,), (1,)) and found.log_likelihood == pytest.approx(0)
    assert (found.at(1), found.at(1.5), found.at(2), found.median) == ((1, 1), (0, 1), (0, 0), (1, 2))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=30))
def test_with_exact_days_it_is_kaplan_meier(rows):
    days = [day for day, _ in rows]
    found = turnbull(days, [day if seen else None for day, seen in rows])
    curve = kaplan_meier(days, [int(seen) for _, seen in rows])
    for t, s in zip(curve.times, curve.survival, strict=True):
        assert found.at(t)[1] == pytest.approx(s, abs=1e-4)


def test_nobody_seen_with_the_event_leaves_all_of_it_after_the_last_visit():
    found = turnbull([3, 8], [None, None])
    assert (found.left, found.right, found.mass, found.median) == ((8,), (math.inf,), (1,), None)
    assert found.at(8) == (1, 1)


@pytest.mark.parametrize(
    ("lower", "upper", "problem"),
    [
        ([5], [4], "before the last visit"),
        ([-1], [4], "negative"),
        ([np.nan], [4], "unknown"),
        ([1], [np.nan], "unknown"),
        ([1, 2], [4], "one length"),
    ],
)
def test_broken_bounds_are_refused(lower, upper, problem):
    with pytest.raises(NotTimeToEvent, match=problem):
        turnbull(lower, upper)
    with pytest.raises(NotEstimable):
        turnbull([], [])


def fit(frame, covariates=()):
    return weibull(frame, lower="lower", upper="upper", covariates=covariates, identity="id")


@pytest.mark.parametrize(("name", "covariates"), [("weibull", ["arm", "age"]), ("alone", [])])
def test_the_weibull_model_is_that_of_survreg(name, covariates):
    """R: intercept and coefficients of log time are -b/a, scale 1/a; errors of (coefficients, log scale) by the delta method."""
    found, want = fit(visits(), covariates), R[name]
    at = np.array([found.shape, found.intercept, *(c.log_hr for c in found.coefficients)])
    assert -at[1:] / at[0] == pytest.approx(np.atleast_1d(want["coef"]), rel=1e-9)
    assert 1 / at[0] == pytest.approx(want["scale"], rel=1e-9)
    assert found.log_likelihood == pytest.approx(want["loglik"], abs=1e-9)
    by = np.vstack([np.column_stack([at[1:] / at[0] ** 2, -np.eye(at.size - 1) / at[0]]), -np.eye(at.size)[:1] / at[0]])
    assert np.sqrt(np.diag(by @ found.covariance @ by.T)) == pytest.approx(want["se"], rel=1e-8)


def test_survival_of_the_weibull_model_is_what_its_formula_says():
    found = fit(visits(), ["arm"])
    linear = found.intercept + found["arm"].log_hr
    assert found.survival(200, {"arm": 1}) == pytest.approx(math.exp(-math.exp(linear) * 200**found.shape))
    assert found.survival(0, {"arm": 1}) == 1


def test_a_true_weibull_is_found_again_from_visits():
    draw = np.random.default_rng(4)
    time = 400 * draw.weibull(1.4, 3000)
    frame = pd.DataFrame({"id": range(3000), "lower": time // 90 * 90, "upper": time // 90 * 90 + 90})
    frame.loc[frame["lower"] > 900, ["upper"]] = np.nan
    found = fit(frame)
    assert found.shape == pytest.approx(1.4, abs=4 * math.sqrt(found.covariance[0][0]))
    assert found.survival(400) == pytest.approx(math.exp(-1), abs=0.03)


def test_an_arm_without_the_event_is_separated():
    frame = visits()
    frame.loc[frame["arm"] == 1, "upper"] = np.nan
    with pytest.raises(Separated) as refused:
        fit(frame, ["arm"])
    assert refused.value.covariates == ("arm",)


def test_what_a_weibull_model_cannot_be_fitted_to_is_refused():
    with pytest.raises(NotEstimable, match="nobody had"):
        fit(visits().assign(upper=np.nan))
    with pytest.raises(NotTimeToEvent, match="day 0"):
        fit(visits().assign(lower=0, upper=0))
    with pytest.raises(Repeated):
        fit(pd.concat([visits(), visits().head(1)]))
