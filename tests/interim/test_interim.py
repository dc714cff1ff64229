"""The present look: at the events that came, with the looks as they were made (PROTOCOL 8)."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.brownian import InformationInvalid
from analysis.interim import NEAR, Earlier, LooksUnreadable, interim, read_looks
from analysis.prospects import conditional_power, trend
from analysis.sequential import boundaries
from tests.interim.bearing import DESIGN, by_arm, comparison


def look(events, *, log_hr=0.0, **options):
    return interim(by_arm(events // 2, events - events // 2, log_hr=log_hr), DESIGN, **options)


def fractions(found):
    return [round(each.fraction, 4) for each in found.looks]


def test_information_is_events_over_planned_events_as_they_came():
    found = look(52, earlier=())
    assert found.look.fraction == 52 / 99
    assert found.look == boundaries((52 / 99, 0.75, 1.0))[0]
    assert fractions(found) == [round(52 / 99, 4), 0.75, 1.0]


@pytest.mark.parametrize(
    ("events", "left"),
    [
        (12, [0.5, 0.75, 1.0]),
        (48, [0.75, 1.0]),  # 0.485: the look of 50 %, a little early
        (50, [0.75, 1.0]),
        (60, [0.75, 1.0]),
        (73, [1.0]),
        (95, [1.0]),
    ],
)
def test_looks_still_to_come_are_those_of_the_plan(events, left):
    assert fractions(look(events, earlier=()))[1:] == left


def test_the_looks_that_were_made_count_as_they_were_made():
    found = look(77, earlier=(Earlier(0.46, 1.2),))
    assert found.place == 1 and found.looks[0].fraction == 0.46
    assert found.look.z == pytest.approx(boundaries((0.46, 77 / 99, 1.0))[1].z)
    assert found.assumed is False


def test_where_nobody_says_the_plan_stands_for_the_looks_before():
    found = look(77)
    assert found.assumed is True
    assert found.earlier == (Earlier(0.5),)
    assert look(99).earlier == (Earlier(0.5), Earlier(0.75))
    assert look(52).earlier == ()


@pytest.mark.parametrize(("events", "due"), [(30, 0.5), (52, 0.5), (75, 0.75), (77, 0.75), (99, None)])
def test_the_look_that_is_due_is_the_first_of_the_plan_not_made_before(events, due):
    assert look(events).due_at == due


@pytest.mark.parametrize(("made", "due"), [(0.44, 0.5), (0.46, 0.75), (0.54, 0.75), (0.56, 0.75), (0.72, None)])
def test_a_look_so_near_to_a_planned_one_is_that_one(made, due):
    assert NEAR == 0.05
    assert look(77, earlier=(Earlier(made),)).due_at == due


@pytest.mark.parametrize("earlier", [(Earlier(0.6),), (Earlier(52 / 99),), (Earlier(0.5), Earlier(0.9))])
def test_an_earlier_look_with_as_much_information_is_refused(earlier):
    with pytest.raises(InformationInvalid, match=r"rises|almost"):
        look(52, earlier=earlier)


@pytest.mark.parametrize(("events", "ended"), [(98, False), (99, True), (107, True)])
def test_the_look_at_the_planned_events_is_the_last_and_spends_what_is_left(events, ended):
    found = look(events, earlier=(Earlier(0.5), Earlier(0.75)))
    assert found.last is ended
    assert (found.look.spent == DESIGN.alpha_one_sided) is ended
    assert (found.prospects is None) is ended
    assert (found.stopped is not None) is (ended or found.crossed)


def test_a_trial_that_ends_short_of_its_events_spends_what_is_left_too():
    found = look(91, earlier=(Earlier(0.5), Earlier(0.75)), last=True)
    assert found.looks[-1] is found.look
    assert found.look.spent == DESIGN.alpha_one_sided
    assert found.look.z == pytest.approx(boundaries((0.5, 0.75, 91 / 99))[-1].z)


@given(st.integers(10, 98), st.floats(-1.2, 1.2))
@settings(deadline=None, max_examples=60)
def test_bound_repeated_interval_and_p_tell_one_story(events, log_hr):
    found = look(events, log_hr=log_hr)
    z = found.comparison.z
    if abs(z - found.look.z) < 1e-9:
        return
    assert found.crossed is (z > found.look.z)
    assert (found.repeated[1] < DESIGN.margin_hazard_ratio) is found.crossed
    assert (found.stopped is not None) is found.crossed
    if found.stopped:
        assert found.stopped.p < DESIGN.alpha_one_sided and found.stopped.upper < DESIGN.margin_hazard_ratio


@pytest.mark.parametrize(
    ("z", "crossed"), [(None, None), (2.0, None), (2.96, None), (2.97, 0), (4.0, 0)]
)  # the bound at half the information is 2.9626
def test_after_a_look_that_reached_its_bound_no_later_one_has_a_stagewise_result(z, crossed):
    """Stage-wise ordering counts from the first look that crosses: worked out at a later one it would be another trial's."""
    found = look(99, log_hr=-0.2, earlier=(Earlier(0.5, z), Earlier(0.75, 1.0)))
    assert found.crossed_before == crossed
    assert (found.stopped is None) is (crossed is not None)


def test_conditional_power_is_for_the_last_bound_at_the_looks_as_they_are():
    found = look(52, log_hr=0.3, earlier=())
    t, z, last = 52 / 99, found.comparison.z, found.looks[-1].z
    assert found.prospects.trend == conditional_power(z, t, last, trend(z, t))
    assert found.prospects.null == conditional_power(z, t, last, 0.0)
    assert found.prospects.design == conditional_power(z, t, last, math.log(1.77) * math.sqrt(99) / 2)


def test_futility_is_judged_as_the_trend_goes_and_strictly_below_the_limit():
    bad, good = look(52, log_hr=0.45), look(52, log_hr=0.0)
    assert bad.futile is True and bad.prospects.design > DESIGN.futility_conditional_power
    assert good.futile is False
    on_it = dataclasses.replace(DESIGN, futility_conditional_power=bad.prospects.trend)
    assert interim(by_arm(26, 26, log_hr=0.45), on_it).futile is False


def test_futility_moves_no_bound():
    """Non-binding: a trial that goes on against the advice keeps its error."""
    bad, good = look(52, log_hr=0.6), look(52, log_hr=0.0)
    assert bad.looks == good.looks


def test_before_both_arms_had_an_event_there_are_bounds_and_no_verdict():
    found = look(30, log_hr=None)
    assert found.look is not None
    assert (found.crossed, found.repeated, found.prospects, found.futile, found.stopped) == (None,) * 5


def test_before_the_first_event_there_is_no_look():
    found = look(0, log_hr=None, earlier=())
    assert (found.looks, found.look, found.crossed, found.repeated, found.due_at) == ((), None, None, None, 0.5)
    assert comparison(0, 0.0).z is None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        (" , ", ()),
        ("0.5", (Earlier(0.5),)),
        ("0.5, 0.75", (Earlier(0.5), Earlier(0.75))),
        ("0.48=1.83,0.76 = -0.2", (Earlier(0.48, 1.83), Earlier(0.76, -0.2))),
        (".5=", (Earlier(0.5),)),
    ],
)
def test_looks_are_read_as_they_are_typed(text, read):
    assert read_looks(text) == read


@pytest.mark.parametrize("text", ["half", "0.5;0.75", "0.5=high", "50 %", "=1.2", "0.5=nan", "0.5=inf", "0.5=-inf"])
def test_what_is_no_look_is_named(text):
    with pytest.raises(LooksUnreadable) as refused:
        read_looks(text)
    assert refused.value.text == text


@pytest.mark.parametrize("text", ["0.75, 0.5", "0.5, 0.5", "-0.5", "nan", "inf"])
def test_looks_that_are_no_series_are_refused(text):
    with pytest.raises(InformationInvalid):
        read_looks(text)
