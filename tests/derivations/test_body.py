"""BMI, age at consent, weeks from radiotherapy to operation; and the registry they are called through."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import forms.derivations  # noqa: F401  (fills the registry)
from forms.dates import PartialDate
from forms.derivations.body import age_at_consent, bmi, weeks_since_radiotherapy
from forms.logic import FUNCTIONS

D = Decimal


@pytest.mark.parametrize(
    ("height", "weight", "index"),
    [
        ("170", "65", "22.5"),  # 22.491
        ("160", "64", "25.0"),
        ("200", "100.2", "25.1"),  # 25.05 exactly: halves go away from zero
        ("172.5", "70.3", "23.6"),
        ("100", "250", "250.0"),
        ("0", "70", None),
        ("-170", "70", None),
    ],
)
def test_bmi_is_weight_over_height_squared_to_one_place(height: str, weight: str, index: str | None) -> None:
    assert bmi(D(height), D(weight)) == (None if index is None else D(index))


@pytest.mark.parametrize(("height", "weight"), [(None, D(70)), (D(170), None), (None, None)])
def test_bmi_is_unknown_where_height_or_weight_is(height: Decimal | None, weight: Decimal | None) -> None:
    assert FUNCTIONS["bmi"](height, weight) is None


@given(st.decimals(100, 230, places=1), st.decimals(25, 250, places=1), st.decimals("0.1", 20, places=1))
def test_bmi_does_not_fall_when_weight_rises(height: Decimal, weight: Decimal, more: Decimal) -> None:
    lighter, heavier = bmi(height, weight), bmi(height, weight + more)
    assert lighter is not None and heavier is not None
    assert lighter <= heavier


def test_age_at_consent_is_a_range_for_a_birth_year() -> None:
    assert age_at_consent(PartialDate(1960), datetime.date(2026, 3, 1)) == (65, 66)
    assert FUNCTIONS["age_at_consent"](None, datetime.date(2026, 3, 1)) is None


@pytest.mark.parametrize(
    ("last", "operation", "weeks"),
    [
        ("2026-01-01", "2026-02-26", "8.0"),
        ("2026-01-01", "2026-03-01", "8.4"),
        ("2026-01-01", "2026-01-01", "0.0"),
        ("2026-01-08", "2026-01-01", "-1.0"),
    ],
)
def test_weeks_since_radiotherapy_are_signed_to_one_place(last: str, operation: str, weeks: str) -> None:
    dates = (datetime.date.fromisoformat(text) for text in (last, operation))
    assert weeks_since_radiotherapy(*dates) == D(weeks)


def test_weeks_are_unknown_without_radiotherapy_or_operation() -> None:
    assert FUNCTIONS["weeks_since_radiotherapy"](None, datetime.date(2026, 1, 1)) is None
    assert FUNCTIONS["weeks_since_radiotherapy"](datetime.date(2026, 1, 1), None) is None


def test_the_package_fills_the_registry_with_versioned_functions() -> None:
    promised = {
        "age_at_consent", "bmi", "candidacy", "clinical_response", "clinical_stage", "ctcae_grade", "lars_category",
        "lars_score", "nar_score", "pcr", "permanent_stoma", "qlq_c30", "qlq_cr29", "reference_indicator",
        "regrowth_event_date", "salvage_date", "shannon_index", "si_value", "susar", "weeks_since_radiotherapy",
        "wexner_score",
    }  # fmt: skip
    assert promised <= set(FUNCTIONS)
    # The second grading follows CTCAE 5.0 where a baseline is abnormal (docs/decisions/0009).
    assert {name: FUNCTIONS[name].version for name in promised} == dict.fromkeys(promised, 1) | {"ctcae_grade": 2}
