"""Every day at risk belongs to one period: boundaries at the day, overlaps, partial dates, and the end of observation."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.safety.periods import (
    AFTER,
    AT_RISK,
    BEFORE,
    DECISION,
    FOLLOW_UP,
    NEOADJUVANT,
    PERIOPERATIVE,
    TITLES,
    Span,
    Timeline,
    timeline,
    within,
)
from forms.dates import PartialDate
from tests.safety_analysis import people
from tests.safety_analysis.people import OPERATION, THERAPY, day, observed, period, selection
from trial.course import Course, Operation
from trial.protocol import PROTOCOL
from trial.safety import reporting_periods

EVERY = (THERAPY, people.DECISION, OPERATION)


def on(n: int, periods=EVERY, origin: int = 0, end: int = 1000) -> frozenset[str]:
    return timeline(periods, day(origin), day(end)).possible(day(n), day(n))


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (-1, BEFORE),
        (0, NEOADJUVANT),
        (130, NEOADJUVANT),  # 30 days after the last dose, included
        (131, FOLLOW_UP),
        (169, FOLLOW_UP),
        (170, DECISION),
        (199, DECISION),
        (200, PERIOPERATIVE),  # the operation goes before the decision
        (290, PERIOPERATIVE),  # 90 days after the operation, included
        (291, FOLLOW_UP),
        (1000, FOLLOW_UP),
        (1001, AFTER),
    ],
)
def test_a_day_belongs_to_one_period_at_every_boundary(n, expected):
    assert on(n) == {expected}


@pytest.mark.parametrize(("n", "expected"), [(260, DECISION), (261, FOLLOW_UP), (200, DECISION)])
def test_without_operations_the_decision_lasts_its_90_days(n, expected):
    assert on(n, (THERAPY, people.DECISION)) == {expected}


@pytest.mark.parametrize(
    ("periods", "n", "expected"),
    [
        ((period("therapy", 0, 190), people.DECISION), 169, NEOADJUVANT),
        (
            (period("therapy", 0, 190), people.DECISION),
            170,
            DECISION,
        ),  # the tail of immunotherapy ends with the decision
        ((period("therapy", 0, 300), people.DECISION), 261, NEOADJUVANT),  # and goes on after it
        ((period("therapy", 0, None),), 999, NEOADJUVANT),  # still open
        ((period("operation", 100, 190), people.DECISION), 180, PERIOPERATIVE),
        ((period("operation", 100, 190), period("operation", 150, 240)), 200, PERIOPERATIVE),
        ((), 5, FOLLOW_UP),
    ],
)
def test_where_periods_overlap_the_later_kind_of_treatment_owns_the_day(periods, n, expected):
    assert on(n, periods) == {expected}


def course(**given):
    plain = {"consented_on": day(-20), "therapy_started_on": day(0), "last_dose_on": day(100), "decided_on": day(170)}
    return Course(**(plain | given))


@pytest.mark.parametrize(("immunotherapy", "last"), [(False, 130), (None, 130), (True, 190)])
def test_the_tail_of_therapy_is_the_protocols(immunotherapy, last):
    periods = reporting_periods(PROTOCOL, course(immunotherapy=immunotherapy, decided_on=None))
    assert (on(last, periods), on(last + 1, periods)) == ({NEOADJUVANT}, {FOLLOW_UP})


def test_decision_and_operation_last_the_protocols_90_days():
    done = Operation(1, day(300), "LAR", None, "SUR", "SUR/SUR/1", False)
    periods = reporting_periods(PROTOCOL, course(operations=(done,)))
    assert [on(n, periods) for n in (260, 261, 300, 390, 391)] == [
        {DECISION}, {FOLLOW_UP}, {PERIOPERATIVE}, {PERIOPERATIVE}, {FOLLOW_UP},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (120, 130, {NEOADJUVANT}),
        (120, 131, {NEOADJUVANT, FOLLOW_UP}),
        (131, 169, {FOLLOW_UP}),
        (100, 250, {NEOADJUVANT, FOLLOW_UP, DECISION, PERIOPERATIVE}),
        (-5, 3, {BEFORE, NEOADJUVANT}),
        (-5, -1, {BEFORE}),
        (995, 1003, {FOLLOW_UP, AFTER}),
        (1001, 1003, {AFTER}),
    ],
)
def test_a_partial_onset_may_lie_in_every_period_it_touches(first, last, expected):
    assert timeline(EVERY, day(0), day(1000)).possible(day(first), day(last)) == expected


@pytest.mark.parametrize(
    ("possible", "wanted", "expected"),
    [
        ({DECISION}, {DECISION}, True),
        ({DECISION}, {NEOADJUVANT}, False),
        ({DECISION, FOLLOW_UP}, {DECISION}, None),
        ({DECISION, FOLLOW_UP}, {DECISION, FOLLOW_UP}, True),
        ({BEFORE, NEOADJUVANT}, AT_RISK, None),
        ({BEFORE}, AT_RISK, False),
        ({AFTER}, AT_RISK, False),
    ],
)
def test_whether_an_event_lies_in_a_period_is_told_only_where_every_day_agrees(possible, wanted, expected):
    assert within(frozenset(possible), frozenset(wanted)) is expected


def test_days_at_risk_are_counted_with_both_ends_and_stop_with_the_event():
    line = timeline(EVERY, day(0), day(1000))
    assert [line.days(frozenset({p})) for p in TITLES] == [131, 30, 91, 39 + 710]
    assert line.days() == 1001
    assert line.days(frozenset({NEOADJUVANT}), day(0)) == 1  # an event on the first day: one day at risk, never none
    assert line.days(frozenset({DECISION}), day(171)) == 2
    assert line.days(frozenset({DECISION}), day(100)) == 0
    assert line.days(AT_RISK, day(2000)) == 1001


@pytest.mark.parametrize(("origin", "end"), [(None, 100), (50, 49)])
def test_who_was_never_at_risk_has_no_days_and_entered_nothing(origin, end):
    line = timeline(EVERY, None if origin is None else day(origin), day(end))
    assert (line, line.days(), line.entered()) == (Timeline(), 0, False)
    assert line.possible(day(60), day(60)) == {BEFORE}


def test_one_day_at_risk_is_a_day():
    assert timeline(EVERY, day(0), day(0)).spans == (Span(NEOADJUVANT, day(0), day(0)),)


def test_the_denominator_of_a_period_is_who_entered_it():
    crowd = (
        observed(who="A"),
        observed(who="B", end=169),  # died the day before the decision
        observed(who="C", end=170),  # the day itself counts
        observed(who="D", origin=None),  # never treated
        observed(who="E", end=130, periods=(THERAPY,)),
        observed(who="F", periods=(*EVERY,)),
    )
    assert {p: selection(*crowd, wanted=frozenset({p})).n for p in TITLES} == {
        NEOADJUVANT: 5, DECISION: 3, PERIOPERATIVE: 1, FOLLOW_UP: 4,
    }  # fmt: skip
    assert selection(*crowd).n == 5
    assert selection(wanted=frozenset({DECISION})).n == 0


days = st.integers(-50, 400)
periods = st.lists(
    st.builds(
        lambda name, since, length: period(name, since, None if length is None else since + length),
        st.sampled_from(["therapy", "decision", "operation"]), days, st.none() | st.integers(0, 120),
    ),
    max_size=6,
)  # fmt: skip


@given(periods, st.integers(0, 400))
def test_the_periods_share_out_every_day_once(given_periods, end):
    line = timeline(given_periods, day(0), day(end))
    assert sum(line.days(frozenset({p})) for p in TITLES) == line.days() == end + 1
    assert line.spans[0].since == day(0) and line.spans[-1].to == day(end)
    for one, other in zip(line.spans, line.spans[1:], strict=False):
        assert other.since == one.to + datetime.timedelta(1) and other.period != one.period


@given(periods, st.integers(0, 400), days, st.integers(0, 60))
def test_what_is_told_of_a_partial_date_holds_for_each_of_its_days(given_periods, end, first, length):
    line = timeline(given_periods, day(0), day(end))
    union = frozenset().union(*(line.possible(day(n), day(n)) for n in range(first, first + length + 1)))
    assert line.possible(day(first), day(first + length)) == union


def test_a_partial_date_of_the_forms_gives_the_days_it_can_stand_for():
    assert PartialDate.parse("2026-02").latest == datetime.date(2026, 2, 28)
