"""Chapter: odd and hostile files are refused by name and line, and never read by halves."""

import time

import pytest

from forms.redcap import RedcapProblem, read_project, read_project_xml
from forms.redcap.fields import TITLES
from forms.redcap.problem import WORDS
from forms.redcap.sheet import MAX_COLUMNS
from tests.redcap.projects import dictionary, kinds, sheet, study

GOOD = dictionary({"name": "age", "validation": "integer"}, {"name": "sex", "type": "radio", "choices": "0, F | 1, M"})
HEADING = b",".join(f'"{title}"'.encode() for title in TITLES.values())


def with_line(line: str) -> bytes:
    return GOOD + line.encode() + b"\n"


DICTIONARIES = [
    (b"", "empty", 0),
    (b"\n\n", "empty", 0),
    (HEADING + b"\n", "empty", 0),
    (GOOD.replace(b",", b";"), "delimiter", 0),
    (GOOD.replace(b",", b"\t"), "delimiter", 0),
    (GOOD.decode().encode("utf-16"), "not_utf8", 1),
    (GOOD.decode().encode("utf-16-le"), "not_utf8", 1),
    (GOOD + "naïve".encode("latin-1"), "not_utf8", 5),
    (GOOD.replace(b"Field Type", b"Sort"), "columns_missing", 0),
    (GOOD.replace(b"Field Note", b"Field Type"), "column_twice", 1),
    (with_line("age,visit,,text,Again" + "," * 13), "field_twice", 5),
    (with_line("Age,visit,,text,Capital" + "," * 13), "field_name", 5),
    (with_line("1st,visit,,text,Digit" + "," * 13), "field_name", 5),
    (with_line(",visit,,text,Nameless" + "," * 13), "field_name", 5),
    (with_line("åge,visit,,text,Letter" + "," * 13), "field_name", 5),
    (with_line("more,,,text,Formless" + "," * 13), "form_name", 5),
    (with_line("more,a.b,,text,Dotted" + "," * 13), "form_name", 5),
    (with_line("visit_complete,visit,,text,Reserved" + "," * 13), "field_reserved", 5),
    (with_line("redcap_event_name,visit,,text,Reserved" + "," * 13), "field_reserved", 5),
    (GOOD.replace(b"record_id,visit,,text", b"record_id,visit,,calc"), "record_field", 2),
    (GOOD.replace(b"record_id,visit,,text", b"record_id,visit,,descriptive"), "record_field", 2),
    (with_line("x,other,,text,Apart" + "," * 13 + "\ny,visit,,text,Apart" + "," * 13), "form_apart", 6),
    (with_line("more,visit,,text,Short"), "width", 5),
    (with_line("more,visit,,text,Long" + "," * 14), "width", 5),
    (with_line('more,visit,,text,"Open' + "," * 13), "unreadable_line", 5),
    (with_line('more,visit,,text,"Shut"x' + "," * 13), "unreadable_line", 5),
    (with_line("more,visit,,text,N\0L" + "," * 13), "not_utf8", 5),
]


@pytest.mark.parametrize(("data", "code", "line"), DICTIONARIES)
def test_a_dictionary_that_is_none_is_refused_by_name_and_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(RedcapProblem) as refused:
        read_project("odd", data)
    assert (refused.value.code, refused.value.line) == (code, line), str(refused.value)
    assert refused.value.words()


COLUMNS = "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,age,sex"
DATA = [
    (sheet("age,sex", "1,1"), "columns_missing", 1),
    (sheet("record_id;age", "1;2"), "delimiter", 0),
    (sheet("record_id,age,age", "1,2,3"), "column_twice", 1),
    (sheet("record_id,age", "1,2", "1,3"), "row_twice", 3),
    (sheet("record_id,age", "1,2", ",3"), "no_record", 3),
    (sheet("record_id,age", "1,2", "  ,3"), "no_record", 3),
    (sheet("record_id,age", "1,2,3"), "width", 2),
    (sheet("record_id,age", "1,2", '2,"3'), "unreadable_line", 3),
    (sheet("record_id,age", '1,"two\nlines"', "3"), "width", 4),
    (sheet(COLUMNS, "1,e_arm_1,nothing,1,2,1"), "instrument", 2),
    (sheet(COLUMNS, "1,e_arm_1,visit,,2,1"), "instance", 2),
    (sheet(COLUMNS, "1,e_arm_1,visit,0,2,1"), "instance", 2),
    (sheet(COLUMNS, "1,e_arm_1,visit,x,2,1"), "instance", 2),
    (sheet(COLUMNS, "1,e_arm_1,visit,1000000,2,1"), "instance", 2),
    (sheet(COLUMNS, "1,,visit,1,2,1"), "event", 2),
    (sheet(COLUMNS, "1,a/b,visit,1,2,1"), "event", 2),
    (sheet(",".join(["record_id", *(f"c{n}" for n in range(MAX_COLUMNS))]), "1"), "too_wide", 1),
]


@pytest.mark.parametrize(("data", "code", "line"), DATA)
def test_data_that_cannot_be_read_are_refused_by_name_and_line(data: bytes, code: str, line: int) -> None:
    with pytest.raises(RedcapProblem) as refused:
        read_project("odd", GOOD, data)
    assert (refused.value.code, refused.value.line) == (code, line), str(refused.value)


def test_a_byte_order_mark_and_line_ends_of_another_system_are_read() -> None:
    marked = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n")
    assert read_project("odd", marked).definitions.keys() == read_project("odd", GOOD).definitions.keys()


def test_ten_thousand_columns_nobody_knows_are_one_line_of_the_report() -> None:
    names = [f"c{n}" for n in range(10_000)]
    data = sheet(",".join(["record_id", "age", *names]), ",".join(["1", "30", *(["x"] * 10_000)]))
    before = time.monotonic()
    of = study({"name": "age", "validation": "integer"}, data=data)
    assert time.monotonic() - before < 10
    (said,) = [loss for loss in of.losses if loss.kind == "unknown-column"]
    assert said.args["detail"].startswith("10000: c0, c1")


def test_a_cell_of_a_hundred_thousand_letters_is_read_and_a_longer_one_refused() -> None:
    long = "x" * 100_000
    of = study({"name": "told"}, data=sheet("record_id,told", f"1,{long}"))
    assert of.subjects[0].crfs[0].answers.items["told"] == long
    with pytest.raises(RedcapProblem, match="line 2"):
        study({"name": "told"}, data=sheet("record_id,told", f"1,{'x' * 200_000}"))


def test_every_reason_has_words_and_every_word_is_used() -> None:
    met = {code for _, code, _ in (*DICTIONARIES, *DATA)}
    assert set(WORDS) - met == {"too_large", "not_redcap"}


XML = [
    b"",
    b"<ODM/>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]><ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'/>",
    b"<ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'/>",
    b"<ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'><Study OID='S'/></ODM>",
]


@pytest.mark.parametrize("data", XML)
def test_xml_that_is_no_project_is_refused(data: bytes) -> None:
    with pytest.raises(RedcapProblem) as refused:
        read_project_xml(data)
    assert refused.value.code == "not_redcap"


def test_nothing_in_a_field_is_run() -> None:
    fields = {"name": "odd", "type": "calc", "choices": "__import__('os').system('x')"}
    assert kinds(study(fields), "visit.odd") == {"calculation"}
