"""Cells and tables: what a number looks like, and what leaves as text or CSV."""

import csv
import io

import pytest

from analysis.incidence import aalen_johansen
from analysis.steps import Estimate, observed_at
from analysis.survival import kaplan_meier
from analysis.table import DASH, Column, Table, explained, months, percent, percent_in_words, share

TABLE = Table(
    "t",
    "Title",
    (Column("Step"), Column("n", numeric=True)),
    (("=SUM(A1)", "3"), ('Größe, "x"', "12")),
    "Denominator: 15.",
    ("A footnote.",),
)


@pytest.mark.parametrize(
    ("n", "of", "text"), [(12, 40, "12 (30.0 %)"), (0, 40, "0 (0.0 %)"), (0, 0, "0"), (1, 3, "1 (33.3 %)")]
)
def test_a_share_has_its_number_first(n, of, text):
    assert share(n, of) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(0.85, 0.812, 0.881), "85.0 % (81.2–88.1)"),
        (Estimate(None), "—"),
        (Estimate(0.0), "0.0 % (—)"),
        (Estimate(1.0, 1.0, 1.0), "100.0 % (—)"),
        (Estimate(0.0, 0.0, 0.0), "0.0 % (—)"),
        (Estimate(0.5, 0.2, None), "50.0 % (20.0–—)"),
    ],
)
def test_a_rate_is_a_percentage_with_limits(estimate, text):
    assert percent(estimate) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(61, 30.5, None), "2.0 (1.0–not reached)"),
        (Estimate(None, 30.5, None), "not reached"),
        (Estimate(61), "2.0 (—)"),
    ],
)
def test_a_median_in_months_may_not_be_reached(estimate, text):
    assert months(estimate, 30.5) == text


def test_within_a_sentence_words_stand_for_the_dash():
    assert percent_in_words(Estimate(None), {"beyond follow-up": "超出随访"}.__getitem__) == "超出随访"
    assert percent_in_words(Estimate(0.85, 0.812, 0.881)) == "85.0 % (81.2–88.1)"


@pytest.mark.parametrize(
    ("curve", "algebra"),
    [
        (kaplan_meier([10, 20], [1, 1]), 0.0),  # everybody died
        (aalen_johansen([10, 20], [1, 1]), 1.0),  # everybody had the event
        (kaplan_meier([10, 20], [1, 0]), None),
    ],
)
def test_beyond_the_last_follow_up_nothing_is_estimated_though_the_algebra_goes_on(curve, algebra):
    assert curve.at(21).value == algebra
    assert observed_at(curve, 21) == Estimate(None)
    assert observed_at(curve, 20) == curve.at(20) != Estimate(None)


def one_cell(cell: str) -> Table:
    return Table("t", "T", (Column("A"), Column("B")), (("1 year", cell),), "")


@pytest.mark.parametrize(
    ("cell", "footnotes"),
    [
        ("—", ["—: not estimated, nobody was at risk any more at that time."]),
        ("0.0 % (—)", ["(—): the data give no limits, as with an estimate of 0 or 100 %."]),
        ("85.0 % (81.2–88.1)", []),
        ("some words — with a dash", []),
    ],
)
def test_a_dash_is_explained_once_under_the_table_and_only_where_one_stands(cell, footnotes):
    assert list(explained(one_cell(cell)).footnotes) == footnotes


def test_a_dash_reaches_text_and_csv_with_its_footnote():
    table = explained(one_cell(percent(Estimate(None))))
    assert f"1 year  {DASH}" in table.as_text() and "not estimated" in table.as_text()
    assert DASH in table.as_csv()


def test_rows_under_a_heading_row_are_set_in_as_text():
    table = Table(
        "t", "T", (Column("A"), Column("n", numeric=True)), (("Heart", "2"), ("Angina", "1")), "", (), frozenset({1})
    )
    assert table.as_text().splitlines()[3:5] == ["Heart     2", "  Angina  1"]


def test_csv_reads_back_and_carries_no_formula():
    rows = list(csv.reader(io.StringIO(TABLE.as_csv())))
    assert rows == [["Step", "n"], ["'=SUM(A1)", "3"], ['Größe, "x"', "12"]]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_a_spreadsheet_would_run_is_made_harmless(cell):
    assert f"'{cell}" in Table("t", "T", (Column("A"),), ((cell,),), "").as_csv()


def test_text_is_aligned_and_ends_with_denominator_and_footnotes():
    lines = TABLE.as_text().splitlines()
    assert lines[0] == "Title" and lines[-2:] == ["Denominator: 15.", "A footnote."]
    assert {len(line) for line in lines[2:5]} == {len('Größe, "x"') + 2 + 2}


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="as many cells"):
        Table("t", "T", (Column("A"), Column("B")), (("1",),), "")
