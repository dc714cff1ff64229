"""NR-DFS component by component (PROTOCOL 7): what counts, on which day, what does not, and what cannot be told.

Each row: what is recorded, then status (0 censored, 1 event), day, component. A course without anything is censored
on day 900, the last disease assessment.
"""

import pytest

from analysis import rules
from analysis.course_row import SecondPrimary
from analysis.estimands import NRDFS, NRDFS_R1, NRDFS_REFUSAL
from forms.dates import PartialDate
from tests.analysis.courses import course, day, operation, outcome, regrowth, unresolved

CENSORED = (0, 900, None)
SALVAGE = {"reason": "REGROWTH"}
REFUSED = {"salvage": "REFUSED", "salvage_decided_on": day(230)}
UNFIT = {"salvage": "UNFIT", "salvage_decided_on": day(230)}
NOT_RESECTABLE = {"salvage": "NOTRES", "salvage_decided_on": day(230)}
DONE = {"salvage": "DONE", "salvage_decided_on": day(230)}


def died(n):
    return PartialDate.of(day(n))


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({}, CENSORED),
        ({"died_on": died(400)}, (1, 400, "DEATH")),
        ({"died_on": died(0)}, (1, 0, "DEATH")),  # on the day of randomisation
        ({"died_on": died(1000)}, (1, 1000, "DEATH")),  # on the day of the cut
        ({"died_on": died(1001)}, CENSORED),  # after it
        ({"metastases_on": (day(500), day(300))}, (1, 300, "METASTASIS")),  # the first of several
        ({"metastases_on": (day(300),), "died_on": died(400)}, (1, 300, "METASTASIS")),
        ({"metastases_on": (day(400),), "died_on": died(400)}, (1, 400, "METASTASIS")),
        # found at the operation: METDAT is the day of it
        ({"metastases_on": (day(30),), "operations": (operation(30),)}, (1, 30, "METASTASIS")),
        ({"second_primaries": (SecondPrimary(day(350), "CRC"),)}, (1, 350, "SECOND_COLORECTAL")),
        ({"second_primaries": (SecondPrimary(day(350), "OTHER"),)}, CENSORED),  # only colorectal is an event
    ],
)
def test_death_metastasis_and_second_primary(recorded, expected):
    assert outcome("NRDFS", **recorded) == expected


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ((operation(30, residual="R0"),), CENSORED),
        ((operation(30, residual="R1"),), CENSORED),  # an event in a sensitivity analysis only
        ((operation(30, residual="R2"),), (1, 30, "TUMOUR_LEFT")),
        ((operation(30, "APR", "R2"),), (1, 30, "TUMOUR_LEFT")),
        ((operation(30, "ISR", "R2"),), (1, 30, "TUMOUR_LEFT")),
        ((operation(30, "HARTMANN", "R2"),), (1, 30, "TUMOUR_LEFT")),
        ((operation(30, "OTHER", "R2"),), (1, 30, "TUMOUR_LEFT")),  # opened, not resectable
        ((operation(30, "OTHER", "R1"),), CENSORED),
        ((operation(30, "OTHER", None),), CENSORED),  # a stoma closure has no specimen
        ((operation(30, "LE", "R2"),), CENSORED),  # no TME
        ((operation(30, residual=None),), CENSORED),  # pathology outstanding
        ((operation(30, None, "R2"),), CENSORED),  # cannot tell
    ],
)
def test_tumour_left_at_the_primary_resection(operations, expected):
    assert outcome("NRDFS", operations=operations) == expected


REGROWTHS = [
    ((), (), CENSORED),
    ((regrowth(confirmed=None),), (), CENSORED),  # work-up pending
    ((regrowth(confirmed=None, outcome="NOTCONF"),), (), CENSORED),
    ((regrowth(confirmed=None, outcome=None),), (), CENSORED),
    ((regrowth(salvage="PLANNED", salvage_decided_on=day(230)),), (), CENSORED),  # awaiting salvage
    ((regrowth(**REFUSED),), (), (1, 230, "UNSALVAGEABLE")),
    ((regrowth(**UNFIT),), (), (1, 230, "UNSALVAGEABLE")),
    ((regrowth(**NOT_RESECTABLE),), (), (1, 230, "UNSALVAGEABLE")),
    ((regrowth(confirmed=None, outcome="NOTCONF", **REFUSED),), (), CENSORED),  # not confirmed: no event
    ((regrowth(**DONE),), (operation(250, residual="R0", **SALVAGE),), CENSORED),
    ((regrowth(**DONE),), (operation(250, residual="R1", **SALVAGE),), (1, 250, "SALVAGE_NOT_R0")),
    ((regrowth(**DONE),), (operation(250, residual="R2", **SALVAGE),), (1, 250, "SALVAGE_NOT_R0")),
    ((regrowth(**DONE),), (operation(250, residual="R1", salvage=True),), (1, 250, "SALVAGE_NOT_R0")),
    ((regrowth(**DONE),), (operation(250, "LE", "R1", **SALVAGE),), (1, 250, "SALVAGE_NOT_R0")),
    ((regrowth(**DONE),), (operation(250, "LE", "R0", **SALVAGE),), CENSORED),
    ((regrowth(**DONE),), (operation(250, residual=None, **SALVAGE),), CENSORED),  # pathology outstanding
    # suspected on the day of the operation that proved it: still a salvage; suspected after it: not
    ((regrowth(250, 260, **DONE),), (operation(250, residual="R1", **SALVAGE),), (1, 250, "SALVAGE_NOT_R0")),
    ((regrowth(251, 260, **DONE),), (operation(250, residual="R1", **SALVAGE),), CENSORED),
    # refused first, salvaged R0 after all: no event; salvaged R1 after all: the refusal came first
    ((regrowth(**REFUSED),), (operation(400, residual="R0", **SALVAGE),), CENSORED),
    ((regrowth(**REFUSED),), (operation(400, residual="R1", **SALVAGE),), (1, 230, "UNSALVAGEABLE")),
    ((regrowth(**REFUSED),), (operation(400, residual=None, **SALVAGE),), (1, 230, "UNSALVAGEABLE")),
    # two regrowths: an R0 salvage of the first does not undo the refusal of the second
    (
        (regrowth(100, 110, **DONE), regrowth(**REFUSED)),
        (operation(150, "LE", "R0", **SALVAGE),),
        (1, 230, "UNSALVAGEABLE"),
    ),
    # an operation "for regrowth" without a confirmed one is a primary resection
    ((), (operation(250, residual="R1", **SALVAGE),), CENSORED),
    ((), (operation(250, residual="R2", **SALVAGE),), (1, 250, "TUMOUR_LEFT")),
    ((regrowth(confirmed=None, outcome="NOTCONF"),), (operation(250, residual="R1", **SALVAGE),), CENSORED),
]


@pytest.mark.parametrize(("regrowths", "operations", "expected"), REGROWTHS)
def test_regrowth_and_its_salvage(regrowths, operations, expected):
    assert outcome("NRDFS", regrowths=regrowths, operations=operations) == expected


@pytest.mark.parametrize(
    ("recurrence", "operations", "expected"),
    [
        (300, (operation(30),), (1, 300, "LOCAL_RECURRENCE")),
        (300, (operation(300),), (1, 300, "LOCAL_RECURRENCE")),
        (300, (operation(301),), CENSORED),
        (300, (operation(30, "LE"),), CENSORED),  # after local excision it is a regrowth
        (300, (), CENSORED),
    ],
)
def test_local_recurrence_counts_after_a_resection(recurrence, operations, expected):
    assert outcome("NRDFS", local_recurrences_on=(day(recurrence),), operations=operations) == expected


def test_local_recurrence_after_an_r0_salvage_is_an_event():
    recorded = {"regrowths": (regrowth(**DONE),), "operations": (operation(250, **SALVAGE),)}
    assert outcome("NRDFS", **recorded, local_recurrences_on=(day(600),)) == (1, 600, "LOCAL_RECURRENCE")


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        ({"assessed_on": ()}, (0, 0, None)),  # never assessed: nothing known after day 0
        ({"assessed_on": (day(-5),)}, (0, 0, None)),
        ({"assessed_on": (day(800), day(700))}, (0, 800, None)),
        ({"assessed_on": (day(800), day(1000))}, (0, 1000, None)),
        ({"assessed_on": (day(800), day(1001))}, (0, 800, None)),  # after the cut
        (
            {"assessed_on": (day(100),), "last_known_alive_on": day(990)},
            (0, 100, None),
        ),  # a telephone contact is no assessment
    ],
)
def test_who_has_no_event_is_censored_at_the_last_disease_assessment(recorded, expected):
    assert outcome("NRDFS", **recorded) == expected


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        ({"regrowths": (regrowth(),)}, rules.SALVAGE_UNKNOWN),
        ({"operations": (operation(30, residual=None),)}, rules.RESIDUAL_UNKNOWN),
        ({"operations": (operation(30, None, "R2"),)}, rules.PROCEDURE_UNKNOWN),
        ({"second_primaries": (SecondPrimary(day(9), None),)}, rules.KIND_UNKNOWN),
        ({"local_recurrences_on": (day(9),)}, rules.NO_TME_BEFORE),
        (
            {"regrowths": (regrowth(**DONE),), "operations": (operation(250, residual=None, **SALVAGE),)},
            rules.RESIDUAL_UNKNOWN,
        ),
    ],
)
def test_what_cannot_be_told_is_no_event_and_is_carried_to_the_footnote(recorded, reason):
    assert outcome("NRDFS", **recorded) == CENSORED
    assert unresolved("NRDFS", **recorded) == (reason,)


def test_a_course_without_doubts_has_no_footnote():
    assert unresolved("NRDFS", died_on=died(400)) == ()


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ({"salvage_decided_on": None}, 214),  # the day of confirmation
        ({"salvage_decided_on": None, "confirmed_on": None}, 200),  # else of the first suspicion
    ],
)
def test_an_undated_salvage_decision_is_dated_by_rule(missing, expected):
    assert outcome("NRDFS", regrowths=(regrowth(**(REFUSED | missing)),)) == (1, expected, "UNSALVAGEABLE")


def test_an_event_dated_before_randomisation_counts_on_day_0():
    assert outcome("NRDFS", metastases_on=(day(-3),)) == (1, 0, "METASTASIS")


SENSITIVITY = [
    # recorded, NR-DFS, refusal no event, R1 an event, every regrowth an event
    ({"regrowths": (regrowth(**REFUSED),)}, 1, 0, 1, 1),
    ({"regrowths": (regrowth(**UNFIT),)}, 1, 1, 1, 1),
    ({"regrowths": (regrowth(**NOT_RESECTABLE),)}, 1, 1, 1, 1),
    ({"regrowths": (regrowth(**DONE),), "operations": (operation(250, **SALVAGE),)}, 0, 0, 0, 1),
    ({"regrowths": (regrowth(**DONE),), "operations": (operation(250, residual="R1", **SALVAGE),)}, 1, 1, 1, 1),
    ({"regrowths": (regrowth(salvage="PLANNED"),)}, 0, 0, 0, 1),
    ({"regrowths": (regrowth(confirmed=None),)}, 0, 0, 0, 0),
    ({"operations": (operation(30, residual="R1"),)}, 0, 0, 1, 0),
    ({"operations": (operation(30, residual="R2"),)}, 1, 1, 1, 1),
    ({"operations": (operation(30, "LE", "R1"),)}, 0, 0, 0, 0),
    ({"metastases_on": (day(9),)}, 1, 1, 1, 1),
    ({}, 0, 0, 0, 0),
]


@pytest.mark.parametrize(("recorded", "primary", "refusal", "margin", "every"), SENSITIVITY)
def test_sensitivity_analyses_change_one_rule_each(recorded, primary, refusal, margin, every):
    found = [outcome(e, **recorded)[0] for e in ("NRDFS", "NRDFS_REFUSAL", "NRDFS_R1", "DFS")]
    assert found == [primary, refusal, margin, every]


def test_under_dfs_a_regrowth_counts_on_the_day_of_its_first_suspicion():
    assert outcome("DFS", regrowths=(regrowth(**REFUSED),)) == (1, 200, "REGROWTH")


def test_the_printed_events_are_the_events_counted():
    assert [c.id for c in NRDFS.events] == [
        "METASTASIS",
        "TUMOUR_LEFT",
        "UNSALVAGEABLE",
        "SALVAGE_NOT_R0",
        "LOCAL_RECURRENCE",
        "SECOND_COLORECTAL",
        "DEATH",
    ]
    assert [c.id for c in NRDFS_REFUSAL.events if c not in NRDFS.events] == ["UNSALVAGEABLE_BUT_REFUSAL"]
    assert [c.id for c in NRDFS_R1.events if c not in NRDFS.events] == ["MARGIN_INVOLVED"]
    assert NRDFS.competing == ()


@pytest.mark.parametrize("arm", ["WW", "TME", None])
def test_the_arm_plays_no_part(arm):
    assert outcome("NRDFS", arm=arm, metastases_on=(day(9),)) == (1, 9, "METASTASIS")


def test_only_the_randomised_are_in_it():
    from analysis.endpoints import derive

    assert derive(course(randomised_on=None, cohort="PREFERENCE"), NRDFS) is None
