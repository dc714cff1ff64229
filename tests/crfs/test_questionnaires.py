"""Questionnaires: what is asked of whom, and that the scores are read from the right items."""

import pytest

from forms import catalogue
from tests.crfs.house import asked, crf, day, missing, number, value

FORMS = ("QLQ30", "QLQ29", "LARS", "WEX")
FILLED = {"QSDAT": day("2027-03-01"), "QSMODE": "PAPER", "QSLANG": "zh"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("mode", "wanted"), [("PAPER", True), ("INTERVIEW", True), ("ND", False), (None, None)])
def test_the_language_is_asked_of_a_questionnaire_that_was_filled_in(form, mode, wanted):
    assert asked(crf(form, QSMODE=mode), "QSLANG") is wanted


@pytest.mark.parametrize("form", FORMS)
def test_a_questionnaire_that_was_not_done_needs_nothing_more(form):
    assert missing(crf(form, QSDAT=day("2027-03-01"), QSMODE="ND"), stoma_now="N") == set()


@pytest.mark.parametrize(
    ("form", "items"), [("LARS", {f"L{n}" for n in range(1, 6)}), ("WEX", {f"W{n}" for n in range(1, 6)})]
)
def test_bowel_function_is_asked_of_people_without_a_stoma(form, items):
    assert missing(crf(form, "FU12", **FILLED), stoma_now="N") == items
    assert missing(crf(form, "FU12", **FILLED), stoma_now="Y") == set()
    assert missing(crf(form, "FU12", **FILLED)) == set()
    first = min(items)
    assert [asked(crf(form, "FU12"), first, stoma_now=now) for now in ("N", "Y", None)] == [True, False, None]


@pytest.mark.parametrize(
    ("seen", "told", "wanted"), [("Y", "N", False), ("N", "Y", True), (None, "Y", False), (None, None, None)]
)
def test_what_the_visit_saw_goes_before_what_the_form_is_told(seen, told, wanted):
    visit = crf("FU", "FU12", ALIVE="Y", STOMANOW=seen)
    assert asked(crf("LARS", "FU12"), "L1", visit, stoma_now=told) is wanted


def test_another_visit_says_nothing_about_this_one():
    assert asked(crf("LARS", "FU12"), "L1", crf("FU", "FU06", ALIVE="Y", STOMANOW="Y"), stoma_now="N") is True


ANSWERS = {"L1": "3", "L2": "2", "L3": "4", "L4": "3", "L5": "3"}


@pytest.mark.parametrize(
    ("changed", "stoma", "score"),
    [({}, "N", 42), ({}, None, 42), ({}, "Y", None), ({"L3": None}, "N", None), ({"L1": "1", "L3": "3"}, "N", 30)],
)
def test_the_lars_score_adds_the_points_of_five_answers(changed, stoma, score):
    subject = crf("LARS", "FU12", **{k: v for k, v in (ANSWERS | changed).items() if v})
    assert value(subject, "LARSSC", stoma_now=stoma) == score


@pytest.mark.parametrize(
    ("answers", "stoma", "score"),
    [
        ((4, 4, 4, 4, 4), "N", 20),
        ((0, 0, 0, 0, 0), "N", 0),
        ((1, None, 0, 0, 0), "N", None),
        ((1, 1, 1, 1, 1), "Y", None),
    ],
)
def test_the_wexner_score_is_a_sum_and_zero_is_an_answer(answers, stoma, score):
    subject = crf("WEX", "FU12", **{f"W{n}": a for n, a in enumerate(answers, 1)})
    assert value(subject, "WEXSC", stoma_now=stoma) == score


def test_thirty_items_make_fifteen_scales():
    scores = value(crf("QLQ30", **{f"Q{n}": 1 for n in range(1, 29)} | {"Q29": 7, "Q30": 7}), "QLQSC")
    assert len(scores) == 15
    assert {scores[scale] for scale in ("QL", "PF", "RF", "EF", "CF", "SF")} == {number("100")}
    assert {score for scale, score in scores.items() if scale not in ("QL", "PF", "RF", "EF", "CF", "SF")} == {0}


def test_each_item_goes_to_its_own_scale():
    blank = {f"Q{n}": None for n in range(1, 31)}
    scores = value(crf("QLQ30", **blank | {"Q13": 4}), "QLQSC")
    assert {scale for scale, score in scores.items() if score is not None} == {"AP"}


@pytest.mark.parametrize(("sex", "scored"), [("M", {"SEXM", "IMP"}), ("F", {"SEXW", "DYS"}), (None, set())])
def test_items_of_the_other_sex_are_neither_asked_nor_scored(sex, scored):
    person = crf("DM", SEX=sex)
    everything = crf("QLQ29", Q48="N", **{f"Q{n}": 2 for n in (*range(31, 48), *range(49, 60))})
    scores = value(everything, "QLQSC", person)
    assert {scale for scale in ("SEXM", "IMP", "SEXW", "DYS") if scores[scale] is not None} == scored
    shown = {n for n in range(56, 60) if asked(crf("QLQ29"), f"Q{n}", person)}
    assert shown == {"M": {56, 57}, "F": {58, 59}}.get(sex, set())


@pytest.mark.parametrize(("stoma", "wanted"), [("Y", True), ("N", False), (None, None)])
def test_item_55_is_asked_of_people_with_a_stoma(stoma, wanted):
    assert asked(crf("QLQ29", Q48=stoma), "Q55") is wanted


@pytest.mark.parametrize("form", ["QLQ30", "QLQ29", "WEX"])
def test_no_wording_of_an_item_is_carried(form):
    items = [i for i in catalogue.current(form).items if i.section == "Items" and i.oid != "Q48"]
    assert {i.label for i in items} == {f"Item {i.oid[1:]}" for i in items}
    assert [i.oid for i in items if i.help] == []
