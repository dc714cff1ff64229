"""The comparison after a shift of imputed scores, against base R (reference/tipping.R) and against fitting shifted scores."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.not_estimable import NotEstimable
from analysis.rubin import pooled
from analysis.shifted import LIMIT, Shifted, conclusion, shifted, tips

FOLDER = Path(__file__).parent / "reference"
R = json.loads((FOLDER / "tipping.json").read_text())


def columns():
    data = pd.read_csv(FOLDER / "tipping.csv")
    baseline, value = (
        data.pivot(index="set", columns="participant", values=name).to_numpy() for name in ("baseline", "value")
    )
    first = data[data["set"] == 1]
    return baseline, value, (first["group"] == "WW").to_numpy(float), first["gone"].to_numpy(float)


def reference(arm="WW") -> Shifted:
    baseline, value, other, gone = columns()
    return shifted(baseline, value, other, gone * (other if arm == "WW" else 1 - other))


@pytest.mark.parametrize("want", R["shifts"], ids=lambda want: f"{want['arm']} {want['delta']}")
def test_difference_limits_and_p_are_those_of_r(want):
    found = reference(want["arm"]).at(want["delta"])
    for name in ("estimate", "se", "df", "lower", "upper", "p"):
        assert getattr(found, name) == pytest.approx(want[name], rel=1e-9), name


@pytest.mark.parametrize("arm", ["WW", "TME"])
def test_the_conclusion_tips_where_it_does_in_r(arm):
    found, want = reference(arm), R["tips"][arm]
    assert (tips(found, -1), tips(found, 1)) == (want["down"], want["up"])
    assert {want["down"], want["up"]} - {None}, "a reference in which nothing tips would prove nothing"


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 100))
def test_any_shift_is_what_fitting_the_shifted_scores_gives(points):
    baseline, value, other, gone = columns()
    fits = []
    for before, after in zip(baseline, value + points * gone * other, strict=True):
        x = np.column_stack([np.ones(60), before, other])
        best, rest, *_ = np.linalg.lstsq(x, after, rcond=None)
        fits.append((best[2], np.sqrt(rest[0] / 57 * np.linalg.inv(x.T @ x)[2, 2])))
    want, found = pooled(*zip(*fits, strict=True), complete_df=57), reference().at(points)
    assert (found.estimate, found.se, found.df) == pytest.approx((want.estimate, want.se, want.df), rel=1e-8, abs=1e-9)


def test_before_the_tipping_point_nothing_changes_and_there_it_does():
    found = reference()
    at = tips(found, -1)
    here = conclusion(found.at(0))
    assert {conclusion(found.at(points)) for points in range(at + 1, 1)} == {here} and conclusion(found.at(at)) != here


def test_where_nobody_is_moved_nothing_tips():
    baseline, value, other, gone = columns()
    found = shifted(baseline, value, other, 0 * gone)
    assert found.at(40) == found.at(0) and tips(found, 1) is None and tips(found, -1) is None


def test_no_farther_than_the_limit():
    found = reference()
    at = tips(found, -1)
    assert tips(found, -1, limit=-at) == at and tips(found, -1, limit=-at - 1) is None and -at <= LIMIT


@pytest.mark.parametrize(("lower", "upper", "want"), [(0.1, 3, 1), (-3, -0.1, -1), (-1, 1, 0), (0, 2, 0), (-2, 0, 0)])
def test_a_conclusion_needs_limits_that_leave_0_out(lower, upper, want):
    found = pooled([0.5, 0.7], [1, 1])
    assert conclusion(type(found)(**{**vars(found), "lower": lower, "upper": upper})) == want


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda b, v, o, g: (b[:, :3], v[:, :3], o[:3], g[:3]), "fewer than four"),
        (lambda b, v, o, g: (b, v, 0 * o, g), "no information"),
        (lambda b, v, o, g: (b, v, 0 * o + 1, g), "linear combinations"),
        (lambda b, v, o, g: (0 * b + 50, v, o, g), "no information|linear combinations"),
        (lambda b, v, o, g: (b, 0 * v + 50, o, g), "do not differ"),
        (lambda b, v, o, g: (b, b + 5 * o, o, g), "do not differ"),
    ],
    ids=["three people", "nobody in WW", "nobody in TME", "one baseline", "one score", "a score the baseline tells"],
)
def test_what_the_scores_do_not_determine_is_said(change, problem):
    with pytest.raises(NotEstimable, match=problem):
        shifted(*change(*columns()))
