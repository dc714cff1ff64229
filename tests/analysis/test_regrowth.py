"""Local regrowth under watch-and-wait with its competing events (PROTOCOL 7). Status 2 is a competing event."""

import pytest

from analysis import rules
from analysis.endpoints import POPULATION_UNKNOWN, derive, derive_all, regrowth_interval
from analysis.estimands import REGROWTH
from forms.dates import PartialDate
from tests.analysis.courses import course, day, operation, outcome, regrowth, unresolved

CENSORED = (0, 900, None)
DEATH = {"died_on": PartialDate.of(day(400))}


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({}, CENSORED),
        ({"regrowths": (regrowth(),)}, (1, 200, "REGROWTH")),  # first suspicion, not confirmation
        ({"regrowths": (regrowth(500, 510), regrowth(200, 220))}, (1, 200, "REGROWTH")),
        ({"regrowths": (regrowth(confirmed=None),)}, CENSORED),
        ({"regrowths": (regrowth(confirmed=None, outcome="NOTCONF"),)}, CENSORED),
        ({"regrowths": (regrowth(100, None, outcome="NOTCONF"), regrowth())}, (1, 200, "REGROWTH")),
        (DEATH, (2, 400, "DEATH")),
        (DEATH | {"regrowths": (regrowth(),)}, (1, 200, "REGROWTH")),
        (DEATH | {"regrowths": (regrowth(400, 400),)}, (1, 400, "REGROWTH")),  # the same day: the regrowth counts
        ({"operations": (operation(100),)}, (2, 100, "OPERATION_WITHOUT_REGROWTH")),
        ({"operations": (operation(100, "LE"),)}, (2, 100, "OPERATION_WITHOUT_REGROWTH")),
        ({"operations": (operation(100, "OTHER"),)}, CENSORED),
        ({"operations": (operation(0),)}, (2, 0, "OPERATION_WITHOUT_REGROWTH")),
        ({"operations": (operation(250, reason="REGROWTH"),), "regrowths": (regrowth(),)}, (1, 200, "REGROWTH")),
        ({"operations": (operation(200),), "regrowths": (regrowth(),)}, (1, 200, "REGROWTH")),
        ({"operations": (operation(100, "LE"),), "regrowths": (regrowth(),)}, (2, 100, "OPERATION_WITHOUT_REGROWTH")),
        # operated on a suspicion that the specimen did not confirm
        (
            {"operations": (operation(250),), "regrowths": (regrowth(confirmed=None, outcome="NOTCONF"),)},
            (2, 250, "OPERATION_WITHOUT_REGROWTH"),
        ),
        # confirmed by the specimen of the operation itself
        ({"operations": (operation(210),), "regrowths": (regrowth(200, 220),)}, (1, 200, "REGROWTH")),
        ({"metastases_on": (day(100),)}, CENSORED),  # not competing
        ({"metastases_on": (day(100),), "regrowths": (regrowth(),)}, (1, 200, "REGROWTH")),
        ({"regrowths": (regrowth(200, 1001),)}, CENSORED),  # confirmed after the cut: pending at it
        ({"regrowths": (regrowth(200, 1000),)}, (1, 200, "REGROWTH")),
        ({"regrowths": (regrowth(1001, 1002),)}, CENSORED),
    ],
)
def test_regrowth_and_what_competes_with_it(recorded, expected):
    assert outcome("REGROWTH", **recorded) == expected


def test_in_a_sensitivity_analysis_metastasis_competes():
    recorded = {"metastases_on": (day(100),), "regrowths": (regrowth(),)}
    assert outcome("REGROWTH_METASTASIS", **recorded) == (2, 100, "METASTASIS")
    assert outcome("REGROWTH_METASTASIS", regrowths=(regrowth(),)) == (1, 200, "REGROWTH")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (regrowth(), (1, 214, "REGROWTH_AT_CONFIRMATION")),
        (regrowth(confirmed_on=None), (1, 200, "REGROWTH_AT_CONFIRMATION")),  # undated: the first suspicion
        (regrowth(confirmed=None), CENSORED),
    ],
)
def test_in_a_sensitivity_analysis_the_confirmation_dates_it(found, expected):
    assert outcome("REGROWTH_CONFIRMED", regrowths=(found,)) == expected


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({"regrowths": (regrowth(confirmed=None),)}, rules.WORKUP_PENDING),
        ({"regrowths": (regrowth(confirmed=None, outcome=None),)}, rules.WORKUP_PENDING),
        ({"operations": (operation(100, None),)}, rules.PROCEDURE_UNKNOWN),
    ],
)
def test_what_cannot_be_told_is_said(recorded, reason):
    assert outcome("REGROWTH", **recorded) == CENSORED
    assert unresolved("REGROWTH", **recorded) == (reason,)


@pytest.mark.parametrize(
    ("cohort", "arm", "counted"),
    [
        ("RANDOMISED", "WW", True),
        ("PREFERENCE", "WW", True),
        ("RANDOMISED", "TME", False),
        ("PREFERENCE", "TME", False),
        ("STANDARD", None, False),
        ("STANDARD", "WW", False),
        ("RANDOMISED", None, False),
        ("PREFERENCE", None, False),
    ],
)
def test_only_those_under_watch_and_wait_by_allocation_or_choice_are_counted(cohort, arm, counted):
    assert (derive(course(cohort=cohort, arm=arm), REGROWTH) is not None) is counted


def test_before_the_decision_nobody_is_in_it():
    undecided = course(cohort=None, arm=None, decision_on=None, randomised_on=None)
    assert derive_all([undecided], REGROWTH).notes == ()
    assert derive(undecided, REGROWTH) is None


def test_somebody_whose_arm_is_unknown_is_left_out_and_counted_in_the_footnote():
    table = derive_all([course(), course(participant="VG-01-0002", arm=None)], REGROWTH)
    assert (len(table.rows), table.notes) == (1, ((POPULATION_UNKNOWN, 1),))


def test_the_clock_of_the_preference_cohort_starts_at_the_decision():
    chosen = derive(course(cohort="PREFERENCE", randomised_on=None, regrowths=(regrowth(),)), REGROWTH)
    assert (chosen.origin_on, chosen.days) == (day(-7), 207)


@pytest.mark.parametrize(
    ("clear", "left"), [((), None), ((90,), 90), ((90, 180), 180), ((90, 200), 90), ((90, 300), 90), ((200,), None)]
)
def test_the_last_clear_endoscopy_and_mri_before_is_the_left_end_of_the_interval(clear, left):
    row = course(regrowths=(regrowth(),), pelvis_clear_on=tuple(day(n) for n in clear))
    assert regrowth_interval(row) == (None if left is None else day(left), day(200))


def test_without_a_confirmed_regrowth_there_is_no_interval():
    assert regrowth_interval(course(regrowths=(regrowth(confirmed=None),), pelvis_clear_on=(day(90),))) is None
