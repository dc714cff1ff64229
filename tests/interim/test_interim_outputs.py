"""The interim analysis as tables and figure, and that it is closed."""

from datetime import date

import pytest

from analysis import closed_outputs, outputs
from analysis.cut import DataCut
from analysis.interim import Earlier, interim
from analysis.interim_figure import draw_bounds, observed
from analysis.interim_tables import looks_table, present_table, stopping_table, whole
from analysis.steps import Estimate
from analysis.stopping_rules import RegrowthRule, SalvageRule, StoppingRules
from tests.interim.bearing import DESIGN, by_arm


def at(events, *, log_hr=0.0, **options):
    return interim(by_arm(events // 2, events - events // 2, log_hr=log_hr), DESIGN, **options)


def cells(table):
    return {row[0]: row[1] for row in table.rows}


def test_the_interim_outputs_are_closed_and_no_open_output_has_their_name():
    assert {"interim", "ww-stopping-rules"} <= closed_outputs.BY_ID.keys()
    assert not closed_outputs.BY_ID.keys() & outputs.BY_ID.keys()


def test_every_look_stands_in_the_table_with_its_bound_and_what_was_seen():
    table = looks_table(at(77, log_hr=0.1, earlier=(Earlier(0.5, 1.234),)))
    assert [row[:4] for row in table.rows] == [
        ("1, made", "0.500", "50", "2.9626"),
        ("2, now", "0.778", "77", table.rows[1][3]),
        ("3, planned", "1.000", "99", table.rows[2][3]),
    ]
    assert [row[6:] for row in table.rows] == [
        ("1.234", "typed, outside the system"),
        ("2.066", "these data"),
        ("–", "the plan"),
    ]
    assert table.denominator.endswith("both arms: 77.")


def test_that_earlier_looks_are_taken_as_planned_is_said_only_where_they_are():
    assert "stand as planned" in " ".join(looks_table(at(77)).footnotes)
    assert "stand as planned" not in " ".join(looks_table(at(77, earlier=(Earlier(0.5),))).footnotes)


def test_error_that_is_nearly_nothing_is_not_written_as_nothing():
    row = looks_table(at(12, earlier=())).rows[0]
    assert row[4:6] == ("< 0.00001", "< 0.00001")


def test_a_look_that_cannot_stop_the_trial_has_no_bound():
    row = looks_table(at(104, earlier=(Earlier(0.5), Earlier(1.0)))).rows[-1]
    assert row[3:6] == ("none", "0.00000", "0.02500")


LOCKED = DataCut("dmc-1", date(2028, 3, 1), "c" * 64, 4711, "1.0")


@pytest.mark.parametrize(
    ("earlier", "taken_from", "note"),
    [
        ((Earlier(0.5, 1.2),), "typed, outside the system", "was entered by hand"),
        (None, "the plan", "stand as planned"),
        ((Earlier(0.5, 1.2, LOCKED),), "cut dmc-1", f"Look 1: {LOCKED.words()}; information and z worked out anew"),
    ],
)
def test_each_earlier_look_says_what_bears_it_out(earlier, taken_from, note):
    table = looks_table(at(77, earlier=earlier))
    assert [row[-1] for row in table.rows] == [taken_from, "these data", "the plan"]
    notes = " ".join(table.footnotes)
    assert [words in notes for words in (note, "by hand", "stand as planned", "worked out anew")].count(True) == 2


def test_a_look_typed_beside_one_of_a_cut_is_told_apart():
    table = looks_table(at(77, earlier=(Earlier(0.3, 1.0), Earlier(0.5, 1.2, LOCKED))))
    assert [row[-1] for row in table.rows][:2] == ["typed, outside the system", "cut dmc-1"]
    assert "by hand" in " ".join(table.footnotes) and "Look 2: Data cut dmc-1" in " ".join(table.footnotes)


def test_an_earlier_look_that_reached_its_bound_is_said_to_have_decided():
    table = looks_table(at(77, log_hr=-0.5, earlier=(Earlier(0.5, 3.2, LOCKED),)))
    assert "The z of look 1 reached its bound: that look decided." in " ".join(table.footnotes)
    assert "decided" not in " ".join(looks_table(at(77, earlier=(Earlier(0.5, 1.2, LOCKED),))).footnotes)


def test_the_present_look_says_bound_verdict_and_prospects():
    found = at(52, log_hr=0.45, earlier=())
    said = cells(present_table(found))
    assert said["Events, of those planned"] == "52 of 99"
    assert said["Hazard ratio (95 % confidence interval)"] == "1.57 (0.91–2.70)"
    assert said["Bound of z at this look"] == f"{found.look.z:.4f}"
    assert said["Bound crossed: non-inferior"] == "no"
    assert said["Conditional power, as the trend goes"] == f"{100 * found.prospects.trend:.1f} %"
    assert said["Futile as the trend goes, not binding"] == "yes (limit 15 %)"
    assert {
        "Conditional power, hazard ratio 1",
        "Conditional power, hazard ratio at the margin",
        "Predictive power",
    } <= said.keys()
    assert "One-sided p that allows for the looks" not in said


def test_a_crossed_bound_brings_the_analysis_that_allows_for_the_looks():
    said = cells(present_table(at(60, log_hr=-0.4, earlier=())))
    assert said["Bound crossed: non-inferior"] == "yes"
    assert said["One-sided p that allows for the looks"] == "< 0.001"
    assert "Hazard ratio, unbiased in the median (95 % confidence interval)" in said


def test_at_the_last_look_nothing_is_promised_any_more():
    said = cells(present_table(at(99, earlier=(Earlier(0.5), Earlier(0.75)))))
    assert "Predictive power" not in said and "One-sided p that allows for the looks" in said


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (30, "at 50 events, not reached"),
        (52, "at 50 events, reached"),
        (72, "at 75 events, not reached"),
        (99, "at 99 events, reached"),
    ],
)
def test_whether_the_look_is_due_is_said(events, words):
    assert cells(present_table(at(events)))["Look due by the plan"] == words


def test_without_a_comparison_that_is_said_and_nothing_else():
    table = present_table(at(7, log_hr=None))
    assert [row[0] for row in table.rows][2:] == ["No comparison until both arms had an event"]
    assert looks_table(at(0, log_hr=None)).rows == ()


@pytest.mark.parametrize(("events", "n"), [(49.5, 50), (74.25, 75), (52 / 99 * 99, 52), (99.0, 99), (77 / 99 * 99, 77)])
def test_events_of_a_share_are_whole(events, n):
    assert whole(events) == n


RULES = StoppingRules(
    RegrowthRule(0.40, 100, 44, 6, 25, Estimate(0.52, 0.41, 0.62), (("a note", 3),)),
    SalvageRule(0.80, 10, 5, 4, 2),
    20,
    (("NOTRES", 2), ("REFUSED", 1), (None, 4)),
)


def test_both_rules_stand_with_their_inputs():
    table = stopping_table(RULES)
    rows = list(table.rows)
    assert rows[0] == ("Too many regrowths", "") and 0 not in table.indented and 1 in table.indented
    assert ("Regrowths by 2 years; competing events", "44; 6") in rows
    assert ("Incidence at 2 years (95 % confidence interval)", "52.0 % (41.0–62.0)") in rows
    assert ("Lower limit; the rule asks for more than", "41.0 %; 40.0 %") in rows
    assert ("Salvage operations; the rule begins at", "11; 10") in rows
    assert ("R0; not R0; not reported", "5; 4; 2") in rows
    assert [row[1] for row in rows if row[0] == "Verdict"] == ["met", "cannot be told"]
    assert table.footnotes[-1] == "a note: 3"


def test_regrowth_without_salvage_stands_beside_them_in_words():
    rows = stopping_table(RULES).rows
    assert rows[-4:] == (
        ("Of all confirmed regrowths", "7 of 20"), ("Decision on salvage: not resectable", "2"),
        ("Decision on salvage: refused", "1"), ("Decision on salvage: not made yet, or not said", "4"),
    )  # fmt: skip


def test_rules_without_anybody_are_written_as_such():
    none = StoppingRules(RegrowthRule(0.4, 0, 0, 0, 0, Estimate(None)), SalvageRule(0.8, 10, 0, 0), 0, ())
    said = stopping_table(none).rows
    assert [row[1] for row in said if row[0] == "Verdict"] == ["cannot be told", "not met"]
    assert ("R0 among those reported (95 % confidence interval)", "–") in said


def test_the_figure_says_its_numbers_and_is_the_same_each_time():
    found = at(77, log_hr=0.1, earlier=(Earlier(0.5, 1.234),))
    figure = draw_bounds(found)
    assert "0.50: 2.96" in figure.alt and "Observed: 0.50: 1.23; 0.78: 2.07" in figure.alt
    assert b"Expected with equal arms" in figure.svg
    assert figure == draw_bounds(found)
    assert observed(found) == ((0.5, 1.234), (77 / 99, found.comparison.z))


def test_without_an_event_the_figure_says_so():
    figure = draw_bounds(at(0, log_hr=None, earlier=()))
    assert b"No event yet" in figure.svg and figure.alt == "No event yet: no bound to draw."


def test_a_look_without_a_known_z_is_not_drawn_as_observed():
    assert observed(at(77, log_hr=None, earlier=(Earlier(0.5),))) == ()
