"""Death cancels what falls due after it, withdrawal what its scope excludes, screening failure everything later (section 3)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import crf
from forms.dates import PartialDate
from tests.spec.people import (
    CONSENT,
    DECIDED,
    SCREENING,
    allocated,
    days,
    decided,
    eligible,
    not_done,
    operation,
    person,
    therapy,
    visit,
)
from tests.spec.schedule.planned import forms, status
from trial.course import Course
from trial.protocol import PROTOCOL
from trial.schedule import (
    DEATH,
    END_OF_STUDY,
    SCREEN_FAILURE,
    STATUS_WORDS,
    WITHDRAWAL,
    Status,
    due,
    expected,
    on_day,
    withdrawn,
)
from trial.visits import months_after

WW = allocated("WW")
MONTH_6 = months_after(DECIDED, 6)
FAR = date(2040, 1, 1)


def died(when):
    return crf("DTH", "ANY", DTHDAT=when, DTHCAUS="RECTAL")


def withdrew(on, *scope):
    return crf(
        "IC",
        "SCR",
        ICTYPE="INITIAL",
        ICDAT=CONSENT,
        ICSIGN="Y",
        ICVER="1.0",
        ICSAMP="Y",
        ICFUT="Y",
        ICWDAT=on,
        ICWSCOPE=scope,
    )


def reason(record, address, today=FAR):
    return forms(record, today, WW)[address].reason


# --- death ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "expected_status"), [(-1, "cancelled"), (0, "missed"), (1, "missed")])
def test_death_cancels_what_falls_due_after_it(day, expected_status):
    record = decided(died(PartialDate.of(MONTH_6 + timedelta(day))))
    assert status(record, "FU/FU06/1", FAR, WW) == expected_status


def test_the_reason_is_the_death():
    record = decided(died(PartialDate.of(MONTH_6)))
    assert reason(record, "FU/FU12/1") == DEATH
    assert reason(record, "FU/FU03/1") == ""


def test_a_death_in_an_unknown_month_cancels_only_what_surely_came_after_it():
    record = decided(died(PartialDate(MONTH_6.year)))
    after_the_year = [a for a, d in forms(record, FAR, WW).items() if d.due_on and d.due_on.year > MONTH_6.year]
    within = [a for a, d in forms(record, FAR, WW).items() if d.due_on and d.due_on.year <= MONTH_6.year]
    assert {status(record, a, FAR, WW) for a in after_the_year} == {"cancelled"}
    assert "cancelled" not in {status(record, a, FAR, WW) for a in within}


def test_what_was_entered_stays_entered_after_death():
    record = decided(visit("FU12", months_after(DECIDED, 12)), died(PartialDate.of(MONTH_6)))
    assert status(record, "FU/FU12/1", FAR, WW) == "entered"


@pytest.mark.parametrize("address", ["EOS/EOS/1", "SAE/ANY/1"])
def test_the_end_of_study_and_safety_are_owed_after_death(address):
    serious = crf("AE", "ANY", AESER="Y", AEOUT="FATAL")
    assert status(decided(serious, died(PartialDate.of(MONTH_6))), address, FAR, WW) == "due"


def test_the_end_of_study_falls_due_on_the_day_of_death():
    found = forms(decided(died(PartialDate.of(MONTH_6))), FAR, WW)["EOS/EOS/1"]
    assert found.due_from == MONTH_6


# --- withdrawal -----------------------------------------------------------------------------------------------------

CASES = [
    # scope, form, event, taken with it
    (("TREATMENT",), "FU/FU12/1", False),
    (("TREATMENT",), "MIC/RST/1", False),
    (("SAMPLES",), "MIC/RST/1", False),  # it fell due before
    (("VISITS",), "QLQ30/FU12/1", True),
    (("VISITS",), "FU/FU12/1", False),  # survival may still be asked
    (("VISITS", "SURVIVAL"), "FU/FU12/1", True),
    (("SURVIVAL",), "FU/FU12/1", False),
    (("SAMPLES",), "LBX/FU12/1", True),
    (("SAMPLES",), "FU/FU12/1", False),
    (("SAMPLES",), "LB/FU12/1", False),
    (("VISITS",), "LBX/FU12/1", True),
    (("FUTURE",), "FU/FU12/1", False),
    (("FUTURE",), "LBX/FU12/1", False),
    ((), "FU/FU12/1", True),  # without a scope: from everything
]


@pytest.mark.parametrize(("scope", "address", "taken"), CASES)
def test_a_withdrawal_takes_what_its_scope_excludes(scope, address, taken):
    record = decided(withdrew(MONTH_6, *scope), without=("IC",))
    today = months_after(DECIDED, 12)
    found = forms(record, today, WW).get(address)
    assert found is not None
    assert (found.status == "cancelled") is taken
    assert (found.reason == WITHDRAWAL) is taken


@pytest.mark.parametrize(("day", "expected_status"), [(-1, "cancelled"), (0, "missed")])
def test_what_fell_due_before_the_withdrawal_is_still_owed(day, expected_status):
    record = decided(withdrew(MONTH_6 + timedelta(day), "VISITS", "SURVIVAL"), without=("IC",))
    assert status(record, "FU/FU06/1", FAR, WW) == expected_status


def test_treatment_that_was_refused_needs_no_operation():
    record = decided(withdrew(DECIDED + timedelta(5), "TREATMENT"), without=("IC",))
    assert status(record, "SUR/SUR-1/1", FAR, allocated("TME")) == "cancelled"
    assert status(record, "MGT/ANY/1", FAR, allocated("TME")) == "overdue"
    visits_only = decided(withdrew(DECIDED + timedelta(5), "VISITS"), without=("IC",))
    assert status(visits_only, "SUR/SUR-1/1", FAR, allocated("TME")) == "overdue"
    assert status(visits_only, "MGT/ANY/1", FAR, allocated("TME")) == "cancelled"


@given(st.sets(st.sampled_from(["TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE"])))
def test_no_scope_takes_safety_death_or_the_end_of_study(scope):
    for form in ("AE", "SAE", "DTH", "EOS", "IC", "DV"):
        assert withdrawn(Course(withdrawn_on=MONTH_6, withdrawn_from=tuple(scope)), form) is False


@given(
    st.sets(st.sampled_from(["TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE"]), min_size=1),
    st.sampled_from(["TREATMENT", "VISITS", "SURVIVAL", "SAMPLES", "FUTURE"]),
    st.sampled_from(["FU", "LB", "LBX", "QLQ30", "EX", "SUR", "MGT", "RGW", "MET"]),
)
def test_withdrawing_from_more_never_brings_a_form_back(scope, more, form):
    smaller = Course(withdrawn_on=MONTH_6, withdrawn_from=tuple(scope))
    larger = Course(withdrawn_on=MONTH_6, withdrawn_from=(*scope, more))
    assert withdrawn(larger, form) or not withdrawn(smaller, form)


def test_who_withdrew_from_visits_and_survival_owes_the_end_of_study():
    record = decided(withdrew(MONTH_6, "VISITS", "SURVIVAL"), without=("IC",))
    assert forms(record, FAR, WW)["EOS/EOS/1"].due_from == MONTH_6


def test_a_withdrawal_written_on_a_re_consent_counts():
    later = crf(
        "IC",
        "ANY",
        ICTYPE="RECONSENT",
        ICDAT=days(40),
        ICSIGN="Y",
        ICVER="1.0",
        ICWDAT=MONTH_6,
        ICWSCOPE=("VISITS", "SURVIVAL"),
    )
    assert status(decided(later), "FU/FU12/1", FAR, WW) == "cancelled"


# --- screening failure, end of study --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "end", [crf("ELIG", ELIGCONF="N", ELIGDAT=days(10)), crf("EOS", "EOS", EOSDAT=days(10), EOSREAS="SCREENFAIL")]
)
def test_a_screening_failure_cancels_all_that_was_not_entered(end):
    record = person(end, without=("DM",))
    assert status(record, "DM/SCR/1", FAR) == "cancelled"
    assert reason(record, "DM/SCR/1") == SCREEN_FAILURE
    assert status(record, "MH/SCR/1", FAR) == "entered"
    assert status(record, "EOS/EOS/1", FAR) == ("entered" if end.form == "EOS" else "due")
    assert not [a for a in forms(record, FAR) if a.startswith("FU/")]


def test_who_was_enrolled_is_never_a_screening_failure():
    record = eligible(crf("EOS", "EOS", EOSDAT=days(20), EOSREAS="SCREENFAIL"))
    assert {d.reason for d in forms(record, FAR).values()} <= {"", END_OF_STUDY}


@pytest.mark.parametrize("why", ["COMPLETED", "LOST", "INVESTIGATOR", "SPONSOR", "OTHER"])
def test_the_end_of_study_cancels_what_falls_due_after_it(why):
    record = decided(crf("EOS", "EOS", EOSDAT=MONTH_6, EOSREAS=why))
    assert reason(record, "FU/FU12/1") == END_OF_STUDY
    assert status(record, "FU/FU03/1", FAR, WW) == "missed"


def test_the_end_of_study_falls_due_five_years_after_the_decision():
    assert forms(decided(), FAR, WW)["EOS/EOS/1"].due_on == months_after(DECIDED, 60)


# --- statuses as values ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "given_up", "expected_status"),
    [
        (9, None, Status.NOT_YET), (10, None, Status.DUE), (20, None, Status.DUE), (21, None, Status.OVERDUE),
        (21, 22, Status.OVERDUE), (22, 22, Status.MISSED), (20, 15, Status.DUE),
    ],
)  # fmt: skip
def test_a_window_at_the_day(today, given_up, expected_status):
    given_up_on = date(2026, 1, given_up) if given_up else None
    assert on_day(date(2026, 1, 10), date(2026, 1, 20), given_up_on, date(2026, 1, today)) is expected_status


def test_without_dates_a_form_is_owed_at_once_and_never_overdue():
    assert on_day(None, None, None, FAR) is Status.DUE


def test_every_status_has_a_word():
    assert set(STATUS_WORDS) == set(Status)


def test_not_done_is_an_answer_to_the_schedule():
    assert status(decided(not_done("FU", "FU06")), "FU/FU06/1", FAR, WW) == "not_done"


# --- what the store keeps -------------------------------------------------------------------------------------------

RECORDS = [
    (person(), None),
    (eligible(*therapy()), None),
    (decided(response="NCR"), WW),
    (decided(operation(DECIDED + timedelta(20)), died(PartialDate.of(MONTH_6))), allocated("TME")),
    (decided(withdrew(MONTH_6, "VISITS"), without=("IC",)), WW),
]


@pytest.mark.parametrize(("record", "allocation"), RECORDS)
def test_expected_is_what_is_due_on_any_day_without_the_cancelled_and_what_has_no_date_yet(record, allocation):
    kept = {d.address for d in expected(PROTOCOL, record, allocation)}
    for today in (CONSENT, DECIDED, FAR):
        found = due(PROTOCOL, record, allocation, today)
        ahead = {d.address for d in found if d.status is Status.NOT_YET and d.due_from is None}
        assert kept == {d.address for d in found if d.status is not Status.CANCELLED} - ahead


def test_a_visit_whose_time_zero_lies_ahead_is_not_owed_at_once():
    found = due(PROTOCOL, eligible(), None, FAR)
    assert {d.status for d in found if d.event in ("RST", "DEC")} == {Status.NOT_YET}
    assert not {d.event for d in expected(PROTOCOL, eligible())} & {"RST", "DEC"}


def test_before_consent_consent_is_all_that_is_owed():
    (owed,) = expected(PROTOCOL, person(without=tuple(SCREENING)))
    assert (owed.address, owed.due_from) == ("IC/SCR/1", None)


def test_what_an_answer_opened_is_owed_at_once_even_without_a_date():
    fatal = crf("AE", AEOUT="FATAL", AETOXGR=5)
    assert status(eligible(fatal), "DTH/ANY/1", FAR) == "due"


@pytest.mark.parametrize(("record", "allocation"), RECORDS)
def test_no_address_is_owed_twice_and_every_window_holds_its_day(record, allocation):
    found = due(PROTOCOL, record, allocation, DECIDED)
    assert len({d.address for d in found}) == len(found)
    for d in found:
        known = [x for x in (d.due_from, d.due_on, d.due_to) if x is not None]
        assert known == sorted(known)


ORDER = [Status.NOT_YET, Status.DUE, Status.OVERDUE, Status.MISSED]


@given(st.sampled_from(RECORDS), st.integers(0, 3000), st.integers(0, 3000))
def test_time_moves_a_form_forward_only(case, first, second):
    record, allocation = case
    early, late = sorted((first, second))
    before = {d.address: d.status for d in due(PROTOCOL, record, allocation, days(early))}
    after = {d.address: d.status for d in due(PROTOCOL, record, allocation, days(late))}
    for address, state in before.items():
        if state in ORDER:
            assert ORDER.index(after[address]) >= ORDER.index(state)
        else:
            assert after[address] is state
