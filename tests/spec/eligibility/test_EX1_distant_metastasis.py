"""EX1: distant organ metastasis (section 2)."""

import pytest

from tests.spec.eligibility.judged import ABSENT, CANNOT_TELL, PRESENT, absent, verdict
from tests.spec.people import days, person

title = "Distant organ metastasis"


@pytest.mark.parametrize(
    ("cm", "expected"), [("M0", ABSENT), ("M1", PRESENT), ("MX", CANNOT_TELL), (None, CANNOT_TELL)]
)
def test_the_m_category_decides(cm, expected):
    assert verdict("EX1", person(CT0={"CM": cm})) == expected


def test_old_staging_is_a_matter_for_in5_and_not_for_ex1():
    assert verdict("EX1", person(CT0={"CTDAT": days(-100)})) == ABSENT


def test_mx_is_named():
    assert absent("EX1", person(CT0={"CM": "MX"})) == ["CT0.CM"]
