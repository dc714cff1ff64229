"""What must be true of every simulated trial, whatever its seed: structure, not numbers."""

from collections import Counter
from datetime import UTC, datetime, time

import pytest

from analysis.endpoints import derive_all
from analysis.estimands import NRDFS, REGROWTH
from analysis.incidence import aalen_johansen, one_minus_kaplan_meier
from forms.checks import findings
from tests.simulate.conftest import KEY, Trial, course_rows_of
from trial.actions.allocate import earlier_allocations
from trial.actions.case import load
from trial.allocation import replay
from trial.clock import FixedClock
from trial.protocol import plan_for
from trial.seal import unseal
from trial.store.verify import verify


@pytest.fixture(scope="module")
def cases(trial: Trial):
    clock = FixedClock(datetime.combine(trial.plan.until, time(20, tzinfo=UTC)))
    with trial.reader as reader:
        return [load(reader, row, clock) for row in reader.all("participant", order_by="id")]


@pytest.fixture(scope="module")
def courses(trial: Trial):
    return course_rows_of(trial)


def test_everyone_who_was_to_come_gave_consent(trial, courses):
    assert len(courses) == trial.plan.participants == trial.done.participants
    assert all(row.consent_on for row in courses)


def test_no_saved_form_breaks_a_hard_check_or_leaves_a_soft_one_unanswered(cases):
    open_findings = [
        (case.id, crf.address, f.key)
        for case in cases
        for crf in case.crfs
        for f in findings(case.record(crf.event), crf)
        if f.level != "missing"
    ]
    assert open_findings == []


def test_screen_failures_are_kept_with_their_reason_and_never_treated(courses):
    failed = [row for row in courses if row.screen_failed_on]
    assert failed
    assert all(row.end_reason == "SCREENFAIL" and row.therapy_start_on is None for row in failed)


def test_every_participant_went_one_way_after_the_decision(courses):
    decided = Counter(row.cohort for row in courses if row.decision_on)
    assert set(decided) <= {"RANDOMISED", "PREFERENCE", "STANDARD"} and decided["STANDARD"] and decided["PREFERENCE"]


def test_nobody_is_allocated_twice_and_every_draw_has_its_number(trial):
    rows = trial.reader.all("allocation", order_by="number")
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert len({row["participant"] for row in rows}) == len(rows)


def test_every_allocation_is_made_again_from_the_seed(trial):
    study = trial.reader.the("randomisation")
    seed = unseal(bytes.fromhex(study["seed_sealed"]), key=KEY, study=study["study"])
    assert replay(plan_for(study["method"], study["parameters"]), seed, earlier_allocations(trial.reader)) is None


def test_the_model_was_asked_only_after_the_own_estimate_was_signed(cases):
    for case in cases:
        estimate = next((s for s in case.signatures if s["form"] == "PRE"), None)
        assert all(estimate is not None and estimate["at"] <= call["at"] for call in case.predictions)


def test_nothing_happens_after_a_death(courses):
    for row in courses:
        if row.died_on is not None:
            assert all(day <= row.died_on.latest for day in (*row.assessed_on, *(o.on for o in row.operations)))


def test_competing_events_make_the_incidence_smaller_than_one_minus_kaplan_meier(courses):
    table = derive_all(courses, REGROWTH)
    assert table.rows
    found, naive = aalen_johansen(table.days, table.status), one_minus_kaplan_meier(table.days, table.status)
    assert found.at(1096).value <= naive.at(1096).value + 1e-12


def test_the_primary_endpoint_counts_everyone_randomised(courses):
    assert len(derive_all(courses, NRDFS).rows) == sum(row.randomised_on is not None for row in courses)


def test_a_late_visit_is_a_deviation(cases):
    assert any(crf.form == "DV" for case in cases for crf in case.crfs)


def test_the_journal_vouches_for_all_of_it(trial):
    assert list(verify(trial.engine, files=trial.files)) == []
