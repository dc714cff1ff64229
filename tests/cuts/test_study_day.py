"""Days of the study: ADaM's count, which has no day 0, and nothing made up where a date is partial."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.study_day import study_day, study_days
from forms.dates import PartialDate

REFERENCE = date(2026, 3, 1)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 3, 1), 1),
        (date(2026, 3, 2), 2),
        (date(2026, 2, 28), -1),
        (date(2026, 2, 27), -2),
        (date(2027, 3, 1), 366),
        (date(2025, 3, 1), -365),
        (PartialDate(2026, 3, 2), 2),
        (PartialDate(2026, 3), None),
        (PartialDate(2026), None),
        (None, None),
    ],
)
def test_day_one_is_the_reference_and_there_is_no_day_zero(day, expected):
    assert study_day(day, REFERENCE) == expected


@pytest.mark.parametrize("reference", [None, PartialDate(2026, 3), PartialDate(2026)])
def test_without_a_whole_reference_no_day_is_known(reference):
    assert study_day(REFERENCE, reference) is None


def test_a_leap_day_is_counted():
    assert study_day(date(2028, 3, 1), date(2028, 2, 28)) == 3
    assert study_day(date(2026, 3, 1), date(2026, 2, 28)) == 2


def test_several_days_keep_their_order_and_their_blanks():
    assert study_days((date(2026, 3, 2), None, date(2026, 2, 28)), REFERENCE) == (2, None, -1)


@given(DAYS, DAYS)
def test_a_day_is_never_zero_and_tells_before_from_after(day, reference):
    found = study_day(day, reference)
    assert found != 0
    assert (found > 0) is (day >= reference)


@given(DAYS, DAYS, st.integers(-3000, 3000))
def test_moving_a_whole_life_changes_no_study_day(day, reference, by):
    moved = timedelta(days=by)
    assert study_day(day + moved, reference + moved) == study_day(day, reference)


@given(DAYS, DAYS)
def test_from_the_study_day_and_the_reference_the_date_can_be_told(day, reference):
    found = study_day(day, reference)
    assert reference + timedelta(days=found - (found > 0)) == day
