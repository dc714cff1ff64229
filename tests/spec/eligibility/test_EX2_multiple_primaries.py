"""EX2: a second primary colorectal cancer, at the same time or earlier (section 2)."""

import pytest

from tests.spec.eligibility.judged import ABSENT, CANNOT_TELL, PRESENT, absent, verdict
from tests.spec.people import person

title = "Multiple primary colorectal cancers"


@pytest.mark.parametrize(
    ("synchronous", "earlier", "expected"),
    [
        ("N", "N", ABSENT),
        ("Y", "N", PRESENT),
        ("N", "Y", PRESENT),
        ("Y", "Y", PRESENT),
        ("Y", None, PRESENT),
        (None, "Y", PRESENT),
        ("N", None, CANNOT_TELL),
        (None, "N", CANNOT_TELL),
        (None, None, CANNOT_TELL),
    ],
)
def test_synchronous_or_metachronous(synchronous, earlier, expected):
    record = person(PATH={"SYNCHCRC": synchronous}, MH={"METACRC": earlier})
    assert verdict("EX2", record) == expected


def test_only_the_open_half_is_named():
    assert absent("EX2", person(MH={"METACRC": None})) == ["MH.METACRC"]
