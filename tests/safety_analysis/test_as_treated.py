"""Safety by arm is as treated: who crossed over stands where the strategy was begun, and the table of the population says how many did."""

import datetime

import pytest

from analysis import closed_safety_outputs
from analysis.closed_safety_population import NEITHER, allocated_group, group_in_words, population_table, treated_group
from analysis.safety.people import Person, person
from analysis.safety.reading import openly
from forms.answers import Crf
from forms.dates import PartialDate
from tests.safety_analysis.people import day
from tests.safety_analysis.rows import CUT, ae, crf, extract, lb, operated, row, treated
from trial.store.extract import Extracted

OUTPUTS = {output.id: output for output in closed_safety_outputs.OUTPUTS}


def begun(strategy: str | None, n: int | None = 180) -> tuple[Crf, ...]:
    """The form of the strategy actually begun, on that day."""
    items = {"MGTSTRT": strategy} | ({} if n is None else {"MGTDAT": day(n)})
    return () if strategy is None else (crf("MGT", **items),)


def crossed(name: str = "X", arm: str = "TME", strategy: str | None = "WW", *more: Crf) -> Extracted:
    """Allocated to one arm, treated in the other, with a severe event 20 days after the decision."""
    return row(name, *treated(), *begun(strategy), ae(1, "Nausea", 190, 3), *more, arm=arm)


def crowd(strategy: str | None) -> tuple[Extracted, ...]:
    """Two that were treated as allocated, without an event, and the one who was allocated to TME."""
    return (
        row("A", *treated(), *begun("WW"), arm="WW"),
        row("B", *treated(), *begun("TME"), arm="TME"),
        crossed("X", "TME", strategy),
    )


def tables(output: str, *rows: Extracted):
    return {table.id: table for table in OUTPUTS[output].make(extract(*rows), str).tables}


def line(table, first: str) -> tuple[str, ...]:
    return next(row for row in table.rows if row[0] == first)


@pytest.mark.parametrize(
    ("strategy", "heads", "cells"),
    [
        ("WW", ("WW, n = 2", "TME, n = 1"), ("1 (50.0 %)", "0 (0.0 %)")),
        ("TME", ("WW, n = 1", "TME, n = 2"), ("0 (0.0 %)", "1 (50.0 %)")),
        (None, ("WW, n = 1", "TME, n = 2"), ("0 (0.0 %)", "1 (50.0 %)")),  # nothing recorded: as allocated
        ("LE", ("WW, n = 1", "TME, n = 1"), ("0 (0.0 %)", "0 (0.0 %)")),  # neither strategy: in no column
        ("NONE", ("WW, n = 1", "TME, n = 1"), ("0 (0.0 %)", "0 (0.0 %)")),
    ],
)
def test_who_crossed_over_is_counted_where_treated(strategy, heads, cells):
    found = tables("safety-overview-arm", *crowd(strategy))
    table = found["safety-overview-arm"]
    assert tuple(c.label for c in table.columns[1:3]) == heads
    assert line(table, "Grade 3 or higher")[1:3] == cells
    assert table.denominator == "All randomised, as treated, who entered the period; from the day of randomisation on."


@pytest.mark.parametrize("strategy", ["WW", "TME", None, "LE"])
def test_the_same_overview_as_allocated_stands_beside_it_and_holds_everybody(strategy):
    table = tables("safety-overview-arm", *crowd(strategy))["safety-overview-allocated"]
    assert [c.label for c in table.columns[1:3]] == ["WW, n = 1", "TME, n = 2"]
    assert line(table, "Grade 3 or higher")[1:3] == ("0 (0.0 %)", "1 (50.0 %)")
    assert "as allocated" in table.denominator and "as allocated" in table.title


def test_every_table_by_arm_follows_the_strategy_begun():
    died = crf("DTH", DTHDAT=PartialDate.of(day(250)), DTHCAUS="TREATMENT")
    rows = (*crowd("WW")[:2], crossed("X", "TME", "WW", died))
    terms = tables("safety-terms-arm", *rows)["safety-terms-arm"]
    assert line(terms, "Nausea")[1:5] == ("1 (50.0 %)", "1 (50.0 %)", "0 (0.0 %)", "0 (0.0 %)")
    rates = tables("safety-rates-arm", *rows)["safety-rates-arm"]
    assert rates.rows[0][:3] == ("since randomisation", "n = 2", "n = 1")
    first = tables("safety-first-event-arm", *rows)
    assert first["safety-first-severe-ww"].denominator.startswith("Participants: 2; with an event: 1")
    assert first["safety-first-severe-tme"].denominator.startswith("Participants: 1; with an event: 0")
    deaths = tables("safety-deaths-arm", *rows)
    assert line(deaths["safety-deaths-ww"], "Death at any time")[1:] == ("2", "1 (50.0 %)")
    assert line(deaths["safety-deaths-tme"], "Death at any time")[1:] == ("1", "0 (0.0 %)")
    periods = tables("safety-overview-arm", *rows)["safety-periods-arm"]
    assert line(periods, "WW: since randomisation")[1] == "2"


def test_the_population_is_stated_by_allocation_and_by_what_was_begun():
    rows = (*crowd("WW"), crossed("Y", "WW", "LE"), crossed("Z", "WW", None), row("S", *treated(), *begun("TME")))
    table = tables("safety-overview-arm", *rows)["safety-population-arm"]
    assert [c.label for c in table.columns] == [
        "Allocated",
        "Began WW",
        "Began TME",
        "Began neither",
        "Not recorded",
        "All",
    ]
    assert table.rows == (
        ("WW", "1 (33.3 %)", "0 (0.0 %)", "1 (33.3 %)", "1 (33.3 %)", "3"),
        ("TME", "1 (50.0 %)", "1 (50.0 %)", "0 (0.0 %)", "0 (0.0 %)", "2"),
    )
    assert table.denominator == "All randomised: 5."


@pytest.mark.parametrize(("n", "group"), [(1000, "WW"), (1001, "TME")])
def test_what_is_begun_after_the_cut_is_not_known_at_it(n, group):
    found = person(row("X", *treated(), *begun("WW", n), arm="TME"), CUT)
    assert treated_group(found) == group and allocated_group(found) == "TME"


def test_begun_before_the_decision_is_known_is_nothing():
    """A form of the strategy without a date, of somebody whose decision lies after the cut."""
    found = person(row("X", *treated(decided=1001), *begun("NONE", None)), CUT)
    assert (found.cohort, found.begun, treated_group(found)) == (None, None, NEITHER)


def of(cohort: str | None, arm: str | None, strategy: str | None) -> Person:
    return Person("P", datetime.date(2026, 1, 1), cohort=cohort, arm=arm, begun=strategy)


@pytest.mark.parametrize(
    ("cohort", "arm", "strategy", "allocated", "treated_as", "words"),
    [
        ("RANDOMISED", "WW", "WW", "WW", "WW", "WW"),
        ("RANDOMISED", "WW", None, "WW", "WW", "WW"),
        ("RANDOMISED", "WW", "TME", "WW", "TME", "WW; begun: TME"),
        ("RANDOMISED", "TME", "WW", "TME", "WW", "TME; begun: watch-and-wait"),
        ("RANDOMISED", "TME", "NONE", "TME", NEITHER, "TME; begun: none"),
        ("PREFERENCE", "WW", "WW", "WW-P", "WW-P", "WW-P"),
        ("PREFERENCE", "WW", "TME", "WW-P", "TME-P", "WW-P; begun: TME"),
        ("PREFERENCE", "TME", "OTHER", "TME-P", NEITHER, "TME-P; begun: other"),
        ("STANDARD", None, "TME", "S", "S", "S"),
        ("STANDARD", None, None, "S", "S", "S"),
        (
            "STANDARD",
            None,
            "WW",
            "S",
            "S",
            "S; begun: watch-and-wait",
        ),  # declined the operation, stays in STANDARD (PROTOCOL 5)
        (None, None, None, "", NEITHER, ""),
    ],
)
def test_groups_as_allocated_as_treated_and_in_words(cohort, arm, strategy, allocated, treated_as, words):
    found = of(cohort, arm, strategy)
    assert (allocated_group(found), treated_group(found), group_in_words(found)) == (allocated, treated_as, words)


def test_the_population_of_nobody_is_a_table():
    assert [row[-1] for row in population_table([]).rows] == ["0", "0"]


def test_whoever_was_operated_on_stands_in_one_column_of_the_table_of_operations():
    rows = (
        row("A", *treated(), *begun("TME"), *operated(200), arm="WW"),
        row("B", *treated(), *begun("LE"), *operated(200), arm="WW"),
        row("C", *treated(decided=None), *operated(200)),  # an operation without a decision
        row("D", *treated(), *begun("WW"), *operated(400), arm="WW"),
    )
    table = tables("safety-surgery-arm", *rows)["safety-surgery-arm"]
    assert [c.label for c in table.columns[1:]] == [
        "WW, n = 1", "TME, n = 1", "WW-P, n = 0", "TME-P, n = 0", "S, n = 0", "Neither, or no decision, n = 2",
    ]  # fmt: skip


@pytest.mark.parametrize("output", ["safety-listing-arm", "safety-laboratory-listing-arm", "safety-deaths-arm"])
def test_closed_listings_say_what_was_begun_where_it_is_not_what_was_allocated(output):
    died = crf("DTH", DTHDAT=PartialDate.of(day(250)), DTHCAUS="TREATMENT")
    found = [r for t in tables(output, crossed("X", "TME", "WW", died, lb(1, 30, HGB="90"))).values() for r in t.rows]
    assert [r[1] for r in found if r[0] == "X"] == ["TME; begun: watch-and-wait"]


def test_openly_what_was_begun_is_not_read():
    (found,) = openly(extract(crossed()))
    assert (found.person.begun, found.person.arm, found.person.treated_as) == (None, None, None)


def shifted(*rows: Extracted, arm: str = "WW") -> tuple[tuple[str, ...], ...]:
    return tables("safety-laboratory-arm", *rows)[f"safety-shift-{arm.lower()}"].rows


def test_laboratory_by_arm_goes_from_before_randomisation_to_the_worst_after_it():
    """Randomised on day 177: a grade 3 under therapy is no grade of an arm, and the last value before the draw is the one before."""
    samples = (
        lb(1, -3, HGB="140"),
        lb(2, 60, HGB="75"),
        lb(3, 177, HGB="120"),
        lb(4, 178, HGB="95"),
        lb(5, 300, HGB="140"),
    )
    found = shifted(row("A", *treated(), *samples, arm="WW"))
    assert found[:2] == (
        ("Haemoglobin, low", "", "", "", "", "", "", "1"),
        ("Grade 1", "0", "0", "1", "0", "0", "0", "1"),
    )
    assert shifted(row("A", *treated(), *samples[:3], arm="WW")) == ()  # nothing after it


def test_laboratory_by_arm_is_as_treated():
    crossed_over = crossed("X", "TME", "WW", lb(1, 170, ALT="20"), lb(2, 300, ALT="200"))
    assert shifted(crossed_over)[1] == ("Grade 0", "0", "0", "1", "0", "0", "0", "1")
    assert shifted(crossed_over, arm="TME") == ()


def test_a_term_graded_by_baseline_keeps_the_value_before_therapy_as_on_the_form():
    """Creatinine 1.6 times what it was before therapy is grade 2, whatever it was on the day of the draw."""
    samples = (lb(1, -3, CREAT="60"), lb(2, 170, CREAT="96"), lb(3, 300, CREAT="97"))
    assert shifted(row("A", *treated(), *samples, arm="WW"))[1] == ("Grade 2", "0", "0", "1", "0", "0", "0", "1")
    table = tables("safety-laboratory-arm", row("A", *treated(), *samples, arm="WW"))["safety-shift-ww"]
    assert any("the value before therapy" in note for note in table.footnotes)
    assert "after the day of randomisation" in table.denominator
