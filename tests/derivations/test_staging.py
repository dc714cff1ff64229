"""Clinical stage: AJCC 8 letters, unknown categories and blanks."""

import itertools

import pytest

from forms.codelists.baseline import CLINICAL_N, CLINICAL_STAGE, CLINICAL_T
from forms.codelists.shared import M_CATEGORY
from forms.derivations.staging import clinical_stage


@pytest.mark.parametrize(
    ("ct", "cn", "cm", "stage"),
    [
        ("cT1", "cN0", "M0", "I"),
        ("cT2", "cN0", "M0", "I"),
        ("cT3a", "cN0", "M0", "II"),
        ("cT3d", "cN0", "M0", "II"),
        ("cT4a", "cN0", "M0", "II"),
        ("cT4b", "cN0", "M0", "II"),
        ("cT1", "cN1", "M0", "III"),
        ("cT2", "cN2", "M0", "III"),
        ("cT4b", "cN2", "M0", "III"),
        ("cTx", "cN0", "M0", None),
        ("cTx", "cN1", "M0", None),
        ("cT3b", "cNx", "M0", None),
        ("cT2", "cN0", "M1", "IV"),
        ("cTx", "cNx", "M1", "IV"),
        (None, None, "M1", "IV"),
        ("cT2", "cN0", "MX", None),
        ("cT3a", "cN2", "MX", None),
        (None, "cN1", "M0", None),
        ("cT3a", None, "M0", None),
        ("cT3a", "cN1", None, None),
        (None, None, None, None),
    ],
)
def test_stage_follows_the_letters(ct: str | None, cn: str | None, cm: str | None, stage: str | None) -> None:
    assert clinical_stage(ct, cn, cm) == stage


def test_every_combination_of_codes_gives_a_stage_of_the_codelist_or_unknown() -> None:
    combinations = list(itertools.product(CLINICAL_T.values, CLINICAL_N.values, M_CATEGORY.values))
    stages = [clinical_stage(*each) for each in combinations]
    assert {s for s in stages if s is not None} == set(CLINICAL_STAGE.values) - CLINICAL_STAGE.unknown_codes
    # M1 always stages; with M0 only the 8 known T and 3 known N do: 9 x 4 + 8 x 3 of 9 x 4 x 3.
    assert sum(s is not None for s in stages) == 36 + 24


def test_blanking_a_letter_never_changes_a_stage_into_another() -> None:
    for letters in itertools.product(CLINICAL_T.values, CLINICAL_N.values, M_CATEGORY.values):
        for i in range(3):
            blanked = clinical_stage(*(None if i == j else letter for j, letter in enumerate(letters)))
            assert blanked in (None, clinical_stage(*letters))
