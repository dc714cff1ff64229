"""Why a value was changed: kept in one text a save, read back for each value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.changes import Change, explained, why

HEIGHT, ROW = Change("HEIGHT", "172.0", "173.0"), Change("R/5f1c/LBORRES", "4.1", "4.2")
FILLED = Change("ECOG", None, "0")
MADE = (HEIGHT, ROW, FILLED)
PATHS = {change.path for change in MADE}


@pytest.mark.parametrize(
    ("reasons", "height", "row", "filled"),
    [
        ({}, "", "", ""),
        ({"HEIGHT": "misread"}, "misread", "", ""),
        ({"HEIGHT": "misread", "R/5f1c/LBORRES": "other tube"}, "misread", "other tube", ""),
        ({"": "second reading"}, "second reading", "second reading", "second reading"),
        ({"": "second reading", "HEIGHT": "misread"}, "misread", "second reading", "second reading"),
        ({"HEIGHT": "scale: misread"}, "scale: misread", "", ""),
        ({"HEIGHT": "two\nlines"}, "two lines", "", ""),
        ({"": "note: all read again"}, *["note: all read again"] * 3),
        ({"HEIGHT": " \n "}, "", "", ""),
    ],
)
def test_each_value_has_its_own_reason_else_the_one_for_all(reasons, height, row, filled):
    kept = explained(MADE, reasons)
    assert [why(kept, change.path, PATHS) for change in MADE] == [height, row, filled]


def test_a_reason_for_a_value_that_did_not_change_is_not_kept():
    assert explained((HEIGHT,), {"WEIGHT": "misread"}) == ""


@given(st.dictionaries(st.sampled_from(sorted(PATHS)), st.text(min_size=1)))
def test_whatever_is_typed_for_each_value_comes_back_for_that_value(reasons):
    kept = explained(MADE, reasons)
    for change in MADE:
        assert why(kept, change.path, PATHS) == " ".join(reasons.get(change.path, "").split())
