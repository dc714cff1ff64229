"""IN2: adenocarcinoma, subtypes included; biopsy by colonoscopy; pathology report dated (section 2)."""

import pytest

from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, verdict
from tests.spec.people import not_done, person

title = "Rectal adenocarcinoma confirmed by colonoscopic biopsy and pathology"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"HISTO": "ADENO"}, MET),
        ({"HISTO": "MUCINOUS"}, MET),
        ({"HISTO": "SIGNET"}, MET),
        ({"HISTO": "OTHER"}, NOT_MET),
        ({"HISTO": None}, CANNOT_TELL),
        ({"BXMETH": "OTHER"}, NOT_MET),
        ({"BXMETH": None}, CANNOT_TELL),
        ({"RPTDAT": None}, CANNOT_TELL),
        ({"RPTDAT": None, "HISTO": "OTHER"}, NOT_MET),
        ({"GRADE": "NASS"}, MET),
    ],
)
def test_histology_method_and_report(answers, expected):
    assert verdict("IN2", person(PATH=answers)) == expected


def test_the_missing_item_is_named():
    assert absent("IN2", person(PATH={"RPTDAT": None})) == ["PATH.RPTDAT"]


def test_without_a_pathology_form_it_cannot_be_told():
    assert verdict("IN2", person(without=("PATH",))) == CANNOT_TELL
    assert verdict("IN2", person(not_done("PATH", "SCR"), without=("PATH",))) == CANNOT_TELL
