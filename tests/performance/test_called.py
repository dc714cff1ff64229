"""From the database to people: first answers, own estimates, strata, and outcomes by the one rule; who may read the calls."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from analysis.called import as_call, is_mature, models, outcome, people
from analysis.course_row import SecondPrimary
from analysis.performance_results import cut_of, performance_results
from forms.dates import PartialDate
from tests.actions.house import PREDICTED, READY, RESTAGED, SCREENED
from tests.actions.rooms import on_both
from tests.analysis.courses import course, day, operation, regrowth
from tests.performance.conftest import LATER, plant
from trial.actor import Actor
from trial.complete_response import CLEAR, DEATH, METASTASIS, REGROWTH, SPECIMEN
from trial.errors import NotAllowed
from trial.roles import ROLES
from trial.store import extract
from trial.store.model_calls import model_calls

STATISTICIAN = Actor(None, "test", "statistician", None)
CELLS = ((True, True), (True, False), (False, True), (False, False))
"""Positive and complete: the cells of a fourfold table in its order."""
DECIDED = -7
"""The decision of `course()`, a week before randomisation; days of the rule count from it."""


def told(**given):
    found = outcome(course(**given))
    return found.complete, found.told_by


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (None, None)),
        ({"decision_on": None, "died_on": PartialDate.of(day(10))}, (None, None)),
        ({"operations": (operation(20, ypt="ypT0", ypn="ypN0"),)}, (True, SPECIMEN)),
        ({"operations": (operation(20, ypt="ypT3", ypn="ypN0"),)}, (False, SPECIMEN)),
        ({"operations": (operation(20, procedure="OTHER"), operation(40, ypt="ypT0", ypn="ypN0"))}, (True, SPECIMEN)),
        ({"operations": (operation(-60, ypt="ypT0", ypn="ypN0"),)}, (None, None)),  # before the decision
        ({"operations": (operation(20, procedure="LE", ypt="ypT0", ypn="ypNx"),)}, (None, None)),
        ({"pelvis_clear_on": (day(DECIDED + 350),)}, (None, None)),
        ({"pelvis_clear_on": (day(DECIDED + 351),)}, (True, CLEAR)),
        ({"regrowths": (regrowth(200, 214),)}, (False, REGROWTH)),
        ({"regrowths": (regrowth(340, None),), "pelvis_clear_on": (day(355),)}, (None, None)),  # still worked up
        ({"regrowths": (regrowth(340, None, outcome="NOTCONF"),), "pelvis_clear_on": (day(355),)}, (True, CLEAR)),
        ({"regrowths": (dataclasses.replace(regrowth(200), confirmed_on=None),)}, (False, REGROWTH)),
        ({"metastases_on": (day(100),)}, (False, METASTASIS)),
        ({"died_on": PartialDate.of(day(100))}, (False, DEATH)),
        ({"second_primaries": (SecondPrimary(day(100), "CRC"),)}, (None, None)),
    ],
)  # fmt: skip
def test_a_course_has_the_outcome_of_the_rule(given, expected):
    assert told(**given) == expected


@pytest.mark.parametrize(("days", "mature"), [(364, False), (365, True), (366, True)])
def test_an_outcome_is_due_when_the_year_is_over(days, mature):
    assert is_mature(day(0), day(0) + timedelta(days=days)) is mature
    assert is_mature(None, day(1000)) is False


def row(**given):
    inputs = [
        {"name": "distance", "modality": "clinical", "value": "60"},
        {"name": "mean", "modality": "radiomics", "value": None},
    ]
    plain = {"number": 1, "model": "m", "version": "1", "digest": "d", "probability": "0.700000", "threshold": "0.570000",
             "refused": None, "inputs": inputs, "at": LATER}  # fmt: skip
    return plain | given


def test_a_stored_call_becomes_numbers_and_a_missing_value_stays_missing():
    found = as_call(row())
    assert (found.probability, found.threshold) == (0.7, 0.57)
    assert found.vector == {"distance": 60.0, "mean": None} and found.missing == ("radiomics",)
    refused = as_call(row(probability=None, refused=["MRI0.MRF"]))
    unknown = as_call(
        row(probability=None, model=None, version=None, threshold=None, inputs=[], refused=["model-unavailable: X"])
    )
    assert (unknown.model, unknown.threshold, unknown.vector) == ("", None, {})
    assert (refused.probability, refused.refused) == (None, ("MRI0.MRF",))


def taken(house, viewer=STATISTICIAN):
    today = house.clock.today()
    whole = extract.pooled(house.reader, viewer, cut_on=today, now=house.clock.now())
    return whole, model_calls(house.reader, viewer, cut_on=today)


def test_people_carry_call_estimate_strata_and_decision(house):
    found = {p.participant: p for p in people(*taken(house))}
    ready = found[READY]
    assert (ready.call.probability, ready.own, ready.mature) == (0.7, 0.7, False)
    assert ready.decided_on is not None and found[PREDICTED].decided_on is None
    assert ready.strata == {
        "site": "01",
        "sex": "M",
        "age": "YOUNGER",
        "ct": "T3",
        "regimen": "NO_IO",
        "msi": "UNKNOWN",
    }
    assert found[RESTAGED].calls == () and SCREENED not in found
    assert models(found.values()) == (("small 1.0", "5" * 64, 2),)


@on_both
def test_what_was_planted_is_read_back(either):
    made = plant(either, 12)
    found = {p.participant: p for p in people(*taken(either))}
    for each in made:
        person = found[each.participant]
        assert (person.call.probability, person.response.complete, person.mature) == (
            each.probability,
            each.complete,
            True,
        )


def test_the_validation_is_that_of_the_planted_people(house, planted):
    made = performance_results(*taken(house))
    assert (made.n, made.events) == (len(planted), sum(each.complete for each in planted))
    hits = [(each.probability >= 0.5, each.complete) for each in planted]
    table = made.whole.accuracy.table
    assert (table.tp, table.fp, table.fn, table.tn) == tuple(
        hits.count(c) for c in ((True, True), (True, False), (False, True), (False, False))
    )
    assert made.reference is None  # the small model of the house was trained on nobody


def test_a_new_call_changes_the_digest_of_the_cut(house):
    before = cut_of(*taken(house))
    assert cut_of(*taken(house)) == before
    house.save(RESTAGED, "PRE", {"PREDAT": "2026-05-20", "PRECR": "70", "PRESTRAT": "WW"}, "DEC")
    whole, calls = taken(house)
    other = dataclasses.replace(calls, digest="0" * 64)
    assert cut_of(whole, other).digest != cut_of(whole, calls).digest


def test_calls_after_the_cut_are_not_read(house):
    whole, calls = taken(house)
    assert calls.rows
    assert model_calls(house.reader, STATISTICIAN, cut_on=whole.cut_on - timedelta(days=1)).rows == ()


@pytest.mark.parametrize("role", list(ROLES))
def test_calls_leave_the_database_only_for_who_sees_pooled_results(house, role):
    viewer = Actor(None, "test", role, None)
    if "results.pooled" in ROLES[role].verbs:
        assert model_calls(house.reader, viewer, cut_on=house.clock.today()).rows
    else:
        with pytest.raises(NotAllowed):
            model_calls(house.reader, viewer, cut_on=house.clock.today())


def test_somebody_bound_to_a_site_gets_the_calls_of_that_site(house):
    elsewhere = Actor(None, "test", "statistician", frozenset({"02"}))
    assert model_calls(house.reader, elsewhere, cut_on=house.clock.today()).rows == ()
