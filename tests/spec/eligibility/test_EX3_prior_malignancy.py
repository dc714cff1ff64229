"""EX3: prior malignancy, unless every one is a cured carcinoma in situ of the cervix, basal or squamous cell skin cancer."""

import pytest

from forms.dates import PartialDate
from tests.spec.eligibility.judged import ABSENT, CANNOT_TELL, PRESENT, absent, line, verdict
from tests.spec.people import person, prior

title = "Prior malignancy, with three exceptions"


def had(kind, cured, **more):
    return {
        k: v for k, v in {"PMTYPE": kind, "PMCURED": cured, "PMDAT": PartialDate(2015), **more}.items() if v is not None
    }


def told(*rows, **items):
    return person(prior(*rows, **items), without=("MH",))


@pytest.mark.parametrize(("answer", "expected"), [("N", ABSENT), (None, CANNOT_TELL)])
def test_no_prior_malignancy(answer, expected):
    assert verdict("EX3", person(MH={"PRIORMAL": answer})) == expected


@pytest.mark.parametrize("kind", ["CISCERVIX", "BCC", "SCC"])
@pytest.mark.parametrize(
    ("cured", "expected"), [("Y", ABSENT), ("N", PRESENT), ("U", CANNOT_TELL), (None, CANNOT_TELL)]
)
def test_the_three_kinds_pass_only_when_cured(kind, cured, expected):
    assert verdict("EX3", told(had(kind, cured))) == expected


@pytest.mark.parametrize("cured", ["Y", "N", "U", None])
def test_any_other_malignancy_is_present_whether_cured_or_not(cured):
    assert verdict("EX3", told(had("OTHER", cured, PMSITE="melanoma"))) == PRESENT


def test_a_cured_basal_cell_carcinoma_and_an_uncured_melanoma():
    record = told(had("BCC", "Y"), had("OTHER", "N", PMSITE="melanoma"))
    assert verdict("EX3", record) == PRESENT
    assert {s.row for s in line("EX3", record).sources if s.row} == {"r0", "r1"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((("BCC", "Y"), ("SCC", "Y"), ("CISCERVIX", "Y")), ABSENT),
        ((("BCC", "Y"), ("SCC", "U")), CANNOT_TELL),
        ((("BCC", "U"), ("OTHER", "Y")), PRESENT),
        (((None, "Y"),), CANNOT_TELL),
        (((None, "N"),), PRESENT),  # uncured, whatever it is
        (((None, None), ("OTHER", "Y")), PRESENT),
    ],
)
def test_every_one_must_be_an_exception(rows, expected):
    assert verdict("EX3", told(*(had(*row) for row in rows))) == expected


def test_a_prior_malignancy_that_is_not_listed_yet_cannot_be_told():
    record = told()
    assert verdict("EX3", record) == CANNOT_TELL
    assert absent("EX3", record)


def test_the_unknown_cure_is_named_with_its_row():
    found = line("EX3", told(had("BCC", "Y"), had("SCC", "U"))).missing
    assert [(s.key, s.shown, s.row) for s in found] == [("MH.PMCURED", "unknown", "r1")]


def test_an_earlier_colorectal_cancer_is_also_a_prior_malignancy():
    record = told(had("OTHER", "Y", PMSITE="sigmoid colon"), METACRC="Y")
    assert verdict("EX2", record) == PRESENT
    assert verdict("EX3", record) == PRESENT
