"""From forms to an adverse event of the tables: what was not asked is no, what is not certain is unknown."""

from __future__ import annotations

import datetime

import pytest

from analysis.results import adverse_events
from forms.answers import Answers, Crf
from trial.store.extract import Extracted

MADE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def event_after(drug: str, **answers: str):
    """The adverse event of somebody who had one dose of that drug."""
    given = Crf("EX", 1, "THERAPY", 1, 1, Answers({"EXTRT": drug, "EXDOSE": 100}))
    event = Crf("AE", 1, "EVENTS", 1, 1, Answers({"AECTCAE": "Colitis", **answers}))
    (found,) = adverse_events(Extracted("VG-01-0001", "01", MADE, (given, event), None))
    return found


@pytest.mark.parametrize(("answer", "read_as"), [("Y", True), ("N", False), ("SUSPECTED", None)])
def test_immune_related_is_what_was_answered_and_a_suspicion_cannot_be_told(answer, read_as):
    assert event_after("PD1", AEIR=answer).immune_related is read_as


def test_after_immunotherapy_an_answer_left_out_is_unknown():
    assert event_after("PD1").immune_related is None


def test_without_immunotherapy_it_is_not_asked_and_no_event_is_immune_related():
    assert event_after("CAPECITABINE").immune_related is False
