"""Endpoints that are an answer: what a course says, what it does not say yet, and the attributes of every estimand."""

from dataclasses import replace

import pytest

from analysis import attributes as a
from analysis import responses as r
from analysis.adam.adtte import PARAMETERS
from analysis.course_row import PREFERENCE, STANDARD, TME, WW
from analysis.endpoints import derive
from analysis.estimands import DFS_OPERATED, ESTIMANDS
from analysis.reports.wording import definition_lines
from analysis.responses import RESPONSES, answers, answers_of
from tests.analysis.courses import course, day, operation, regrowth

STRATEGIES = {a.POLICY, a.COMPOSITE, a.WHILE, a.STRATUM}


def told(endpoint, **given):
    """The values of a course in an endpoint, in time."""
    return [each.value for each in answers(course(**given), endpoint)]


def salvaged(on=300, residual="R0", procedure="LAR"):
    return {"regrowths": (regrowth(200, 214),), "operations": (operation(on, procedure, residual, reason="REGROWTH"),)}


# The attributes


@pytest.mark.parametrize("estimand", [*ESTIMANDS.values(), *RESPONSES.values()], ids=lambda e: e.id)
def test_every_endpoint_states_the_five_attributes(estimand):
    assert (
        estimand.treatment and estimand.population.text and estimand.variable and estimand.summary and estimand.source
    )
    assert estimand.intercurrent and {each.strategy for each in estimand.intercurrent} <= STRATEGIES
    assert len({each.id for each in estimand.intercurrent}) == len(estimand.intercurrent)


def test_the_attributes_are_printed_under_a_curve():
    lines = definition_lines(ESTIMANDS["NRDFS"], "the estimator")
    assert lines[0] == "Treatment: watch-and-wait against surgery (TME), as allocated."
    (said,) = (line for line in lines if line.startswith("Intercurrent events: "))
    assert (
        "death of any cause (composite)" in said
        and "another strategy than allocated or chosen (treatment policy)" in said
    )
    assert "Summary measure: hazard ratio, watch-and-wait to surgery; survival at 1, 2 and 3 years." in lines
    bare = definition_lines(replace(ESTIMANDS["NRDFS"], treatment=None, intercurrent=(), summary=""), "the estimator")
    assert set(lines) - set(bare) == {lines[0], said, *(line for line in lines if line.startswith("Summary measure"))}


def test_what_a_sensitivity_analysis_changes_is_one_strategy():
    def strategies(estimand):
        return {each.id: each.strategy.id for each in ESTIMANDS[estimand].intercurrent}

    primary = strategies("NRDFS")
    assert primary | {"REFUSAL": "TREATMENT_POLICY"} == strategies("NRDFS_REFUSAL")
    assert primary | {"R1_RESECTION": "COMPOSITE"} == strategies("NRDFS_R1")
    assert strategies("REGROWTH") | {"METASTASIS": "WHILE_ON"} == strategies("REGROWTH_METASTASIS")
    assert strategies("ORGAN") | {"DEATH": "WHILE_ON"} == strategies("ORGAN_LOSS")


def test_a_component_of_an_endpoint_that_is_death_is_composite_and_a_competing_one_is_not():
    for estimand in ESTIMANDS.values():
        (death,) = (each for each in estimand.intercurrent if each.id == "DEATH")
        within = any(c.id == "DEATH" for c in estimand.events)
        assert death.strategy == (a.COMPOSITE if within else a.WHILE), estimand.id


def test_every_parameter_has_a_code_a_file_can_carry():
    assert {e.id for e in PARAMETERS.values()} >= ESTIMANDS.keys()
    assert all(len(code) <= 8 for code in (*PARAMETERS, *RESPONSES))
    assert not PARAMETERS.keys() & RESPONSES.keys()


# The primary resection


@pytest.mark.parametrize(
    ("ypt", "ypn", "value"),
    [
        ("ypT0", "ypN0", 1.0), ("ypT0", "ypN1a", 0.0), ("ypTis", "ypN0", 0.0), ("ypT2", None, 0.0), ("ypT0", None, None),
        (None, "ypN0", None), (None, None, None),
    ],
)  # fmt: skip
def test_pcr_is_ypt0_n0_and_stays_open_where_a_blank_decides(ypt, ypn, value):
    assert told(r.PCR, operations=(operation(20, ypt=ypt, ypn=ypn),)) == [value]


@pytest.mark.parametrize(
    ("endpoint", "given", "value"),
    [
        (r.NAR, {"nar": 8.43}, 8.43), (r.NAR, {"nar": 0.0}, 0.0), (r.NAR, {}, None),
        (r.TRG, {"trg": 0}, 0.0), (r.TRG, {"trg": 3}, 3.0), (r.TRG, {}, None),
    ],
)  # fmt: skip
def test_score_and_grade_are_those_of_the_specimen_and_zero_is_one(endpoint, given, value):
    assert told(endpoint, operations=(operation(20, **given),)) == [value]


@pytest.mark.parametrize(("residual", "value"), [("R0", 1.0), ("R1", 0.0), ("R2", 0.0), (None, None)])
def test_r0_at_the_resection_and_at_salvage(residual, value):
    assert told(r.RESECTION_R0, operations=(operation(20, residual=residual),)) == [value]
    assert told(r.SALVAGE_R0, **salvaged(residual=residual)) == [value]


def test_a_salvage_a_local_excision_and_no_operation_have_no_primary_resection():
    for endpoint in (r.PCR, r.NAR, r.TRG, r.RESECTION_R0, r.WEEKS):
        assert told(endpoint) == told(endpoint, **salvaged()) == told(endpoint, operations=(operation(20, "LE"),)) == []


def test_the_first_of_two_resections_answers_for_the_primary():
    two = (operation(60, ypt="ypT0", ypn="ypN0"), operation(20, ypt="ypT3", ypn="ypN0"))
    assert [(x.value, x.on) for x in answers(course(operations=two), r.PCR)] == [(0.0, day(20))]


@pytest.mark.parametrize(
    ("last", "weeks"), [(day(-50), 10.0), (day(20), 0.0), (day(21), None), (None, None), (day(-49), 69 / 7)]
)  # fmt: skip
def test_weeks_are_counted_from_the_last_fraction_and_never_backwards(last, weeks):
    assert told(r.WEEKS, last_fraction_on=last, operations=(operation(20),)) == [weeks]


def test_an_operation_after_the_cut_is_not_known():
    assert told(r.PCR, cut_on=day(19), operations=(operation(20, ypt="ypT0", ypn="ypN0"),)) == []
    assert told(r.PCR, cut_on=day(20), operations=(operation(20, ypt="ypT0", ypn="ypN0"),)) == [1.0]


# Complete response


def test_complete_response_is_that_of_the_model_and_unknown_is_no_in_the_rate():
    assert told(r.CR, pelvis_clear_on=(day(344),)) == [1.0], "day 351 from the decision"
    assert told(r.CR, pelvis_clear_on=(day(343),)) == [None] and told(r.CR_RATE, pelvis_clear_on=(day(343),)) == [0.0]
    assert told(r.CR, regrowths=(regrowth(100, 110),)) == [0.0]
    assert told(r.CR, decision_on=None) == [] and told(r.CR_RATE, decision_on=None, randomised_on=None) == [0.0]
    assert told(r.CR_RATE, eligible_on=None) == []


# Salvage


@pytest.mark.parametrize(
    ("procedure", "value"),
    [("LAR", 1.0), ("ISR", 1.0), ("LE", 1.0), ("APR", 0.0), ("HARTMANN", 0.0), ("OTHER", None), (None, None)],
)
def test_the_sphincter_is_kept_or_lost_or_it_cannot_be_told(procedure, value):
    assert told(r.SALVAGE_SPHINCTER, **salvaged(procedure=procedure)) == [value]


def test_the_interval_runs_from_the_suspicion_to_the_operation():
    assert told(r.SALVAGE_INTERVAL, **salvaged(200)) == [0.0] and told(r.SALVAGE_INTERVAL, **salvaged(300)) == [100.0]
    twice = {
        "regrowths": (regrowth(200, 214), regrowth(500, 514)),
        "operations": (operation(520, reason="REGROWTH"), operation(230, "LE", reason="REGROWTH")),
    }
    assert told(r.SALVAGE_INTERVAL, **twice) == [30.0, 20.0]


@pytest.mark.parametrize(
    ("cohort", "arm", "counted"),
    [("RANDOMISED", WW, 1), (PREFERENCE, WW, 1), ("RANDOMISED", TME, 0), (STANDARD, None, 0)],
)
def test_salvage_is_asked_of_watch_and_wait_however_they_came_to_it(cohort, arm, counted):
    assert len(told(r.SALVAGE_R0, cohort=cohort, arm=arm, **salvaged())) == counted


def test_an_operation_for_a_regrowth_that_was_never_confirmed_is_no_salvage():
    assert told(r.SALVAGE_R0, regrowths=(regrowth(200, None),), operations=(operation(300, reason="REGROWTH"),)) == []


def test_answers_of_a_trial_stand_by_participant_whatever_the_order():
    people = [
        course(participant=name, operations=(operation(20, trg=1),))
        for name in ("VG-02-0001", "VG-01-0002", "VG-01-0001")
    ]
    found = answers_of(people, r.TRG)
    assert [each.participant for each in found] == ["VG-01-0001", "VG-01-0002", "VG-02-0001"]
    assert found == answers_of(reversed(people), r.TRG)


# From the operation


def test_disease_free_survival_of_the_timing_analysis_counts_from_the_operation():
    found = derive(
        course(cohort=STANDARD, arm=None, operations=(operation(20),), metastases_on=(day(120),)), DFS_OPERATED
    )
    assert (found.days, found.status, found.origin_on) == (100, 1, day(20))
    assert derive(course(), DFS_OPERATED) is None and derive(course(**salvaged()), DFS_OPERATED) is None
