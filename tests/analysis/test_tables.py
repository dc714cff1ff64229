"""Cells and tables: what a number looks like, and what leaves as text or CSV."""

import csv
import io

import pytest

from analysis.steps import Estimate
from analysis.table import Column, Table, months, percent, share

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
        (Estimate(None), "beyond follow-up"),
        (Estimate(0.0), "0.0 %"),
        (Estimate(1.0, 1.0, 1.0), "100.0 % (100.0–100.0)"),
    ],
)
def test_a_rate_is_a_percentage_with_limits(estimate, text):
    assert percent(estimate) == text


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(61, 30.5, None), "2.0 (1.0–not reached)"),
        (Estimate(None, 30.5, None), "not reached"),
        (Estimate(61), "2.0"),
    ],
)
def test_a_median_in_months_may_not_be_reached(estimate, text):
    assert months(estimate, 30.5) == text


def test_the_words_of_a_cell_are_translated():
    assert percent(Estimate(None), {"beyond follow-up": "超出随访"}.__getitem__) == "超出随访"


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
