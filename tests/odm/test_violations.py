"""Each kind of violation on a study of one page, and what must not be called one."""

import datetime
from decimal import Decimal

import pytest

from forms.answers import Row
from forms.odm13 import Violation, check, forms_of, load, read_subjects
from tests.odm.small_study import METADATA, clinical, counted, loaded, study

FINE = {"SEX": "F", "PREG": "0", "WEIGHT": "70.5", "DOUBLE": "141.0"}


def test_answers_that_keep_every_rule_break_none() -> None:
    assert counted(("3", "9"), **FINE, VISIT="2020-01-01", ODD="3") == {}


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"SEX": "X"}, {"codelist": 1, "condition": 1}),
        ({"PREG": "2"}, {"codelist": 1}),
        ({"PREG": "true"}, {}),
        ({"SEX": "M"}, {"condition": 1}),
        ({"SEX": ""}, {"missing": 1}),
        ({"PREG": ""}, {"missing": 1}),
        ({"SEX": "M", "PREG": ""}, {}),
        ({"WEIGHT": "0", "DOUBLE": "0"}, {"range": 2}),
        ({"WEIGHT": "0.1", "DOUBLE": "0.2"}, {"range": 1}),
        ({"WEIGHT": "40", "DOUBLE": "80"}, {}),
        ({"WEIGHT": "300", "DOUBLE": "600"}, {}),
        ({"WEIGHT": "300.1", "DOUBLE": "600.2"}, {"range": 1}),
        ({"WEIGHT": "99.9", "DOUBLE": "199.8"}, {"range": 1}),
        ({"VISIT": "2019-12-31"}, {"range": 1}),
        ({"ODD": "2"}, {"range": 1}),
        ({"DOUBLE": "141"}, {}),
        ({"DOUBLE": "140.9"}, {"calculation": 1}),
        ({"DOUBLE": "NaN"}, {"calculation": 1}),
        ({"DOUBLE": ""}, {}),
        ({"WEIGHT": ""}, {"not_calculable": 1}),
        ({"WEIGHT": "seventy"}, {"not_calculable": 1, "type": 1}),
        ({"WEIGHT": "70,5"}, {"not_calculable": 1, "type": 1}),
        ({"WEIGHT": "７０"}, {"not_calculable": 1, "type": 1}),
        ({"WEIGHT": "1e400"}, {"not_calculable": 1, "type": 1}),
        ({"WEIGHT": "9" * 5000}, {"not_calculable": 1, "type": 1}),
        ({"VISIT": "2020-02-30"}, {"type": 1}),
        ({"ODD": "1.0"}, {"type": 1}),
        ({"NOVEL": "1"}, {"undeclared": 1}),
        ({"LAB": "1"}, {"undeclared": 1}),  # an item of another group does not belong here
    ],
)
def test_each_broken_rule_is_counted_under_its_kind(change: dict[str, str], counts: dict[str, int]) -> None:
    assert counted(**{**FINE, **change}) == counts


def test_every_row_of_a_repeating_group_is_checked() -> None:
    assert counted(("9", "10", "11"), **FINE) == {"range": 2}


def test_a_form_the_study_does_not_have_is_undeclared_item_by_item() -> None:
    assert counted(form="F.9", SEX="F", PREG="0") == {"undeclared": 2}


def test_a_violation_says_whose_where_and_what() -> None:
    assert check(loaded(**{**FINE, "ODD": "2"})) == (Violation("range", "01", "F_1/SE-2/1", "ODD", "2"),)


def test_a_rule_that_cannot_be_applied_is_reported_and_not_raised() -> None:
    root = METADATA.replace("WEIGHT * 2", "WEIGHT ^ 0.5")
    (subject,) = read_subjects(clinical(**{**FINE, "WEIGHT": "-1", "DOUBLE": "1"}))
    broken = check(load(forms_of(study(root)), subject))
    assert [(v.kind, v.item) for v in broken] == [("range", "WEIGHT"), ("range", "WEIGHT"), ("rule", "DOUBLE")]


def test_a_loaded_subject_holds_typed_answers_and_never_a_calculated_one() -> None:
    crf = loaded(("3",), **FINE, VISIT="2020-02-29").record.crfs[0]
    assert crf.address == "F_1/SE-2/1"
    assert crf.answers.items == {
        "SEX": "F", "PREG": "0", "WEIGHT": Decimal("70.5"), "VISIT": datetime.date(2020, 2, 29),
    }  # fmt: skip
    assert crf.answers.groups == {"R": (Row("1", {"LAB": 3}),)}


def test_what_the_other_system_calculated_and_what_cannot_be_read_stand_beside_the_answers() -> None:
    subject = loaded(**{**FINE, "WEIGHT": "seventy"})
    assert subject.calculated == {("F_1/SE-2/1", "DOUBLE"): "141.0"}
    assert subject.unreadable == {("F_1/SE-2/1", "WEIGHT"): "seventy"}
    assert "WEIGHT" not in subject.record.crfs[0].answers.items
