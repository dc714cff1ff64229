"""The period a row of ADAE names is the one in which the tables of safety count the event: one definition, in `analysis.safety`."""

from collections import Counter
from datetime import timedelta

import pytest

from analysis.safety.events import Selection
from analysis.safety.periods import AFTER, BEFORE, DECISION, FOLLOW_UP, NEOADJUVANT, PERIOPERATIVE, TITLES
from analysis.safety.reading import by_arm, openly, whole
from tests.datasets.house import (
    CONSENT,
    CUT,
    RANDOMISED,
    blinded,
    crf,
    day,
    death,
    event,
    extract,
    life,
    operated,
    person,
    rows,
    unblinded,
)

# Therapy from 2026-05-04 to 2026-06-08 and 30 days; decided on day 0; operated on day 20.
ONSETS = [
    CONSENT.isoformat(), "2026-05-03", "2026-05-04", "2026-07-08", "2026-07-09", "2026-05", "2026-07", "2026", "2027", None,
    *(day(n).isoformat() for n in (-1, 0, 19, 20, 90, 91, 110, 111, 400)), CUT.isoformat(),
]  # fmt: skip


def everyone():
    """One participant watched, one operated on, one dead on a day of an unknown month: each with an event of every onset."""
    events = [event(onset, number) for number, onset in enumerate(ONSETS, start=1)]
    return (
        person("VG-01-0001", *life(), *events, arm="WW"),
        person("VG-01-0002", *life(), *operated(20), *events, arm="TME"),
        person("VG-01-0003", *life(), *events, death("2027-02")),
    )


def counted(people, made, variable, periods):
    """For each participant and period: rows of ADAE that name it, and events that a table of that period alone counts."""
    named = Counter((r["USUBJID"], r[variable]) for r in rows(made, "ADAE"))
    in_tables = Counter(
        (member.participant, period)
        for period in periods
        for member, _, verdict in Selection.of(people, frozenset({period})).verdicts(lambda _: True)
        if verdict
    )
    return {k: n for k, n in named.items() if k[1] in periods}, dict(in_tables)


@pytest.mark.parametrize("made", [unblinded, blinded])
def test_the_open_period_of_a_row_is_where_the_open_tables_count_it(made):
    people = everyone()
    named, in_tables = counted(openly(extract(*people)), made(*people), "APERIODC", [*TITLES])
    assert named == in_tables and len(named) == 9


def test_the_period_with_operations_is_where_the_tables_by_arm_count_it():
    people = everyone()
    named, in_tables = counted(whole(extract(*people)), unblinded(*people), "APEROPC", [*TITLES])
    assert named == in_tables
    assert named["VG-01-0002", PERIOPERATIVE] == 4  # days 20, 90, 91 and 110


def test_the_tables_by_arm_count_it_there_from_randomisation_on():
    people = everyone()
    seen = {p.participant: p for p in by_arm(extract(*people))}
    told = [r for r in rows(unblinded(*people), "ADAE") if r["USUBJID"] in seen and r["ASTDT"]]
    for row in told:
        (period,) = seen[row["USUBJID"]].timeline.possible(row["ASTDT"], row["ASTDT"])
        assert period == (BEFORE if row["ASTDT"] < RANDOMISED.date() else row["APEROPC"]), row
    assert {row["ASTDT"] < RANDOMISED.date() for row in told} == {True, False}


def periods_of(onset, *more, arm=None):
    (row,) = rows(unblinded(person("VG-01-0001", *life(), *more, event(onset), arm=arm)), "ADAE")
    return row["APERIODC"], row["APEROPC"]


@pytest.mark.parametrize(
    ("onset", "period"),
    [
        ("2026-05-03", BEFORE), ("2026-05-04", NEOADJUVANT), ("2026-07-08", NEOADJUVANT), ("2026-07-09", FOLLOW_UP),
        (day(-1).isoformat(), FOLLOW_UP), (day(0).isoformat(), DECISION), (day(90).isoformat(), DECISION),
        (day(91).isoformat(), FOLLOW_UP), ("2026-06", NEOADJUVANT), ("2026-07", None), (None, None),
    ],
)  # fmt: skip
def test_an_onset_lies_in_one_period_or_its_period_is_missing(onset, period):
    assert periods_of(onset) == (period, period)


@pytest.mark.parametrize(
    ("after", "openly", "with_operations"),
    [(19, DECISION, DECISION), (20, DECISION, PERIOPERATIVE), (90, DECISION, PERIOPERATIVE), (91, FOLLOW_UP, PERIOPERATIVE),
     (110, FOLLOW_UP, PERIOPERATIVE), (111, FOLLOW_UP, FOLLOW_UP)],
)  # fmt: skip
def test_an_operation_begins_a_period_for_who_knows_the_arms_alone(after, openly, with_operations):
    assert periods_of(day(after).isoformat(), *operated(20), arm="TME") == (openly, with_operations)


def test_a_blinded_role_has_no_column_of_periods_with_operations():
    names = [each.name for each in blinded(*everyone()).named("ADAE").dataset.variables]
    assert "APERIODC" in names and "APEROPC" not in names


def test_what_begins_after_a_withdrawal_from_visits_is_after_the_end_of_observation():
    left = crf("IC", "ANY", 2, ICWDAT=day(30), ICWSCOPE=("VISITS",))
    assert periods_of((day(30) + timedelta(1)).isoformat(), left) == (AFTER, AFTER)
    assert periods_of(day(30).isoformat(), left) == (DECISION, DECISION)
