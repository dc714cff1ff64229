"""The flow of participants: everybody in one path, nothing lost, nothing by arm where arms are pooled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.closed import ArmUnknown
from analysis.closed_flow import flow_by_arm
from analysis.course_row import CourseRow
from analysis.flow import flow, stage
from analysis.flow_boxes import Flow, Question, split
from analysis.flow_ends import ENDINGS, begun
from analysis.flow_rows import FlowRow, flow_rows
from analysis.flow_tables import flow_table, in_words
from forms.dates import PartialDate
from tests.analysis.courses import course, day
from tests.flow.people import consented, crf, decided, ended, enrolled, logged, on, person, taken
from trial.protocol import PROTOCOL

NOBODY = CourseRow("VG-01-0001", "01", day(1000))


def parts(found: Flow, box: str, name: str = "reason") -> dict[str, int | None]:
    return {part.code: part.n for part in found[box].split(name).parts}


def row(**given: Any) -> FlowRow:
    return FlowRow(course(restaged_on=day(-20), candidate=True, **given), began="WW")


# What holds for every trial: each box is the sum of what it leads to, each split the sum of its parts.

when = st.none() | st.integers(-60, 1100).map(day)
rows = st.builds(
    FlowRow,
    st.builds(
        CourseRow,
        participant=st.integers(1, 9999).map(lambda n: f"VG-01-{n:04d}"),
        site=st.just("01"),
        cut_on=st.just(day(1000)),
        cohort=st.sampled_from(["RANDOMISED", "PREFERENCE", "STANDARD", None]),
        arm=st.sampled_from(["WW", "TME"]),
        candidate=st.sampled_from([True, False, None]),
        consent_on=when,
        eligible_on=when,
        therapy_start_on=when,
        restaged_on=when,
        decision_on=when,
        randomised_on=when,
        withdrawn_on=when,
        ended_on=when,
        end_reason=st.sampled_from([*(code for code in ENDINGS if code != "ONGOING"), None]),
        died_on=st.none() | st.just(PartialDate(2028)),
    ),
    failed=st.booleans(),
    criteria=st.lists(st.sampled_from([c.id for c in PROTOCOL.criteria]), max_size=2).map(tuple),
    began=st.sampled_from(["WW", "TME", "LE", "OTHER", "NONE", None]),
    began_why=st.sampled_from(["REFUSED", "UNFIT", "OTHER", None]),
)
logs = st.none() | st.fixed_dictionaries(
    {reason: st.integers(0, 30) for reason in ("NOTELIG", "MISSED", "DECLINED", "WANTSWW")}
).map(lambda counts: logged(**counts))


def adds_up(found: Flow, withheld: bool = False) -> None:
    for box in found.boxes:
        below = found.below(box.id)
        if box.sums:
            assert box.n == sum(found[each].n for each in box.sums)
        if below and not (box.id == "SEEN" and withheld):
            assert box.n == sum(each.n or 0 for each in below), box.id
        for each in box.splits:
            if all(part.n is not None for part in each.parts) and box.n is not None:
                assert box.n == sum(part.n or 0 for part in each.parts), (box.id, each.id)


@settings(max_examples=40)
@given(st.lists(rows, max_size=12), logs)
def test_a_box_is_the_sum_of_its_children_and_exits(people, log):
    pooled, arms = flow(people, log), flow_by_arm(people, log)
    small = log is not None and any(box.n is None for box in pooled.boxes)
    for found in (pooled, arms):
        adds_up(found, small)
    assert pooled["CONSENTED"].n == sum(stage(each) > 0 for each in people)


@settings(max_examples=40)
@given(st.lists(rows, max_size=8))
def test_by_arm_differs_from_pooled_only_below_the_two_cohorts(people):
    pooled, arms = flow(people), flow_by_arm(people)
    assert {b.id for b in arms.boxes} - {b.id for b in pooled.boxes} == {"WW", "TME", "WW-P", "TME-P"}
    for box in pooled.boxes:
        assert box.sums or arms[box.id].n == box.n


def test_what_became_of_people_is_told_over_all_cohorts():
    """But the randomised, a cohort is nearly an arm: a death under "standard" is one after surgery."""
    split_up = {box.id for box in flow([row()]).boxes if not box.exit and box.splits}
    assert split_up == {"FOLLOWED"}


@settings(max_examples=40)
@given(st.lists(rows, min_size=2, max_size=8), st.data())
def test_a_pooled_flow_is_the_same_when_two_randomised_people_exchange_their_arms(people, data):
    """Twins: allocation and what was begun exchanged between two of the cohort leave every number as it was."""
    people = [
        replace(p, course=replace(p.course, cohort="RANDOMISED", randomised_on=day(0)), failed=False) for p in people
    ]
    i, j = data.draw(st.lists(st.integers(0, len(people) - 1), min_size=2, max_size=2, unique=True))
    one, two = people[i], people[j]
    swapped = list(people)
    swapped[i] = replace(one, began=two.began, began_why=two.began_why, course=replace(one.course, arm=two.course.arm))
    swapped[j] = replace(two, began=one.began, began_why=one.began_why, course=replace(two.course, arm=one.course.arm))
    assert flow(people) == flow(swapped)


def test_no_word_of_the_pooled_flow_names_an_arm():
    people = [row(participant=f"VG-01-{i:04d}", arm=arm, cohort=c) for i, (arm, c) in enumerate(
        [("WW", "RANDOMISED"), ("TME", "RANDOMISED"), ("WW", "PREFERENCE"), ("TME", "PREFERENCE")])]  # fmt: skip
    table = flow_table(flow(people), identity="flow", title="Flow")
    told = table.as_text() + in_words(flow(people))
    assert "WW" not in told and "TME" not in told and "watch" not in told.lower()
    assert "WW-P" in in_words(flow_by_arm(people)) or "watch" in in_words(flow_by_arm(people)).lower()


# Hand-built courses: where each goes.


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, 0),
        ({"consent_on": day(-90)}, 1),
        ({"eligible_on": day(-80)}, 2),
        ({"therapy_start_on": day(-70)}, 3),
        ({"restaged_on": day(-9)}, 4),
        ({"decision_on": day(-2)}, 5),
        ({"randomised_on": day(0)}, 5),
    ],
)
def test_how_far_somebody_came_is_told_by_the_last_step_that_is_dated(given, place):
    assert stage(FlowRow(replace(NOBODY, **given))) == place


def test_who_failed_screening_came_no_further_whatever_is_dated():
    assert stage(FlowRow(replace(NOBODY, consent_on=day(-90), therapy_start_on=day(-80)), failed=True)) == 1
    assert stage(FlowRow(NOBODY, failed=True)) == 1


def test_nobody_gives_a_flow_of_zeros():
    found = flow([])
    assert {box.n for box in found.boxes} == {0}
    assert flow_by_arm([])["WW"].n == 0


def test_who_has_nothing_dated_by_the_cut_is_not_in_the_flow():
    assert flow([FlowRow(NOBODY)])["CONSENTED"].n == 0


def test_a_step_without_its_date_is_counted_when_a_later_one_is_dated_and_said():
    found = flow([FlowRow(course(candidate=True))])
    assert found["RESTAGED"].n == 1 and found["NO_TREATED"].n == 0 and found.gaps == 1
    notes = flow_table(found, identity="f", title="F").footnotes
    assert "Counted in a step without its date, because a later one is dated: 1." in notes
    assert flow([row()]).gaps == 0


@pytest.mark.parametrize(
    ("given", "box"),
    [
        ({"cohort": "RANDOMISED", "candidate": True}, "RANDOMISED"),
        ({"cohort": "RANDOMISED", "candidate": None}, "RANDOMISED"),
        ({"cohort": "PREFERENCE", "candidate": True, "randomised_on": None}, "PREFERENCE"),
        ({"cohort": "STANDARD", "candidate": True, "randomised_on": None}, "AWAITING"),
        ({"cohort": "STANDARD", "candidate": False, "randomised_on": None}, "STANDARD"),
        ({"cohort": "STANDARD", "candidate": None, "randomised_on": None}, "UNTOLD"),
    ],
)
def test_where_a_decision_leads(given, box):
    found = flow([FlowRow(course(**given))])
    ends = {each: found[each].n for each in ("RANDOMISED", "PREFERENCE", "AWAITING", "STANDARD", "UNTOLD")}
    assert ends.pop(box) == 1 and set(ends.values()) == {0}
    assert found["CANDIDATES"].n == (box in ("RANDOMISED", "PREFERENCE", "AWAITING"))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "ONGOING"),
        ({"withdrawn_on": day(300)}, "WITHDRAWN"),
        ({"ended_on": day(300), "end_reason": "LOST"}, "LOST"),
        ({"ended_on": day(300), "end_reason": None}, "OTHER"),
        ({"ended_on": day(300), "end_reason": "LOST", "withdrawn_on": day(200)}, "LOST"),
        ({"died_on": PartialDate(2027), "ended_on": day(300), "end_reason": "LOST"}, "DEATH"),
    ],
)
def test_how_people_stand_at_the_cut(given, status):
    found = parts(flow([row(**given)]), "FOLLOWED", "status")
    assert found[status] == 1 and sum(n or 0 for n in found.values()) == 1
    assert {"ONGOING", "LOST", "WITHDRAWN"} <= found.keys()


@pytest.mark.parametrize(
    ("cohort", "arm", "began", "why", "code"),
    [
        ("RANDOMISED", "WW", "WW", None, "AS_DUE"),
        ("RANDOMISED", "WW", "TME", "REFUSED", "REFUSED"),
        ("RANDOMISED", "TME", "WW", None, "NO_REASON"),
        ("RANDOMISED", "TME", None, None, "NOT_RECORDED"),
        ("PREFERENCE", "TME", "TME", None, "AS_DUE"),
        ("STANDARD", None, "TME", None, "AS_DUE"),
        ("STANDARD", None, "WW", "REFUSED", "REFUSED"),
        ("RANDOMISED", None, "WW", None, "NOT_RECORDED"),
    ],
)
def test_what_was_begun(cohort, arm, began, why, code):
    assert begun(FlowRow(course(cohort=cohort, arm=arm), began=began, began_why=why)) == code


def test_who_has_no_assessment_after_the_origin_is_analysed_at_the_origin():
    assert parts(flow([row(assessed_on=())]), "FOLLOWED", "analysed") == {"ANALYSED": 0, "AT_ORIGIN": 1}
    assert parts(flow([row()]), "FOLLOWED", "analysed") == {"ANALYSED": 1}
    # An event on the day of the origin is an event.
    assert parts(flow([row(assessed_on=(), metastases_on=(day(0),))]), "FOLLOWED", "analysed") == {"ANALYSED": 1}


def test_arms_stand_under_their_cohorts():
    people = [
        row(participant="A", arm="WW"),
        row(participant="B", arm="TME", died_on=PartialDate(2027)),
        row(participant="C", arm="WW", cohort="PREFERENCE", randomised_on=None),
    ]
    found = flow_by_arm(people)
    assert [found[arm].n for arm in ("WW", "TME", "WW-P", "TME-P")] == [1, 1, 1, 0]
    assert found["RANDOMISED"].splits == () and parts(found, "TME", "status")["DEATH"] == 1
    assert {box.of for box in found.boxes if box.id in ("WW", "TME")} == {"RANDOMISED"}


def test_somebody_randomised_without_an_arm_is_refused_by_arm_and_counted_pooled():
    people = [row(arm=None)]
    assert flow(people)["RANDOMISED"].n == 1
    with pytest.raises(ArmUnknown, match="VG-01-0001"):
        flow_by_arm(people)


def test_a_code_without_words_is_an_error_not_a_lost_participant():
    with pytest.raises(KeyError, match="NEW"):
        split("x", [row()], Question("?", lambda each: "NEW", {"OLD": "old"}))


# Before consent: from the log, with small counts withheld.


def test_without_a_log_the_flow_begins_with_consent_and_says_so():
    found = flow([row()])
    assert found.boxes[0].id == "CONSENTED" and found["CONSENTED"].of is None
    assert any("begins with consent" in note for note in flow_table(found, identity="f", title="F").footnotes)


def test_the_log_stands_above_consent():
    found = flow([row()], logged(NOTELIG=10, CLINICIAN=7, DECLINED=6))
    assert (found["SEEN"].n, found["NOT_APPROACHED"].n, found["DECLINED"].n) == (24, 17, 6)
    assert parts(found, "NOT_APPROACHED") == {"NOTELIG": 10, "CLINICIAN": 7}
    assert flow([row()], [])["SEEN"].n == 1


def test_a_small_count_is_withheld_and_so_is_one_that_would_tell_it():
    found = flow([row()], logged(NOTELIG=10, CLINICIAN=7, MISSED=2, DECLINED=6))
    assert parts(found, "NOT_APPROACHED") == {"NOTELIG": 10, "CLINICIAN": None, "MISSED": None}
    assert found["NOT_APPROACHED"].n == 19
    table = flow_table(found, identity="f", title="F")
    assert ("missed, or nobody had time", "withheld", "") in table.rows
    assert any(note.startswith("Withheld: small counts") for note in table.footnotes)


@pytest.mark.parametrize(("counts", "total"), [({"NOTELIG": 40, "DECLINED": 3}, 43), ({"DECLINED": 3}, None)])
def test_a_half_that_is_small_is_not_told_by_the_other(counts, total):
    found = flow([row()], logged(**counts))
    assert found["LOGGED"].n == total and {"NOT_APPROACHED", "DECLINED"}.isdisjoint(box.id for box in found.boxes)
    assert found["SEEN"].n == (None if total is None else total + 1)


# From forms.


def test_screen_failures_stand_under_the_first_criterion_that_fails():
    staging = crf("CT0", {"CTDAT": on("2026-02-20"), "CTMOD": "CT", "CM": "M1"})
    people = (
        person(1, consented(), crf("MRI0", {"DISTAV": 101}), staging, crf("ELIG", {"ELIGCONF": "N", "ELIGDAT": on("2026-03-09")})),
        person(2, consented(), ended("SCREENFAIL")),
        person(3, consented()),
        person(4, *enrolled()),
    )  # fmt: skip
    made = flow_rows(taken(*people))
    assert [each.failed for each in made] == [True, True, False, False]
    # 101 mm from the anal verge fails IN4; M1 fails IN3 (stage IV), IN5 and EX1: the first of the protocol counts.
    assert made[0].criteria[0] == "IN3" and {"IN4", "IN5", "EX1"} <= set(made[0].criteria)
    assert parts(flow(made), "NO_CONSENTED") == {"IN3": 1, "NO_CRITERION": 1, "ONGOING": 1}


def test_a_refusal_after_the_cut_had_not_happened():
    late = person(1, consented(), crf("ELIG", {"ELIGCONF": "N", "ELIGDAT": on("2029-03-09")}))
    assert not flow_rows(taken(late))[0].failed
    assert parts(flow(flow_rows(taken(late))), "NO_CONSENTED") == {"ONGOING": 1}


def test_who_was_found_ineligible_after_enrolment_stays_enrolled():
    (found,) = flow_rows(taken(person(1, *enrolled(), crf("CT0", {"CM": "M1"}))))
    assert not found.failed and stage(found) == 2


def test_a_strategy_begun_after_the_cut_is_not_recorded_yet():
    begun_on = {"2027-02-01": "WW", "2029-02-01": None}
    for date, expected in begun_on.items():
        forms = (*decided(STRATEGY="CAND"), crf("MGT", {"MGTSTRT": "WW", "MGTDAT": on(date)}, "DEC"))
        assert flow_rows(taken(person(1, *forms, arm="WW")))[0].began == expected


def test_reasons_for_leaving_before_the_decision():
    people = (
        person(1, *enrolled(), ended("WITHDRAWN")),
        person(2, *enrolled(), ended("LOST")),
        person(3, *enrolled()),
        person(4, *enrolled(), crf("DTH", {"DTHDAT": PartialDate(2027)}, "ANY")),
    )
    found = flow(flow_rows(taken(*people)))
    assert parts(found, "NO_ENROLLED") == {"ONGOING": 1, "DEATH": 1, "WITHDRAWN": 1, "LOST": 1}
