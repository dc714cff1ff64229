"""Log-rank tests of the G-rho,gamma family against R's survdiff (reference/survival.R), ties, strata and edges included."""

import numpy as np
import pytest

from analysis.logrank import log_rank
from analysis.not_estimable import EmptyGroup
from analysis.samples import NotTimeToEvent
from tests.analysis.colon import colon
from tests.analysis.reference import cases, sample, values
from tests.shared_data import needs_shared

R = values("survival")["log_rank"]
WAYS = {
    "plain": {},
    "rho1": {"rho": 1},
    "strata": {"strata": True},
    "strata_rho": {"strata": True, "rho": 0.5},
    "fh01": {"gamma": 1},
    "fh11": {"rho": 1, "gamma": 1},
    "fh01_strata": {"strata": True, "gamma": 1},
}


def of(frame, **asked):
    if asked.pop("strata", False):
        asked["strata"] = frame["stratum"].tolist()
    return log_rank(frame["days"], frame["status"] == 1, frame["group"].tolist(), **asked)


def excess(reference):
    return reference.get("score") or np.subtract(reference["observed"], reference["expected"]).tolist()


@pytest.mark.parametrize("way", WAYS)
def test_three_tied_groups_give_what_r_gives(way):
    found = of(sample(), **WAYS[way])
    assert (found.chi2, found.df) == (pytest.approx(R[way]["chi2"], rel=1e-12), 2)
    assert np.subtract(found.observed, found.expected) == pytest.approx(excess(R[way]), rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("case", ["one_event", "only_early_in_c"])
def test_one_event_and_a_group_with_nobody_at_risk_later_give_what_r_gives(case):
    found = of(cases()[case])
    assert found.chi2 == pytest.approx(R[case]["chi2"], rel=1e-12)
    assert found.observed == pytest.approx(R[case]["observed"]) and found.expected == pytest.approx(R[case]["expected"])


@needs_shared
@pytest.mark.parametrize(("name", "stratum"), [("colon", None), ("colon_strata", "extent")])
def test_the_colon_trial_gives_what_r_gives(name, stratum):
    frame = colon()
    found = log_rank(frame["time"], frame["event"], frame["rx"].tolist(), frame[stratum].tolist() if stratum else None)
    assert found.chi2 == pytest.approx(R[name]["chi2"], rel=1e-12)


def test_a_single_stratum_is_no_stratum():
    assert of(sample()) == of(sample().assign(stratum=1), strata=True)


def test_a_stratum_with_one_group_only_says_nothing():
    frame = sample()
    alone = frame["stratum"].where(frame["group"] != "a", 9)
    others = frame[frame["group"] != "a"]
    found = log_rank(frame["days"], frame["status"] == 1, frame["group"].tolist(), alone.tolist())
    rest = log_rank(
        others["days"], others["status"] == 1, others["group"].tolist(), others["stratum"].tolist(), groups=("b", "c")
    )
    assert found.chi2 == pytest.approx(rest.chi2, rel=1e-10) and (found.df, rest.df) == (1, 1)


def test_a_late_weight_finds_a_late_difference_better():
    draw = np.random.default_rng(2)
    days = np.concatenate([draw.exponential(10, 300), draw.exponential(10, 300)])
    days[300:] = np.where(days[300:] > 8, 8 + (days[300:] - 8) * 1.8, days[300:])
    arm = ["a"] * 300 + ["b"] * 300
    late, plain, early = (log_rank(days, [1] * 600, arm, rho=r, gamma=g).chi2 for r, g in ((0, 1), (0, 0), (1, 0)))
    assert late > plain > early


def test_all_censored_gets_no_p():
    found = of(sample().assign(status=0))
    assert (found.df, found.p, found.z) == (0, None, None)


def test_the_last_one_at_risk_alone_says_nothing():
    assert log_rank([1, 2], [0, 1], ["a", "b"]).p is None


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"groups": ("a", "b", "z")}, "nobody in group: z"),
        ({"rho": -1}, "negative power"),
        ({"strata": [1]}, "stratum"),
    ],
)
def test_what_cannot_be_compared_is_refused(asked, problem):
    with pytest.raises(ValueError, match=problem):
        log_rank([1, 2, 3], [1, 1, 0], ["a", "b", "a"], **asked)


def test_an_empty_arm_is_named():
    with pytest.raises(EmptyGroup) as refused:
        log_rank([1, 2], [1, 1], ["a", "a"], groups=("a", "b"))
    assert refused.value.groups == ("b",)


def test_an_event_is_0_or_1():
    with pytest.raises(NotTimeToEvent, match="neither"):
        log_rank([1, 2], [1, 2], ["a", "b"])
