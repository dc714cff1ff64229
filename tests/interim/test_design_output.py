"""The output "design": PROTOCOL 8 as tables, open to all who see pooled results, since no participant is in it."""

import dataclasses

import pytest

from analysis import outputs
from analysis.design_outputs import events_table, looks_table, made, sample_size_table
from analysis.sequential import boundaries
from trial.protocol import PROTOCOL

DESIGN = PROTOCOL.design


class Untouchable:
    """An extract that fails when it is read."""

    def __getattribute__(self, name):
        raise AssertionError(f"the design reads {name} of the data")


def test_it_is_an_open_output_that_never_reads_the_data():
    found = outputs.BY_ID["design"].make(Untouchable(), str)
    assert [table.id for table in found.tables] == ["design-sample-size", "design-looks", "design-events"]
    assert found == made(Untouchable(), str)


def test_what_the_protocol_says_stands_beside_what_its_parameters_give():
    cells = {row[0]: row[1:] for row in sample_size_table(DESIGN).rows}
    assert cells["Margin of non-inferiority, hazard ratio"] == ("1.77", "1.7701")
    assert cells["Events, fixed design"] == ("97", "97 (96.30)")
    assert cells["Inflation by the looks"] == ("1.020", "1.01963")
    assert cells["Events with the looks"] == ("99", "99 (98.19)")
    assert cells["Enrolled"] == ("2200", "2200")
    assert cells["Months, accrual and all"] == ("48, 84", "48, 84")


def test_how_the_loss_is_read_is_said():
    said = " ".join(sample_size_table(DESIGN).footnotes)
    assert "5 % by three years" in said and "98.6 events" in said


def test_the_planned_looks_are_at_50_and_75_events_and_at_the_end():
    rows = looks_table(boundaries((*DESIGN.looks, 1.0)), DESIGN).rows
    assert [row[:5] for row in rows] == [
        ("1", "50", "0.50", "2.9626", "0.00153"),
        ("2", "75", "0.75", "2.3590", "0.00916"),
        ("3", "99", "1.00", "2.0141", "0.02200"),
    ]
    assert [float(row[6]) for row in rows] == pytest.approx([51.5, 66.8, 83.7], abs=0.06)


def test_a_look_that_is_never_expected_says_so():
    small = dataclasses.replace(DESIGN, randomised=60)
    assert looks_table(boundaries((*DESIGN.looks, 1.0)), small).rows[-1][-1] == "never"


def test_events_by_calendar_time_end_with_the_trial():
    rows = events_table(DESIGN).rows
    assert [row[0] for row in rows] == [str(month) for month in range(6, 85, 6)]
    assert rows[7][1] == rows[-1][1] == "440"
    assert rows[-1][2] == "99.5" and rows[-1][3] == "1.00"
