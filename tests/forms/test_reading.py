"""What people type, and what they are told when it cannot be read: the text is never guessed and never lost."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.answers import Answers, FileRef, NotDone, Row, from_json, to_json
from forms.dates import PartialDate
from forms.document import as_typed, read_document
from forms.reading import LONGEST_TEXT, Unreadable, read
from tests.forms.invented import BASE


def said(item, text):
    with pytest.raises(Unreadable) as refused:
        read(item, text)
    return refused.value.message % refused.value.args_ if refused.value.args_ else refused.value.message


@pytest.mark.parametrize(
    ("item", "text", "expected"),
    [
        (BASE.DIST, "100", Decimal("100")),
        (BASE.DIST, " 100.0 ", Decimal("100.0")),
        (BASE.COUNT, "0", 0),
        (BASE.COUNT, "-3", -3),
        (BASE.SEEN, "2026-02-28", date(2026, 2, 28)),
        (BASE.BORN, "1960", PartialDate(1960)),
        (BASE.BORN, "1960-un-UN", PartialDate(1960)),
        (BASE.BORN, "1960-05", PartialDate(1960, 5)),
        (BASE.LOOKED, "CLEAR", "CLEAR"),
        (BASE.SURE, "N", "N"),
        (BASE.WHERE, ["LUNG", "LIVER"], ("LIVER", "LUNG")),
        (BASE.AT, "2026-03-01 14:30", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
        (BASE.AT, "2026-03-01T14:30+08:00", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        (BASE.SAME, "EVT/ANY/3", "EVT/ANY/3"),
        (BASE.NOTE, "直肠癌", "直肠癌"),
        (BASE.NOTE, "", None),
        (BASE.NOTE, "  \n ", None),
        (BASE.WHERE, [], None),
    ],
)
def test_text_becomes_the_typed_answer(item, text, expected):
    assert read(item, text) == expected


@pytest.mark.parametrize(
    ("item", "text", "words"),
    [
        (BASE.SEEN, "2026-02-30", "no such day"),
        (BASE.SEEN, "2026-13-01", "no such month"),
        (BASE.SEEN, "0206-03-01", "year"),
        (BASE.SEEN, "1826-03-01", "year"),
        (BASE.SEEN, "01/03/2026", "year-month-day"),
        (BASE.SEEN, "2026-03", "year, month and day"),
        (BASE.SEEN, "２０２６-03-01", "2026-03-01"),
        (BASE.DIST, "12 mm", "not a number"),
        (BASE.DIST, "abc", "not a number"),
        (BASE.DIST, "37,5", "37.5"),
        (BASE.DIST, "３７．５", "37.5"),
        (BASE.DIST, "37。5", "37.5"),
        (BASE.DIST, "1.25", "1 decimals"),
        (BASE.DIST, "1e5", "not a number"),
        (BASE.DIST, "NaN", "not a number"),
        (BASE.DIST, "9" * 30, "not a number"),
        (BASE.COUNT, "3.0", "whole number"),
        (BASE.LOOKED, "PURPLE", "not one of the answers"),
        (BASE.LOOKED, "clear", "not one of the answers"),
        (BASE.SURE, "maybe", "neither yes nor no"),
        (BASE.WHERE, ["LIVER", "MOON"], "not one of the answers"),
        (BASE.WHERE, ["NONE", "LIVER"], "excludes"),
        (BASE.NOTE, "a\x00b", "U+0000"),
        (BASE.NOTE, "abc\u202egnp", "U+202E"),
        (BASE.NOTE, "x" * (LONGEST_TEXT + 1), "too long"),
        (BASE.NOTE, "x" * 1_000_000, "1000000"),
        (BASE.DIST, "1" * 1_000_000, "too long"),
        (BASE.AT, "2026-03-01 25:00", "no such time"),
        (BASE.AT, "yesterday", "date and time"),
        (BASE.SAME, "AE/ANY/3", "EVT"),
        (BASE.SCAN, {"sha256": "zz"}, "not uploaded"),
        (BASE.NOTE, 5, "not text"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words_a_person_can_act_on(item, text, words):
    assert words in said(item, text)


@given(st.text(max_size=60))
def test_no_text_at_all_makes_reading_fail_otherwise_than_by_refusing(text):
    for item in BASE.definition.every_item():
        if item.stored:
            with suppress(Unreadable):
                read(item, text)


def document(raw):
    numbers = iter(range(100))
    return read_document(BASE.definition, raw, lambda: f"row{next(numbers)}")


def test_an_item_that_does_not_belong_to_the_form_is_named():
    found = document({"items": {"DIST": "50", "HACK": "1"}, "groups": {"NOPE": []}}).findings
    assert [f.args["name"] for f in found] == ["HACK", "NOPE"]
    assert all(f.blocks for f in found)


def test_a_calculated_item_cannot_be_typed():
    assert document({"items": {"TWICE": "8"}}).findings[0].args == {"name": "TWICE"}


def test_one_bad_text_does_not_lose_the_others():
    found = document({"items": {"DIST": "x", "COUNT": "3"}})
    assert found.answers.items == {"COUNT": 3}
    assert [(f.item, f.level) for f in found.findings] == [("DIST", "problem")]


def test_a_new_row_gets_an_id_and_an_old_row_keeps_it():
    found = document({"groups": {"R": [{"id": "", "items": {"WHAT": "a"}}, {"id": "keep", "items": {"WHAT": "b"}}]}})
    assert [r.id for r in found.answers.groups["R"]] == ["row0", "keep"]


def test_a_row_id_sent_twice_is_not_believed_twice():
    found = document({"groups": {"R": [{"id": "x", "items": {"WHAT": "a"}}, {"id": "x", "items": {"WHAT": "b"}}]}})
    assert [r.id for r in found.answers.groups["R"]] == ["x", "row0"]


def test_an_empty_row_is_no_row():
    assert document({"groups": {"R": [{"id": "", "items": {"WHAT": " "}}]}}).answers.groups == {}


def test_a_value_wins_over_a_reason_for_its_absence():
    found = document({"items": {"DIST": "50"}, "missing": {"DIST": "ND", "COUNT": "UNK"}})
    assert dict(found.answers.missing) == {"COUNT": "UNK"}


def test_an_unknown_reason_code_is_refused():
    assert "not a reason" in document({"missing": {"DIST": "LAZY"}}).findings[0].text()


def test_not_done_needs_a_reason():
    assert document({"not_done": {"reason": "", "on": ""}}).findings[0].blocks
    kept = document({"not_done": {"reason": "scanner broken", "on": "2026-03-01"}}).answers.not_done
    assert kept == NotDone("scanner broken", date(2026, 3, 1))


answers = st.builds(
    Answers,
    st.fixed_dictionaries(
        {},
        optional={
            "BORN": st.builds(PartialDate, st.integers(1900, 2026), st.integers(1, 12)),
            "SEEN": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
            "DIST": st.decimals(0, 250, places=1),
            "COUNT": st.integers(0, 40),
            "LOOKED": st.sampled_from(["CLEAR", "TUMOUR", "ND"]),
            "WHERE": st.sampled_from([("NONE",), ("LIVER",), ("LIVER", "LUNG")]),
            "NOTE": st.text("abc直 é\n", min_size=1, max_size=30).filter(lambda t: t.strip() == t and t),
            "SURE": st.sampled_from("YN"),
            "AT": st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
                lambda t: t.replace(second=0, microsecond=0, tzinfo=UTC)
            ),
            "SCAN": st.just(FileRef("a" * 64, "x.png", 3)),
            "SAME": st.just("EVT/ANY/2"),
        },
    ),
    st.just({}),
    st.sampled_from(
        [{}, {"R": (Row("a", {"WHAT": "x", "WHEN": date(2026, 1, 2)}), Row("b", {"WHAT": "y"}, {"WHEN": "ND"}))}]
    ),
    st.sampled_from([None, NotDone("away", None), NotDone("away", date(2026, 1, 1))]),
    st.sampled_from([{}, {"B-2@a": "seen"}]),
)


@given(answers)
def test_stored_answers_survive_save_load_save(given_answers):
    kinds = BASE.definition.kinds()
    stored = to_json(given_answers, kinds)
    assert from_json(stored, kinds) == given_answers
    assert to_json(from_json(stored, kinds), kinds) == stored


@given(answers)
def test_what_a_page_shows_reads_back_as_what_was_saved(given_answers):
    found = document(as_typed(BASE.definition, given_answers))
    assert found.findings == ()
    assert found.answers == given_answers
