"""IN6: neoadjuvant therapy planned and a regimen chosen (section 2)."""

import pytest

from forms.codelists.baseline import REGIMEN
from tests.spec.eligibility.judged import CANNOT_TELL, MET, NOT_MET, absent, verdict
from tests.spec.people import person

title = "Scheduled to receive neoadjuvant therapy"


@pytest.mark.parametrize(
    ("planned", "regimen", "expected"),
    [
        ("Y", "LCRT", MET),
        ("Y", None, CANNOT_TELL),
        ("N", None, NOT_MET),
        ("N", "LCRT", NOT_MET),
        (None, "LCRT", CANNOT_TELL),
        (None, None, CANNOT_TELL),
    ],
)
def test_planned_with_a_regimen(planned, regimen, expected):
    assert verdict("IN6", person(PLAN={"NATPLAN": planned, "REGIMEN": regimen})) == expected


@pytest.mark.parametrize("regimen", REGIMEN.values)
def test_every_regimen_counts(regimen):
    assert verdict("IN6", person(PLAN={"REGIMEN": regimen})) == MET


def test_planned_without_a_regimen_names_the_regimen():
    assert absent("IN6", person(PLAN={"REGIMEN": None})) == ["PLAN.REGIMEN"]
