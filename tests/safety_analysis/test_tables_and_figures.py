"""Cells in words, never a silent number; figures that say what they show, with empty ones and crowded ones."""

import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from analysis.adverse_events import tabulate
from analysis.closed_safety_tables import difference, overview_by_arm, rates_by_arm, terms_by_arm
from analysis.differences import miettinen_nurminen
from analysis.rate_difference import score_difference
from analysis.rates import rate_ratio
from analysis.safety.figures import SHOWN, edish_figure, first_event_figure, most_frequent, terms_figure
from analysis.safety.first_event import first_event
from analysis.safety.laboratory import Measured, Result
from analysis.safety.liver import liver
from analysis.safety.overview import severe
from analysis.safety.periods import DECISION, NEOADJUVANT
from analysis.safety.tables import columns_of, counted, denominators_table, overview_table
from analysis.safety.tables_time import rates_table
from tests.safety_analysis.people import day, event, observed, selection


@pytest.mark.parametrize(
    ("n", "unknown", "of", "cell"),
    [
        (0, 0, 10, "0 (0.0 %)"),
        (3, 0, 10, "3 (30.0 %)"),
        (3, 2, 10, "3 (30.0 %) [2]"),
        (0, 0, 0, "0"),
        (0, 1, 4, "0 (0.0 %) [1]"),
    ],
)
def test_a_cell_holds_number_share_and_of_how_many_it_cannot_be_told(n, unknown, of, cell):
    assert counted(n, unknown, of) == cell


def test_each_column_has_its_own_denominator():
    crowd = (observed(event(10)), observed(who="B", end=150))
    table = overview_table(columns_of(crowd, (NEOADJUVANT, DECISION), str))
    assert [c.label for c in table.columns[1:]] == [
        "All periods, n = 2",
        "Neoadjuvant therapy, n = 2",
        "Decision to 90 days, n = 1",
    ]
    assert table.rows[0] == ("Any adverse event", "1 (50.0 %)", "1 (50.0 %)", "0 (0.0 %)")


def test_the_table_of_denominators_adds_up():
    crowd = (observed(event(10), event(120, 175)), observed(who="B", end=150))
    rows = denominators_table(columns_of(crowd, (NEOADJUVANT, DECISION), str)).rows
    assert [row[1] for row in rows] == ["2", "2", "1"]
    assert [row[3:] for row in rows] == [("1", "1"), ("1", "1"), ("0", "1")]  # outside both periods is possible too


def test_nobody_at_risk_is_said_in_words():
    table = rates_table([("Decision", selection(wanted=frozenset({DECISION})))])
    assert {row[3] for row in table.rows[1:]} == {"not estimable"} and table.rows[0][0] == "Decision, n = 0"


def test_a_rate_is_written_for_100_person_years_with_its_limits():
    table = rates_table([("All", selection(observed(event(0, grade=3), end=0), observed(who="B", end=729)))])
    # 2 events... of one in 731 days: 49.97 a hundred years; Garwood 0.0253 and 5.5716 events.
    severe_row = next(row for row in table.rows if row[0] == "Grade 3 or higher")
    assert severe_row[1:] == ("1", "2.00", "50.0 (1.3–278.4)", "0")


# --- by arm ---------------------------------------------------------------------------------------------------------------


def pair(ww=(), tme=()):
    return selection(*ww), selection(*tme)


def test_the_difference_has_the_score_limits_of_ww_less_tme():
    found = miettinen_nurminen((3, 10), (1, 12))
    assert (
        difference((3, 10), (1, 12))
        == f"{100 * found.difference:.1f} ({100 * found.lower:.1f} to {100 * found.upper:.1f})"
    )
    assert difference((3, 10), (1, 12)).startswith("21.7 (")


@pytest.mark.parametrize(("ww", "tme"), [((0, 0), (1, 2)), ((1, 2), (0, 0)), ((0, 0), (0, 0))])
def test_an_empty_arm_gives_no_difference(ww, tme):
    assert difference(ww, tme) == "not estimable"


def test_no_table_by_arm_holds_a_p_value():
    both = pair([observed(event(10, grade=3))], [observed(event(20, who="B"), who="B")])
    for table in (overview_by_arm(both, "all", "a"), terms_by_arm(both, "all", "b"), rates_by_arm([("all", both)])):
        assert "p-value" not in table.as_text() and " p " not in table.as_text()


def test_terms_by_arm_stand_by_frequency_in_both_arms_together():
    ww = [observed(event(1, who=w, term="Rash", soc="Skin"), who=w) for w in "AB"]
    tme = [observed(event(1, who=w, term=t), who=w) for w, t in (("C", "Nausea"), ("D", "Diarrhea"), ("E", "Nausea"))]
    table = terms_by_arm(pair(ww, tme), "all", "terms")
    assert [row[0] for row in table.rows] == ["Gastrointestinal disorders", "Nausea", "Diarrhea", "Skin", "Rash"]
    assert table.rows[1][1:5] == ("0 (0.0 %)", "0 (0.0 %)", "2 (66.7 %)", "0 (0.0 %)")
    assert table.indented == {1, 2, 4}


def test_the_ratio_of_rates_is_ww_over_tme():
    both = pair([observed(event(99, grade=3))], [observed(event(199, who="B", grade=3), who="B")])
    row = next(row for row in rates_by_arm([("all", both)]).rows if row[0] == "Grade 3 or higher")
    found = rate_ratio((1, 200 / 365.25), (1, 100 / 365.25))
    assert row[4] == f"{found.value:.2f} ({found.lower:.2f}–{found.upper:.2f})" and row[4].startswith("2.00 (")


def test_the_difference_of_rates_is_ww_less_tme_in_100_person_years():
    both = pair([observed(event(99, grade=3))], [observed(event(199, who="B", grade=3), who="B")])
    row = next(row for row in rates_by_arm([("all", both)]).rows if row[0] == "Grade 3 or higher")
    found = score_difference((1, 100 / 365.25), (1, 200 / 365.25))
    assert row[3] == f"{100 * found.value:.1f} ({100 * found.lower:.1f} to {100 * found.upper:.1f})" and row[
        3
    ].startswith("182.6 (")


def test_without_time_at_risk_in_an_arm_neither_difference_nor_ratio_is_estimable():
    both = pair([observed(event(99))], [])
    assert all(row[3:] == ("not estimable", "not estimable") for row in rates_by_arm([("all", both)]).rows[1:])


# --- figures --------------------------------------------------------------------------------------------------------------


def words(figure):
    return [node.text for node in ET.fromstring(figure.svg).iter("{http://www.w3.org/2000/svg}text")]


def lab_people(pairs):
    """One participant a pair of multiples of ALT and bilirubin."""
    for i, (alt, bili) in enumerate(pairs):
        who = observed(who=f"P{i}").person
        results = [
            Result(f"P{i}", test, day(30), "=", Decimal(str(100 * m)), None, Decimal(100))
            for test, m in (("ALT", alt), ("BILI", bili))
        ]
        yield Measured(who, tuple(results))


def test_the_edish_plot_counts_its_quadrants_in_the_legend_and_in_words():
    figure = edish_figure(liver(lab_people([(1, 1), (3, 2), (3, 2.1), (0.5, 5), (0.01, 0.01), (80, 40)])))
    assert {"neither: 2", "Temple's corollary: 1", "cholestasis: 1", "possible Hy's law: 2"} <= set(words(figure))
    assert "6 participants: 2 possible Hy's law, 1 aminotransferase alone, 1 bilirubin alone" in figure.alt


def test_empty_figures_say_that_there_is_nobody():
    assert "No participant yet" in words(edish_figure(liver([])))
    assert "No adverse event yet" in words(terms_figure(tabulate([], [])))
    nobody = first_event_figure(first_event(selection(), severe), identity="f", title="t", origin="first dose")
    assert "No participant yet" in words(nobody)


def test_the_dot_plot_shows_the_most_frequent_terms_first_and_no_more_than_fit():
    events = [event(1, who=str(w), term=f"Term {t:02d}").what for t in range(20) for w in range(20 - t)]
    found = tabulate(events, [str(n) for n in range(20)])
    assert [line.term for line in most_frequent(found)] == [f"Term {t:02d}" for t in range(SHOWN)]
    said = words(terms_figure(found))
    assert "Term 00" in said and f"Term {SHOWN:02d}" not in said and "Participants, of 20" in said


def test_the_curve_shows_what_competes_with_numbers_at_risk():
    crowd = (observed(event(30, grade=3)), observed(who="B", end=200, why="DEATH"), observed(who="C"))
    figure = first_event_figure(first_event(selection(*crowd), severe), identity="f", title="t", origin="first dose")
    assert {"First event", "Died before", "Left before", "At risk", "Months since first dose"} <= set(words(figure))
    assert "1 of 3 participants had an event" in figure.alt
