"""IN4: at most 100 mm from the anal verge, by MRI only (section 2)."""

from decimal import Decimal

import pytest

from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, line, verdict
from tests.spec.people import not_done, person

title = "Distal edge of the tumour at most 10 cm from the anal verge, measured by MRI"


@pytest.mark.parametrize(
    ("mm", "expected"),
    [("0", MET), ("99.9", MET), ("100", MET), ("100.0", MET), ("100.1", NOT_MET), ("101", NOT_MET), ("250", NOT_MET)],
)
def test_100_mm_passes_and_101_fails(mm, expected):
    assert verdict("IN4", person(MRI0={"DISTAV": Decimal(mm)})) == expected


def test_without_the_mri_distance_it_cannot_be_told():
    assert verdict("IN4", person(MRI0={"DISTAV": None})) == CANNOT_TELL
    assert absent("IN4", person(MRI0={"DISTAV": None})) == ["MRI0.DISTAV"]


def test_an_endoscopic_distance_of_9_cm_never_stands_in_for_an_mri_distance_of_11():
    record = person(PATH={"ENDODIST": Decimal("9")}, MRI0={"DISTAV": Decimal("110")})
    assert verdict("IN4", record) == NOT_MET


def test_an_endoscopic_distance_never_stands_in_for_no_mri():
    record = person(not_done("MRI0", "SCR"), without=("MRI0",), PATH={"ENDODIST": Decimal("9")})
    assert verdict("IN4", record) == CANNOT_TELL


def test_the_line_shows_the_distance_with_its_unit_and_where_it_stands():
    shown = [(s.shown, s.address) for s in line("IN4", person()).sources]
    assert shown == [("60 mm", "MRI0/SCR/1")]
