"""OS, DFS, DMFS, LRFS and organ preservation (PROTOCOL 7), by their components."""

import pytest

from analysis import rules
from analysis.course_row import SecondPrimary, Stoma
from analysis.endpoints import derive
from analysis.estimands import COHORT, DECISION, ESTIMANDS, OS, THERAPY, seen_from
from forms.dates import PartialDate
from tests.analysis.courses import course, day, operation, outcome, regrowth, unresolved

DIED = {"died_on": PartialDate.of(day(600))}
REFUSED = {"regrowths": (regrowth(salvage="REFUSED", salvage_decided_on=day(230)),)}
SALVAGED = {"regrowths": (regrowth(salvage="DONE"),), "operations": (operation(250, reason="REGROWTH"),)}
SALVAGED_R1 = {"regrowths": (regrowth(salvage="DONE"),), "operations": (operation(250, residual="R1", salvage=True),)}
RECURRED = {"operations": (operation(30),), "local_recurrences_on": (day(300),)}

# recorded: day of the event in OS, DFS, DMFS, LRFS; None where there is none
TABLE = [
    ({}, None, None, None, None),
    (DIED, 600, 600, 600, 600),
    ({"metastases_on": (day(300),)}, None, 300, 300, None),
    (REFUSED, None, 200, None, 230),
    (SALVAGED, None, 200, None, None),
    (SALVAGED_R1, None, 200, None, 250),
    (RECURRED, None, 300, None, 300),
    ({"operations": (operation(30, residual="R2"),)}, None, 30, None, None),
    ({"operations": (operation(30, residual="R1"),)}, None, None, None, None),
    ({"second_primaries": (SecondPrimary(day(310), "CRC"),)}, None, 310, None, None),
    ({"second_primaries": (SecondPrimary(day(310), "OTHER"),)}, None, None, None, None),
    ({"regrowths": (regrowth(confirmed=None),)}, None, None, None, None),
]


@pytest.mark.parametrize(("recorded", "os", "dfs", "dmfs", "lrfs"), TABLE)
def test_each_endpoint_counts_its_own_components(recorded, os, dfs, dmfs, lrfs):
    for estimand, expected in zip(("OS", "DFS", "DMFS", "LRFS"), (os, dfs, dmfs, lrfs), strict=True):
        status, days, _ = outcome(estimand, **recorded)
        assert (status == 1, days if status else None) == (expected is not None, expected), estimand


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({}, 950),  # a telephone contact proves life
        ({"last_known_alive_on": day(990)}, 990),
        ({"last_known_alive_on": day(1003)}, 1000),  # alive after the cut: alive at it
        ({"last_known_alive_on": None}, 900),  # the last assessment
        ({"last_known_alive_on": None, "operations": (operation(930),)}, 930),
        ({"last_known_alive_on": None, "assessed_on": ()}, 0),  # the day of randomisation itself
    ],
)
def test_overall_survival_is_censored_at_the_last_date_known_alive(recorded, expected):
    assert outcome("OS", **recorded) == (0, expected, None)


def stoma(formed=100, intended="TEMPORARY", closed=None):
    return Stoma(day(formed), intended, None if closed is None else day(closed))


# Day 100 is 2026-04-25; 18 months later is 2027-10-25, day 648.
ORGAN = [
    ({}, (0, 900, None)),
    (DIED, (1, 600, "DEATH")),
    ({"operations": (operation(250),)}, (1, 250, "TME_DONE")),
    ({"operations": (operation(250, "HARTMANN", None),)}, (1, 250, "TME_DONE")),
    ({"operations": (operation(250, "LE", "R0"),)}, (0, 900, None)),
    ({"operations": (operation(250, "LE", "R1"),)}, (1, 250, "EXCISION_NOT_R0")),
    ({"operations": (operation(250, "LE", None),)}, (0, 900, None)),
    ({"operations": (operation(250, "OTHER"),)}, (0, 900, None)),
    ({"stomas": (stoma(intended="PERMANENT"),)}, (1, 100, "PERMANENT_STOMA")),
    ({"stomas": (stoma(),)}, (1, 100, "PERMANENT_STOMA")),  # open, and 18 months lived through
    ({"stomas": (stoma(closed=648),)}, (0, 900, None)),  # closed on the last day of the 18 months
    ({"stomas": (stoma(closed=649),)}, (1, 100, "PERMANENT_STOMA")),
    ({"stomas": (stoma(),), "last_known_alive_on": day(648), "assessed_on": (day(640),)}, (0, 640, None)),
    ({"stomas": (stoma(),), "last_known_alive_on": day(649), "assessed_on": (day(640),)}, (1, 100, "PERMANENT_STOMA")),
    ({"stomas": (stoma(500),)}, (0, 900, None)),  # 18 months not over
    ({"stomas": (stoma(intended=None, closed=300),)}, (0, 900, None)),  # closed early, intention unknown
    ({"metastases_on": (day(50),), "regrowths": (regrowth(),)}, (0, 900, None)),
]


@pytest.mark.parametrize(("recorded", "expected"), ORGAN)
def test_organ_preservation_is_lost_by_tme_bad_excision_permanent_stoma_or_death(recorded, expected):
    assert outcome("ORGAN", **recorded) == expected


@pytest.mark.parametrize(("recorded", "expected"), ORGAN)
def test_for_organ_loss_alone_death_competes(recorded, expected):
    status, days, what = expected
    assert outcome("ORGAN_LOSS", **recorded) == (2 if what == "DEATH" else status, days, what)


def test_organ_loss_on_the_day_of_death_counts_as_loss():
    assert outcome("ORGAN_LOSS", died_on=PartialDate.of(day(250)), operations=(operation(250),)) == (1, 250, "TME_DONE")


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({"stomas": (stoma(500),)}, rules.STOMA_UNKNOWN),
        ({"operations": (operation(250, "LE", None),)}, rules.RESIDUAL_UNKNOWN),
        ({"operations": (operation(250, None),)}, rules.PROCEDURE_UNKNOWN),
    ],
)
def test_doubts_about_the_organ_are_carried_to_the_footnote(recorded, reason):
    assert reason in unresolved("ORGAN", **recorded)


def test_the_clock_can_start_at_therapy_or_decision_for_other_cohorts():
    standard = course(cohort="STANDARD", arm=None, randomised_on=None, **DIED)
    assert derive(standard, OS) is None
    assert [derive(standard, seen_from(OS, origin)).days for origin in (THERAPY, DECISION, COHORT)] == [800, 607, 607]


def test_without_the_date_of_origin_there_is_no_row():
    assert derive(course(therapy_start_on=None), seen_from(OS, THERAPY)) is None


def test_every_estimand_says_what_it_is():
    for code, estimand in ESTIMANDS.items():
        assert code == estimand.id and estimand.title and estimand.source and estimand.events
        printed = (estimand.population.text, estimand.origin.text, estimand.censoring.text)
        assert all(printed) and all(c.text and c.kind for c in (*estimand.events, *estimand.competing))
        ids = [c.id for c in (*estimand.events, *estimand.competing)]
        assert len(ids) == len(set(ids))
