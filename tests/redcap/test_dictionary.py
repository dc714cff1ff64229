"""Chapter: every type of field, validation and setting, and what becomes of it."""

from decimal import Decimal

import pytest

from forms.language import TODAY
from forms.redcap import dictionary_csv
from forms.redcap.choices import STATUS, checkbox_column
from tests.redcap.projects import dictionary, item, kinds, study

CHOICES = "1, Yes, certainly | 0, No | -9, Unknown"

TYPES = [
    # the line of the dictionary, the kind of the item, what is said
    ({"type": "text"}, "text", set()),
    ({"type": "notes"}, "text", {"layout"}),
    ({"type": "radio", "choices": CHOICES}, "code", set()),
    ({"type": "dropdown", "choices": CHOICES}, "code", {"layout"}),
    ({"type": "checkbox", "choices": CHOICES}, "multi", set()),
    ({"type": "yesno"}, "yn", set()),
    ({"type": "truefalse"}, "code", set()),
    ({"type": "calc", "choices": "1+1"}, "calc", set()),
    ({"type": "calc", "choices": "stdev(1, 2)"}, "text", {"calculation"}),
    ({"type": "slider", "choices": "Low | Middle | High"}, "int", {"layout"}),
    ({"type": "file"}, "file", {"file"}),
    ({"type": "sql", "choices": "select 1"}, "text", {"sql"}),
    ({"type": "hologram"}, "text", {"field-type"}),
    ({"type": "radio", "choices": "One | Two"}, "text", {"choices"}),
    ({"type": "radio", "choices": "1, One | 1, Two"}, "text", {"choices"}),
    ({"type": "radio", "choices": ""}, "text", {"choices"}),
    ({"type": "text", "choices": "BIOPORTAL:ICD-10"}, "text", {"ontology"}),
    ({"validation": "integer"}, "int", set()),
    ({"validation": "number"}, "decimal", set()),
    ({"validation": "number_2dp"}, "decimal", set()),
    ({"validation": "number_comma_decimal"}, "text", {"validation"}),
    ({"validation": "date_ymd"}, "date", set()),
    ({"validation": "date_mdy"}, "date", set()),
    ({"validation": "date_dmy"}, "date", set()),
    ({"validation": "datetime_ymd"}, "text", {"time-zone"}),
    ({"validation": "datetime_seconds_dmy"}, "text", {"time-zone"}),
    ({"validation": "time"}, "text", {"validation"}),
    ({"validation": "email"}, "text", {"validation"}),
    ({"validation": "phone"}, "text", {"validation"}),
    ({"identifier": "y"}, "text", {"identifier"}),
    ({"annotation": "@HIDDEN"}, "text", {"action-tag"}),
    ({"matrix": "week"}, "text", {"layout"}),
    ({"number": "3a"}, "text", {"layout"}),
    ({"label": "Seen on [visit_date]?"}, "text", {"piping"}),
    ({"note": "as in [arm_1][visit(2)]"}, "text", {"piping"}),
    ({"branching": "[record_id] = [user-name]"}, "text", {"branching"}),
]


@pytest.mark.parametrize(("line", "kind", "said"), TYPES)
def test_a_field_becomes_an_item_and_what_has_no_place_is_said(line: dict[str, str], kind: str, said: set[str]) -> None:
    of = study({"name": "asked", **line})
    assert item(of, "asked").kind == kind
    assert kinds(of, "visit.asked") == said


@pytest.mark.parametrize("line", [line for line, _, _ in TYPES])
def test_every_kind_of_line_is_written_as_it_was_read(line: dict[str, str]) -> None:
    fields = ({"name": "asked", **line}, {"name": "after"})
    assert dictionary_csv(study(*fields)) == dictionary(*fields)


def test_a_text_that_asks_nothing_is_no_item_and_keeps_its_place() -> None:
    fields = (
        {"name": "one", "section": "First"},
        {"name": "told", "type": "descriptive", "label": "Please sit down.", "section": "Second"},
        {"name": "two"},
    )
    of = study(*fields)
    assert [i.oid for i in of.definitions["visit", 1].items] == ["record_id", "one", "two", "visit_complete"]
    assert item(of, "two").section == "Second"
    assert kinds(of, "visit.told") == {"descriptive"}
    assert dictionary_csv(of) == dictionary(*fields)


def test_choices_keep_commas_and_labels_that_stand_twice() -> None:
    of = study({"name": "asked", "type": "radio", "choices": "1, Yes, certainly | 2, Other | 3, Other | 4,"})
    codes = item(of, "asked").codes
    assert codes is not None
    assert [(c.code, c.decode) for c in codes] == [
        ("1", "Yes, certainly"), ("2", "Other (2)"), ("3", "Other (3)"), ("4", "4"),
    ]  # fmt: skip


RANGES = [
    ("integer", "0", "120", (Decimal(0), Decimal(120))),
    ("number", "-1.5", "", (Decimal("-1.5"), None)),
    ("date_dmy", "1900-01-01", "today", ("1900-01-01", TODAY)),
]


@pytest.mark.parametrize(("validation", "low", "high", "ends"), RANGES)
def test_a_range_warns_as_redcap_s_does(validation: str, low: str, high: str, ends: tuple) -> None:
    asked = item(study({"name": "asked", "validation": validation, "low": low, "high": high}), "asked")
    assert asked.hard is None
    assert asked.soft is not None
    found = [None if end is None else end.at for end in (asked.soft.low, asked.soft.high)]
    expected = [None if end is None else str(getattr(end, "args", [end])[0]) for end in ends]
    assert [None if at is None else at.args[0] for at in found] == expected


@pytest.mark.parametrize("end", ["[other]", "now", "1e5", "٣", "2026-02-30", "20260101"])
def test_an_end_of_a_range_that_is_no_constant_is_said_and_kept(end: str) -> None:
    for validation in ("integer", "date_ymd"):
        fields = ({"name": "asked", "validation": validation, "low": end},)
        of = study(*fields)
        expected = set() if (validation, end) == ("integer", "20260101") else {"range"}
        assert kinds(of, "visit.asked") == expected
        assert dictionary_csv(of) == dictionary(*fields)


def test_required_is_required_and_a_calculation_never_is() -> None:
    of = study(
        {"name": "must", "required": "y"},
        {"name": "may"},
        {"name": "sum", "type": "calc", "choices": "1", "required": "y"},
    )
    assert [item(of, name).required for name in ("must", "may", "sum")] == [True, False, False]


def test_every_form_has_its_status_as_an_item_that_is_not_in_the_dictionary() -> None:
    of = study({"name": "asked"}, {"name": "more", "form": "second"})
    assert item(of, "second_complete").codes is STATUS
    assert b"_complete" not in dictionary_csv(of)


def test_a_condition_may_ask_for_the_status_of_a_form() -> None:
    of = study({"name": "asked", "branching": "[visit_complete] = '2'"})
    assert kinds(of) == set()
    assert item(of, "asked").ask_if is not None


def test_calculations_in_a_circle_are_text_and_those_beside_them_are_not() -> None:
    of = study(
        {"name": "a", "type": "calc", "choices": "[b] + 1"},
        {"name": "b", "type": "calc", "choices": "[a] + 1"},
        {"name": "c", "type": "calc", "choices": "2 + 2"},
        {"name": "d", "type": "calc", "choices": "[c] + [a]"},
    )
    assert [item(of, name).kind for name in "abcd"] == ["text", "text", "calc", "calc"]
    assert [loss.where for loss in of.losses if loss.kind == "calculation"] == ["visit.a", "visit.b"]


def test_the_order_of_forms_and_fields_is_the_dictionary_s() -> None:
    of = study({"name": "b", "form": "zeta"}, {"name": "a", "form": "alpha"})
    assert dictionary_csv(of) == dictionary({"name": "b", "form": "zeta"}, {"name": "a", "form": "alpha"})


@pytest.mark.parametrize(
    ("code", "column"), [("1", "f___1"), ("-9", "f____9"), ("A", "f___a"), ("1.5", "f___1_5"), ("NI", "f___ni")]
)
def test_the_column_of_a_box_is_the_one_redcap_makes(code: str, column: str) -> None:
    assert checkbox_column("f", code) == column
