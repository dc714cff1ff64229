"""Immune-related events: the window at the day, steroids without a link, immunotherapy again, days only of complete dates."""

import pytest

from analysis.safety.immune import immune_events, immune_lines, steroids_of
from forms.dates import PartialDate
from tests.safety_analysis.people import day, event, observed
from tests.safety_analysis.rows import crf, row

DOSES = ((day(10), day(10)), (day(50), day(50)))
"""Window: day 10 to day 140."""


def found(*events, steroids=(), doses=DOSES):
    member = observed(*events, immunotherapy=doses)
    return list(immune_events(member, [(day(a), day(b)) for a, b in steroids]))


def irae(first, last=None, **given):
    return event(first, last, **({"immune": "Y", "immune_related": True, "term": "Colitis"} | given))


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        (9, 9, False),
        (10, 10, True),
        (140, 140, True),
        (141, 141, False),
        (5, 12, None),
        (135, 145, None),
        (10, 140, True),
        (1, 300, None),
    ],
)
def test_the_window_runs_from_the_first_dose_to_90_days_after_the_last(first, last, inside):
    (one,) = found(irae(first, last))
    assert one.inside is inside


@pytest.mark.parametrize(
    ("immune", "listed", "suspected"), [("Y", 1, False), ("SUSPECTED", 1, True), ("N", 0, None), (None, 0, None)]
)
def test_confirmed_and_suspected_ones_are_kept_apart(immune, listed, suspected):
    events = found(event(20, immune=immune))
    assert len(events) == listed and all(e.suspected is suspected for e in events)


def test_without_immunotherapy_there_are_none():
    assert found(irae(20), doses=()) == []


@pytest.mark.parametrize(
    ("steroids", "resolved", "expected"),
    [
        ((), (40, 40), False),
        (((20, 20),), (40, 40), True),
        (((40, 40),), (40, 40), True),
        (((41, 41),), (40, 40), False),
        (((19, 19),), (40, 40), False),
        (((30, 60),), (40, 40), None),  # a partial start that may be after it
        (((10, 25),), (40, 40), None),
        (((900, 900),), None, True),  # it lasts
        (((38, 38),), (35, 45), None),  # a partial end
        (((30, 60), (22, 22)), (40, 40), True),
    ],
)
def test_steroids_count_if_begun_while_the_event_lasted(steroids, resolved, expected):
    ended = resolved and (day(resolved[0]), day(resolved[1]))
    (one,) = found(irae(20, resolved=ended), steroids=steroids)
    assert one.steroids is expected


@pytest.mark.parametrize(
    ("first", "last", "again"), [(49, 49, True), (50, 50, False), (51, 51, False), (45, 55, None), (20, 30, True)]
)
def test_immunotherapy_again_is_a_dose_begun_after_the_onset(first, last, again):
    (one,) = found(irae(first, last))
    assert one.again is again


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("RECOVERED", True),
        ("SEQUELAE", True),
        ("RECOVERING", False),
        ("NOTREC", False),
        ("FATAL", False),
        ("UNKNOWN", None),
        (None, None),
    ],
)
def test_resolved_is_read_from_the_outcome(outcome, expected):
    (one,) = found(irae(20, outcome=outcome))
    assert one.resolved is expected


@pytest.mark.parametrize(
    ("first", "last", "resolved", "onset", "lasted"),
    [
        (20, 20, (35, 35), 10, 15),
        (20, 25, (35, 35), None, None),
        (20, 20, (30, 35), 10, None),
        (20, 20, None, 10, None),
        (10, 10, (10, 10), 0, 0),
    ],
)
def test_days_are_given_only_for_complete_dates(first, last, resolved, onset, lasted):
    (one,) = found(irae(first, last, resolved=resolved and (day(resolved[0]), day(resolved[1]))))
    assert (one.onset_day, one.lasted_days) == (onset, lasted)


def test_lines_count_participants_once_a_term_and_events_as_events():
    events = [
        *found(irae(20, grade=2, resolved=(day(30), day(30)), outcome="RECOVERED"), irae(60, grade=3, stopped=True)),
        *found(irae(25, who="B", grade=1), irae(26, who="B", term="Rash", grade=None)),
        *found(irae(141, who="C"), irae(20, who="C", immune="SUSPECTED"), irae(135, 145, who="C")),
    ]
    every, colitis, rash = immune_lines(events)
    assert (every.term, every.participants, every.severe, every.events) == (None, 2, 1, 4)
    assert (colitis.term, colitis.participants, colitis.severe, colitis.events, colitis.stopped, colitis.resolved) == (
        "Colitis",
        2,
        1,
        3,
        1,
        1,
    )
    assert (colitis.onset, colitis.lasting) == ((15, 10, 50), 10)
    assert (rash.term, rash.participants, rash.severe, rash.again) == ("Rash", 1, 0, 1)


def test_nothing_gives_one_line_of_zeros():
    (every,) = immune_lines([])
    assert (every.participants, every.events, every.onset, every.lasting) == (0, 0, None, None)


def test_steroids_are_read_from_the_medication_by_class():
    forms = (
        crf("CM", occurrence=1, CMTRT="a", CMCLAS="STEROID", CMSTDAT=PartialDate(2026, 2)),
        crf("CM", occurrence=2, CMTRT="b", CMCLAS="ANTIBIOTIC", CMSTDAT=PartialDate(2026, 2)),
        crf("CM", occurrence=3, CMTRT="c", CMCLAS="STEROID"),
    )
    assert steroids_of(row("A", *forms)) == ((day(31), day(58)),)
