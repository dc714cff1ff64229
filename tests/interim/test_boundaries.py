"""Bounds of a trial looked at several times (PROTOCOL 8).

Held by the published values of DeMets & Lan 1994, by rpact (tests/analysis/reference/sequential.R), by Simpson's rule on the grid of
Jennison & Turnbull 2000, 19.2, written again here, by scipy's multivariate normal, and by trials drawn at random.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from analysis.brownian import CLOSEST, InformationInvalid, crossings
from analysis.sequential import OBRIEN_FLEMING, POCOCK, boundaries, hwang_shih_decani
from tests.analysis.reference import values

ALPHA = 0.025
KINDS = {
    "obrien-fleming": OBRIEN_FLEMING,
    "pocock": POCOCK,
    **{f"hsd:{gamma}": hwang_shih_decani(gamma) for gamma in (-4, -2, 0, 1)},
}
R = values("sequential")
AS_R = [(kind, name) for kind in KINDS for name in R["bounds"][kind]]


def bounds(fractions, **options):
    return [look.z for look in boundaries(fractions, **options)]


def listed(found):
    return found if isinstance(found, list) else [found]


def simpson(information, uppers, r):
    """Chance to stop at each look, by Simpson's rule on the grid of Jennison & Turnbull 2000, 19.2: another rule, another grid."""
    tail = -3 - 4 * np.log(r / np.arange(1, r))
    grid = np.concatenate([tail, -3 + 3 * np.arange(4 * r + 1) / (2 * r), -tail[::-1]])
    found, before, share, nodes = [], 0.0, np.ones(1), np.zeros(1)
    for at, upper in zip(information, uppers, strict=True):
        step = math.sqrt(at - before)
        found.append(float(share @ norm.sf((upper * math.sqrt(at) - nodes * math.sqrt(before)) / step)))
        ends = np.append(grid[grid < upper], upper)
        middles, thirds = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 6
        points = np.concatenate([ends, middles])
        weights = np.concatenate([np.append(thirds, 0) + np.append(0, thirds), 4 * thirds])
        arrived = (
            norm.pdf((points * math.sqrt(at) - (nodes * math.sqrt(before))[:, None]) / step) * math.sqrt(at) / step
        )
        share, nodes, before = weights * (share @ arrived), points, at
    return found


@pytest.mark.parametrize(
    ("fractions", "published"),
    [
        ((1 / 3, 2 / 3, 1), (3.7103, 2.5114, 1.9930)),
        ((0.5, 0.75, 1), (2.9626, 2.3590, 2.0141)),
        ((1,), (1.9600,)),
    ],
)
def test_the_obrien_fleming_type_has_its_published_bounds(fractions, published):
    assert [round(z, 4) for z in bounds(fractions)] == list(published)


def test_halving_the_two_sided_error_is_another_design_and_is_not_what_is_done():
    """The trap: 0.05 in the formula, half of what it spends, gives 3.39 at a third."""
    halved = norm.isf((2 * norm.sf(norm.isf(0.025) / math.sqrt(1 / 3))) / 2)
    assert round(halved, 2) == 3.39
    assert bounds((1 / 3, 2 / 3, 1))[0] == pytest.approx(3.710303, abs=1e-6)


@pytest.mark.parametrize(("kind", "name"), AS_R)
def test_bounds_nominal_levels_and_error_spent_are_those_of_r(kind, name):
    told = R["bounds"][kind][name]
    found = boundaries(listed(told["fractions"]), spending=KINDS[kind])
    # rpact stops its search at a tolerance of 1e-8 of the error: 2e-7 on the scale of z.
    assert [look.z for look in found] == pytest.approx(listed(told["z"]), abs=1e-6)
    assert [look.nominal_p for look in found] == pytest.approx(listed(told["nominal"]), abs=2e-8)
    assert [look.spent for look in found] == pytest.approx(listed(told["spent"]), abs=2e-8)


def test_another_alpha_is_spent_in_the_same_way():
    assert bounds((0.5, 0.75, 1), alpha=0.05) == pytest.approx(R["five_percent"], abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "fractions", [(1 / 3, 2 / 3, 1), (0.2, 0.65, 1), (0.5, 0.6, 0.9, 1), tuple(i / 10 for i in range(1, 11))]
)
def test_simpsons_rule_on_the_grid_of_the_book_finds_the_same_chances(kind, fractions):
    found = boundaries(fractions, spending=KINDS[kind])
    spent = np.diff([0, *(look.spent for look in found)])
    assert simpson(fractions, [look.z for look in found], 128) == pytest.approx(spent, abs=1e-9)
    assert simpson(fractions, [look.z for look in found], 18) == pytest.approx(spent, abs=2e-6)


@pytest.mark.parametrize("kind", ["obrien-fleming", "pocock"])
def test_looks_at_almost_the_same_information_are_no_harder_than_others(kind):
    """At 0.30 and 0.31 rpact 3.3.4 is 2e-4 off in z; a grid of 200 is not."""
    fractions = (0.1, 0.3, 0.31, 1.0)
    found = boundaries(fractions, spending=KINDS[kind])
    assert simpson(fractions, [look.z for look in found], 200) == pytest.approx(
        np.diff([0, *(look.spent for look in found)]), abs=1e-8
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_multivariate_normal_agrees_as_far_as_it_can(kind):
    """scipy integrates by chance points, to about 1e-5; a cross-check that shares nothing with the recursion."""
    fractions = (0.3, 0.55, 0.8, 1.0)
    z = bounds(fractions, spending=KINDS[kind])
    covariance = [[math.sqrt(min(a, b) / max(a, b)) for b in fractions] for a in fractions]
    never = multivariate_normal(cov=covariance, seed=20261128, abseps=1e-7, releps=1e-7, maxpts=400_000).cdf(z)
    assert 1 - never == pytest.approx(ALPHA, abs=8e-6)


@pytest.mark.parametrize("kind", ["obrien-fleming", "pocock", "hsd:-4"])
def test_trials_without_an_effect_stop_as_often_as_the_bounds_say(kind):
    fractions = np.array((0.42, 0.6, 0.91, 1.0))
    draw = np.random.default_rng(8)
    steps = draw.standard_normal((400_000, 4)) * np.sqrt(np.diff(fractions, prepend=0))
    crossed = (np.cumsum(steps, axis=1) / np.sqrt(fractions)) >= bounds(fractions, spending=KINDS[kind])
    error = math.sqrt(ALPHA * (1 - ALPHA) / 400_000)
    assert abs(crossed.any(axis=1).mean() - ALPHA) < 3.3 * error


looks = st.lists(st.integers(5, 100), min_size=1, max_size=10, unique=True).map(lambda n: [i / 100 for i in sorted(n)])
kinds = st.sampled_from(list(KINDS.values())) | st.floats(-6, 4).map(hwang_shih_decani)


@settings(deadline=None, max_examples=60)
@given(looks, kinds, st.sampled_from([0.005, 0.025, 0.1]))
def test_whatever_the_looks_the_error_is_spent_in_full_and_never_taken_back(fractions, kind, alpha):
    found = boundaries(fractions, spending=kind, alpha=alpha)
    spent = [look.spent for look in found]
    assert spent == sorted(spent)
    assert spent[-1] == alpha
    assert np.cumsum(crossings(fractions, [look.z for look in found])) == pytest.approx(spent, abs=1e-12)
    assert all(look.nominal_p == pytest.approx(norm.sf(look.z), rel=1e-9) for look in found)


@settings(deadline=None, max_examples=40)
@given(looks, kinds)
def test_a_bound_takes_no_notice_of_later_looks(fractions, kind):
    whole = bounds(fractions, spending=kind)
    more = bounds([*fractions, 1.5], spending=kind)
    assert more[: len(fractions) - 1] == pytest.approx(whole[:-1], abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_error_spent_rises_from_nothing_to_alpha(kind):
    spent = [KINDS[kind].spent(t, ALPHA) for t in np.linspace(0, 1.2, 121)]
    assert spent[0] == 0
    assert all(a <= b for a, b in pairwise(spent))
    assert spent[100:] == [ALPHA] * 21
    assert KINDS[kind].of(1.0, ALPHA) == pytest.approx(ALPHA, rel=1e-12)


def test_spending_has_its_closed_forms():
    assert OBRIEN_FLEMING.spent(0.5, 0.025) == pytest.approx(
        2 - 2 * norm.cdf(norm.isf(0.0125) / math.sqrt(0.5)), rel=1e-12
    )
    assert POCOCK.spent(0.5, 0.025) == pytest.approx(0.025 * math.log(1 + (math.e - 1) / 2), rel=1e-12)
    assert hwang_shih_decani(-4).spent(0.5, 0.025) == pytest.approx(
        0.025 * (1 - math.e**2) / (1 - math.e**4), rel=1e-12
    )
    assert hwang_shih_decani(0).spent(0.3, 0.025) == pytest.approx(0.0075, rel=1e-12)
    assert hwang_shih_decani(1e-9).spent(0.3, 0.025) == pytest.approx(0.0075, rel=1e-6)
    assert hwang_shih_decani(-4) is hwang_shih_decani(-4)


def test_pocock_type_bounds_are_nearly_level_and_obrien_fleming_type_bounds_fall():
    level, falling = bounds((0.25, 0.5, 0.75, 1), spending=POCOCK), bounds((0.25, 0.5, 0.75, 1))
    assert max(level) - min(level) < 0.06
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > 4.3


@pytest.mark.parametrize("last", [0.93, 1.0, 1.07])
def test_the_last_look_spends_what_is_left_whatever_information_it_has(last):
    """Short of the plan, as planned, and beyond it: PROTOCOL's 99 events may be 92 or 106."""
    found = boundaries((0.5, 0.75, last))
    assert [look.z for look in found[:2]] == pytest.approx([2.962588, 2.359018], abs=1e-6)
    assert found[-1].spent == 0.025
    assert sum(crossings((0.5, 0.75, last), [look.z for look in found])) == pytest.approx(0.025, abs=1e-12)


def test_more_information_between_the_looks_leaves_a_higher_last_bound():
    short, plan, beyond = (bounds((0.5, 0.75, last))[-1] for last in (0.93, 1.0, 1.07))
    assert short < plan < beyond


def test_an_interim_look_beyond_the_plan_spends_everything_and_a_later_one_cannot_stop_the_trial():
    found = boundaries((0.5, 1.02, 1.1))
    assert found[1].spent == found[2].spent == 0.025
    assert (found[2].z, found[2].nominal_p) == (math.inf, 0.0)


def test_one_look_is_a_fixed_design():
    for kind in KINDS.values():
        assert bounds((1.0,), spending=kind) == pytest.approx([norm.isf(0.025)], abs=1e-9)
        assert bounds((0.4,), spending=kind) == pytest.approx([norm.isf(0.025)], abs=1e-9)


@pytest.mark.parametrize("gap", [0.01, 0.001, 0.0002])
def test_looks_close_together_keep_their_error(gap):
    fractions = (0.5, 0.5 + gap, 1.0)
    found = boundaries(fractions)
    apart = found[1].spent - found[0].spent
    # P(Z2 >= b2, Z1 < b1) by an integral over Z1 alone.
    at = np.linspace(found[0].z - 12 * math.sqrt(2 * gap), found[0].z, 20_001)
    over = norm.sf((found[1].z * math.sqrt(0.5 + gap) - at * math.sqrt(0.5)) / math.sqrt(gap))
    assert np.trapezoid(norm.pdf(at) * over, at) == pytest.approx(apart, rel=1e-5)


def test_a_look_at_which_next_to_nothing_is_spent_has_a_bound_out_of_reach():
    first, second, _ = boundaries((0.002, 0.05, 1.0))
    assert (first.z, first.nominal_p) == (math.inf, 0.0)
    assert second.z > 9.9


@pytest.mark.parametrize(
    ("fractions", "why"),
    [
        ((), "no look"),
        ((0.0, 1.0), "positive"),
        ((-0.5, 1.0), "positive"),
        ((0.5, math.inf), "positive"),
        ((math.nan, 1.0), "positive"),
        ((0.75, 0.5, 1.0), "rises"),
        ((0.5, 0.5, 1.0), "rises"),
        ((0.5, 0.5 + CLOSEST / 3, 1.0), "almost the same"),
    ],
)
def test_looks_that_are_none_are_refused(fractions, why):
    with pytest.raises(InformationInvalid, match=why):
        boundaries(fractions)


@pytest.mark.parametrize("alpha", [0.0, -0.1, 0.5, 1.0])
def test_an_error_that_is_none_is_refused(alpha):
    with pytest.raises(ValueError, match="one-sided error"):
        boundaries((0.5, 1), alpha=alpha)


def test_the_power_of_the_planned_design_is_that_of_r():
    """Under the shift that R finds for 80 %, the bounds are crossed as often as R says, look by look."""
    fractions = (0.5, 0.75, 1.0)
    found = crossings(fractions, bounds(fractions), drift=math.sqrt(R["shift"]))
    assert np.cumsum(found) == pytest.approx(R["power"], abs=1e-6)


def test_with_a_drift_trials_stop_as_often_as_the_recursion_says():
    fractions = np.array((0.3, 0.8, 1.1))
    z = bounds(fractions)
    draw = np.random.default_rng(9)
    gained = np.diff(fractions, prepend=0)
    walk = np.cumsum(draw.standard_normal((400_000, 3)) * np.sqrt(gained) + 2.8 * gained, axis=1) / np.sqrt(fractions)
    first = np.where((walk >= z).any(axis=1), (walk >= z).argmax(axis=1), -1)
    seen = [(first == look).mean() for look in range(3)]
    assert seen == pytest.approx(crossings(fractions, z, drift=2.8), abs=3.5 * math.sqrt(0.25 / 400_000))
