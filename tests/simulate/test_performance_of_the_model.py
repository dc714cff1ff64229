"""What the prospective validation reads from a simulated trial is what the lives truly were."""

from datetime import UTC, datetime, time

import pytest

from analysis import training_reference
from analysis.called import people
from analysis.model_consort import model_consort
from analysis.performance_results import performance_results
from tests.simulate.conftest import STATISTICIAN, Trial
from tests.simulate.test_whole_trial import _index
from trial.simulate.truth import draw
from trial.store import extract
from trial.store.model_calls import model_calls


@pytest.fixture(scope="module")
def taken(trial: Trial):
    now = datetime.combine(trial.plan.until, time(20, tzinfo=UTC))
    whole = extract.pooled(trial.reader, STATISTICIAN, cut_on=trial.plan.until, now=now)
    return whole, model_calls(trial.reader, STATISTICIAN, cut_on=trial.plan.until)


def test_the_outcome_of_everybody_called_is_the_truth_of_the_course_they_took(trial, taken):
    """The course is the one begun. Nothing that the truth knows is unknown here, but what the site never entered."""
    checked = 0
    begun = {row.participant: row.record().value("MGT.MGTSTRT") for row in taken[0].rows}
    for person in people(*taken):
        if not person.calls or not person.mature or begun[person.participant] not in ("WW", "TME"):
            continue
        truth = draw(trial.plan.seed, _index(trial, person.participant)).complete_response(begun[person.participant])
        if person.response.complete is not None:
            assert person.response.complete == truth, (person.participant, person.response)
            checked += 1
    assert checked >= 0.2 * len(taken[0].rows)


def test_the_first_answer_of_everybody_is_in_the_flow(trial, taken):
    everyone = people(*taken)
    answered = {row["participant"] for row in taken[1].rows if row["probability"] is not None}
    assert {p.participant for p in everyone if p.call} == answered
    (digest,) = {row["digest"] for row in taken[1].rows}
    assert model_consort(everyone, digest)["THIS"] == len(answered)


def test_the_validation_of_a_whole_trial_runs_and_its_inputs_have_not_moved(taken):
    found = performance_results(*taken)
    assert found.model is not None and found.n > 0
    if training_reference.load(found.model.digest):
        assert [s.name for s in found.shifts if s.moved] == []
    else:
        assert found.shifts == ()
