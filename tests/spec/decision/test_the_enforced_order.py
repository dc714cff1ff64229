"""Restaging, own estimate, model, decision, randomisation: each opens when the one before is done (section 5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forms.answers import Answers
from forms.catalogue import crf
from tests.spec.decision.ready import (
    NEGATIVE,
    POSITIVE,
    PRE,
    REFUSED,
    candidate,
    omics,
    restaged,
    sign,
    signatures,
    told,
)
from tests.spec.people import DECIDED, RESTAGED, allocated, decision, eligible, not_done, restaging, therapy
from trial.decision import (
    decision_blockers,
    estimate_blockers,
    model_blockers,
    next_step,
    restaging_event,
    signed,
    signing_blockers,
)
from trial.protocol import PROTOCOL

ALL = ("ELIG", "RST", "PRE", "DEC")


def step(record, *, signed_forms=(), allocation=None, prediction=None, queries=(), today=DECIDED):
    return next_step(
        PROTOCOL, told(record, prediction=prediction, allocation=allocation), signatures=signatures(record, *signed_forms),
        allocation=allocation, prediction=prediction, today=today, open_queries=queries,
    )  # fmt: skip


def ids(blockers):
    return sorted({b.id for b in blockers})


@pytest.mark.requirement("R76")
def test_the_five_steps_in_their_order():
    before = eligible(*therapy())
    assert step(before).name == "restaging"
    assert step(restaged()).name == "estimate"
    estimated = restaged(PRE)
    assert step(estimated).name == "estimate"  # saved, not signed
    assert step(estimated, signed_forms=("PRE",)).name == "model"
    assert step(estimated, signed_forms=("PRE",), prediction=POSITIVE).name == "decision"
    made = candidate()
    assert step(made, signed_forms=("PRE",), prediction=POSITIVE).name == "decision"  # saved, not signed
    found = step(made, signed_forms=ALL, prediction=POSITIVE)
    assert (found.name, found.blockers) == ("randomise", ())
    assert step(made, signed_forms=ALL, prediction=POSITIVE, allocation=allocated("WW")).name == "done"


def test_an_open_step_has_no_blockers():
    for found in (step(restaged()), step(restaged(PRE), signed_forms=("PRE",))):
        assert found.blockers == ()


@pytest.mark.parametrize("form", ["LB", "RAD", "MIC", "LBX"])
def test_every_restaging_form_is_entered_or_marked_not_done(form):
    record = told(restaged(without=(form,)), prediction=None)
    found = estimate_blockers(PROTOCOL, record)
    assert [(b.id, b.address) for b in found] == [("restaging-form-missing", f"{form}/RST/1")]
    assert estimate_blockers(PROTOCOL, told(restaged(not_done(form, "RST"), without=(form,)), prediction=None)) == ()


def test_samples_nobody_agreed_to_are_not_waited_for():
    record = told(restaged(without=("MIC", "LBX"), IC={"ICSAMP": "N"}), prediction=None)
    assert estimate_blockers(PROTOCOL, record) == ()


@pytest.mark.parametrize("item", ["DRE", "ENDO", "MRIRESP", "YCN", "RESP", "BX"])
def test_an_unanswered_required_item_of_restaging_is_named(item):
    record = restaged()
    blank = {k: v for k, v in record.at("RST", "RST").answers.items.items() if k != item}
    found = estimate_blockers(PROTOCOL, told(record.with_crf(crf("RST", "RST", **blank)), prediction=None))
    assert ("restaging-incomplete", "RST/RST/1", item) in [(b.id, b.address, b.what) for b in found]


def test_a_restaging_that_was_not_done_at_all_leads_to_no_decision_point():
    record = eligible(*therapy(), not_done("RST", "RST"), *omics().values())
    assert ids(estimate_blockers(PROTOCOL, told(record, prediction=None))) == ["restaging-not-done"]


def test_an_unanswered_soft_check_on_a_model_input_blocks_and_a_confirmed_one_does_not():
    odd = restaging("CCR", MRTRG="4")
    record = restaged().with_crf(odd)
    found = estimate_blockers(PROTOCOL, told(record, prediction=None))
    assert "soft-check-open" in ids(found)
    confirmed = replace(odd, answers=replace(odd.answers, confirmed={"RST-S4": "seen twice"}))
    assert estimate_blockers(PROTOCOL, told(record.with_crf(confirmed), prediction=None)) == ()


@pytest.mark.parametrize(
    ("address", "blocks"),
    [("MRI0/SCR/1", True), ("RST/RST/1", True), ("EX/NAT-2/1", True), ("AE/ANY/3", False), ("DEC/DEC/1", False)],
)
def test_an_open_query_on_the_way_to_the_model_blocks(address, blocks):
    found = estimate_blockers(PROTOCOL, told(restaged(), prediction=None), open_queries=[address])
    assert (ids(found) == ["query-open"]) is blocks
    assert [b.address for b in found] == ([address] if blocks else [])


def test_after_a_re_assessment_its_own_forms_count():
    again = restaging("NCR", "RST2", on=RESTAGED + timedelta(50))
    record = restaged(again, response="NCR")
    assert restaging_event(record) == "RST2"
    found = estimate_blockers(PROTOCOL, told(record, prediction=None, today=RESTAGED + timedelta(50)))
    assert {b.address for b in found} == {"LB/RST2/1", "RAD/RST2/1", "MIC/RST2/1", "LBX/RST2/1"}


def test_a_re_assessment_that_was_not_done_leaves_the_first_restaging():
    assert restaging_event(restaged(not_done("RST", "RST2"))) == "RST"
    assert restaging_event(eligible()) == "RST"


# --- own estimate, model, decision ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "by", "expected"),
    [
        (restaged(), [], ["own-estimate-missing"]),
        (restaged(PRE), [], ["own-estimate-unsigned"]),
        (restaged(PRE), sign(PRE, voided=True), ["own-estimate-unsigned"]),
        (restaged(PRE), sign(PRE), []),
        (restaged(replace(PRE, number=2)), sign(PRE), ["own-estimate-unsigned"]),
    ],
)
def test_the_model_waits_for_a_signed_estimate(record, by, expected):
    assert ids(model_blockers(PROTOCOL, told(record, prediction=None), signatures=by)) == expected


def test_the_model_waits_for_everything_the_estimate_waited_for():
    record = told(restaged(PRE, without=("RAD",)), prediction=None)
    assert ids(model_blockers(PROTOCOL, record, signatures=sign(PRE))) == ["restaging-form-missing"]


@pytest.mark.parametrize(
    ("prediction", "expected"), [(None, ["model-not-called"]), (POSITIVE, []), (NEGATIVE, []), (REFUSED, [])]
)
def test_the_decision_waits_for_a_call_answered_or_refused(prediction, expected):
    record = told(restaged(PRE), prediction=prediction)
    assert ids(decision_blockers(PROTOCOL, record, signatures=sign(PRE), prediction=prediction)) == expected
    assert ids(signing_blockers(PROTOCOL, record.with_crf(decision()), decision(), signatures=sign(PRE))) == expected


def test_the_decision_waits_for_the_signed_estimate_too():
    record = told(restaged(), prediction=POSITIVE)
    assert ids(decision_blockers(PROTOCOL, record, signatures=[], prediction=POSITIVE)) == ["own-estimate-missing"]
    unsigned = told(restaged(PRE), prediction=POSITIVE)
    assert ids(signing_blockers(PROTOCOL, unsigned, decision(), signatures=[])) == ["own-estimate-unsigned"]


# --- signatures ---------------------------------------------------------------------------------------------------


def test_eligibility_is_signed_only_when_it_is_derived():
    elig = crf("ELIG", ELIGCONF="Y", ELIGDAT=RESTAGED)
    assert signing_blockers(PROTOCOL, told(restaged()), elig) == ()
    open_one = told(restaged(MRI0={"DISTAV": None}))
    assert [(b.id, b.what) for b in signing_blockers(PROTOCOL, open_one, elig)] == [("criterion-open", "IN4")]
    failed = told(restaged(CT0={"CM": "M1"}))
    assert ids(signing_blockers(PROTOCOL, failed, elig)) == ["criterion-failed"]


def test_a_screening_failure_may_be_signed_whatever_is_derived():
    assert signing_blockers(PROTOCOL, told(restaged(CT0={"CM": "M1"})), crf("ELIG", ELIGCONF="N")) == ()


@pytest.mark.parametrize("form", ["RST", "SAE", "AE", "FU"])
def test_other_forms_are_signed_on_their_own_findings(form):
    assert signing_blockers(PROTOCOL, told(eligible()), crf(form, "ANY")) == ()


def test_the_estimate_is_signed_when_restaging_is_complete():
    assert signing_blockers(PROTOCOL, told(restaged(PRE)), PRE) == ()
    assert ids(signing_blockers(PROTOCOL, told(restaged(PRE, without=("LB",))), PRE)) == ["restaging-form-missing"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({}, True), ({"revision": 2}, False), ({"form": "DEC"}, False), ({"event": "RST"}, False), ({"occurrence": 2}, False),
     ({"voided_at": "2026-07-01"}, False)],
)  # fmt: skip
def test_a_signature_belongs_to_one_revision_of_one_form(change, expected):
    row = sign(PRE)[0] | change
    assert signed(restaged(PRE), [row], PRE) is expected


def test_a_form_that_does_not_exist_is_not_signed():
    assert signed(restaged(), sign(PRE), None) is False


def test_a_blocker_reads_as_its_id_and_speaks_in_words():
    gone = replace(omics()["LB"], answers=Answers(removed="wrong participant"))
    found = estimate_blockers(PROTOCOL, told(restaged(without=("LB",)).with_crf(gone), prediction=None))[0]
    assert str(found) == "restaging-form-missing"
    assert found.text.endswith(".")
