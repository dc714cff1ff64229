"""Windows at the day: 55, 56, 84 and 85 days after the last fraction, and all the others (section 3)."""

from datetime import date, timedelta

import pytest

from forms.catalogue import crf
from tests.spec.people import (
    CONSENT,
    DECIDED,
    LAST_FRACTION,
    NOT_A_CANDIDATE,
    RESTAGED,
    THERAPY,
    allocated,
    days,
    decided,
    decision,
    eligible,
    not_done,
    operation,
    person,
    restaging,
    telling,
    therapy,
    visit,
)
from tests.spec.schedule.planned import at, events, forms, status, window
from trial.protocol import PROTOCOL, Window
from trial.visits import months_after, visits


def shifted(start: date, *spans: int) -> tuple[date, ...]:
    return tuple(start + timedelta(n) for n in spans)


def test_screening_runs_28_days_from_consent():
    assert window(person(), "SCR") == shifted(CONSENT, 0, 28, 28)
    assert status(person(without=("DM",)), "DM/SCR/1", days(28)) == "due"
    assert status(person(without=("DM",)), "DM/SCR/1", days(29)) == "overdue"


def test_before_consent_there_are_no_dates_and_consent_is_owed_at_once():
    assert window(telling(), "SCR") == (None, None, None)
    assert status(telling(), "IC/SCR/1", CONSENT) == "due"


def test_nothing_after_screening_is_planned_before_enrolment():
    assert events(person()) == ["SCR", "EOS"]


def test_therapy_begun_without_confirmation_is_followed_all_the_same():
    assert "FU03" in events(person(*therapy()))


# --- restaging --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "expected"), [(55, "not_yet"), (56, "due"), (84, "due"), (85, "overdue")])
def test_restaging_8_to_12_weeks_after_the_last_fraction(day, expected):
    record = eligible(*therapy())
    assert status(record, "RST/RST/1", LAST_FRACTION + timedelta(day)) == expected


@pytest.mark.parametrize(("day", "expected"), [(20, "not_yet"), (21, "due"), (35, "due"), (36, "overdue")])
@pytest.mark.parametrize("drug", ["CAPECITABINE", "PD1"])
def test_restaging_3_to_5_weeks_after_the_last_dose_when_a_drug_came_last(day, expected, drug):
    last = LAST_FRACTION + timedelta(60)
    record = eligible(*therapy(last_dose=last, drug=drug))
    assert status(record, "RST/RST/1", last + timedelta(day)) == expected


def test_a_drug_that_ended_with_the_last_fraction_was_given_with_it():
    assert window(eligible(*therapy()), "RST") == shifted(LAST_FRACTION, 56, 56, 84)


def test_a_drug_that_ended_the_day_after_came_last():
    last = LAST_FRACTION + timedelta(1)
    assert window(eligible(*therapy(last_dose=last)), "RST") == shifted(last, 21, 21, 35)


def test_an_omitted_dose_is_no_dose():
    omitted = crf(
        "EX", "NAT-3", EXTRT="CAPECITABINE", EXCYC=3, EXSTDT=LAST_FRACTION + timedelta(5), EXDOSE=0, EXADJ=("OMITTED",)
    )
    assert window(eligible(*therapy(), omitted), "RST") == shifted(LAST_FRACTION, 56, 56, 84)


def test_while_therapy_runs_restaging_is_planned_from_the_regimen():
    first = crf("EX", "NAT-1", EXTRT="CAPECITABINE", EXCYC=1, EXSTDT=THERAPY, EXDOSE=1000)
    assert window(eligible(first), "RST") == shifted(THERAPY, 42 + 21, 42 + 21, 42 + 35)


def test_before_therapy_restaging_has_no_date():
    assert window(eligible(), "RST") == (None, None, None)


# --- re-assessment and decision -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("response", "planned"), [("CCR", False), ("NCR", True), ("ICR", False)])
def test_a_re_assessment_only_after_a_near_complete_response(response, planned):
    assert ("RST2" in events(eligible(*therapy(), restaging(response)))) is planned


@pytest.mark.parametrize(("day", "expected"), [(41, "not_yet"), (42, "due"), (84, "due"), (85, "overdue")])
def test_re_assessment_6_to_12_weeks_after_restaging(day, expected):
    record = eligible(*therapy(), restaging("NCR"))
    assert status(record, "RST/RST2/1", RESTAGED + timedelta(day)) == expected
    assert window(record, "RST2")[1] == RESTAGED + timedelta(56)


def test_a_decision_without_re_assessment_leaves_none_to_do():
    assert "RST2" not in events(decided(response="NCR"))


@pytest.mark.parametrize(("day", "expected"), [(0, "due"), (14, "due"), (15, "overdue")])
def test_the_decision_within_14_days_of_restaging(day, expected):
    record = eligible(*therapy(), restaging("CCR"))
    assert status(record, "DEC/DEC/1", RESTAGED + timedelta(day)) == expected


@pytest.mark.parametrize(("day", "expected"), [(0, "due"), (84 + 14, "due"), (84 + 15, "overdue")])
def test_a_near_complete_response_may_be_decided_at_once_or_after_re_assessment(day, expected):
    record = eligible(*therapy(), restaging("NCR"))
    assert status(record, "DEC/DEC/1", RESTAGED + timedelta(day)) == expected


def test_the_decision_is_counted_from_the_re_assessment_once_it_was_done():
    again = RESTAGED + timedelta(56)
    record = eligible(*therapy(), restaging("NCR"), restaging("CCR", "RST2", on=again))
    assert window(record, "DEC") == shifted(again, 0, 14, 14)


def test_a_re_assessment_that_was_not_done_gives_the_decision_back_to_the_first_restaging():
    record = eligible(*therapy(), restaging("NCR"), not_done("RST", "RST2"))
    assert window(record, "DEC") == shifted(RESTAGED, 0, 14, 14)


# --- therapy ------------------------------------------------------------------------------------------------------


def test_the_first_cycle_is_due_at_the_planned_start():
    assert window(eligible(), "NAT-1") == shifted(days(14), -3, 0, 3)


def test_the_next_cycle_follows_while_the_regimen_has_one():
    first = crf("EX", "NAT-1", EXTRT="OXALIPLATIN", EXCYC=1, EXSTDT=THERAPY, EXDOSE=200)
    record = eligible(first, regimen="SCRT_TNT")
    assert window(record, "NAT-2") == shifted(THERAPY, 18, 21, 24)
    assert "NAT-3" not in events(record)


def test_no_further_cycle_after_the_last_one_or_after_restaging():
    cycles = [crf("EX", f"NAT-{n}", EXTRT="OXALIPLATIN", EXCYC=n, EXSTDT=days(21 * n), EXDOSE=200) for n in range(1, 7)]
    assert "NAT-7" not in events(eligible(*cycles, regimen="SCRT_TNT"))
    assert "NAT-4" not in events(eligible(*cycles[:3], restaging("CCR"), regimen="SCRT_TNT"))
    assert "NAT-4" in events(eligible(*cycles[:3], regimen="SCRT_TNT"))


@pytest.mark.parametrize(("day", "expected"), [(17, "due"), (18, "overdue"), (34, "overdue"), (35, "missed")])
def test_a_sample_of_one_cycle_is_missed_once_the_next_cycle_began(day, expected):
    assert status(eligible(*therapy()), "LB/NAT-1/1", days(day)) == expected


def test_what_was_left_of_therapy_is_missed_once_restaged():
    left = eligible(*[c for c in therapy() if c.form != "LB"], restaging("CCR"))
    assert status(left, "LB/EOT/1", RESTAGED - timedelta(1)) == "overdue"
    assert status(left, "LB/EOT/1", RESTAGED) == "missed"
    assert status(left, "LB/NAT-2/1", RESTAGED) == "missed"


def test_a_drug_that_was_stopped_ends_therapy_with_the_radiotherapy():
    stopped = crf("EX", "NAT-1", EXTRT="OXALIPLATIN", EXCYC=1, EXSTDT=THERAPY, EXDOSE=200, EXADJ=("STOPPED",))
    radiotherapy = crf("RT", "EOT", RTSTDT=THERAPY, RTENDT=LAST_FRACTION)
    record = eligible(stopped, radiotherapy, regimen="LCRT_TNT")
    assert "NAT-2" not in events(record)
    assert window(record, "EOT") == shifted(LAST_FRACTION, 0, 0, 7)


@pytest.mark.parametrize(("day", "expected"), [(-1, "not_yet"), (0, "due"), (7, "due"), (8, "overdue")])
def test_the_end_of_therapy_visit_within_7_days(day, expected):
    record = eligible(*[c for c in therapy() if c.form != "LB"])
    assert status(record, "LB/EOT/1", LAST_FRACTION + timedelta(day)) == expected


# --- operations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "expected"), [(0, "due"), (56, "due"), (57, "overdue")])
def test_the_operation_within_8_weeks_of_the_decision(day, expected):
    for record, allocation in ((decided(), allocated("TME")), (decided(dec=decision(**NOT_A_CANDIDATE)), None)):
        assert status(record, "SUR/SUR-1/1", DECIDED + timedelta(day), allocation) == expected


def test_watching_plans_no_operation():
    assert not [e for e in events(decided(), allocated("WW")) if e.startswith("SUR")]


@pytest.mark.parametrize(
    ("event", "day", "expected"),
    [
        ("PO30-1", 22, "not_yet"), ("PO30-1", 23, "due"), ("PO30-1", 37, "due"), ("PO30-1", 38, "overdue"),
        ("PO30-1", 75, "overdue"), ("PO30-1", 76, "missed"),
        ("PO90-1", 75, "not_yet"), ("PO90-1", 76, "due"), ("PO90-1", 104, "due"), ("PO90-1", 105, "overdue"),
    ],
)  # fmt: skip
def test_post_operative_visits_at_30_and_90_days(event, day, expected):
    on = DECIDED + timedelta(20)
    record = decided(operation(on))
    assert status(record, f"POC/{event}/1", on + timedelta(day), allocated("TME")) == expected


def test_every_operation_has_its_own_visits_by_its_number():
    first, second = DECIDED + timedelta(20), DECIDED + timedelta(200)
    record = decided(operation(first, "LE"), operation(second, "APR", "SUR-2", 2, "OTHER"))
    assert window(record, "PO30-1", allocated("TME"))[1] == first + timedelta(30)
    assert window(record, "PO30-2", allocated("TME"))[1] == second + timedelta(30)
    assert window(record, "PO90-2", allocated("TME"))[1] == second + timedelta(90)


def test_pathology_is_owed_after_an_operation_and_not_before():
    on = DECIDED + timedelta(20)
    assert "YP/SUR-1/1" not in forms(decided(), on, allocated("TME"))
    assert status(decided(operation(on)), "YP/SUR-1/1", on, allocated("TME")) == "due"


# --- follow-up ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("months", "tolerance"), [(3, 14), (24, 14), (30, 28), (60, 28)])
def test_follow_up_every_three_then_every_six_months(months, tolerance):
    planned = months_after(DECIDED, months)
    expected = shifted(planned, -tolerance, 0, tolerance)
    assert window(decided(), f"FU{months:02d}", allocated("WW")) == expected


@pytest.mark.parametrize(("day", "expected"), [(-15, "not_yet"), (-14, "due"), (14, "due"), (15, "overdue")])
def test_follow_up_at_the_day(day, expected):
    planned = months_after(DECIDED, 12)
    assert status(decided(), "FU/FU12/1", planned + timedelta(day), allocated("WW")) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 10, 15), 3, date(2027, 1, 15)),
        (date(2026, 12, 1), 60, date(2031, 12, 1)),
    ],
)
def test_months_are_calendar_months(start, months, expected):
    assert months_after(start, months) == expected


def test_a_visit_is_missed_once_the_next_one_opens_and_can_still_be_entered():
    opens = months_after(DECIDED, 6) - timedelta(14)
    assert status(decided(), "FU/FU03/1", opens - timedelta(1), allocated("WW")) == "overdue"
    assert status(decided(), "FU/FU03/1", opens, allocated("WW")) == "missed"
    late = decided(visit("FU03", months_after(DECIDED, 3)))
    assert status(late, "FU/FU03/1", opens, allocated("WW")) == "entered"


def test_the_last_visit_is_never_missed_only_overdue():
    assert status(decided(), "FU/FU60/1", date(2040, 1, 1), allocated("WW")) == "overdue"


@pytest.mark.parametrize(
    ("event", "day", "expected"),
    [
        ("NC07", 41, "not_yet"), ("NC07", 42, "due"), ("NC07", 56, "due"), ("NC07", 57, "overdue"),
        ("NC20", 132, "not_yet"), ("NC20", 133, "due"), ("NC20", 147, "due"), ("NC20", 148, "overdue"),
    ],
)  # fmt: skip
def test_near_complete_visits_at_7_and_20_weeks(event, day, expected):
    record = decided(response="NCR")
    assert status(record, f"FU/{event}/1", DECIDED + timedelta(day), allocated("WW")) == expected


def test_near_complete_visits_belong_to_watching_after_a_near_complete_response():
    assert "NC07" in events(decided(response="NCR"), allocated("WW"))
    assert "NC07" not in events(decided(response="CCR"), allocated("WW"))
    assert "NC07" not in events(decided(response="NCR"), allocated("TME"))


def test_the_last_restaging_says_whether_the_response_was_near_complete():
    again = restaging("CCR", "RST2", on=RESTAGED + timedelta(50))
    record = eligible(*therapy(), restaging("NCR"), again, decision(RESTAGED + timedelta(57)))
    assert "NC07" not in events(record, allocated("WW"))


@pytest.mark.parametrize(("day", "expected"), [(55, "not_yet"), (56, "due"), (70, "due"), (71, "overdue")])
def test_the_strategy_begun_is_asked_8_weeks_after_the_decision_in_every_cohort(day, expected):
    today = DECIDED + timedelta(day)
    assert status(decided(), "MGT/ANY/1", today, allocated("WW")) == expected
    assert status(decided(), "MGT/ANY/1", today, allocated("TME")) == expected
    assert status(decided(dec=decision(**NOT_A_CANDIDATE)), "MGT/ANY/1", today) == expected


# --- who never reaches the decision -------------------------------------------------------------------------------


def test_without_a_decision_follow_up_counts_from_16_weeks_after_the_last_dose():
    planned = LAST_FRACTION + timedelta(112)
    assert window(eligible(*therapy()), "FU03")[1] == months_after(planned, 3)


def test_without_therapy_it_counts_from_16_weeks_after_consent():
    assert window(eligible(), "FU03")[1] == months_after(CONSENT + timedelta(112), 3)


def test_without_a_decision_only_survival_and_disease_are_followed():
    items = at(eligible(*therapy()), "FU06")[0].items
    assert items == ("FU.CHESTCT",)
    assert "MGT" not in [f for v in visits(PROTOCOL, eligible(*therapy()), None) for f in v.forms]


def test_the_decision_moves_follow_up_to_its_own_date():
    assert window(decided(), "FU03", allocated("WW"))[1] == months_after(DECIDED, 3)


# --- windows as values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days_after", "expected"), [(55, False), (56, True), (84, True), (85, False), (None, None)])
def test_a_window_knows_what_it_contains(days_after, expected):
    assert Window(56, 56, 84).contains(days_after) is expected


def test_every_window_is_in_order():
    for record, allocation in (
        (decided(response="NCR"), allocated("WW")),
        (decided(), allocated("TME")),
        (eligible(), None),
    ):
        for each in visits(PROTOCOL, record, allocation):
            known = [d for d in (each.window_from, each.due_on, each.window_to) if d is not None]
            assert known == sorted(known), each.event
