"""Gray's test. On the 177 transplants of Scrucca et al. (Bone Marrow Transplant 2007;40:381-387, `bmtcrr`) it gave, to every
printed digit, the published 2.8623325 (p 0.09067592) and 0.4481279 (p 0.50322531) of R's cmprsk; those data are not kept here.
"""

import numpy as np
import pytest

from analysis.gray import gray_test
from analysis.logrank import log_rank
from analysis.not_estimable import EmptyGroup
from analysis.samples import NotTimeToEvent
from tests.analysis.colon import colon, competing
from tests.analysis.reference import cases, values
from tests.analysis.reference import sample as sample_of_r
from tests.shared_data import needs_shared


def sample(seed, n=90, k=3, causes=3):
    draw = np.random.default_rng(seed)
    return draw.integers(1, 40, n), draw.integers(0, causes, n), draw.integers(0, k, n).tolist()


def scores_by_hand(days, status, group):
    """Observed minus expected, straight from the definition, one event time after the other."""
    labels = sorted(set(group))
    free, incidence = dict.fromkeys(labels, 1.0), dict.fromkeys(labels, 0.0)
    score = dict.fromkeys(labels, 0.0)
    for t in sorted({d for d, s in zip(days, status, strict=True) if s}):
        n = {k: sum(d >= t for d, g in zip(days, group, strict=True) if g == k) for k in labels}
        at = [(s, g) for d, s, g in zip(days, status, group, strict=True) if d == t]
        ratio = {k: n[k] * (1 - incidence[k]) / free[k] if free[k] > 0 else 0.0 for k in labels}
        hits = sum(s == 1 for s, _ in at)
        for k in labels:
            own, every = sum((s, g) == (1, k) for s, g in at), sum(s > 0 and g == k for s, g in at)
            score[k] += own - (ratio[k] * hits / sum(ratio.values()) if hits else 0.0)
            if n[k]:
                incidence[k] += free[k] * own / n[k]
                free[k] *= (n[k] - every) / n[k]
    return [score[k] for k in labels]


@pytest.mark.parametrize("seed", range(4))
def test_the_scores_are_those_of_the_definition_ties_included(seed):
    days, status, group = sample(seed)
    assert gray_test(days, status, group).scores == pytest.approx(
        scores_by_hand(days.tolist(), status.tolist(), group), abs=1e-10
    )


def test_scores_of_all_groups_sum_to_zero():
    assert sum(gray_test(*sample(9)).scores) == pytest.approx(0, abs=1e-10)


def test_without_competing_events_the_scores_are_those_of_the_log_rank_test():
    days, status, group = sample(3, causes=2)
    ours, plain = gray_test(days, status, group), log_rank(days, status, group)
    assert ours.scores == pytest.approx([o - e for o, e in zip(plain.observed, plain.expected, strict=True)], abs=1e-10)
    assert ours.chi2 == pytest.approx(plain.chi2, rel=0.03) and ours.df == plain.df == 2


@needs_shared
def test_recurrence_differs_between_the_arms_of_the_colon_trial_and_death_without_it_does_not():
    frame = colon()
    days, status = competing(frame)
    recurrence, death = (gray_test(days, status, frame["rx"].tolist(), cause) for cause in (1, 2))
    assert recurrence.p < 1e-4 and recurrence.scores[1] < 0 < recurrence.scores[2]
    assert death.p > 0.3


def test_under_no_difference_the_statistic_has_its_distribution():
    """400 draws of 3 groups: mean 2 (standard error 0.1), 5 % below 0.05 (standard error 1.1 %)."""
    draw = np.random.default_rng(1)
    found = [
        gray_test(
            draw.exponential(1, 120), draw.choice([0, 1, 2], 120, p=[0.3, 0.4, 0.3]), draw.integers(0, 3, 120).tolist()
        )
        for _ in range(400)
    ]
    assert np.mean([each.chi2 for each in found]) == pytest.approx(2, abs=0.3)
    assert np.mean([each.p < 0.05 for each in found]) == pytest.approx(0.05, abs=0.033)


def test_order_of_rows_and_names_of_groups_change_nothing():
    days, status, group = sample(5)
    turned = gray_test(days[::-1], status[::-1], group[::-1])
    renamed = gray_test(days, status, ["xyz"[g] for g in group])
    first = gray_test(days, status, group)
    assert first.chi2 == pytest.approx(turned.chi2, rel=1e-12) == pytest.approx(renamed.chi2, rel=1e-12)


R = values("competing")["gray"]
WAYS = {"sample": {}, "rho1": {"rho": 1}, "strata": {"strata": True}, "strata_rho": {"strata": True, "rho": 0.5}}


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_three_tied_groups_give_what_cuminc_gives_with_strata_and_rho(way, cause):
    frame, asked = sample_of_r(), dict(WAYS[way])
    if asked.pop("strata", False):
        asked["strata"] = frame["stratum"].tolist()
    found = gray_test(frame["days"], frame["status"], frame["group"].tolist(), cause, **asked)
    assert (found.chi2, found.p) == pytest.approx((R[way]["chi2"][cause - 1], R[way]["p"][cause - 1]), rel=1e-10)
    assert found.df == R[way]["df"][cause - 1]


@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize("case", ["competing_missing_in_b", "only_early_in_c", "one_event"])
def test_a_cause_missing_in_one_group_an_early_end_and_one_event_give_what_cuminc_gives(case, cause):
    frame = cases()[case]
    found = gray_test(frame["days"], frame["status"], frame["group"].tolist(), cause)
    assert (found.chi2, found.p) == pytest.approx((R[case]["chi2"][cause - 1], R[case]["p"][cause - 1]), rel=1e-10)


def test_two_groups_give_what_cuminc_gives():
    frame = sample_of_r().query("group != 'c'")
    found = gray_test(frame["days"], frame["status"], frame["group"].tolist())
    assert (found.chi2, found.df) == (pytest.approx(R["two_groups"]["chi2"][0], rel=1e-10), 1)


@needs_shared
@pytest.mark.parametrize("cause", [1, 2])
@pytest.mark.parametrize(("name", "stratum"), [("colon", None), ("colon_strata", "extent")])
def test_the_arms_of_the_colon_trial_give_what_cuminc_gives(name, stratum, cause):
    frame = colon()
    strata = frame[stratum].tolist() if stratum else None
    found = gray_test(*competing(frame), frame["rx"].tolist(), cause, strata)
    assert found.chi2 == pytest.approx(R[name]["chi2"][cause - 1], rel=1e-10)


def test_a_group_that_is_asked_for_and_has_nobody_is_named():
    with pytest.raises(EmptyGroup) as refused:
        gray_test([1, 2, 3], [1, 2, 0], ["a", "b", "a"], groups=("a", "b", "c"))
    assert refused.value.groups == ("c",)


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(NotTimeToEvent, match="group"):
        gray_test([1, 2, 3], [1, 2, 0], ["a", "b"])
    with pytest.raises(NotTimeToEvent, match="stratum"):
        gray_test([1, 2, 3], [1, 2, 0], ["a", "b", "a"], strata=[1, 2])


def test_one_group_cannot_be_compared():
    with pytest.raises(ValueError, match="two groups"):
        gray_test([1, 2], [1, 2], ["a", "a"])


def test_a_cause_nobody_had_is_not_estimable():
    found = gray_test([1, 2, 3, 4], [1, 1, 0, 1], ["a", "b", "a", "b"], cause=2)
    assert (found.chi2, found.df, found.p) == (0.0, 0, None)
