"""Refused unless everything section 6 lists holds; every reason is named, not only the first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.catalogue import crf
from forms.dates import PartialDate
from tests.spec.decision.ready import NEGATIVE, POSITIVE, REFUSED, candidate, sign, signatures, told
from tests.spec.people import (
    CONSENT,
    DECIDED,
    LAST_FRACTION,
    NOT_A_CANDIDATE,
    PREFERS_WATCHING,
    RESTAGED,
    allocated,
    days,
    decision,
    eligible,
    restaging,
    therapy,
)
from trial.allocation import allocate
from trial.decision import allocation_factors, randomisation_blockers
from trial.protocol import PROTOCOL, plan_for

SIGNED = ("ELIG", "DEC")


def refused(record, *, signed=SIGNED, allocation=None, prediction=POSITIVE, today=DECIDED):
    found = randomisation_blockers(
        PROTOCOL, told(record, prediction=prediction, today=today), signatures=signatures(record, *signed),
        allocation=allocation, prediction=prediction, today=today, site="01",
    )  # fmt: skip
    return sorted({b.id for b in found})


@pytest.mark.requirement("R53")
@pytest.mark.parametrize("response", ["CCR", "NCR"])
def test_a_candidate_who_accepts_is_randomised(response):
    assert refused(candidate(response=response)) == []


WITHDRAWN = {"ICWDAT": days(100), "ICWSCOPE": ("FUTURE",)}
REFUSALS = [
    ("earlier allocation", candidate(), {"allocation": allocated("TME")}, ["already-allocated"]),
    ("eligibility unsigned", candidate(), {"signed": ("DEC",)}, ["eligibility-unsigned"]),
    ("eligibility denied", candidate(crf("ELIG", ELIGCONF="N")), {}, ["eligibility-unsigned"]),
    ("no longer eligible", candidate(MRI0={"DISTAV": Decimal("110")}), {}, ["criterion-failed"]),
    ("no longer known to be eligible", candidate(MRI0={"DISTAV": None}), {}, ["criterion-open"]),
    ("consent withdrawn", candidate(IC=WITHDRAWN), {}, ["consent-withdrawn"]),
    ("decision unsigned", candidate(), {"signed": ("ELIG",)}, ["decision-unsigned"]),
    ("model negative", candidate(), {"prediction": NEGATIVE}, ["not-derived-candidate"]),
    ("model refused", candidate(), {"prediction": REFUSED}, ["model-unanswered", "not-derived-candidate"]),
    ("model not called", candidate(), {"prediction": None}, ["model-unanswered", "not-derived-candidate"]),
    ("contraindication", candidate(dec=decision(CONTRA="Y")), {}, ["not-derived-candidate"]),
    ("candidate for the board only", candidate(response="ICR"), {}, ["factor-unknown", "not-derived-candidate"]),
    (
        "not a candidate", candidate(dec=decision(**NOT_A_CANDIDATE)), {}, ["not-candidate", "randomisation-not-accepted"],
    ),
    ("declined", candidate(dec=decision(**PREFERS_WATCHING)), {}, ["randomisation-not-accepted"]),
    ("not asked", candidate(dec=decision(RANDCONS=None, RANDCDAT=None)), {}, ["randomisation-not-accepted"]),
    ("dead", candidate(crf("DTH", "ANY", DTHDAT=PartialDate.of(DECIDED))), {}, ["died"]),
    ("dead, date unknown", candidate(crf("DTH", "ANY")), {}, ["died"]),
    ("metastasis", candidate(crf("MET", "ANY", METDAT=DECIDED)), {}, ["metastasis"]),
    ("ycM1", candidate().with_crf(restaging(YCM="M1")), {}, ["metastasis"]),
    ("M1 now", candidate(dec=decision(M1NOW="Y")), {}, ["metastasis", "not-derived-candidate"]),
    ("off study", candidate(crf("EOS", "EOS", EOSDAT=DECIDED, EOSREAS="LOST")), {}, ["study-ended"]),
    ("undated", candidate(dec=decision(DECDAT=None)), {}, ["decision-undated"]),
    ("cT unknown", candidate(MRI0={"CTCAT": "cTx"}), {}, ["criterion-open", "factor-unknown"]),
    ("cT4b", candidate(MRI0={"CTCAT": "cT4b"}), {}, ["criterion-failed", "factor-unknown"]),
]  # fmt: skip


@pytest.mark.requirement("R53")
@pytest.mark.parametrize(("record", "asked", "expected"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS])
def test_each_refusal_alone(record, asked, expected):
    assert refused(record, **asked) == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(-1, ["decision-in-future"]), (0, []), (14, []), (15, ["too-late"]), (400, ["too-late"])]
)
def test_at_most_14_days_after_the_decision(day, expected):
    assert refused(candidate(), today=DECIDED + timedelta(day)) == expected


def test_a_changed_decision_has_lost_its_signature():
    record = candidate()
    earlier = sign(*(c for c in record.crfs if c.form in SIGNED))
    changed = record.with_crf(crf("DEC", "DEC", number=2, **record.at("DEC", "DEC").answers.items))
    found = randomisation_blockers(
        PROTOCOL, told(changed), signatures=earlier, allocation=None, prediction=POSITIVE, today=DECIDED
    )
    assert [b.id for b in found] == ["decision-unsigned"]


def test_without_any_form_everything_is_said_at_once():
    from tests.spec.people import telling

    found = refused(telling(), prediction=None)
    assert {
        "eligibility-unsigned", "criterion-open", "consent-missing", "decision-unsigned", "model-unanswered", "not-candidate",
        "not-derived-candidate", "randomisation-not-accepted", "decision-undated", "factor-unknown",
    } == set(found)  # fmt: skip


BREAKS = {
    "eligibility-unsigned": {"signed": ("DEC",)},
    "already-allocated": {"allocation": allocated("WW")},
    "model-unanswered": {"prediction": REFUSED},
    "too-late": {"today": DECIDED + timedelta(15)},
    "died": {"crf": crf("DTH", "ANY")},
    "metastasis": {"crf": crf("MET", "ANY")},
    "study-ended": {"crf": crf("EOS", "EOS")},
}


@given(st.sets(st.sampled_from(sorted(BREAKS))))
def test_reasons_add_up_and_none_hides_another(chosen):
    asked = {k: v for name in chosen for k, v in BREAKS[name].items() if k != "crf"}
    crfs = [BREAKS[name]["crf"] for name in chosen if "crf" in BREAKS[name]]
    found = set(refused(candidate(*crfs), **asked))
    assert found - {"not-derived-candidate"} == chosen
    assert bool(found) is bool(chosen)


# --- factors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ct", "level"),
    [
        ("cT1", "T1-3"),
        ("cT2", "T1-3"),
        ("cT3a", "T1-3"),
        ("cT3d", "T1-3"),
        ("cT4a", "T4a"),
        ("cT4b", None),
        ("cTx", None),
        (None, None),
    ],
)
def test_ct_in_two_levels(ct, level):
    assert allocation_factors(PROTOCOL, candidate(MRI0={"CTCAT": ct}), "01")["ct"] == level


@pytest.mark.parametrize(
    ("drug", "dose", "level"),
    [
        ("CAPECITABINE", 1000, "NO-IO"),
        ("PD1", 200, "IO"),
        ("PDL1", 200, "IO"),
        ("CTLA4", 1, "IO"),
        ("PD1", 0, "NO-IO"),  # omitted
        ("PD1", None, "IO"),
    ],
)
def test_regimen_is_at_least_one_dose_of_immunotherapy_given_and_not_planned(drug, dose, level):
    items = {"EXTRT": drug, "EXCYC": 3, "EXSTDT": days(60), "EXADJ": ("NONE",)} | (
        {} if dose is None else {"EXDOSE": Decimal(dose)}
    )
    record = candidate(crf("EX", "NAT-3", **items), regimen="LCRT_IO")
    assert allocation_factors(PROTOCOL, record, "01")["regimen"] == level


def test_radiotherapy_alone_is_without_immunotherapy_and_no_therapy_is_unknown():
    alone = eligible(crf("RT", "EOT", RTSTDT=CONSENT, RTENDT=LAST_FRACTION))
    assert allocation_factors(PROTOCOL, alone, "01")["regimen"] == "NO-IO"
    assert allocation_factors(PROTOCOL, eligible(), "01")["regimen"] is None


@pytest.mark.parametrize(("response", "level"), [("CCR", "CCR"), ("NCR", "NCR"), ("ICR", None)])
def test_response_is_that_of_the_last_restaging(response, level):
    again = restaging(response, "RST2", on=RESTAGED + timedelta(50))
    record = eligible(*therapy(), restaging("NCR"), again)
    assert allocation_factors(PROTOCOL, record, "01")["response"] == level


def test_without_a_restaging_the_response_is_unknown():
    assert allocation_factors(PROTOCOL, eligible(*therapy()), "01")["response"] is None
    unclear = eligible(*therapy(), restaging("NCR", RESP="NE"))
    assert allocation_factors(PROTOCOL, unclear, "01")["response"] is None


def test_the_factors_fit_the_plan_by_either_method():
    factors = allocation_factors(PROTOCOL, candidate(), "07")
    assert factors == {"site": "07", "response": "CCR", "ct": "T1-3", "regimen": "NO-IO"}
    for method in ("minimisation", "blocks"):
        plan = plan_for(method, PROTOCOL.randomisation_parameters())
        assert allocate(plan, bytes(range(32)), [], factors, 1).arm in ("WW", "TME")
