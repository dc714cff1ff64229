"""Chances to be in each state against R's etm and survfit (reference/multistate.R), and against the estimators they contain."""

import numpy as np
import pytest

from analysis.incidence import aalen_johansen
from analysis.multistate import Move, occupancy
from analysis.not_estimable import NotEstimable
from analysis.samples import NotTimeToEvent, Repeated
from analysis.steps import Estimate, position
from tests.analysis.reference import courses, sample, values

R = values("multistate")
STATES = (1, 2, 3, 4, 5)


def moves():
    return [
        Move(str(row.id), row.start, row.stop, int(row.left), None if np.isnan(row.entered) else int(row.entered))
        for row in courses().itertuples()
    ]


@pytest.mark.parametrize(("since", "name"), [(0, "from0"), (12, "from12")])
def test_chances_and_variances_of_tied_courses_are_those_of_etm(since, name):
    found, want = occupancy(moves(), STATES, 1, since=since), R[name]
    at = [position(found.times, t) for t in want["times"]]
    assert found.probability[at] == pytest.approx(np.array(want["p"]), abs=1e-12)
    assert found.variance[at] == pytest.approx(np.array(want["var"]), abs=1e-12)


def test_the_chances_are_those_of_survfit_too():
    found, want = occupancy(moves(), STATES, 1), R["survfit"]
    for t, row in zip(want["times"], want["p"], strict=True):
        assert [found.at(t, state).value for state in STATES] == pytest.approx(row, abs=1e-12)


def test_they_sum_to_one_and_every_move_is_counted():
    found = occupancy(moves(), STATES, 1)
    assert found.probability.sum(axis=1) == pytest.approx(np.ones(len(found.times)), abs=1e-12)
    assert sum(map(sum, found.moves)) == courses()["entered"].notna().sum()


def test_with_absorbing_states_only_it_is_the_cumulative_incidence_with_its_variance_and_limits():
    frame = sample()
    straight = [Move(str(r.id), 0, r.days, "free", {1: "A", 2: "B"}.get(r.status)) for r in frame.itertuples()]
    found = occupancy(straight, ("free", "A", "B"), "free")
    for cause, state in ((1, "A"), (2, "B")):
        plain = aalen_johansen(frame["days"], frame["status"], cause)
        for t in found.times:
            assert found.at(t, state).value == pytest.approx(plain.at(t).value, abs=1e-12)
            assert found.at(t, state).lower == pytest.approx(plain.at(t).lower, abs=1e-10)
            row = position(plain.times, t)
            assert found.variance[position(found.times, t)][found.states.index(state)] == pytest.approx(
                plain.variance[row], abs=1e-12
            )


def test_a_state_may_be_left_again():
    """Two of two enter a stoma on day 1, one of them loses it on day 2: at day 2 half have one."""
    stoma = [Move("a", 0, 1, "no", "yes"), Move("a", 1, 2, "yes", "no"), Move("a", 2, 5, "no", None)]
    found = occupancy([*stoma, Move("b", 0, 1, "no", "yes"), Move("b", 1, 5, "yes", None)], ("no", "yes"), "no")
    assert [found.at(t, "yes").value for t in (0, 1, 2)] == [0, 1, 0.5]
    assert found.at(2, "yes").lower < 0.5 < found.at(2, "yes").upper and found.variance[1][1] == pytest.approx(0.125)


def test_before_the_start_and_after_everybody_was_seen_nothing_is_known():
    found = occupancy([Move("a", 0, 3, 1, 2), Move("b", 0, 4, 1, None)], (1, 2), 1)
    assert (found.at(-1, 1), found.at(4.5, 1)) == (Estimate(None), Estimate(None))
    assert found.at(0, 1) == Estimate(1, 1, 1) and found.at(4, 2).value == 0.5


def test_delayed_entry_counts_from_the_day_somebody_came():
    late = [Move("a", 0, 5, 1, 2), Move("b", 3, 9, 1, None), Move("c", 0, 2, 1, 2)]
    found = occupancy(late, (1, 2), 1)
    assert found.probability[:, 0] == pytest.approx([1 / 2, 1 / 4])


def test_nobody_in_the_state_of_departure_is_not_estimable():
    with pytest.raises(NotEstimable, match="nobody was in 3"):
        occupancy(moves(), STATES, 3)
    with pytest.raises(NotEstimable):
        occupancy([], STATES, 1)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (Move("z", 5, 5, 1, 2), "no length"),
        (Move("z", -1, 5, 1, 2), "negative"),
        (Move("z", 0, float("nan"), 1, 2), "unknown"),
        (Move("z", 0, 5, 1, 9), "no such state: 9"),
    ],
)
def test_a_broken_stay_is_refused(broken, problem):
    with pytest.raises(NotTimeToEvent, match=problem):
        occupancy([*moves(), broken], STATES, 1)


@pytest.mark.parametrize("second", [Move("z", 4, 9, 2, None), Move("z", 3, 9, 3, None)])
def test_a_course_that_jumps_in_time_or_state_is_refused(second):
    with pytest.raises(NotTimeToEvent, match="z jumps at 3"):
        occupancy([Move("z", 0, 3, 1, 2), second], STATES, 1)


def test_a_participant_in_two_states_at_once_is_named():
    with pytest.raises(Repeated) as refused:
        occupancy([Move("z", 0, 3, 1, 2), Move("z", 2, 9, 2, None)], STATES, 1)
    assert refused.value.participants == ("z",)
