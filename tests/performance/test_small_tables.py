"""By hand, with the arithmetic shown; and everything that cannot be estimated says why, and is no number."""

from math import exp, log, sqrt

import numpy as np
import pytest

from analysis import estimable
from analysis.accuracy import Fourfold, accuracy, fourfold, positive
from analysis.calibration import calibration, spline
from analysis.competing_auc import by_time, weights
from analysis.discrimination import auc, compared, delong, midranks, roc_points
from analysis.estimable import NotEstimable, judged, log_odds
from analysis.exact import clopper_pearson, mcnemar_exact
from analysis.incidence import aalen_johansen
from analysis.logistic import logistic
from analysis.net_benefit import THRESHOLDS, decision_curve, net_benefit
from analysis.reader_study import PAIRS, reader_study
from analysis.unverified import corrected, weighted_area
from trial.prediction import is_positive, rounded


def test_an_area_by_counting_pairs():
    """Events .8 .6, others .6 .3 .1: pairs 1 + 1 + 1 + .5 + 1 + 1 = 5.5 of 6."""
    assert auc([1, 1, 0, 0, 0], [0.8, 0.6, 0.6, 0.3, 0.1]).value == pytest.approx(5.5 / 6)


def test_delong_by_hand():
    """Placements of the events: 1, 5/6; of the others: 3/4, 1, 1. Their variances: 1/72 and 1/48, over 2 and 3: 1/144 + 1/144 = 1/72."""
    assert delong([1, 1, 0, 0, 0], [[0.8, 0.6, 0.6, 0.3, 0.1]]).covariance[0, 0] == pytest.approx(1 / 72)


def test_midranks_share_the_mean():
    assert midranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def test_the_curve_has_a_point_a_distinct_prediction():
    assert roc_points([1, 0, 1, 0], [0.9, 0.5, 0.5, 0.1]) == ((0, 0), (0, 0.5), (0.5, 1), (1, 1))


def test_limits_on_the_logit_scale_stay_within_0_and_1():
    y, p = [0] * 10 + [1] * 10, [*np.linspace(0.1, 0.5, 10), *np.linspace(0.48, 0.9, 10)]
    plain, logit = auc(y, p, logit=False), auc(y, p)
    assert plain.value == logit.value == pytest.approx(0.99)
    assert plain.upper == 1.0 and logit.upper < 1


def test_net_benefit_by_hand():
    """2 true and 1 false positive among 5 at t = 0.2: 2/5 - 1/5 * 0.25 = 0.35; everybody: 2/5 - 3/5 * 0.25 = 0.25."""
    found = net_benefit([1, 1, 0, 0, 0], [0.9, 0.2, 0.3, 0.1, 0.19], 0.2)
    assert (found.model.value, found.everybody.value) == (pytest.approx(0.35), pytest.approx(0.25))
    assert found.over_everybody.value == pytest.approx(0.10)


def test_likelihood_ratios_by_hand():
    """Se 8/10, Sp 15/20: LR+ = 0.8/0.25 = 3.2, SE ln = sqrt(1/8 - 1/10 + 1/5 - 1/20) = 0.41833; LR- = 0.2/0.75."""
    found = accuracy(Fourfold(8, 5, 2, 15))
    half = 1.959963984540054 * sqrt(1 / 8 - 1 / 10 + 1 / 5 - 1 / 20)
    assert found.lr_positive.value == pytest.approx(3.2)
    assert found.lr_positive.upper == pytest.approx(exp(log(3.2) + half))
    assert found.lr_negative.value == pytest.approx(0.2 / 0.75)


def test_exact_limits_by_their_closed_form():
    """0 of 10: 1 - 0.025^(1/10) = 0.3085; 10 of 10: 0.025^(1/10)."""
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)
    with pytest.raises(ValueError, match="no proportion"):
        clopper_pearson(0, 0)


def test_mcnemar_by_hand():
    """1 against 5: 2 (1 + 6) / 2^6 = 14/64."""
    assert mcnemar_exact(1, 5) == pytest.approx(14 / 64)
    assert mcnemar_exact(3, 3) == 1.0 and mcnemar_exact(0, 0) == 1.0


def test_weights_of_censoring_by_hand():
    """Days 1 event, 2 lost, 3 competing, 4 event, 5 lost, 6 free. G: 1 to day 2, 4/5 after it, 2/5 after day 5.

    By day 5: cases 1/1 and 1/0.8, competing 1/0.8, free (day 6) 1/G(5) = 1/0.4.
    """
    case, free, other = weights(np.array([1.0, 2, 3, 4, 5, 6]), np.array([1, 0, 2, 1, 0, 0]), 5)
    assert case.tolist() == pytest.approx([1, 0, 0, 1.25, 0, 0])
    assert free.tolist() == pytest.approx([0, 0, 0, 0, 0, 2.5])
    assert other.tolist() == pytest.approx([0, 0, 1.25, 0, 0, 0])


def test_areas_of_both_definitions_by_hand():
    """Risks .9 (case, weight 1), .3 (case, 1.25), .5 (competing, 1.25), .4 (free, 2.5).

    Definition 1: 1 * 2.5 of 2.25 * 2.5 = 1/2.25. Definition 2: the case of .9 beats both (3.75), the other none: 3.75 / (2.25 * 3.75).
    Brier: (1 * .01 + 1.25 * .49 + 1.25 * .25 + 2.5 * .16) / 6.
    """
    found = by_time([1, 2, 3, 4, 5, 6], [1, 0, 2, 1, 0, 0], [0.9, 0.9, 0.5, 0.3, 0.1, 0.4], 5, bootstraps=2)
    assert found.auc_1.value == pytest.approx(1 / 2.25)
    assert found.auc_2.value == pytest.approx(1 / 2.25)
    assert found.brier.value == pytest.approx((0.01 + 1.25 * 0.49 + 1.25 * 0.25 + 2.5 * 0.16) / 6)
    assert (found.cases, found.competing, found.lost) == (2, 1, 2)


def test_the_weights_of_cases_add_up_to_the_incidence_of_aalen_and_johansen():
    """Exactly so, ties between events and losses included: an event is seen before a loss of the same day."""
    chance = np.random.default_rng(6)
    for t in (5, 10, 19):
        days, status = chance.integers(1, 20, 150), chance.integers(0, 3, 150)
        case, free, other = weights(days.astype(float), status, t)
        assert case.sum() / 150 == pytest.approx(aalen_johansen(days, status, 1).at(t).value, abs=1e-12)
        assert other.sum() / 150 == pytest.approx(aalen_johansen(days, status, 2).at(t).value, abs=1e-12)
        assert t == 19 or (case + free + other).sum() == pytest.approx(150)  # all who are left on day 19 are lost


def test_without_censoring_and_competing_events_the_area_is_the_plain_one():
    days, risk = [100, 900, 200, 800, 900], [0.8, 0.6, 0.6, 0.3, 0.1]
    found = by_time(days, [1, 0, 1, 0, 0], risk, 730, bootstraps=2)
    assert found.auc_1.value == found.auc_2.value == pytest.approx(auc([1, 0, 1, 0, 0], risk).value)
    assert found.brier.value == pytest.approx(np.mean((np.array([1, 0, 1, 0, 0]) - risk) ** 2))


def test_begg_and_greenes_by_hand():
    """100 called, 40 positive. Verified: 30 positive with 24 events, 12 negative with 3.

    P(+) = .4, a = .8, b = .25: Se = .32 / (.32 + .15) = 0.680851; Sp = .45 / (.45 + .08) = 0.849057.
    Uncorrected they would be 24/27 and 9/15. Variance of logit Se: 1/(100 .4 .6) + .2/24 + .75/3.
    """
    y = [1] * 24 + [0] * 6 + [np.nan] * 10 + [1] * 3 + [0] * 9 + [np.nan] * 48
    found = corrected(y, [0.9] * 40 + [0.1] * 60, 0.5)
    assert (found.n, found.verified) == (100, 42)
    assert found.sensitivity.value == pytest.approx(0.32 / 0.47)
    assert found.specificity.value == pytest.approx(0.45 / 0.53)
    half = 1.959963984540054 * sqrt(1 / 24 + 0.2 / 24 + 0.75 / 3)
    assert found.sensitivity.upper == pytest.approx(1 / (1 + exp(-(log(0.32 / 0.15) + half))))
    half = 1.959963984540054 * sqrt(1 / 24 + 0.25 / 9 + 0.8 / 6)
    assert found.specificity.lower == pytest.approx(1 / (1 + exp(-(log(0.45 / 0.08) - half))))


def test_the_four_extremes_by_hand():
    """Two known right, and one unknown in each class."""
    found = corrected([1, 0, np.nan, np.nan], [0.9, 0.1, 0.8, 0.2], 0.5)
    told = {s.id: (s.sensitivity, s.specificity, s.auc) for s in found.scenarios}
    assert told == {
        "BEST": (1.0, 1.0, 1.0),
        "WORST": (0.5, 0.5, pytest.approx(0.75)),
        "ALL": (pytest.approx(2 / 3), 1.0, 1.0),
        "NONE": (1.0, pytest.approx(2 / 3), 1.0),
    }


def test_the_extremes_bound_the_correction():
    chance = np.random.default_rng(4)
    p = chance.random(300).round(6)
    y = (chance.random(300) < p).astype(float)
    y[chance.random(300) < np.where(p > 0.5, 0.2, 0.6)] = np.nan
    found = corrected(y, p, 0.5)
    told = {s.id: s for s in found.scenarios}
    assert told["WORST"].sensitivity < found.sensitivity.value < told["BEST"].sensitivity
    assert told["WORST"].specificity < found.specificity.value < told["BEST"].specificity
    assert told["WORST"].auc < found.auc.value < told["BEST"].auc


def test_everyone_verified_corrects_nothing():
    chance = np.random.default_rng(5)
    p = chance.random(120).round(6)
    y = (chance.random(120) < p).astype(float)
    found, plain = corrected(y, p, 0.5), accuracy(fourfold(y, p, 0.5))
    assert found.sensitivity.value == pytest.approx(plain.sensitivity.value)
    assert found.specificity.value == pytest.approx(plain.specificity.value)
    assert weighted_area(y, p) == pytest.approx(auc(y, p).value)


@pytest.mark.parametrize("threshold", [0.07, 0.29, 0.5, 0.57, 0.58])
@pytest.mark.parametrize("off", [-1e-6, -4e-7, 0, 4e-7, 1e-6])
def test_positive_is_what_the_trial_calls_positive(threshold, off):
    p = threshold + off
    assert bool(positive([float(rounded(p))], threshold)[0]) == is_positive(p, threshold)


def test_thresholds_of_the_curve_are_the_numbers_they_look_like():
    """A grid made by adding up misses a score that lies on it (dcurves with np.arange: statistics.md)."""
    assert THRESHOLDS == tuple(float(f"0.{k:02d}") for k in range(5, 100, 5))
    found = decision_curve([1, 0], [0.15, 0.149999], [0.15])
    assert found[0].model.value == pytest.approx(0.5)


def test_ties_may_come_in_any_order():
    y, p = np.array([1, 0, 1, 0, 1, 0]), np.array([0.5, 0.5, 0.5, 0.5, 0.9, 0.1])
    turned = np.array([5, 3, 1, 0, 2, 4])
    assert auc(y, p) == auc(y[turned], p[turned])
    assert calibration(y, p).groups == calibration(y[turned], p[turned]).groups


NOBODY = ([], [], "nobody")
ALL_EVENTS = ([1, 1, 1], [0.2, 0.5, 0.9], "all had the same outcome")
EQUAL = ([1, 0, 1], [0.4, 0.4, 0.4], "all predictions are equal")


@pytest.mark.parametrize(("y", "p", "why"), [NOBODY, ALL_EVENTS, EQUAL])
def test_an_area_that_cannot_be_estimated_says_why(y, p, why):
    with pytest.raises(NotEstimable) as none:
        auc(y, p)
    assert none.value.reason == why
    found = estimable.measured(lambda: auc(y, p))
    assert (found.value, found.reason) == (None, why)


@pytest.mark.parametrize(
    ("case", "lacking"),
    [
        (NOBODY, {"in_the_large", "slope", "o_to_e", "brier", "brier_scaled", "z"}),
        (ALL_EVENTS, {"in_the_large", "slope", "brier_scaled"}),
        (EQUAL, {"slope"}),
        (([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], ""), {"slope"}),  # separated: the slope has no maximum
    ],
)
def test_what_calibration_cannot_say(case, lacking):
    y, p, _ = case
    found = calibration(y, p)
    names = ("in_the_large", "slope", "o_to_e", "brier", "brier_scaled", "z")
    assert {n for n in names if getattr(found, n).value is None} == lacking
    assert all(getattr(found, n).reason for n in lacking)
    assert found.curve is None and found.why


def test_separation_is_said_by_its_name():
    assert calibration([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]).slope.reason == estimable.SEPARATED
    with pytest.raises(NotEstimable):
        logistic(np.ones((4, 2)), np.array([0.0, 1, 0, 1]))  # a column twice


def test_probabilities_of_0_and_1_are_read_as_half_their_last_digit():
    assert log_odds([0, 1, 0.5]).tolist() == pytest.approx([log(5e-7 / (1 - 5e-7)), -log(5e-7 / (1 - 5e-7)), 0])
    assert calibration([0, 1, 1, 0, 1, 0], [0.0, 1.0, 0.3, 0.4, 0.6, 0.8]).slope.value is not None


def test_knots_that_coincide_make_no_spline():
    with pytest.raises(NotEstimable):
        spline(np.array([1.0] * 99 + [2.0]))


def test_a_curve_needs_a_hundred_of_each_outcome():
    p = np.linspace(0.01, 0.99, 199)
    assert "100" in calibration((np.arange(199) % 2), p).why


@pytest.mark.parametrize(
    ("table", "lacking"),
    [
        (Fourfold(0, 0, 0, 0), {"sensitivity", "specificity", "ppv", "npv", "lr_positive", "lr_negative"}),
        (Fourfold(3, 0, 1, 0), {"specificity", "lr_positive", "lr_negative"}),
        (Fourfold(0, 0, 3, 4), {"ppv", "lr_positive"}),
        (Fourfold(3, 4, 0, 0), {"npv", "lr_negative"}),
        (Fourfold(3, 0, 0, 4), {"lr_positive"}),
    ],
)
def test_what_a_fourfold_table_cannot_say(table, lacking):
    found = accuracy(table)
    names = ("sensitivity", "specificity", "ppv", "npv", "lr_positive", "lr_negative")
    assert {n for n in names if getattr(found, n).value is None} == lacking
    assert all(getattr(found, n).reason for n in lacking)


def test_a_ratio_of_nothing_has_no_limits():
    assert accuracy(Fourfold(0, 2, 3, 4)).lr_positive == estimable.Measured(0.0)


def test_by_time_says_what_it_cannot_tell():
    nobody = by_time([], [], [], 730)
    assert {m.reason for m in (nobody.auc_1, nobody.brier)} == {"nobody"}
    short = by_time([10, 20], [1, 0], [0.5, 0.4], 730, bootstraps=5)  # nobody was followed to day 730
    assert short.auc_1.value is None and short.brier.value is None and short.brier.reason
    alone = by_time([800], [0], [0.5], 730)
    assert alone.auc_1.value is None


def test_a_reader_study_of_nobody_and_of_one_outcome_has_no_number_that_looks_like_one():
    for y in ([], [1, 1]):
        found = reader_study(y, [0.5] * len(y), [0.4] * len(y), 0.5)
        assert [r.auc.value for r in found.readers] == [None] * 3
        assert [p.area for p in found.pairs] == [None] * len(PAIRS)


def test_scores_that_rank_alike_do_not_differ():
    y, p = [0, 1, 0, 1, 1], [0.1, 0.5, 0.6, 0.7, 0.8]
    found = compared(y, p, np.array(p) / 2)
    assert (found.difference.value, found.z, found.p) == (0, None, 1.0)


@pytest.mark.parametrize(
    ("y", "p"), [([0, 1], [0.5]), ([0, 2], [0.5, 0.5]), ([0, 1], [0.5, 1.5]), ([0, 1], [0.5, np.nan])]
)
def test_what_is_no_outcome_or_no_probability_is_refused(y, p):
    with pytest.raises(ValueError, match=r"columns|outcome|probability"):
        judged(y, p)


def test_unverified_without_a_verified_class_is_not_corrected():
    found = corrected([1, 0, np.nan], [0.9, 0.8, 0.1], 0.5)
    assert found.sensitivity.value is None and found.sensitivity.reason
    nobody = corrected([], [], 0.5)
    assert nobody.sensitivity.reason == "nobody" and nobody.auc.reason == "nobody"
