"""From forms to scores: what was handed in, what it gives, and why a score is not there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.pro_answers import ITEMS_MISSING, NOT_ASKED, NOT_DONE, STOMA, questionnaires, scores
from analysis.pro_scores import BY_ID, measures_of
from tests.pro.house import CUT, c30, cr29, crf, extract, lars, life, not_done, person, visit_day, wexner

WHO = "VG-01-0001"


def read(*crfs, sex="F"):
    return questionnaires(extract(person(WHO, *life(sex=sex), *crfs)))


def test_a_questionnaire_carries_every_measure_of_its_form():
    (found,) = read(c30(answer=2))
    assert (found.participant, found.site, found.event, found.form) == (WHO, "01", "SCR", "QLQ30")
    assert set(found.scores) == {m.id for m in measures_of("QLQ30")} and not found.why
    assert (found.scores["C30PF"], found.scores["C30FA"], found.scores["C30QL"]) == (66.67, 33.33, 83.33)
    assert found.scores["C30SUM"] == pytest.approx(66.67) and found.received and found.evaluable


def test_the_half_rule_is_that_of_the_form():
    (found,) = read(c30(answer=2, Q1=None, Q2=None, Q3=None, Q21=None, Q22=None))
    assert (found.scores["C30PF"], found.why["C30PF"]) == (None, ITEMS_MISSING)
    assert found.scores["C30EF"] == 66.67
    assert (found.scores["C30SUM"], found.why["C30SUM"]) == (None, ITEMS_MISSING)


def test_an_empty_questionnaire_was_received_and_is_not_evaluable():
    (found,) = read(c30(**{f"Q{n}": None for n in range(1, 31)}))
    assert found.received and not found.evaluable and set(found.why.values()) == {ITEMS_MISSING}


@pytest.mark.parametrize(
    ("stoma", "scored", "why"),
    [
        ("N", "C29FIN", {"C29FIY": NOT_ASKED, "C29STOY": NOT_ASKED}),
        ("Y", "C29FIY", {"C29FIN": NOT_ASKED}),
        (None, None, {"C29FIN": ITEMS_MISSING, "C29FIY": NOT_ASKED, "C29STOY": NOT_ASKED}),
    ],
)
def test_a_stoma_says_which_of_two_measures_an_answer_is(stoma, scored, why):
    (found,) = read(cr29(answer=3, stoma=stoma))
    assert [name for name in ("C29FIN", "C29FIY") if found.scores[name] is not None] == ([scored] if scored else [])
    assert why.items() <= found.why.items() and found.scores["C29AP"] == 66.67
    assert (found.scores["C29STOY"] is not None) == (stoma == "Y")


@pytest.mark.parametrize(("sex", "asked", "other"), [("M", "C29IMP", "C29DYS"), ("F", "C29DYS", "C29IMP")])
def test_what_the_other_sex_is_asked_is_not_missing(sex, asked, other):
    (found,) = read(cr29(answer=2), sex=sex)
    assert found.scores[asked] == 33.33 and found.why[other] == NOT_ASKED


def test_lars_and_wexner_are_sums_of_all_items():
    found = read(lars(answers="33433"), wexner(each=4))
    assert [q.scores for q in found] == [{"LARS": 42.0}, {"WEXNER": 20.0}]
    (short,) = read(lars(L3=None))
    assert (short.scores["LARS"], short.why) == (None, {"LARS": ITEMS_MISSING})


def test_less_than_once_a_day_scores_five():
    (found,) = read(lars(answers="11411"))
    assert found.scores["LARS"] == 5


@pytest.mark.parametrize("form", ["LARS", "WEX"])
@pytest.mark.parametrize(
    ("seen", "formed", "stoma"), [("Y", False, "Y"), ("N", False, "N"), (None, True, "Y"), (None, False, "N")]
)
def test_a_stoma_by_the_visit_or_by_the_stoma_forms_leaves_bowel_function_out(form, seen, formed, stoma):
    made = lars("FU12") if form == "LARS" else wexner("FU12")
    others = [crf("FU", "FU12", FUDAT=visit_day("FU12"), FUMODE="VISIT", ALIVE="Y", STOMANOW=seen)]
    if formed:
        others.append(crf("STO", "ANY", STODAT=visit_day("FU06"), STOINT="TEMPORARY"))
    (found,) = read(*others, made)
    name = "LARS" if form == "LARS" else "WEXNER"
    assert found.stoma == stoma and found.received
    assert (found.scores[name], found.why.get(name)) == ((None, STOMA) if stoma == "Y" else (0.0, None))


def test_a_stoma_that_was_closed_before_the_visit_leaves_nothing_out():
    closed = crf("STO", "ANY", STODAT=visit_day("DEC"), STOINT="TEMPORARY", STOREV=visit_day("FU12", -9))
    seen = [crf("FU", e, FUDAT=visit_day(e), FUMODE="VISIT", ALIVE="Y") for e in ("FU06", "FU12")]
    assert [q.scores["LARS"] for q in read(closed, *seen, lars("FU06"), lars("FU12"))] == [None, 0.0]


def test_not_done_is_told_by_the_form_or_by_how_it_was_completed():
    found = read(not_done("QLQ30", "DEC", "Too ill."), crf("LARS", "DEC", QSDAT=visit_day("DEC"), QSMODE="ND"))
    assert [(q.form, q.not_done, q.received, q.evaluable) for q in found] == [
        ("QLQ30", "Too ill.", False, False),
        ("LARS", NOT_DONE, False, False),
    ]


def test_what_is_dated_after_the_cut_or_was_removed_is_not_there():
    assert len(read(c30(on=CUT))) == 1 and read(c30(on=CUT + timedelta(1))) == ()
    gone = c30()
    assert read(replace(gone, answers=replace(gone.answers, removed="Entered twice."))) == ()


def test_scores_are_those_that_exist_with_their_day_and_measure():
    found = list(scores(read(lars("FU06"), cr29("DEC", answer=2), c30("SCR", Q8=None))))
    assert {s.measure.form for s in found} == {"QLQ30", "QLQ29", "LARS"}
    assert [s.measure.id for s in found if s.event == "FU06"] == ["LARS"]
    assert not [s for s in found if s.measure is BY_ID["C30DY"]]
    assert all(s.on == visit_day(s.event) and s.participant == WHO for s in found)
    assert [s.event for s in found] == sorted((s.event for s in found), key=["SCR", "DEC", "FU06"].index)
