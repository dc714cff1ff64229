"""Chapter: the decision rule is defined on the rounded probability (PROTOCOL 5, step 5)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.model.released import MANIFEST
from trial.prediction import is_positive, rounded

CUT = MANIFEST.threshold


@pytest.mark.parametrize(
    ("p", "positive"),
    [
        (CUT, True),
        (CUT + 1e-6, True),
        (CUT - 1e-6, False),
        (CUT - 4e-7, True),  # rounds to the threshold
        (CUT - 6e-7, False),  # rounds to one millionth below
        (CUT + 4e-7, True),
        (0.0, False),
        (1.0, True),
    ],
)
def test_the_class_at_and_beside_the_threshold(p, positive):
    assert is_positive(p, CUT) is positive


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_what_is_shown_decides(p, cut):
    assert is_positive(p, cut) == is_positive(float(rounded(p)), float(rounded(cut)))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.99))
def test_a_higher_probability_is_never_less_positive(a, b, cut):
    low, high = sorted((a, b))
    assert is_positive(low, cut) <= is_positive(high, cut)


@pytest.mark.parametrize(
    ("p", "shown"),
    [(0.5, "0.500000"), (0.1234564, "0.123456"), (0.1234567, "0.123457"), (1e-9, "0.000000"), (1.0, "1.000000")],
)
def test_six_places_are_kept_and_shown(p, shown):
    assert rounded(p) == Decimal(shown)
    assert str(rounded(p)) == shown
