"""Chapter: lines of raw data as forms of subjects: events, repeats, boxes, missing codes, and what is no answer."""

from datetime import date
from decimal import Decimal

import pytest

from forms.foreign import ForeignStudy
from forms.redcap import RedcapProblem, Setup, data_csv, read_setup
from tests.redcap.projects import kinds, sheet, study

FIELDS = (
    {"name": "born", "validation": "date_dmy"},
    {"name": "weight", "validation": "number"},
    {"name": "sex", "type": "radio", "choices": "0, Female | 1, Male"},
    {"name": "ill", "type": "yesno"},
    {"name": "days", "type": "checkbox", "choices": "1, Mo | 2, Tu | -9, None"},
    {"name": "told", "type": "notes"},
    {"name": "twice", "type": "calc", "choices": "[weight] * 2"},
    {"name": "pressure", "form": "bp", "validation": "integer"},
)
COLUMNS = "record_id,born,weight,sex,ill,days___1,days___2,days____9,told,twice,visit_complete,pressure,bp_complete"
REPEATED = COLUMNS.replace("record_id,", "record_id,redcap_repeat_instrument,redcap_repeat_instance,")
EVENTS = COLUMNS.replace("record_id,", "record_id,redcap_event_name,")
FULL = "1,1970-02-03,70.50,1,0,1,0,0,well,141,2,120,0"


def loaded(*lines: str, columns: str = COLUMNS, setup: Setup | None = None) -> ForeignStudy:
    return study(*FIELDS, data=sheet(columns, *lines), setup=setup)


def test_answers_have_their_types() -> None:
    (subject,) = loaded(FULL).subjects
    visit, bp = subject.crfs
    assert visit.answers.items == {
        "record_id": "1", "born": date(1970, 2, 3), "weight": Decimal("70.50"), "sex": "1", "ill": "N", "days": ("1",),
        "told": "well", "visit_complete": "2",
    }  # fmt: skip
    assert bp.answers.items == {"pressure": 120, "bp_complete": "0"}
    assert (visit.event, visit.occurrence) == ("event_1_arm_1", 1)


def test_the_result_of_a_calculation_is_kept_beside_and_not_as_an_answer() -> None:
    of = loaded(FULL)
    assert "twice" not in of.subjects[0].crfs[0].answers.items
    assert [(a.name, a.text) for a in of.subjects[0].asides] == [("twice", "141")]
    assert "calculated-value" in kinds(of, "visit.twice")


SPELT = [
    (".5", Decimal("0.5")), ("-.5", Decimal("-0.5")), ("5", Decimal(5)), ("5.0", Decimal("5.0")), ("005", Decimal(5)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), SPELT)
def test_numbers_keep_their_value_and_the_file_its_spelling(text: str, value: Decimal) -> None:
    lines = (f"1,,{text},,,,,,,,,,",)
    of = loaded(*lines)
    assert of.subjects[0].crfs[0].answers.items["weight"] == value
    assert data_csv(of) == sheet(COLUMNS, *lines)


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [("born", "03.02.1970", "value"), ("born", "1970-02-30", "value"), ("weight", "heavy", "value"),
     ("weight", "1e400", "value"), ("weight", "NaN", "value"), ("sex", "2", "code"), ("ill", "Y", "value"),
     ("days___1", "x", "code"), ("pressure", "12.5", "value"), ("pressure", "١٢", "value"), ("visit_complete", "3", "code")],
)  # fmt: skip
def test_what_is_no_answer_is_kept_as_text_and_named_with_its_line(column: str, text: str, kind: str) -> None:
    cells = dict.fromkeys(COLUMNS.split(","), "") | {"record_id": "1", column: text}
    lines = ("0,1970-01-01,,,,,,,,,,,", ",".join(cells.values()))
    of = loaded(*lines)
    subject = of.subjects[1]
    assert list(subject.unreadable.values()) == [text]
    (said,) = [loss for loss in of.losses if loss.kind == kind]
    assert (said.args["line"], said.args["detail"]) == ("3", text)
    assert data_csv(of) == sheet(COLUMNS, *lines)


def test_boxes_that_were_shown_and_not_ticked_are_an_empty_answer_and_blank_ones_none() -> None:
    shown, blank = loaded("1,1970-01-01,,,,0,0,0,,,,,", "2,1970-01-01,,,,,,,,,,,").subjects
    assert shown.crfs[0].answers.items["days"] == ()
    assert "days" not in blank.crfs[0].answers.items


def test_an_event_s_line_holds_its_forms_and_only_those_with_something_in_them_exist() -> None:
    lines = ("1,first_arm_1,1970-02-03,,,,,,,,,,,", "1,second_arm_1,,,,,,,,,,,120,2")
    of = loaded(*lines, columns=EVENTS)
    assert [(c.form, c.event) for c in of.subjects[0].crfs] == [("visit", "first_arm_1"), ("bp", "second_arm_1")]
    assert data_csv(of) == sheet(EVENTS, *lines)


def test_a_form_that_repeats_has_a_line_an_instance() -> None:
    lines = ("1,,,1970-02-03,,,,,,,,,,,", "1,bp,1,,,,,,,,,,,120,2", "1,bp,3,,,,,,,,,,,130,2")
    of = loaded(*lines, columns=REPEATED)
    assert [(c.form, c.occurrence) for c in of.subjects[0].crfs] == [("visit", 1), ("bp", 1), ("bp", 3)]
    assert of.definitions["bp", 1].repeats
    assert not of.definitions["visit", 1].repeats
    assert data_csv(of) == sheet(REPEATED, *lines)


def test_an_event_that_repeats_repeats_all_its_forms() -> None:
    columns = EVENTS.replace("_name,", "_name,redcap_repeat_instrument,redcap_repeat_instance,")
    lines = ("1,again_arm_1,,1,1970-02-03,,,,,,,,,,120,", "1,again_arm_1,,2,1970-02-04,,,,,,,,,,121,")
    of = loaded(*lines, columns=columns)
    assert [(c.form, c.occurrence) for c in of.subjects[0].crfs] == [("visit", 1), ("bp", 1), ("visit", 2), ("bp", 2)]
    assert data_csv(of) == sheet(columns, *lines)


def test_a_record_without_any_answer_is_still_a_record() -> None:
    lines = ("7" + "," * 12,)
    of = loaded(*lines)
    assert of.subjects[0].crfs == ()
    assert data_csv(of) == sheet(COLUMNS, *lines)


def test_a_code_for_missing_data_is_a_reason_and_the_code_is_kept() -> None:
    setup = Setup(missing={"ASKU": "asked but unknown", "NASK": "not asked", "UNK": "unknown", "NI": "no information"})
    lines = ("1,UNK,NASK,ASKU,NI,,,,,,,,",)
    of = loaded(*lines, setup=setup)
    assert of.subjects[0].crfs[0].answers.missing == {"born": "UNK", "weight": "ND", "sex": "UNK", "ill": "UNK"}
    assert kinds(of) >= {"missing-code"}
    assert data_csv(of) == sheet(COLUMNS, *lines)
    assert loaded(*lines).subjects[0].crfs[0].answers.missing == {}


def test_access_groups_and_columns_of_others_are_kept_and_said() -> None:
    columns = COLUMNS.replace("record_id,", "record_id,redcap_data_access_group,redcap_survey_identifier,")
    lines = ("1,north,me@here,1970-01-01,,,,,,,,,,,", "2,south,,1970-01-01,,,,,,,,,,,")
    of = loaded(*lines, columns=columns)
    assert kinds(of, "project") == {"access-group", "unknown-column"}
    assert data_csv(of) == sheet(columns, *lines)


def test_columns_may_be_absent_or_in_another_order() -> None:
    columns, lines = "sex,record_id,born", ("1,5,1970-01-01",)
    of = loaded(*lines, columns=columns)
    assert of.subjects[0].key == "5"
    assert "absent-column" in kinds(of)
    assert data_csv(of) == sheet(columns, *lines)


def test_lines_in_another_order_are_put_in_order_and_that_is_said() -> None:
    lines = ("2,1970-01-01,,,,,,,,,,,", "1,1970-01-01,,,,,,,,,,,", "1x,1970-01-01,,,,,,,,,,,")
    assert "order" not in kinds(loaded(*lines))
    repeated = ("1,bp,2,,,,,,,,,,,2,", "1,bp,1,,,,,,,,,,,1,", "2,bp,1,,,,,,,,,,,1,", "1,,,1970-01-01,,,,,,,,,,,")
    of = loaded(*repeated, columns=REPEATED)
    assert "order" in kinds(of)
    ordered = data_csv(of)
    assert ordered == sheet(REPEATED, repeated[3], repeated[1], repeated[0], repeated[2])
    assert data_csv(study(*FIELDS, data=ordered)) == ordered


def test_the_events_file_says_the_order_and_refuses_another_event() -> None:
    events = b"event_name,arm_num,unique_event_name\nSecond,1,second_arm_1\nFirst,1,first_arm_1\n"
    lines = ("1,first_arm_1,1970-02-03,,,,,,,,,,,", "1,second_arm_1,,,,,,,,,,,120,2")
    of = loaded(*lines, columns=EVENTS, setup=read_setup(events))
    assert data_csv(of) == sheet(EVENTS, *reversed(lines))
    with pytest.raises(RedcapProblem) as refused:
        loaded(lines[0], lines[1].replace("second", "third"), columns=EVENTS, setup=read_setup(events))
    assert (refused.value.code, refused.value.line) == ("event", 3)


@pytest.mark.parametrize("text", ["=1+1", "@sum(1)", "+cmd|' /C calc'!A0", "-x"])
def test_a_cell_like_a_formula_is_kept_as_written_and_named(text: str) -> None:
    lines = (f"1,,,,,,,,{text},,,,",)
    of = loaded(*lines)
    assert of.subjects[0].crfs[0].answers.items["told"] == text
    assert "formula" in kinds(of, "visit.told")
    assert text.encode() in data_csv(of)


@pytest.mark.parametrize("text", ["-5", "+3.5", "5=5", "a@b"])
def test_a_number_or_an_address_is_no_formula(text: str) -> None:
    assert "formula" not in kinds(loaded(f"1,,,,,,,,{text},,,,"))
