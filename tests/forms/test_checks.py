"""Hard refuses only what cannot be true, soft asks, missing reminds; an unknown accuses nobody."""

from datetime import date
from decimal import Decimal

import pytest

from forms.answers import Answers, NotDone, Row
from forms.checks import calculated, confirmed, findings, pruned
from tests.forms.invented import BASE, crf, record, rows

TODAY = date(2026, 6, 1)
FULL = {"BORN": None, "SEEN": date(2026, 5, 1), "DIST": Decimal("80"), "LOOKED": "CLEAR"}


def found(answers=None, *others, **items):
    one = crf(answers=answers) if answers else crf(**items)
    return findings(record(one, *others, today=TODAY), one)


def keys(*args, **items):
    return {f.key for f in found(*args, **items)}


def test_a_blank_form_is_missing_its_required_items_and_nothing_else_speaks():
    assert keys() == {f"BASE.{i}:missing" for i in ("BORN", "SEEN", "DIST", "LOOKED")}


@pytest.mark.parametrize(
    ("dist", "level"),
    [
        ("-0.1", "hard"),
        ("0", "soft"),
        ("19.9", "soft"),
        ("20", None),
        ("150", None),
        ("150.1", "soft"),
        ("250", "soft"),
        ("250.1", "hard"),
    ],
)
def test_ranges_include_their_ends(dist, level):
    levels = [f.level for f in found(DIST=Decimal(dist)) if f.item == "DIST"]
    assert levels == ([level] if level else [])


def test_a_centimetre_typed_for_a_millimetre_is_recognised_in_words():
    words = next(f.text() for f in found(DIST=Decimal("8")) if f.item == "DIST")
    assert "8 cm = 80 mm" in words and "20 mm to 150 mm" in words


def test_a_future_date_is_refused_and_today_is_not():
    assert "BASE.SEEN:hard" in keys(SEEN=date(2026, 6, 2))
    assert "BASE.SEEN:hard" not in keys(SEEN=TODAY)


def test_a_check_names_the_values_it_compared():
    words = next(f.text() for f in found(DIST=Decimal("240"), LOOKED="CLEAR") if f.id == "B-1")
    assert words == "Clear at 240 mm cannot be."


@pytest.mark.parametrize(
    "items", [{"DIST": Decimal("240")}, {"LOOKED": "CLEAR"}, {"DIST": Decimal("240"), "LOOKED": "ND"}]
)
def test_a_check_with_an_unknown_part_is_silent(items):
    assert "B-1" not in keys(**items)


def test_row_checks_speak_for_their_row_and_carry_the_deviation():
    answers = Answers(
        {"SEEN": date(2026, 5, 1)},
        groups={
            "R": rows(("a", {"WHAT": "x", "WHEN": date(2026, 4, 30)}), ("b", {"WHAT": "y", "WHEN": date(2026, 5, 1)}))
        },
    )
    soft = [f for f in found(answers) if f.id == "B-2"]
    assert [(f.key, f.deviation) for f in soft] == [("B-2@a", ("ASSESSMENT", "MINOR"))]


def test_a_confirmed_soft_check_is_quiet_and_remembered():
    answers = Answers({"DIST": Decimal("8")}, confirmed={"BASE.DIST:soft": "measured twice"})
    one = crf(answers=answers)
    assert "BASE.DIST:soft" not in {f.key for f in findings(record(one, today=TODAY), one)}
    assert [f.key for f in confirmed(record(one, today=TODAY), one)] == ["BASE.DIST:soft"]


def test_a_hard_check_cannot_be_confirmed():
    assert "BASE.DIST:hard" in keys(Answers({"DIST": Decimal("300")}, confirmed={"BASE.DIST:hard": "really"}))


@pytest.mark.parametrize(("looked", "asked"), [("TUMOUR", True), ("CLEAR", False), ("ND", False), (None, False)])
def test_a_conditional_item_is_required_only_where_its_condition_is_known_to_hold(looked, asked):
    items = {} if looked is None else {"LOOKED": looked}
    assert ("BASE.WHERE:missing" in keys(**items)) is asked


def test_a_reason_code_stands_for_a_missing_answer():
    assert "BASE.DIST:missing" not in keys(Answers({}, {"DIST": "ND"}))


def test_a_form_that_was_not_done_or_removed_says_nothing():
    assert keys(Answers(not_done=NotDone("no scanner"))) == set()
    assert keys(Answers(removed="entered twice")) == set()


def test_saving_drops_answers_that_are_not_asked_and_keeps_those_it_cannot_tell():
    def kept(**items):
        one = crf(**items)
        return set(pruned(record(one), one).answers.items)

    assert kept(LOOKED="CLEAR", WHERE=("LIVER",)) == {"LOOKED"}
    assert kept(LOOKED="TUMOUR", WHERE=("LIVER",)) == {"LOOKED", "WHERE"}
    assert kept(WHERE=("LIVER",)) == {"WHERE"}
    assert kept(LOOKED="ND", NOTE="x") == {"LOOKED"}


def test_a_link_to_what_is_not_there_is_refused():
    assert "BASE.SAME:link" in keys(SAME="EVT/ANY/1")
    assert "BASE.SAME:link" not in keys(None, crf("EVT", event="ANY"), SAME="EVT/ANY/1")


def test_a_link_to_a_removed_form_is_refused():
    gone = crf("EVT", event="ANY", answers=Answers(removed="twice"))
    assert "BASE.SAME:link" in keys(None, gone, SAME="EVT/ANY/1")


def test_calculated_values_come_with_unknowns():
    one = crf(COUNT=3)
    assert calculated(record(one), one) == {"TWICE": 6}
    blank = crf()
    assert calculated(record(blank), blank) == {"TWICE": None}


def test_an_unanswered_row_item_is_named_with_its_row():
    answers = Answers(groups={"R": (Row("a", {"WHEN": date(2026, 1, 1)}),)})
    assert ("WHAT", "a") in {(f.item, f.row) for f in found(answers) if f.level == "missing"}


def test_a_definition_that_uses_an_undeclared_fact_fails_the_build():
    from forms.language import DefinitionError, Form, Text
    from forms.logic import fact

    with pytest.raises(DefinitionError):
        type("BAD", (Form,), {"X": Text("x", ask_if=fact("secret") == "A")}, title="bad")


def test_a_form_definition_survives_its_json():
    from forms.frozen import form_from_json, form_to_json

    data = form_to_json(BASE.definition)
    assert form_to_json(form_from_json(data)) == data
    again = form_from_json(data)
    assert [i.oid for i in again.every_item()] == [i.oid for i in BASE.definition.every_item()]
