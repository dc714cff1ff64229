"""From forms to the people and events of the safety tables: doses, ends of observation, partial onsets, what was done about an event."""

import datetime

import pytest

from analysis.safety.events import possible_days, safety_events
from analysis.safety.people import COMPLETED, CUT, DEATH, LEFT, LOST, person
from analysis.safety.periods import NEOADJUVANT
from analysis.safety.reading import by_arm, from_immunotherapy, openly, whole
from forms.dates import PartialDate
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import CUT as CUT_ON
from tests.safety_analysis.rows import ae, crf, dose, extract, operated, resolved, row, treated


def read(*crfs, **given):
    return person(row("A", *crfs, **given), CUT_ON)


def events(*crfs):
    found = row("A", *treated(), *crfs)
    return safety_events(found, person(found, CUT_ON), CUT_ON)


def test_first_and_last_dose_decision_and_end_are_read():
    found = read(*treated())
    assert (found.first_dose_on, found.last_dose_on, found.decided_on) == (day(0), day(100), day(170))
    assert (found.end_on, found.end, found.died) == (CUT_ON, CUT, None)


@pytest.mark.parametrize(
    ("forms", "end_on", "why"),
    [
        ((), 1000, CUT),
        ((crf("EOS", EOSDAT=day(400), EOSREAS="COMPLETED"),), 400, COMPLETED),
        ((crf("EOS", EOSDAT=day(400), EOSREAS="WITHDRAWN"),), 400, LEFT),
        ((crf("EOS", EOSDAT=day(400), EOSREAS="INVESTIGATOR"),), 400, LEFT),
        ((crf("EOS", EOSDAT=day(400), EOSREAS="DEATH"),), 400, DEATH),
        ((crf("EOS", EOSDAT=day(400), EOSREAS="LOST", LSTALVDT=day(250)),), 250, LOST),
        ((crf("EOS", EOSDAT=day(1001), EOSREAS="WITHDRAWN"),), 1000, CUT),  # after the cut nobody knew it
        ((crf("DTH", DTHDAT=PartialDate.of(day(300)), DTHCAUS="OTHER"),), 300, DEATH),
        ((crf("DTH", DTHDAT=PartialDate.of(day(1001)), DTHCAUS="OTHER"),), 1000, CUT),
        ((crf("DTH", DTHDAT=PartialDate.of(day(1000)), DTHCAUS="OTHER"),), 1000, DEATH),
        ((crf("DTH", DTHDAT=PartialDate(2027), DTHCAUS="OTHER"),), 546, DEATH),  # dated to 1 July by the trial's rule
        ((crf("EOS", EOSDAT=day(300), EOSREAS="WITHDRAWN"), crf("DTH", DTHDAT=PartialDate.of(day(500)))), 300, LEFT),
        ((crf("EOS", EOSDAT=day(300), EOSREAS="DEATH"), crf("DTH", DTHDAT=PartialDate.of(day(300)))), 300, DEATH),
    ],
)
def test_observation_ends_with_what_came_first(forms, end_on, why):
    found = read(*treated(), *forms)
    assert (found.end_on, found.end) == (day(end_on), why)


@pytest.mark.parametrize(
    ("scope", "end_on", "why"),
    [
        (("VISITS",), 350, LEFT),
        (("TREATMENT", "VISITS"), 350, LEFT),
        ((), 350, LEFT),
        (("TREATMENT",), 1000, CUT),
        (("SAMPLES",), 1000, CUT),
    ],
)
def test_only_who_withdraws_from_the_visits_is_no_longer_observed(scope, end_on, why):
    withdrawn = crf("IC", "SCR", 2, ICTYPE="RECONSENT", ICDAT=day(-19), ICWDAT=day(350), ICWSCOPE=scope)
    found = read(*treated(), withdrawn)
    assert (found.end_on, found.end) == (day(end_on), why)


def test_an_earlier_withdrawal_from_the_samples_does_not_date_a_later_one_from_the_visits():
    samples = crf("IC", "SCR", 2, ICTYPE="RECONSENT", ICDAT=day(-19), ICWDAT=day(50), ICWSCOPE=("SAMPLES",))
    visits = crf("IC", "SCR", 3, ICTYPE="RECONSENT", ICDAT=day(-18), ICWDAT=day(400), ICWSCOPE=("VISITS",))
    assert [(f.end_on, f.end) for f in (read(*treated(), samples, visits), read(*treated(), samples))] == [
        (day(400), LEFT),
        (CUT_ON, CUT),
    ]
    later = crf("IC", "SCR", 3, ICTYPE="RECONSENT", ICDAT=day(-18), ICWDAT=day(1001), ICWSCOPE=("VISITS",))
    assert read(*treated(), samples, later).end == CUT


@pytest.mark.parametrize(
    ("doses", "window"),
    [
        ((), None),
        ((dose(1, 14, "PD1"),), (14, 104)),
        ((dose(1, 14, "PD1"), dose(2, 60, "PDL1")), (14, 150)),
        ((dose(1, 14, "PD1"), dose(2, 60, "PD1", 0)), (14, 104)),  # omitted: no dose
        ((dose(1, 14, "PD1"), dose(2, 1001, "PD1")), (14, 104)),  # after the cut
    ],
)
def test_the_window_of_immunotherapy_ends_90_days_after_the_last_dose_given(doses, window):
    found = read(*treated(), *doses).immunotherapy_window
    assert found == (None if window is None else (day(window[0]), day(window[1])))


def test_who_had_no_dose_has_no_first_day():
    assert read(crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-20))).first_dose_on is None


# --- when an event began ----------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R32")
@pytest.mark.parametrize(
    ("onset", "more", "expected"),
    [
        (20, {}, (20, 20)),
        (PartialDate(2026, 2), {}, (31, 58)),
        (PartialDate(2026), {}, (0, 364)),
        (
            PartialDate(2026, 2),
            {"AEOUT": "RECOVERED", "AEENDAT": PartialDate.of(day(40))},
            (31, 40),
        ),  # it began before it ended
        (PartialDate(2026, 2), {"AEOUT": "RECOVERED", "AEENDAT": PartialDate(2026, 2)}, (31, 58)),
        (PartialDate(2028), {}, (730, 1000)),  # and before the cut
    ],
)
def test_a_partial_onset_is_the_days_it_can_be_narrowed_by_what_must_be_so(onset, more, expected):
    (found,) = events(ae(1, "Nausea", onset, **more))
    assert (found.first, found.last) == (day(expected[0]), day(expected[1]))


def test_an_onset_nobody_gave_may_be_any_day_to_the_cut():
    (found,) = events(ae(1, "Nausea", None))
    assert (found.first, found.last) == (datetime.date.min, CUT_ON)


def test_a_death_bounds_an_onset():
    (found,) = events(ae(1, "Nausea", PartialDate(2026)), crf("DTH", DTHDAT=PartialDate.of(day(50))))
    assert (found.first, found.last) == (day(0), day(50))


@pytest.mark.parametrize(
    ("onset", "listed"), [(1000, 1), (1001, 0), (PartialDate(2028, 9), 1), (PartialDate(2028, 10), 0)]
)
def test_what_began_after_the_cut_is_left_out(onset, listed):
    assert day(1000) == datetime.date(2028, 9, 27)
    assert len(events(ae(1, "Nausea", onset))) == listed


def test_contradictory_dates_leave_the_onset_as_it_was_entered():
    assert possible_days(PartialDate.of(day(50)), [day(40)]) == (day(50), day(50))


@pytest.mark.parametrize(
    ("answers", "delayed", "stopped"),
    [
        ({}, False, False),
        ({"AEACNCH": "REDUCED"}, True, False),
        ({"AEACNRT": "DELAYED"}, True, False),
        ({"AEACNIO": "STOPPED"}, False, True),
        ({"AEACNCH": "DELAYED", "AEACNIO": "STOPPED"}, True, True),
        ({"AEACNCH": None}, None, None),
        ({"AEACNCH": None, "AEACNRT": "STOPPED"}, None, True),
        ({"AEACNCH": None, "AEACNRT": "DELAYED"}, True, None),
    ],
)
def test_what_an_event_led_to_is_read_from_the_actions_and_a_blank_is_unknown(answers, delayed, stopped):
    (found,) = events(ae(1, "Nausea", 20, **answers))
    assert (found.delayed, found.stopped) == (delayed, stopped)


@pytest.mark.parametrize(("ended", "expected"), [(40, (40, 40)), (1000, (1000, 1000)), (1001, None)])
def test_an_event_that_ended_after_the_cut_lasted_at_it(ended, expected):
    (found,) = events(ae(1, "Nausea", 20, **resolved(ended)))
    assert found.resolved == (expected and (day(expected[0]), day(expected[1])))


# --- who is read how ------------------------------------------------------------------------------------------------------


def trial():
    return extract(
        row("A", *treated(), *operated(200), arm="TME"),
        row("B", *treated(), dose(1, 30, "PD1"), arm="WW"),
        row("C", *treated()),
        row("D", crf("IC", "SCR", ICTYPE="INITIAL", ICDAT=day(-20))),
    )


def test_openly_everybody_is_read_without_operation_cohort_and_arm():
    found = openly(trial())
    assert [p.participant for p in found] == ["A", "B", "C", "D"]
    assert {(p.person.operations, p.person.arm, p.person.randomised_on) for p in found} == {((), None, None)}
    assert [p.timeline.entered() for p in found] == [True, True, True, False]


def test_by_arm_the_randomised_are_read_from_the_day_of_randomisation():
    found = by_arm(trial())
    assert [(p.participant, p.person.arm, p.timeline.spans[0].since) for p in found] == [
        ("A", "TME", day(177)),
        ("B", "WW", day(177)),
    ]


def test_whole_keeps_operations():
    assert [p.person.operations for p in whole(trial())] == [(day(200),), (), (), ()]


def test_from_immunotherapy_time_begins_with_its_first_dose():
    (found,) = from_immunotherapy(openly(trial()))
    assert (found.participant, found.timeline.spans[0].since, found.timeline.spans[0].period) == (
        "B",
        day(30),
        NEOADJUVANT,
    )
