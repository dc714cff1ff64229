"""IN3: cT1-4a N0-2 M0 *and* stage II or III, AJCC 8 (section 2)."""

import itertools

import pytest

from forms.codelists.baseline import CLINICAL_N, CLINICAL_T
from forms.codelists.shared import M_CATEGORY
from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, verdict
from tests.spec.people import person

title = "Clinical stage II or III, cT1-4a N0-2 M0"


def staged(ct, cn, cm):
    return person(MRI0={"CTCAT": ct, "CNCAT": cn}, CT0={"CM": cm})


@pytest.mark.parametrize(
    ("ct", "cn", "cm", "expected"),
    [
        ("cT2", "cN0", "M0", NOT_MET),  # stage I, although its letters lie in the range
        ("cT1", "cN0", "M0", NOT_MET),
        ("cT1", "cN1", "M0", MET),
        ("cT2", "cN2", "M0", MET),
        ("cT3a", "cN0", "M0", MET),
        ("cT3d", "cN2", "M0", MET),
        ("cT4a", "cN0", "M0", MET),
        ("cT4b", "cN0", "M0", NOT_MET),
        ("cT4b", "cN1", "M0", NOT_MET),
        ("cT4b", "cNx", "M0", NOT_MET),  # fails whatever N is
        ("cT4b", None, None, NOT_MET),
        ("cTx", "cN0", "M0", CANNOT_TELL),
        ("cTx", "cN1", "M0", CANNOT_TELL),
        ("cT3b", "cNx", "M0", CANNOT_TELL),
        ("cT2", "cNx", "M0", CANNOT_TELL),
        ("cT3b", "cN1", "MX", CANNOT_TELL),
        ("cT3b", "cN1", "M1", NOT_MET),
        ("cTx", "cNx", "M1", NOT_MET),
        ("cT1", "cN0", "MX", NOT_MET),
        (None, "cN1", "M0", CANNOT_TELL),
        ("cT3b", None, "M0", CANNOT_TELL),
        ("cT3b", "cN1", None, CANNOT_TELL),
    ],
)
def test_tnm_range_and_stage_both_hold(ct, cn, cm, expected):
    assert verdict("IN3", staged(ct, cn, cm)) == expected


def by_hand(ct, cn, cm):
    """Section 2 read aloud, without three-valued logic."""
    if cm == "M1" or ct == "cT4b" or (ct in ("cT1", "cT2") and cn == "cN0"):
        return NOT_MET
    return CANNOT_TELL if ct == "cTx" or cn == "cNx" or cm == "MX" else MET


def test_every_combination_agrees_with_the_sentence_of_the_protocol():
    table = list(itertools.product(CLINICAL_T.values, CLINICAL_N.values, M_CATEGORY.values))
    assert len(table) == 108
    for ct, cn, cm in table:
        assert verdict("IN3", staged(ct, cn, cm)) == by_hand(ct, cn, cm), (ct, cn, cm)


def test_a_category_that_could_not_be_assessed_is_named_like_a_blank():
    assert absent("IN3", staged("cTx", "cN1", "M0")) == ["MRI0.CTCAT"]
    assert absent("IN3", staged("cT3b", None, "MX")) == ["MRI0.CNCAT", "CT0.CM"]
