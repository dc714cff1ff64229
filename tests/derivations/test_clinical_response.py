"""Derived clinical response (PROTOCOL 4): worst modality, what is missing, and what never upgrades."""

import itertools

import pytest

from forms.codelists.response import (
    BIOPSY_RESULT,
    DWI_SIGNAL,
    MRI_RESPONSE,
    RESPONSE,
    RESTAGING_DRE,
    RESTAGING_ENDOSCOPY,
    YC_N,
)
from forms.derivations.staging import clinical_response

LISTS = (RESTAGING_DRE, RESTAGING_ENDOSCOPY, MRI_RESPONSE, DWI_SIGNAL, BIOPSY_RESULT, YC_N)
EVERYTHING = tuple(itertools.product(*((*codes.values, None) for codes in LISTS)))
WORSE = {"CCR": 0, "NCR": 1, "ICR": 2}

CLEAR = ("NORMAL", "SCAR", "CCR", "NONE", "ND", "ycN0")


@pytest.mark.parametrize(
    ("answers", "response"),
    [
        (CLEAR, "CCR"),
        (("SMOOTH", *CLEAR[1:]), "NCR"),
        (("NORMAL", "IRREGULAR", "CCR", "NONE", "ND", "ycN0"), "NCR"),
        (("NORMAL", "SCAR", "NCR", "NONE", "ND", "ycN0"), "NCR"),
        (("SMOOTH", "IRREGULAR", "NCR", "SMALL", "ND", "ycN0"), "NCR"),
        (("TUMOUR", "SCAR", "CCR", "NONE", "ND", "ycN0"), "ICR"),
        (("NORMAL", "TUMOUR", "CCR", "NONE", "ND", "ycN0"), "ICR"),
        (("NORMAL", "SCAR", "ICR", "NONE", "ND", "ycN0"), "ICR"),
        (("NORMAL", "SCAR", "CCR", "NONE", "POS", "ycN0"), "ICR"),
        (("NORMAL", "SCAR", "CCR", "NONE", "ND", "ycN+"), "ICR"),
    ],
)
def test_the_worst_finding_decides(answers: tuple[str, ...], response: str) -> None:
    assert clinical_response(*answers) == response


@pytest.mark.parametrize(
    ("dwi", "response"), [("NONE", "CCR"), ("SMALL", "NCR"), ("MARKED", "NCR"), ("NASS", "NE"), (None, None)]
)
def test_a_complete_response_needs_dwi_none(dwi: str | None, response: str | None) -> None:
    assert clinical_response("NORMAL", "SCAR", "CCR", dwi, "ND", "ycN0") == response


@pytest.mark.parametrize(
    ("answers", "response"),
    [
        (("ND", "SCAR", "CCR", "NONE", "ND", "ycN0"), "NE"),
        (("NORMAL", "ND", "NCR", "NONE", "NEG", "ycN0"), "NE"),
        (("NORMAL", "SCAR", "ND", None, "NEG", "ycNx"), "NE"),
        (("ND", "TUMOUR", "ND", None, "ND", "ycNx"), "ICR"),
        (("ND", "ND", "ND", None, "POS", "ycNx"), "ICR"),
        (("ND", "ND", "ND", None, "ND", "ycN+"), "ICR"),
    ],
)
def test_a_modality_not_done_is_not_evaluable_unless_another_shows_tumour(
    answers: tuple[str | None, ...], response: str
) -> None:
    assert clinical_response(*answers) == response


@pytest.mark.parametrize("blank", range(6))
def test_a_blank_leaves_a_clear_examination_unknown(blank: int) -> None:
    assert clinical_response(*(None if i == blank else a for i, a in enumerate(CLEAR))) is None


@pytest.mark.parametrize(
    ("answers", "response"),
    [
        (("TUMOUR", None, None, None, None, None), "ICR"),
        ((None, None, None, None, "POS", None), "ICR"),
        ((None, None, None, None, None, "ycN+"), "ICR"),
        (("ND", None, "CCR", "NONE", "ND", "ycN0"), None),
        ((None, None, None, None, None, None), None),
    ],
)
def test_only_tumour_is_certain_while_answers_are_blank(answers: tuple[str | None, ...], response: str | None) -> None:
    assert clinical_response(*answers) == response


def test_a_negative_biopsy_and_no_biopsy_say_the_same() -> None:
    for dre, endoscopy, mri, dwi, _, ycn in EVERYTHING:
        with_biopsy, without = (clinical_response(dre, endoscopy, mri, dwi, b, ycn) for b in ("NEG", "ND"))
        assert with_biopsy == without


def test_every_combination_gives_a_code_of_the_codelist_or_unknown() -> None:
    assert {clinical_response(*each) for each in EVERYTHING} == {*RESPONSE.values, None}


def test_filling_a_blank_never_changes_a_known_response_except_from_unknown() -> None:
    for each in EVERYTHING:
        if None in each and (known := clinical_response(*each)) is not None:
            for i, answer in enumerate(each):
                if answer is None:
                    filled = {clinical_response(*each[:i], code, *each[i + 1 :]) for code in LISTS[i].values}
                    assert filled == {known}


def test_a_worse_endoscopy_never_improves_the_response() -> None:
    for dre, _, mri, dwi, biopsy, ycn in EVERYTHING:
        found = [clinical_response(dre, e, mri, dwi, biopsy, ycn) for e in ("SCAR", "IRREGULAR", "TUMOUR")]
        ranks = [WORSE[r] for r in found if r in WORSE]
        assert ranks == sorted(ranks)
