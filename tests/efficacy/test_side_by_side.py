"""Baseline and each restaging side by side: values with units, why a value is not there, and what changed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from forms import catalogue
from forms.answers import FileRef, NotDone
from tests.crfs.house import FILE, crf, day, number, record_of
from trial.side_by_side import PAIRS, Change, Standing, change, sections, significant, times

AFTER = FileRef("cd" * 32, "after.csv", 90)
FEATURES = {"morph_volume": "mm3", "stat_skew": None}
TABLES = {
    FILE.sha256: {"morph_volume": 20000.0, "stat_skew": -0.5},
    AFTER.sha256: {"morph_volume": 5000.0, "stat_skew": 0.25},
}

MRI = crf(
    "MRI0",
    MRIDAT=day("2026-01-08"),
    DISTAV=number("62.0"),
    CTCAT="cT3b",
    CNCAT="cN1",
    MRF="NASS",
    LENGTH=number("40.0"),
)
RST = crf(
    "RST",
    "RST",
    RSTDAT=day("2026-05-15"),
    DRE="NORMAL",
    ENDO="ND",
    MRIRESP="NCR",
    MRTRG="2",
    DWI="SMALL",
    YCT="ycT1",
    BX="ND",
)


def cea(event, value, operator="=", unit="ug/L"):
    row = {"LBTEST": "CEA", "LBOPER": operator, "LBORRES": number(value), "LBORRESU": unit}
    return crf("LB", event, LBDAT=day("2026-01-12"), _rows={"R": [row]})


def radiomics(event, table, quality="PASS"):
    point = "BASELINE" if event == "SCR" else "RESTAGING"
    return crf("RAD", event, RADTP=point, RADDAT=day("2026-01-08"), RADFILE=table, RADQC=quality)


def line(name, *crfs, tables=TABLES):
    return next(m for s in sections(record_of(*crfs), tables, FEATURES) for m in s.measures if m.name == name)


def told(measure):
    return [(c.standing.value, c.text) for c in measure.cells]


def test_a_measure_of_baseline_alone_is_not_asked_for_at_restaging():
    assert told(line("MRI0.DISTAV", MRI, RST)) == [("value", "62.0"), ("not-asked", "")]
    assert line("MRI0.DISTAV", MRI, RST).unit == "mm"


def test_a_category_stands_before_and_after():
    assert told(line("MRI0.CTCAT", MRI, RST)) == [("value", "cT3b"), ("value", "ycT1")]


@pytest.mark.parametrize(
    ("crfs", "name", "cells"),
    [
        ((), "MRI0.LENGTH", [("not-yet", "not yet"), ("not-asked", "")]),
        ((MRI,), "MRI0.EMVI", [("not-yet", "not yet"), ("not-asked", "")]),
        ((MRI,), "MRI0.MRF", [("not-done", "not assessable"), ("not-asked", "")]),
        ((MRI, RST), "RST.ENDO", [("not-asked", ""), ("not-done", "not done")]),
        ((MRI,), "RST.ENDO", [("not-asked", ""), ("not-yet", "not yet")]),
        ((cea("SCR", "12.5"),), "LB.CEA", [("value", "12.5"), ("not-yet", "not yet")]),
    ],
)
def test_what_is_not_there_says_why(crfs, name, cells):
    assert told(line(name, *crfs)) == cells


def test_a_form_that_was_not_done_gives_its_reason():
    off = replace(RST, answers=replace(RST.answers, items={}, not_done=NotDone("claustrophobia")))
    assert told(line("RST.MRTRG", MRI, off)) == [("not-asked", ""), ("not-done", "not done (claustrophobia)")]


def test_an_item_marked_as_unknown_is_not_a_value():
    off = replace(MRI, answers=replace(MRI.answers, items={"CTCAT": "cT2"}, missing={"LENGTH": "UNK"}))
    assert told(line("MRI0.LENGTH", off))[0] == ("not-done", "not known")


def test_an_item_whose_condition_does_not_hold_is_not_asked():
    off = crf("RST", "RST", RSTDAT=day("2026-05-15"), MRIRESP="ND")
    assert line("RST.MRTRG", MRI, off).cells[1].standing is Standing.NOT_ASKED


def test_radiomics_change_in_the_unit_and_in_per_cent_of_the_baseline():
    found = line("RAD.morph_volume", radiomics("SCR", FILE), radiomics("RST", AFTER))
    assert told(found) == [("value", "20000"), ("value", "5000")]
    assert found.changes == (Change(Decimal("-15000.0"), Decimal("-75.00")),)
    # From a negative baseline, per cent is of its size: from -0.5 up by 0.75 is +150 %.
    assert line("RAD.stat_skew", radiomics("SCR", FILE), radiomics("RST", AFTER)).changes[0].percent == 150


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, None),
        (number("4"), None, None),
        (None, number("4"), None),
        (number("0"), number("4"), Change(number("4"), None)),
        (number("4"), number("4"), Change(number("0"), number("0"))),
        (number("4"), number("1"), Change(number("-3"), number("-75.00"))),
    ],
)
def test_a_change_needs_two_numbers_and_a_percentage_needs_a_baseline(before, after, expected):
    assert change(before, after) == expected


@pytest.mark.parametrize(
    ("table", "quality", "tables", "words"),
    [
        (FILE, "FAIL", TABLES, "quality failed"),
        (FILE, None, TABLES, "quality failed"),
        (FILE, "PASS", {}, "the table cannot be read"),
        (FILE, "PASS", {FILE.sha256: {}}, "not in the table"),
        (None, "PASS", TABLES, "not yet"),
    ],
)
def test_a_feature_that_the_model_would_not_read_is_not_shown(table, quality, tables, words):
    found = line("RAD.morph_volume", radiomics("SCR", table, quality), tables=tables)
    assert found.cells[0].text == words and found.cells[0].number is None


def test_cea_is_compared_in_one_unit_and_never_across_a_limit_of_detection():
    assert line("LB.CEA", cea("SCR", "8", unit="ng/mL"), cea("RST", "2")).changes == (
        Change(number("-6"), number("-75.00")),
    )
    beyond = line("LB.CEA", cea("SCR", "8"), cea("RST", "0.5", "<"))
    assert told(beyond)[1] == ("value", "< 0.5") and beyond.changes == (None,)


@pytest.mark.parametrize(("samples", "standing"), [("Y", "not-yet"), ("N", "not-asked"), (None, "not-asked")])
def test_ctdna_that_was_not_consented_to_is_no_gap(samples, standing):
    consent = crf("IC", ICTYPE="INITIAL", ICDAT=day("2026-01-05"), ICSAMP=samples)
    assert [c.standing.value for c in line("LBX.CDNARES", consent, MRI).cells] == [standing] * 2


def test_the_re_assessment_has_a_column_once_it_is_due():
    assert times(record_of(MRI, RST)) == ("SCR", "RST")
    near = crf("RST", "RST", RSTDAT=day("2026-05-15"), RESP="NCR")
    assert times(record_of(near)) == ("SCR", "RST", "RST2")
    assert times(record_of(RST, crf("RST", "RST2", RSTDAT=day("2026-07-15")))) == ("SCR", "RST", "RST2")


def test_every_item_that_is_read_is_one_that_a_form_asks():
    for _heading, lines in PAIRS:
        for _label, *keys in lines:
            for key in filter(None, keys):
                form, _, item = key.partition(".")
                assert catalogue.current(form).item(item).key == key


@pytest.mark.parametrize(
    ("value", "words"), [("1234.567", "1235"), ("0.0123456", "0.01235"), ("0", "0"), ("123456", "123500")]
)
def test_four_significant_digits_without_powers_of_ten(value, words):
    assert significant(number(value)) == words
