"""Which schedule applies: arm, cohort, near-complete response, an operation for any reason (sections 1, 3 and 5)."""

from datetime import timedelta

import pytest

from forms.catalogue import crf
from tests.spec.people import (
    DECIDED,
    NOT_A_CANDIDATE,
    PREFERS_SURGERY,
    PREFERS_WATCHING,
    allocated,
    decided,
    decision,
    eligible,
    operation,
    person,
    therapy,
    visit,
)
from tests.spec.schedule.planned import at, events, forms
from trial.course import course
from trial.visits import months_after

WATCHING = {"FU.DRE", "FU.ENDO", "FU.MRI"}
MGT_WW = crf("MGT", "ANY", MGTSTRT="WW", MGTDAT=DECIDED)
MGT_TME = crf("MGT", "ANY", MGTSTRT="TME", MGTDAT=DECIDED)

COURSES = [
    # decision, allocation, cohort, arm, watches
    (decision(), allocated("WW"), "RANDOMISED", "WW", True),
    (decision(), allocated("TME"), "RANDOMISED", "TME", False),
    (decision(**PREFERS_WATCHING), None, "PREFERENCE", "WW-P", True),
    (decision(**PREFERS_SURGERY), None, "PREFERENCE", "TME-P", False),
    (decision(**NOT_A_CANDIDATE), None, "STANDARD", "S", False),
    (decision(), None, None, None, False),  # accepted, not allocated yet
    (decision(STRATEGY=None), None, None, None, False),
]


@pytest.mark.parametrize(("dec", "allocation", "cohort", "arm", "watches"), COURSES)
def test_cohort_arm_and_schedule(dec, allocation, cohort, arm, watches):
    record = decided(dec=dec)
    found = course(record, allocation)
    assert (found.cohort, found.arm, found.watching) == (cohort, arm, watches)
    assert (set(at(record, "FU03", allocation)[0].items) >= WATCHING) is watches
    assert ("SUR-1" in events(record, allocation)) is (arm in ("TME", "TME-P", "S"))


def test_nobody_has_an_arm_before_the_decision():
    found = course(eligible(*therapy()))
    assert (found.cohort, found.arm) == (None, None)


@pytest.mark.parametrize(("dec", "allocation", "arm"), [(c[0], c[1], c[3]) for c in COURSES if c[3]])
@pytest.mark.parametrize(("begun", "watches"), [(MGT_WW, True), (MGT_TME, False)])
def test_the_strategy_begun_rules_the_schedule_and_not_the_arm(dec, allocation, arm, begun, watches):
    record = decided(begun, dec=dec)
    found = course(record, allocation)
    assert found.arm == arm
    assert (set(at(record, "FU06", allocation)[0].items) >= WATCHING) is watches
    assert ("SUR-1" in events(record, allocation)) is not watches


@pytest.mark.parametrize("begun", ["LE", "OTHER", "NONE"])
def test_a_local_excision_or_nothing_begun_leaves_the_schedule_of_the_arm(begun):
    record = decided(crf("MGT", "ANY", MGTSTRT=begun, MGTDAT=DECIDED))
    assert course(record, allocated("WW")).watching
    assert not course(record, allocated("TME")).watching


def test_not_a_candidate_who_declines_surgery_is_watched_and_stays_in_standard():
    found = course(decided(MGT_WW, dec=decision(**NOT_A_CANDIDATE)))
    assert (found.cohort, found.arm, found.watching) == ("STANDARD", "S", True)


# --- after an operation -----------------------------------------------------------------------------------------------

MONTH_6 = months_after(DECIDED, 6)


@pytest.mark.parametrize("reason", ["REGROWTH", "CHANGED", "EMERGENCY", "ALLOCATED", "OTHER"])
def test_after_tme_for_any_reason_the_surgery_schedule_applies_from_the_next_visit(reason):
    seen = visit("FU03", months_after(DECIDED, 3))
    record = decided(seen, operation(months_after(DECIDED, 4), reason=reason))
    assert set(at(record, "FU03", allocated("WW"))[0].items) >= WATCHING
    assert not set(at(record, "FU06", allocated("WW"))[0].items) & WATCHING
    assert not set(at(record, "FU60", allocated("WW"))[0].items) & WATCHING


@pytest.mark.parametrize("procedure", ["LAR", "ISR", "APR", "HARTMANN"])
def test_every_resection_of_the_rectum_is_a_tme(procedure):
    record = decided(operation(months_after(DECIDED, 4), procedure))
    assert not set(at(record, "FU06", allocated("WW"))[0].items) & WATCHING


@pytest.mark.parametrize("procedure", ["LE", "OTHER"])
def test_a_local_excision_keeps_the_rectum_and_the_watching(procedure):
    record = decided(operation(months_after(DECIDED, 4), procedure))
    assert set(at(record, "FU06", allocated("WW"))[0].items) >= WATCHING


@pytest.mark.parametrize(
    ("operated", "visited", "watched"),
    [
        (-1, None, False),  # operated the day before the visit fell due
        (14, None, True),  # on the last day of a window that nobody used
        (13, None, False),
        (15, None, True),  # after the window: that visit was watch-and-wait's to keep
        (5, 3, True),  # the visit came first
        (5, 5, True),  # on the same day
        (5, 6, False),  # the operation came first
    ],
)
def test_the_next_visit_is_the_one_that_comes_after_the_operation(operated, visited, watched):
    made = [operation(MONTH_6 + timedelta(operated))]
    if visited is not None:
        made.append(visit("FU06", MONTH_6 + timedelta(visited)))
    items = set(at(decided(*made), "FU06", allocated("WW"))[0].items)
    assert (items >= WATCHING) is watched


def test_the_surgery_schedule_is_still_counted_from_the_decision():
    record = decided(operation(months_after(DECIDED, 4)))
    assert at(record, "FU12", allocated("WW"))[0].due_on == months_after(DECIDED, 12)


def test_an_operation_before_or_without_a_decision_is_followed_up():
    record = eligible(*therapy(), operation(DECIDED, reason="EMERGENCY"))
    assert {"PO30-1", "PO90-1"} <= set(events(record))


# --- conditions of forms ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("consent", "asked"), [("Y", True), ("N", False), (None, False)])
def test_samples_are_asked_only_of_who_agreed_to_them(consent, asked):
    record = person(IC={"ICSAMP": consent})
    due = forms(record, record.value("IC.ICDAT"))
    assert ("MIC/SCR/1" in due) is asked
    assert ("LBX/SCR/1" in due) is asked
    assert "RAD/SCR/1" in due
    assert "LB/SCR/1" in due


def test_an_unscheduled_visit_owes_nothing():
    record = decided(visit("UNS-1", DECIDED + timedelta(40)))
    found = at(record, "UNS-1", allocated("WW"))[0]
    assert (found.items, found.forms, found.due_on) == ((), (), None)
