"""A serious event opens its SAE, a death its DTH, a suspicion its work-up, a confirmed regrowth its salvage (crf.csv)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forms.answers import Answers, Row
from forms.catalogue import crf
from forms.dates import PartialDate
from tests.spec.people import (
    DECIDED,
    allocated,
    decided,
    decision,
    eligible,
    not_done,
    operation,
    restaging,
    therapy,
    visit,
)
from tests.spec.schedule.planned import events, forms, status, window
from trial.course import course
from trial.opened import opened
from trial.visits import months_after

WW = allocated("WW")
MONTH_3, MONTH_6 = months_after(DECIDED, 3), months_after(DECIDED, 6)
LATER = months_after(DECIDED, 7)


def adverse(number=1, **answers):
    return crf(
        "AE",
        "ANY",
        number,
        **{"AETERM": "rash", "AESTDAT": PartialDate.of(DECIDED), "AETOXGR": 2, "AESER": "N", **answers},
    )


def owed(record, today=LATER, allocation=WW):
    return {a for a, d in forms(record, today, allocation).items() if d.because}


OPENERS = [
    ("DTH/ANY/1", visit("FU03", MONTH_3, ALIVE="N")),
    ("DTH/ANY/1", adverse(AEOUT="FATAL")),
    ("DTH/ANY/1", adverse(AETOXGR=5)),
    ("DTH/ANY/1", crf("EOS", "EOS", EOSDAT=MONTH_6, EOSREAS="DEATH")),
    ("MET/ANY/1", visit("FU06", MONTH_6, CHESTCT="MET")),
    ("MET/ANY/1", visit("FU06", MONTH_6, SUSPECT=("MET",))),
    ("MET/ANY/1", visit("FU06", MONTH_6, SUSPECT=("RGW", "MET"))),
    ("SPC/ANY/1", visit("FU12", MONTH_6, COLO="SPC")),
    ("SPC/ANY/1", visit("FU12", MONTH_6, SUSPECT=("SPC",))),
    ("LR/ANY/1", visit("FU12", MONTH_6, SUSPECT=("LR",))),
    ("RGW/RGW-1/1", visit("FU03", MONTH_3, SUSPECT=("RGW",))),
    ("SAE/ANY/1", adverse(AESER="Y")),
]


@pytest.mark.parametrize(("address", "answer"), OPENERS)
def test_the_answer_opens_the_form_and_is_named_as_the_reason(address, answer):
    found = forms(decided(answer), LATER, WW)[address]
    assert (found.status, found.because) == ("due", answer.address)
    assert found.reason


@pytest.mark.parametrize(
    "answer",
    [
        visit("FU03", MONTH_3),
        visit("FU06", MONTH_6, CHESTCT="NOMET", COLO="ADENOMA"),
        visit("FU06", MONTH_6, CHESTCT="EQUIV"),
        visit("FU06", MONTH_6, CHESTCT="ND"),
        visit("FU06", MONTH_6, SUSPECT=None),
        adverse(),
        adverse(AESER=None, AEOUT="RECOVERED", AETOXGR=4),
        crf("EOS", "EOS", EOSDAT=MONTH_6, EOSREAS="LOST"),
    ],
)
def test_an_ordinary_answer_opens_nothing(answer):
    cleaned = replace(answer, answers=Answers({k: v for k, v in answer.answers.items.items() if v is not None}))
    assert owed(decided(cleaned)) == set()


def test_a_complication_of_grade_v_opens_the_death_form():
    grades = tuple(Row(f"r{n}", {"CLAVIEN": g}) for n, g in enumerate(("I", "V")))
    complications = replace(crf("POC", "PO30-1"), answers=Answers({"POCANY": "Y"}, groups={"R": grades}))
    record = decided(operation(DECIDED + timedelta(20)), complications)
    assert owed(record, allocation=allocated("TME")) == {"DTH/ANY/1"}
    milder = replace(complications, answers=Answers({"POCANY": "Y"}, groups={"R": grades[:1]}))
    assert owed(decided(operation(DECIDED + timedelta(20)), milder), allocation=allocated("TME")) == set()


@pytest.mark.parametrize("answer", [restaging("NCR", YCM="M1"), decision(M1NOW="Y", STRATEGY="NOTCAND")])
def test_metastasis_at_restaging_or_at_the_decision_opens_met(answer):
    others = [restaging()] if answer.form == "DEC" else []
    assert "MET/ANY/1" in owed(eligible(*therapy(), *others, answer), allocation=None)


@pytest.mark.parametrize("form", ["DTH", "MET", "SPC", "LR"])
def test_an_entered_form_is_no_longer_owed_however_often_it_was_opened(form):
    answers = [
        visit("FU03", MONTH_3, ALIVE="N"), visit("FU06", MONTH_6, CHESTCT="MET", COLO="SPC", SUSPECT=("LR", "MET")),
        visit("FU09", LATER, CHESTCT="MET", SUSPECT=("LR", "SPC")),
    ]  # fmt: skip
    before = decided(*answers)
    assert status(before, f"{form}/ANY/1", LATER, WW) == "due"
    assert status(decided(*answers, crf(form, "ANY")), f"{form}/ANY/1", LATER, WW) == "entered"
    assert status(decided(*answers, not_done(form, "ANY")), f"{form}/ANY/1", LATER, WW) == "not_done"


def test_a_form_that_was_removed_is_owed_again():
    gone = replace(crf("MET", "ANY"), answers=Answers(removed="entered for the wrong participant"))
    assert status(decided(visit("FU06", MONTH_6, CHESTCT="MET"), gone), "MET/ANY/1", LATER, WW) == "due"


# --- serious adverse events ---------------------------------------------------------------------------------------


def test_every_serious_event_has_one_sae_by_its_link_and_not_by_its_number():
    events_ = [adverse(1), adverse(2, AESER="Y"), adverse(3, AESER="Y")]
    told = crf("SAE", "ANY", 1, SAEAENO="AE/ANY/3")
    found = {o.because: o.occurrence for o in opened(decided(*events_, told)) if o.form == "SAE"}
    assert found == {"AE/ANY/3": 1, "AE/ANY/2": 2}


def test_two_new_serious_events_are_owed_two_different_forms():
    found = [o.occurrence for o in opened(decided(adverse(1, AESER="Y"), adverse(2, AESER="Y"))) if o.form == "SAE"]
    assert found == [1, 2]


def test_an_event_that_is_no_longer_serious_opens_nothing():
    assert [o for o in opened(decided(adverse(1, AESER="N"))) if o.form == "SAE"] == []


# --- regrowth and salvage -------------------------------------------------------------------------------------------


def regrowth(n=1, outcome="CONFIRMED", salvage="PLANNED", on=MONTH_3, **answers):
    given = {
        "RGWDAT": on,
        "RGWCONF": outcome,
        "RGWCDAT": on + timedelta(10),
        "SALV": salvage,
        "SALVDAT": on + timedelta(14),
        **answers,
    }
    if outcome != "CONFIRMED":
        given = {"RGWDAT": on, "RGWCONF": outcome}
    return crf("RGW", f"RGW-{n}", **{k: v for k, v in given.items() if v is not None})


SUSPICIOUS = visit("FU03", MONTH_3, SUSPECT=("RGW",))


@pytest.mark.parametrize("outcome", ["PENDING", "CONFIRMED", "NOTCONF"])
def test_a_suspicion_is_answered_by_the_work_up_that_began_with_it(outcome):
    assert status(decided(SUSPICIOUS, regrowth(outcome=outcome)), "RGW/RGW-1/1", LATER, WW) == "entered"
    assert "RGW/RGW-2/1" not in forms(decided(SUSPICIOUS, regrowth(outcome=outcome)), LATER, WW)


@pytest.mark.parametrize(("outcome", "again"), [("PENDING", False), ("CONFIRMED", False), ("NOTCONF", True)])
def test_a_new_suspicion_needs_a_new_work_up_only_once_the_old_one_is_closed(outcome, again):
    second = visit("FU06", MONTH_6, SUSPECT=("RGW",))
    record = decided(SUSPICIOUS, regrowth(outcome=outcome), second)
    assert ("RGW/RGW-2/1" in forms(record, LATER, WW)) is again


def test_suspicion_may_date_from_the_mri_before_the_visit():
    seen = visit("FU03", MONTH_3, SUSPECT=("RGW",), MRI="SUSP", MRIDAT=MONTH_3 - timedelta(6))
    work = regrowth(outcome="NOTCONF", on=MONTH_3 - timedelta(6))
    assert "RGW/RGW-2/1" not in forms(decided(seen, work), LATER, WW)
    earlier = regrowth(outcome="NOTCONF", on=MONTH_3 - timedelta(7))
    assert "RGW/RGW-2/1" in forms(decided(seen, earlier), LATER, WW)


def test_two_suspicious_visits_without_a_work_up_owe_one():
    record = decided(SUSPICIOUS, visit("FU06", MONTH_6, SUSPECT=("RGW",)))
    assert [a for a in owed(record) if a.startswith("RGW")] == ["RGW/RGW-1/1"]


@pytest.mark.parametrize("salvage", ["PLANNED", "DONE", None])
def test_a_confirmed_regrowth_opens_the_salvage_forms(salvage):
    found = forms(decided(regrowth(salvage=salvage)), LATER, WW)
    assert {"SUR/SLV-1/1", "SLV/SLV-1/1"} <= set(found)


@pytest.mark.parametrize("salvage", ["REFUSED", "NOTRES", "UNFIT"])
def test_no_salvage_forms_where_there_will_be_no_salvage(salvage):
    assert not [a for a in forms(decided(regrowth(salvage=salvage)), LATER, WW) if "/SLV-" in a]


@pytest.mark.parametrize("outcome", ["PENDING", "NOTCONF"])
def test_no_salvage_before_the_regrowth_is_confirmed(outcome):
    assert not [a for a in forms(decided(regrowth(outcome=outcome)), LATER, WW) if "/SLV-" in a]


@pytest.mark.parametrize(("day", "expected"), [(84, "due"), (85, "overdue")])
def test_planned_salvage_turns_overdue_after_12_weeks(day, expected):
    planned = MONTH_3 + timedelta(14)
    assert status(decided(regrowth()), "SLV/SLV-1/1", planned + timedelta(day), WW) == expected
    assert window(decided(regrowth()), "SLV-1", WW)[0] == planned


def test_a_salvage_operation_brings_pathology_and_post_operative_visits():
    done = operation(MONTH_6, "APR", "SLV-1", reason="REGROWTH")
    link = crf("SLV", "SLV-1", SLVSUR="SUR/SLV-1/1")
    record = decided(SUSPICIOUS, regrowth(salvage="DONE"), done, link)
    found = forms(record, MONTH_6 + timedelta(30), WW)
    assert found["YP/SLV-1/1"].status == "due"
    assert found["SUR/SLV-1/1"].status == "entered"
    assert {"PO30-1", "PO90-1"} <= set(events(record, WW))
    assert course(record, WW).operations[0].salvage


def test_a_salvage_entered_as_an_ordinary_operation_is_not_asked_for_twice():
    record = decided(regrowth(salvage="DONE"), operation(MONTH_6, "APR", "SUR-1", reason="REGROWTH"))
    found = forms(record, MONTH_3 + timedelta(14 + 84), WW)
    assert "SUR/SLV-1/1" not in found
    assert found["SLV/SLV-1/1"].status == "due"
