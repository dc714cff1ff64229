"""What was known at the cut, the date of a death that is partly unknown, and the codes an extract brings."""

import datetime

import pytest

from analysis import course_row as codes
from analysis.course_row import Stoma
from analysis.cut import at_the_cut, last_alive
from analysis.death import Death, death
from analysis.endpoints import derive
from analysis.estimands import OS
from analysis.rules import DEATH_IMPUTED
from forms.codelists import events, treatment
from forms.dates import PartialDate
from tests.analysis.courses import course, day, operation, regrowth

CUT = datetime.date(2028, 10, 11)  # day 1000


def died(text, **given):
    return death(at_the_cut(course(died_on=PartialDate.parse(text), **given)))


def on(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "last_seen", "expected", "imputed"),
    [
        ("2027-03-09", "2027-01-02", "2027-03-09", False),
        ("2027-03", "2027-01-02", "2027-03-15", True),
        ("2027-03", "2027-03-15", "2027-03-15", True),
        ("2027-03", "2027-03-20", "2027-03-20", True),  # never before the last date known alive
        ("2027", "2026-12-31", "2027-07-01", True),
        ("2027", "2027-07-02", "2027-07-02", True),
        ("2028", "2027-01-02", "2028-07-01", True),
        ("2028-10", "2027-01-02", "2028-10-11", True),  # never after the cut
        ("2028-10-11", "2027-01-02", "2028-10-11", False),
    ],
)
def test_a_death_without_day_or_month_is_dated_by_rule(text, last_seen, expected, imputed):
    found = died(text, last_known_alive_on=on(last_seen), assessed_on=())
    assert found == Death(on(expected), imputed)


@pytest.mark.parametrize("text", ["2028-10-12", "2028-11", "2029"])
def test_a_death_after_the_cut_has_not_happened_yet(text):
    assert died(text) is None


def test_a_death_that_may_be_before_the_cut_is_counted_and_its_date_imputed():
    row = course(died_on=PartialDate.parse("2028"))
    found = derive(row, OS)
    assert (found.status, found.ended_on, found.adjusted) == (1, day(950), (DEATH_IMPUTED,))


def test_nobody_who_lives_has_a_date_of_death():
    assert death(course()) is None


def test_what_is_dated_after_the_cut_is_left_out():
    row = at_the_cut(
        course(
            operations=(operation(1000), operation(1001)),
            metastases_on=(day(1001), day(999)),
            ended_on=day(1001),
            end_reason="LOST",
            stomas=(Stoma(day(100), "TEMPORARY", day(1001)), Stoma(day(1001))),
            withdrawn_on=day(1000),
            pelvis_clear_on=(day(1002), day(90)),
            local_recurrences_on=(day(1001),),
        )
    )
    assert [o.on for o in row.operations] == [day(1000)]
    assert (row.metastases_on, row.local_recurrences_on, row.pelvis_clear_on) == ((day(999),), (), (day(90),))
    assert (row.ended_on, row.end_reason, row.withdrawn_on) == (None, None, day(1000))
    assert row.stomas == (Stoma(day(100), "TEMPORARY", None),)


def test_a_salvage_decided_after_the_cut_was_still_open_at_it():
    row = at_the_cut(course(regrowths=(regrowth(salvage="REFUSED", salvage_decided_on=day(1001)),)))
    assert row.regrowths == (regrowth(),)


def test_somebody_randomised_after_the_cut_has_no_arm_at_it():
    row = at_the_cut(course(randomised_on=day(1001), decision_on=day(1000)))
    assert (row.randomised_on, row.cohort, row.arm) == (None, "RANDOMISED", "WW")
    row = at_the_cut(course(randomised_on=day(1002), decision_on=day(1001), candidate=True))
    assert (row.randomised_on, row.decision_on, row.cohort, row.arm, row.candidate) == (None, None, None, None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"last_known_alive_on": None, "assessed_on": (day(10), day(20))}, 20),
        ({"last_known_alive_on": day(5), "assessed_on": (day(10),)}, 10),
        ({"last_known_alive_on": None, "assessed_on": (), "operations": (operation(40),)}, 40),
        ({"last_known_alive_on": None, "assessed_on": ()}, 0),
    ],
)
def test_the_course_itself_proves_life(given, expected):
    assert last_alive(course(**given)) == day(expected)


def test_without_any_date_nobody_is_known_alive():
    nothing = dict.fromkeys(("consent_on", "therapy_start_on", "decision_on", "randomised_on", "last_known_alive_on"))
    assert last_alive(course(**nothing, assessed_on=())) is None


@pytest.mark.parametrize(
    ("code", "codelist"),
    [
        *((c, events.REGROWTH_OUTCOME) for c in (codes.PENDING, codes.CONFIRMED, codes.NOT_CONFIRMED)),
        *((c, events.SALVAGE) for c in (codes.PLANNED, codes.DONE, codes.REFUSED, codes.NOT_RESECTABLE, codes.UNFIT)),
        (codes.COLORECTAL, events.SECOND_CANCER),
        (codes.OTHER, events.SECOND_CANCER),
        *((c, treatment.PROCEDURE) for c in (*codes.TME_PROCEDURES, codes.LOCAL_EXCISION, codes.OTHER)),
        (codes.FOR_REGROWTH, treatment.OPERATION_REASON),
        *((c, treatment.RESIDUAL_TUMOUR) for c in (codes.R0, codes.R1, codes.R2)),
        (codes.TEMPORARY, treatment.STOMA_INTENT),
        (codes.PERMANENT, treatment.STOMA_INTENT),
    ],
)
def test_the_rules_speak_the_codes_of_the_forms(code, codelist):
    assert code in codelist.values


def test_every_code_of_regrowth_salvage_and_residual_tumour_is_known_to_the_rules():
    assert set(events.REGROWTH_OUTCOME.values) == {codes.PENDING, codes.CONFIRMED, codes.NOT_CONFIRMED}
    assert set(events.SALVAGE.values) == {codes.PLANNED, codes.DONE, codes.REFUSED, codes.NOT_RESECTABLE, codes.UNFIT}
    assert set(treatment.RESIDUAL_TUMOUR.values) == {codes.R0, codes.R1, codes.R2}
    assert set(treatment.PROCEDURE.values) == {*codes.TME_PROCEDURES, codes.LOCAL_EXCISION, codes.OTHER}
