"""Every fact a form declares is supplied, by its meaning in forms/crfs/facts.py; what nobody knows is None."""

from datetime import UTC, date, timedelta

import pytest

from forms.catalogue import crf, definitions, written
from forms.language import STANDING_FACTS
from tests.spec.decision.ready import NEGATIVE, POSITIVE, REFUSED
from tests.spec.people import (
    CONSENT,
    DECIDED,
    NOT_A_CANDIDATE,
    PREFERS_WATCHING,
    SITE,
    allocated,
    at_noon,
    decided,
    decision,
    operation,
    person,
    telling,
    visit,
)
from trial.facts import SUPPLIED, facts_for
from trial.protocol import PROTOCOL
from trial.visits import months_after

WW, TME = allocated("WW"), allocated("TME")
MONTH_6 = months_after(DECIDED, 6)


def facts(record, event="DEC", *, allocation=None, prediction=None, site=SITE, **more):
    return facts_for(record, protocol=PROTOCOL, site=site, event=event, allocation=allocation, prediction=prediction,
                     today=DECIDED, now=at_noon(DECIDED), **more)  # fmt: skip


@pytest.mark.parametrize("form", [f.oid for f in written()])
def test_no_form_asks_for_a_fact_that_nobody_supplies(form):
    declared = {fact for (oid, _), f in definitions().items() if oid == form for fact in f.facts}
    assert declared <= SUPPLIED


def test_exactly_the_promised_facts_are_supplied():
    assert set(facts(telling())) == SUPPLIED
    assert STANDING_FACTS <= SUPPLIED


def test_nothing_is_known_of_nobody():
    found = facts(telling(), site={})
    unknown = {name for name in SUPPLIED if found[name] is None}
    assert unknown == SUPPLIED - {"today", "now", "event", "scheduled", "stoma_now"}
    assert found["scheduled"] == ()


def test_the_site_tells_its_consent_versions_and_when_they_were_valid():
    found = facts(person())
    assert found["consent_versions"] == ("1.0", "1.1")
    assert found["consent_validity"][1] == ("1.1", date(2026, 6, 1), None)
    assert found["birth_year_only"] is False


def test_a_version_without_dates_was_always_valid():
    found = facts(person(), site={"consent_versions": [{"version": "1.0"}]})
    assert found["eligible"] is True


@pytest.mark.parametrize(
    ("record", "expected"), [(person(), True), (person(CT0={"CM": "M1"}), False), (person(without=("CT0",)), None)]
)
def test_eligibility_is_a_fact(record, expected):
    assert facts(record)["eligible"] is expected


@pytest.mark.parametrize(
    ("dec", "allocation", "arm", "cohort", "on"),
    [
        (decision(), WW, "WW", "RANDOMISED", DECIDED),
        (decision(**PREFERS_WATCHING), None, "WW-P", "PREFERENCE", None),
        (decision(**NOT_A_CANDIDATE), None, "S", "STANDARD", None),
        (decision(), None, None, None, None),
    ],
)
def test_arm_cohort_and_allocation(dec, allocation, arm, cohort, on):
    found = facts(decided(dec=dec), allocation=allocation)
    assert (found["arm"], found["cohort"], found["allocated_on"]) == (arm, cohort, on)


@pytest.mark.parametrize(
    ("prediction", "call", "category"),
    [
        (None, None, None),
        (POSITIVE, "vigil-cr 1.0 #1", "POSITIVE"),
        (NEGATIVE, "vigil-cr 1.0 #1", "NEGATIVE"),
        (REFUSED, "refused: radiomics", None),
    ],
)
def test_the_model_call(prediction, call, category):
    found = facts(decided(), prediction=prediction)
    assert (found["model_call"], found["model_class"]) == (call, category)


def test_candidacy_follows_from_the_class():
    for prediction, expected in ((POSITIVE, "CAND"), (NEGATIVE, "NOTCAND"), (REFUSED, "CT"), (None, "CT")):
        record = decided()
        assert record.with_facts(**facts(record, prediction=prediction)).value("DEC.CANDDER") == expected


@pytest.mark.parametrize(("event", "series"), [("FU06", "FU06"), ("PO30-2", "PO30"), ("UNS-1", "UNS"), ("SCR", "SCR")])
def test_the_event_without_its_number(event, series):
    assert facts(decided(), event)["event"] == series


def test_the_window_and_the_scheduled_items_are_those_of_the_event():
    found = facts(decided(), "FU06", allocation=WW)
    assert (found["window_opens"], found["window_closes"]) == (MONTH_6 - timedelta(14), MONTH_6 + timedelta(14))
    assert set(found["scheduled"]) == {"FU.DRE", "FU.ENDO", "FU.MRI", "FU.CHESTCT"}
    assert facts(decided(), "FU06", allocation=TME)["scheduled"] == ("FU.CHESTCT",)
    assert facts(decided(), "ANY", allocation=TME)["scheduled"] == ()


def test_the_follow_up_form_asks_what_the_schedule_asks():
    from forms.checks import findings

    record = decided(visit("FU06", MONTH_6))
    told = record.with_facts(**{**facts(record, "FU06", allocation=WW), "today": MONTH_6})
    missing = {f.item for f in findings(told, record.at("FU", "FU06")) if f.level == "missing"}
    assert missing == {"DRE", "ENDO", "MRI", "CHESTCT"}


def test_the_operation_of_a_post_operative_visit_is_found_by_its_number():
    first, second = DECIDED + timedelta(20), DECIDED + timedelta(200)
    record = decided(operation(second, "APR", "SUR-2", 2), operation(first, "LE"))
    assert facts(record, "PO30-1", allocation=WW)["operated_on"] == first
    assert facts(record, "PO90-2", allocation=WW)["operated_on"] == second
    assert facts(record, "PO30-3", allocation=WW)["operated_on"] is None
    assert facts(record, "FU06", allocation=WW)["operated_on"] is None


STOMA = crf("STO", "ANY", STODAT=DECIDED + timedelta(20))
CLOSED = crf("STO", "ANY", STODAT=DECIDED + timedelta(20), STOREV=MONTH_6)


@pytest.mark.parametrize(
    ("crfs", "event", "expected"),
    [
        ((), "SCR", "N"),
        ((), "FU06", "N"),
        ((visit("FU06", MONTH_6, STOMANOW="Y"),), "FU06", "Y"),
        ((visit("FU06", MONTH_6, STOMANOW="N"), STOMA), "FU06", "N"),  # the visit itself is believed first
        ((STOMA,), "FU06", "Y"),
        ((CLOSED,), "FU12", "N"),
        ((crf("FU", "FU06", FUDAT=MONTH_6), CLOSED), "FU06", "N"),
        ((crf("FU", "FU03", FUDAT=MONTH_6 - timedelta(1)), CLOSED), "FU03", "Y"),
        ((crf("FU", "FU03", FUDAT=DECIDED), STOMA), "FU03", "N"),
        ((operation(DECIDED + timedelta(20)),), "FU06", None),
        ((operation(DECIDED + timedelta(20)), crf("FU", "FU03", FUDAT=DECIDED)), "FU03", "N"),
    ],
)
def test_a_stoma_now(crfs, event, expected):
    assert facts(decided(*crfs), event, allocation=TME)["stoma_now"] == expected


def test_what_the_caller_knows_is_passed_on():
    found = facts(person(), laboratory_ranges={"CEA": {}}, taxon_tables={"a": ()}, zone=UTC)
    assert (found["laboratory_ranges"], found["taxon_tables"], found["zone"]) == ({"CEA": {}}, {"a": ()}, UTC)
    assert (found["today"], found["now"]) == (DECIDED, at_noon(DECIDED))
    assert CONSENT < found["today"]
