"""The course is read from the record: dates, therapy, operations, cohort, phase; and the order of its forms."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Answers
from forms.catalogue import crf
from forms.dates import PartialDate
from tests.spec.people import (
    CONSENT,
    DECIDED,
    LAST_FRACTION,
    NOT_A_CANDIDATE,
    PREFERS_SURGERY,
    PREFERS_WATCHING,
    RESTAGED,
    THERAPY,
    allocated,
    days,
    decided,
    decision,
    eligible,
    operation,
    person,
    restaging,
    telling,
    therapy,
)
from trial import soa
from trial.course import Course, course, in_course_order
from trial.phase import ARM_REVEALING, PHASE_WORDS, Phase, blinded_phase, phase

LATER = DECIDED + timedelta(100)
WW, TME = allocated("WW"), allocated("TME")


def test_an_empty_record_has_an_empty_course():
    assert course(telling()) == Course()


def test_the_dates_of_a_whole_course():
    found = course(decided(operation(LATER)), TME)
    assert (found.consented_on, found.eligible_on, found.therapy_started_on) == (CONSENT, days(10), THERAPY)
    assert (found.last_fraction_on, found.therapy_ended_on) == (LAST_FRACTION, LAST_FRACTION)
    assert (found.restaged_on, found.decided_on, found.allocated_on) == (RESTAGED, DECIDED, DECIDED)
    assert [(o.number, o.on, o.tme, o.salvage) for o in found.operations] == [(1, LATER, True, False)]


def test_a_re_consent_does_not_move_the_consent():
    again = crf("IC", "ANY", ICTYPE="RECONSENT", ICDAT=LATER)
    assert course(decided(again)).consented_on == CONSENT


@pytest.mark.parametrize(
    ("fraction", "dose", "last"),
    [(10, 10, True), (11, 10, True), (10, 11, False), (10, None, True), (None, 10, False), (None, None, None)],
)
def test_which_came_last(fraction, dose, last):
    given_days = {"last_fraction_on": fraction and days(fraction), "last_dose_on": dose and days(dose)}
    assert Course(**given_days).radiotherapy_last is last


def test_an_open_cycle_counts_from_its_start_and_an_omitted_one_not_at_all():
    running = crf("EX", "NAT-3", EXSTDT=days(70), EXTRT="PD1", EXDOSE=200)
    omitted = crf("EX", "NAT-4", EXSTDT=days(91), EXTRT="PD1", EXDOSE=0)
    found = course(eligible(*therapy(), running, omitted))
    assert found.last_dose_on == days(70)
    assert found.immunotherapy is True
    assert course(eligible(omitted)).immunotherapy is None


def test_operations_stand_in_time_and_a_missing_number_is_their_place():
    second, first = operation(LATER, "APR", "SUR-2", 2), crf("SUR", "SUR-1", SURDAT=DECIDED, SURPROC="LE")
    undated = crf("SUR", "SUR-3", SURPROC="OTHER")
    found = course(decided(second, first, undated), WW).operations
    assert [(o.number, o.procedure) for o in found] == [(1, "LE"), (2, "APR"), (3, "OTHER")]
    assert course(decided(second, first), WW).tme_on == LATER


@pytest.mark.parametrize(
    ("made", "salvage"),
    [
        (operation(LATER, event="SLV-1"), True),
        (operation(LATER, reason="REGROWTH"), True),
        (operation(LATER), False),
        (operation(LATER, reason="CHANGED"), False),
    ],
)
def test_what_makes_an_operation_a_salvage(made, salvage):
    assert course(decided(made), WW).operations[0].salvage is salvage


def test_a_salvage_form_makes_the_operation_it_points_at_a_salvage():
    linked = crf("SLV", "SLV-1", SLVSUR="SUR/SUR-1/1")
    assert course(decided(operation(LATER), linked), WW).operations[0].salvage is True


def test_removed_forms_are_not_part_of_the_course():
    gone = replace(operation(LATER), answers=Answers(removed="not this participant"))
    assert course(decided(gone), WW).operations == ()


def test_the_earliest_withdrawal_counts_with_every_scope():
    first = {"ICWDAT": days(200), "ICWSCOPE": ("SAMPLES",)}
    later = crf("IC", "ANY", ICTYPE="RECONSENT", ICDAT=days(100), ICWDAT=days(300), ICWSCOPE=("VISITS", "SAMPLES"))
    found = course(decided(later, IC=first))
    assert (found.withdrawn_on, found.withdrawn_from) == (days(200), ("SAMPLES", "VISITS"))


def test_events_are_dated_in_time():
    found = course(
        decided(crf("MET", "ANY", 1, METDAT=LATER), crf("MET", "ANY", 2, METDAT=DECIDED), crf("MET", "ANY", 3))
    )
    assert found.metastases_on == (DECIDED, LATER)


# --- order ------------------------------------------------------------------------------------------------------------

ADDRESSES = [("RST", "RST2"), ("RST", "RST"), ("IC", "ANY"), ("IC", "SCR"), ("FU", "FU60"), ("FU", "FU03"), ("FU", "NC07"),
             ("EX", "NAT-2"), ("EX", "NAT-10"), ("SUR", "SUR-1"), ("PRE", "DEC"), ("DEC", "DEC"), ("EOS", "EOS")]  # fmt: skip


@given(st.permutations(ADDRESSES))
def test_the_order_does_not_depend_on_the_order_of_entry(shuffled):
    found = [(c.form, c.event) for c in in_course_order(crf(f, e) for f, e in shuffled)]
    assert found == [
        ("IC", "SCR"), ("EX", "NAT-2"), ("EX", "NAT-10"), ("RST", "RST"), ("RST", "RST2"), ("PRE", "DEC"), ("DEC", "DEC"),
        ("SUR", "SUR-1"), ("FU", "NC07"), ("FU", "FU03"), ("FU", "FU60"), ("EOS", "EOS"), ("IC", "ANY"),
    ]  # fmt: skip


def test_the_last_restaging_is_the_re_assessment():
    record = eligible(restaging("CCR", "RST2", on=RESTAGED + timedelta(50)), restaging("NCR"))
    assert record.value("RST.RESP") == "CCR"
    assert course(record).restaging == "RST2"


def test_occurrences_stand_in_order():
    assert [c.occurrence for c in in_course_order(crf("AE", "ANY", n) for n in (10, 2, 1))] == [1, 2, 10]


# --- phase --------------------------------------------------------------------------------------------------------------

CONFIRMED = crf("RGW", "RGW-1", RGWDAT=LATER, RGWCONF="CONFIRMED", SALV="PLANNED")
PENDING = crf("RGW", "RGW-1", RGWDAT=LATER, RGWCONF="PENDING")
DEATH = crf("DTH", "ANY", DTHDAT=PartialDate(2027))
END = crf("EOS", "EOS", EOSDAT=LATER, EOSREAS="LOST")
COURSES = [
    (telling(), None, Phase.SCREENING),
    (person(), None, Phase.SCREENING),
    (person(crf("ELIG", ELIGCONF="N")), None, Phase.SCREEN_FAILURE),
    (person(crf("EOS", "EOS", EOSDAT=days(9), EOSREAS="SCREENFAIL")), None, Phase.SCREEN_FAILURE),
    (eligible(), None, Phase.ELIGIBLE),
    (eligible(*therapy()), None, Phase.THERAPY),
    (person(*therapy()), None, Phase.THERAPY),
    (eligible(*therapy(), restaging("NCR")), None, Phase.RESTAGED),
    (decided(), None, Phase.DECIDED),
    (decided(), WW, Phase.WATCHING),
    (decided(), TME, Phase.SURGERY),
    (decided(dec=decision(**PREFERS_WATCHING)), None, Phase.WATCHING),
    (decided(dec=decision(**PREFERS_SURGERY)), None, Phase.SURGERY),
    (decided(dec=decision(**NOT_A_CANDIDATE)), None, Phase.SURGERY),
    (decided(crf("MGT", "ANY", MGTSTRT="WW"), dec=decision(**NOT_A_CANDIDATE)), None, Phase.WATCHING),
    (decided(PENDING), WW, Phase.WATCHING),
    (decided(CONFIRMED), WW, Phase.REGROWTH),
    (decided(CONFIRMED, operation(LATER, reason="REGROWTH")), WW, Phase.OPERATED),
    (decided(operation(LATER, "LE")), WW, Phase.WATCHING),
    (eligible(*therapy(), operation(LATER, reason="EMERGENCY")), None, Phase.OPERATED),
    (decided(END), WW, Phase.OFF_STUDY),
    (decided(DEATH, END), WW, Phase.DEAD),
    (person(DEATH), None, Phase.DEAD),
]


@pytest.mark.parametrize(("record", "allocation", "expected"), COURSES)
def test_where_a_participant_is_now(record, allocation, expected):
    assert phase(course(record, allocation)) is expected


def test_every_phase_occurs_here_and_has_a_word():
    assert {c[2] for c in COURSES} == set(Phase) == set(PHASE_WORDS)


@pytest.mark.parametrize(("record", "allocation", "expected"), COURSES)
def test_a_blinded_phase_never_tells_an_arm(record, allocation, expected):
    found = blinded_phase(course(record, allocation))
    assert found not in ARM_REVEALING
    assert found is (Phase.DECIDED if expected in ARM_REVEALING else expected)


def test_the_arm_alone_never_changes_a_blinded_phase():
    for record in (decided(), decided(DEATH), decided(END)):
        assert blinded_phase(course(record, WW)) is blinded_phase(course(record, TME))


def test_every_event_of_the_schedule_has_its_place():
    assert [soa.position(e) for e in soa.events()] == list(range(len(soa.events())))
