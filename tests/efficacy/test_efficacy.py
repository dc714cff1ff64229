"""Response by modality by the one rule, the discordances in words, and what the model adds once it may be seen (PROTOCOL 4 and 5)."""

import itertools
from decimal import Decimal

import pytest

from forms.derivations.staging import clinical_response, response_by_modality
from tests.crfs.house import crf, day, number, record_of
from trial.efficacy import added, between, call_that_counts, efficacy, response

WHOLE = {
    "DRE": "NORMAL",
    "ENDO": "SCAR",
    "MRIRESP": "CCR",
    "MRTRG": "1",
    "DWI": "NONE",
    "YCN": "ycN0",
    "BX": "ND",
    "RESP": "CCR",
}


def restaging(event="RST", **items):
    return crf("RST", event, RSTDAT=day("2026-05-15"), **(WHOLE | items))


def said(*others, **items):
    return response(record_of(*others, restaging(**items)), "RST").discordances


PARTS = (
    ("NORMAL", "SMOOTH", "TUMOUR", "ND", None),
    ("SCAR", "IRREGULAR", "TUMOUR", "ND", None),
    ("CCR", "NCR", "ICR", "ND", None),
    ("NONE", "SMALL", "MARKED", "NASS", None),
    ("ND", "NEG", "POS", None),
    ("ycN0", "ycN+", "ycNx", None),
)
ORDER = {"CCR": 0, "NCR": 1, "ICR": 2}


def test_the_overall_response_is_never_better_than_any_modality():
    """All 9,375 restagings there can be: the rule of the form and what each modality says are one definition."""
    for answers in itertools.product(*PARTS):
        overall, parts = clinical_response(*answers), response_by_modality(*answers)
        judged = [ORDER[p] for p in parts.values() if p in ORDER]
        if overall in ORDER:
            assert ORDER[overall] == max(judged), answers
        if overall == "CCR":
            assert set(parts.values()) - {None} == {"CCR"}
        if "ICR" in parts.values():
            assert overall == "ICR"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((None,) * 6, {"DRE": None, "ENDO": None, "MRI": None, "BX": None, "YCN": None}),
        (
            ("NORMAL", "SCAR", "CCR", "NONE", "NEG", "ycN0"),
            {"DRE": "CCR", "ENDO": "CCR", "MRI": "CCR", "BX": None, "YCN": None},
        ),
        (
            ("SMOOTH", "IRREGULAR", "CCR", "SMALL", "ND", "ycNx"),
            {"DRE": "NCR", "ENDO": "NCR", "MRI": "NCR", "BX": None, "YCN": None},
        ),
        (
            ("ND", "TUMOUR", "CCR", "NASS", "POS", "ycN+"),
            {"DRE": "NE", "ENDO": "ICR", "MRI": "NE", "BX": "ICR", "YCN": "ICR"},
        ),
        ((None, None, "CCR", None, None, None), {"DRE": None, "ENDO": None, "MRI": None, "BX": None, "YCN": None}),
    ],
)
def test_what_each_modality_says(answers, expected):
    assert response_by_modality(*answers) == expected


def test_the_discordance_is_named_in_words():
    assert said(ENDO="TUMOUR", DRE="ND", RESP="ICR") == ("endoscopy: incomplete; MRI: complete",)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, None),
        ({"DRE": None, "ENDO": None}, None),
        ({"DRE": "CCR", "ENDO": "CCR", "MRI": "CCR"}, None),
        ({"DRE": "NE", "ENDO": "CCR", "MRI": None}, None),
        ({"DRE": "CCR", "ENDO": "NCR", "MRI": "NE"}, "DRE: complete; endoscopy: near-complete"),
        (
            {"DRE": "CCR", "ENDO": "CCR", "MRI": "CCR", "BX": "ICR"},
            "DRE: complete; endoscopy: complete; MRI: complete; biopsy: incomplete",
        ),
    ],
)
def test_only_modalities_that_can_be_judged_disagree(found, words):
    assert between(found) == words


def test_agreement_says_nothing():
    assert said() == ()


def test_the_investigator_against_the_derivation():
    assert said(DRE="SMOOTH", ENDO="IRREGULAR", MRIRESP="NCR", RESP="CCR", RESPWHY="scar") == (
        "derived response: near-complete; investigator: complete",
    )


@pytest.mark.parametrize(
    ("grade", "judged", "found"),
    [
        ("3", "CCR", ()),
        ("4", "CCR", ("mrTRG: 4; clinical response: complete",)),
        ("5", "NCR", ("mrTRG: 5; clinical response: near-complete",)),
    ],
)
def test_a_poor_regression_grade_beside_a_good_response(grade, judged, found):
    assert [s for s in said(MRTRG=grade, RESP=judged) if "mrTRG" in s] == list(found)


@pytest.mark.parametrize(
    ("result", "judged", "found"),
    [
        ("DET", "CCR", ["ctDNA: detected; clinical response: complete"]),
        ("NOTDET", "CCR", []),
        ("DET", "ICR", []),
        ("NOTDET", "ICR", ["ctDNA: not detected; clinical response: incomplete"]),
        ("FAILED", "CCR", []),
        (None, "CCR", []),
        ("DET", "NE", []),
    ],
)
def test_ctdna_that_points_the_other_way(result, judged, found):
    plasma = crf("LBX", "RST", CDNADAT=day("2026-05-14"), CDNATP="RESTAGING", CDNARES=result)
    assert [s for s in said(plasma, RESP=judged) if "ctDNA" in s] == found


@pytest.mark.parametrize(
    ("value", "found"), [("5", []), ("5.1", ["CEA: above the reference range; clinical response: complete"])]
)
def test_a_cea_above_the_reference_range_beside_a_good_response(value, found):
    row = {"LBTEST": "CEA", "LBOPER": "=", "LBORRES": number(value), "LBORRESU": "ug/L"}
    blood = crf("LB", "RST", LBDAT=day("2026-05-14"), _rows={"R": [row]})
    assert [s for s in said(blood) if "CEA" in s] == found


def test_without_a_restaging_nothing_is_said():
    found = response(record_of(), "RST")
    assert (found.entered, found.derived, found.discordances) == (False, None, ())


# The model's part.

PRE = crf("PRE", "DEC", PREDAT=day("2026-05-16"), PRECR=80, PRESTRAT="WW")
SIGNED = {"form": "PRE", "event": "DEC", "occurrence": 1, "revision": PRE.number, "voided_at": None}
CALL = {"number": 1, "probability": "0.712345", "threshold": "0.540000", "classification": "positive", "refused": None,
        "model": "m", "version": "1.0"}  # fmt: skip


def part(*crfs, signatures=(SIGNED,), prediction=CALL, may_see=True):
    record = record_of(*crfs)
    return added(record, signatures, prediction, may_see, response(record, "RST"))


@pytest.mark.requirement("R59")
@pytest.mark.parametrize(
    ("crfs", "signatures", "prediction", "may_see", "hidden"),
    [
        ((), (), None, True, "own-estimate"),
        ((PRE,), (), CALL, True, "own-estimate"),
        ((PRE,), ({**SIGNED, "revision": PRE.number + 1},), CALL, True, "own-estimate"),
        ((PRE,), ({**SIGNED, "voided_at": "now"},), CALL, True, "own-estimate"),
        ((PRE,), (SIGNED,), CALL, False, "role"),
        ((PRE,), (SIGNED,), None, True, "not-called"),
        (
            (PRE,),
            (SIGNED,),
            {**CALL, "probability": None, "classification": None, "refused": ["MRI0.DISTAV"]},
            True,
            "refused",
        ),
        ((PRE,), (SIGNED,), CALL, True, None),
    ],
)
def test_the_model_is_hidden_until_the_own_estimate_is_locked(crfs, signatures, prediction, may_see, hidden):
    found = part(*crfs, signatures=signatures, prediction=prediction, may_see=may_see)
    assert found.hidden == hidden
    if hidden:
        assert (found.probability, found.positive, found.threshold, found.estimate, found.beside) == (
            None,
            None,
            None,
            None,
            (),
        )


def test_what_the_model_adds():
    found = part(restaging(), PRE)
    assert (found.probability, found.threshold, found.positive, found.estimate) == (
        Decimal("0.712345"),
        Decimal("0.540000"),
        True,
        80,
    )
    assert found.beside == (
        "The model agrees with the clinical response.",
        "Model 71.2 %, own estimate 80 %: -8.8 percentage points.",
    )


@pytest.mark.parametrize(
    ("judged", "classification", "words"),
    [("CCR", "positive", "agrees"), ("NCR", "positive", "agrees"), ("ICR", "positive", "contradicts"), ("CCR", "negative", "contradicts"),
     ("ICR", "negative", "agrees"), ("NE", "positive", None)],
)  # fmt: skip
def test_the_model_beside_the_clinical_response(judged, classification, words):
    found = part(restaging(RESP=judged), PRE, prediction={**CALL, "classification": classification})
    said_of_it = [s for s in found.beside if "clinical" in s]
    assert len(said_of_it) == (words is not None) and all(words in s for s in said_of_it)


def test_stored_contributions_come_largest_first_and_absent_ones_are_none():
    kept = [
        {"modality": m, "without": p}
        for m, p in (("ctDNA", "0.700000"), ("radiomics", "0.900000"), ("molecular", None))
    ]
    (first, much), (second, little) = part(PRE, prediction={**CALL, "contributions": kept}).contributions
    # ln(0.712345 / 0.287655) is 0.906800; ln 9 is 2.197225; ln(7 / 3) is 0.847298.
    assert (first, second) == ("radiomics", "ctDNA")
    assert much == pytest.approx(0.906800 - 2.197225, abs=2e-6) and little == pytest.approx(
        0.906800 - 0.847298, abs=2e-6
    )
    assert part(PRE).contributions == ()


def test_the_first_answered_call_counts():
    refused = {**CALL, "probability": None}
    assert call_that_counts(()) is None
    assert call_that_counts((refused,)) is refused
    second, third = {**CALL, "number": 2}, {**CALL, "number": 3}
    assert call_that_counts((refused, second, third)) is second


def test_the_whole_is_read_from_a_record():
    found = efficacy(
        record_of(restaging(ENDO="TUMOUR", RESP="ICR")), {}, {}, signatures=(), prediction=None, may_see_model=True
    )
    assert found.times == ("SCR", "RST")
    assert [s.heading for s in found.sections] == ["MRI", "Examination", "Blood", "Pathology", "ctDNA"]
    assert found.responses[0].discordances == ("DRE: complete; endoscopy: incomplete; MRI: complete",)
