"""Chapter: which deviations stand that nobody raised. Pure: a record, a schedule, an allocation and a day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from forms.answers import Answers, NotDone
from forms.catalogue import crf, order
from tests.spec.people import (
    CONSENT,
    DECIDED,
    RESTAGED,
    allocated,
    decided,
    decision,
    eligible,
    not_done,
    person,
    restaging,
    therapy,
    visit,
)
from trial import soa
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS
from trial.breaches import ALLOCATION, KINDS, breaches, kind_of, reveals, shown_by
from trial.protocol import PROTOCOL
from trial.randomisable import allocation_factors
from trial.visits import months_after, visits

WW = allocated("WW")
MONTH_3, MONTH_6 = months_after(DECIDED, 3), months_after(DECIDED, 6)


def found(record, today, allocation=WW):
    return {b.key: b for b in breaches(PROTOCOL, record, allocation, today=today, site="01")}


def keys(record, today, allocation=WW, kind=""):
    return {k for k in found(record, today, allocation) if k.startswith(kind)}


@pytest.mark.parametrize("kind", KINDS)
def test_asked_for_one_kind_it_says_of_that_kind_what_it_says_of_all(kind):
    record = decided(visit("FU06", MONTH_6))
    at = MONTH_6 + timedelta(400)
    every = breaches(PROTOCOL, record, WW, today=at, site="02")
    asked = breaches(PROTOCOL, record, WW, today=at, site="02", kinds={kind})
    assert asked == tuple(b for b in every if kind_of(b.key) == kind)


def window_of(record, event, allocation=WW):
    return next(v for v in visits(PROTOCOL, record, allocation) if v.event == event)


# --- windows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("offset", "missed"), [(-1, False), (0, True), (1, True), (400, True)])
def test_a_visit_is_missed_from_the_day_the_next_one_takes_its_place(offset, missed):
    record = decided()
    gone = window_of(record, "FU03").given_up_from
    assert ("window:FU03" in keys(record, gone + timedelta(offset))) is missed


def test_late_entry_within_that_time_is_no_deviation():
    record = decided()
    closed = window_of(record, "FU03").window_to
    assert "window:FU03" not in keys(record, closed + timedelta(10))


@pytest.mark.parametrize(("offset", "missed"), [(0, False), (1, True)])
def test_where_no_visit_follows_it_is_the_day_after_the_window(offset, missed):
    record = decided()
    last = window_of(record, "FU60")
    assert last.given_up_from is None
    assert ("window:FU60" in keys(record, last.window_to + timedelta(offset))) is missed


def test_nothing_is_missed_of_a_visit_that_took_place_in_its_window():
    record = decided(visit("FU03", MONTH_3))
    assert "window:FU03" not in keys(record, MONTH_6)


def test_what_a_visit_left_out_is_named_form_by_form():
    record = decided(visit("FU03", MONTH_3))
    assert keys(record, MONTH_6, kind="omitted:") >= {"omitted:LB/FU03/1"}
    entered = decided(visit("FU03", MONTH_3), crf("LB", "FU03", LBDAT=MONTH_3))
    assert "omitted:LB/FU03/1" not in keys(entered, MONTH_6)


def test_a_visit_that_was_marked_as_not_done_is_not_missed_as_well():
    record = decided(not_done("FU", "FU03"), not_done("LB", "FU03"))
    assert "window:FU03" not in keys(record, MONTH_6)
    assert {"notdone:FU/FU03/1", "notdone:LB/FU03/1"} <= keys(record, MONTH_6)


def test_what_a_site_has_no_laboratory_for_is_no_deviation():
    record = eligible(*therapy(), restaging(), not_done("RAD", "RST"), not_done("MIC", "RST"), not_done("LBX", "RST"))
    assert not {k for k in keys(record, MONTH_6, None) if k.split(":")[1].startswith(("RAD", "MIC", "LBX", "MOL"))}


def test_the_day_of_a_missed_visit_is_the_first_on_which_it_was_missed():
    record = decided()
    gone = window_of(record, "FU03").given_up_from
    breach = found(record, gone + timedelta(100))["window:FU03"]
    assert breach.on == gone
    assert (breach.category, breach.severity) == ("ASSESSMENT", "MINOR")


def test_an_operation_that_never_came_is_a_major_breach_of_treatment():
    record, tme = decided(crf("MGT", "ANY", MGTSTRT="TME", MGTDAT=DECIDED)), allocated("TME")
    breach = found(record, window_of(record, "SUR-1", tme).window_to + timedelta(1), tme)["window:SUR-1"]
    assert (breach.category, breach.severity) == ("TREATMENT", "MAJOR")


def test_nobody_is_late_after_death_withdrawal_or_screen_failure():
    late = months_after(DECIDED, 60)
    dead = decided(crf("DTH", "ANY", DTHDAT=DECIDED, DTHCAUS="OTHER"))
    failed = person(crf("ELIG", ELIGCONF="N", ELIGDAT=CONSENT + timedelta(10)))
    assert not {k for k in keys(dead, late, kind="window:") if k != "window:DEC"}
    assert keys(failed, late, None) == set()


def test_screening_that_began_with_a_consent_took_place():
    begun = person(without=("DM", "MH", "PATH", "MRI0", "CT0", "PLAN"))
    assert keys(begun, CONSENT + timedelta(60), None) == set()


def test_nobody_is_late_before_consent_or_on_an_empty_record():
    record = person(without=("IC", "DM", "MH", "PATH", "MRI0", "CT0", "PLAN"))
    assert keys(record, date(2030, 1, 1), None) == set()


def test_the_key_does_not_move_with_the_dates():
    moved = decided(dec=decision(on=DECIDED + timedelta(5)))
    late = months_after(DECIDED, 12)
    assert keys(decided(), late) == keys(moved, late) != set()
    assert found(decided(), late)["window:FU03"].on != found(moved, late)["window:FU03"].on


# --- not done ---------------------------------------------------------------------------------------------------------


def test_the_reason_and_the_day_of_what_was_not_done_are_taken_over():
    whole = crf("QLQ30", "FU06")
    absent = replace(whole, answers=Answers(not_done=NotDone("refused", MONTH_6 - timedelta(1))))
    breach = found(decided(absent), MONTH_6)["notdone:QLQ30/FU06/1"]
    assert breach.on == MONTH_6 - timedelta(1)
    assert "refused" in breach.text()


def test_a_form_that_was_removed_was_not_omitted_by_anybody():
    removed = replace(crf("QLQ30", "FU06"), answers=Answers(not_done=NotDone("refused"), removed="wrong participant"))
    assert "notdone:QLQ30/FU06/1" not in keys(decided(removed), MONTH_6)


# --- randomised in the wrong stratum ----------------------------------------------------------------------------------


def drawn(record, **other):
    return {**WW, "factors": allocation_factors(PROTOCOL, record, "01") | other}


@pytest.mark.requirement("R58")
@pytest.mark.parametrize(
    ("factor", "other"), [("response", "NCR"), ("ct", "4a"), ("regimen", "with immunotherapy")], ids=str
)
def test_a_factor_that_was_another_is_a_major_breach_of_randomisation(factor, other):
    record = decided()
    breach = found(record, MONTH_3, drawn(record, **{factor: other}))[f"stratum:{factor}"]
    assert (breach.category, breach.severity, breach.on) == ("RANDOMISATION", "MAJOR", DECIDED)
    assert other in breach.text()


@pytest.mark.requirement("R58")
def test_the_same_factors_are_no_breach_and_the_site_stays_the_one_of_the_draw():
    record = decided()
    assert keys(record, MONTH_3, drawn(record), "stratum:") == set()
    assert keys(record, MONTH_3, drawn(record, site="02"), "stratum:") == set()


def test_what_came_after_the_draw_is_no_wrong_stratum():
    record = decided()
    later = decided(restaging("NCR", "RST2", on=DECIDED + timedelta(9)))
    assert keys(later, MONTH_3, drawn(record), "stratum:") == set()


def test_a_corrected_restaging_of_before_the_draw_is_one():
    before = drawn(decided())
    assert keys(decided(response="NCR"), MONTH_3, before, "stratum:") == {"stratum:response"}


def test_a_factor_nobody_knows_any_more_accuses_nobody():
    record = decided()
    blank = decided(MRI0={"CTCAT": None})
    assert keys(blank, MONTH_3, drawn(record), "stratum:") == set()


# --- found ineligible afterwards --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "criterion"),
    [
        ({"MRI0": {"DISTAV": 101}}, "IN4"),
        ({"PATH": {"SYNCHCRC": "Y"}}, "EX2"),
        ({"MRI0": {"CTCAT": "cT4b"}}, "IN3"),
    ],
)
def test_an_enrolled_participant_who_does_not_pass_stays_and_is_a_major_deviation(changes, criterion):
    breach = found(eligible(**changes), CONSENT + timedelta(20), None)[f"eligibility:{criterion}"]
    assert (breach.category, breach.severity) == ("ELIGIBILITY", "MAJOR")
    assert breach.on == CONSENT + timedelta(10)


def test_a_criterion_that_cannot_be_told_any_more_accuses_nobody():
    assert keys(eligible(MRI0={"DISTAV": None}), CONSENT + timedelta(20), None, "eligibility:") == set()


def test_who_was_never_enrolled_is_a_screen_failure_and_no_deviation():
    assert keys(person(MRI0={"DISTAV": 101}), CONSENT + timedelta(20), None, "eligibility:") == set()


# --- who may know -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("because", "arm"),
    [
        ("FU03", False), ("NC07", True), ("NC20", True), ("SUR-1", True), ("PO30-2", True), ("DEC", False),
        ("LB/FU06/1", False), ("LB/NC07/1", True), ("MGT/ANY/1", True), ("STO/ANY/1", True), ("LARS/FU12/1", True),
        ("FU/FU06/1#ENDO", True), ("FU/FU06/1#FUDAT", False), ("RST/RST/1#RSTDAT", False), (ALLOCATION, True),
        ("DEC/DEC/1#RANDCDAT", True), ("MRI0/SCR/1", False),
    ],
)  # fmt: skip
def test_a_deviation_that_follows_from_what_only_one_arm_has_tells_the_arm(because, arm):
    assert reveals(because) is arm


def test_no_hidden_form_and_no_hidden_visit_is_forgotten():
    assert all(reveals(f"{form}/ANY/1") for form in HIDDEN_FORMS)
    assert all(reveals(event) and reveals(f"LB/{event}/1") for event in HIDDEN_EVENTS)


def test_what_a_save_can_reveal_is_looked_for_at_that_save():
    assert shown_by(crf("RST", "RST")) == {"stratum"}
    assert shown_by(crf("MRI0", "SCR")) == {"stratum", "eligibility"}
    assert shown_by(not_done("FU", "FU03")) == {"notdone"}
    assert shown_by(crf("AE", "ANY")) == frozenset()
    assert all(kind_of(k) in {"window", "omitted"} for k in keys(decided(), months_after(RESTAGED, 60)))


def test_every_form_of_the_schedule_is_looked_at_or_named_as_another_matter():
    from trial.breaches import AVAILABLE, BY_COURSE
    from trial.limits import ALWAYS_OPEN

    assert AVAILABLE | BY_COURSE | ALWAYS_OPEN <= set(order())
    assert {f for f in soa.forms() if soa.cell(f, "FU06")} - AVAILABLE >= {"FU", "LB", "QLQ30", "QLQ29", "LARS", "WEX"}
