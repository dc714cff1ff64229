"""Comparisons of dates: True or False only where every completion agrees."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.dates import PartialDate, before, completed_years, days_between, not_after, same
from tests.dates.partial import completions, partial_dates

D = PartialDate.parse


@pytest.mark.parametrize(
    ("a", "b", "is_before", "is_not_after", "is_same"),
    [
        ("2026-03-01", "2026-03-02", True, True, False),
        ("2026-03-01", "2026-03-01", False, True, True),
        ("2026-03-02", "2026-03-01", False, False, False),
        ("2026-03", "2026-04", True, True, False),
        ("2026-03", "2026-03", None, None, None),
        ("2026", "2026-06-15", None, None, None),
        ("2026", "2026-12-31", None, True, None),
        ("2026", "2026-01-01", False, None, None),
        ("2026-01-01", "2026", None, True, None),
        ("2026-12-31", "2026", False, None, None),
        ("2025", "2026-01-01", True, True, False),
        ("2026", "2025-12-31", False, False, False),
        (None, "2026", None, None, None),
        ("2026", None, None, None, None),
        (None, None, None, None, None),
    ],
)
def test_comparisons_answer_cannot_tell_where_the_unknown_part_decides(
    a: str | None, b: str | None, is_before: bool | None, is_not_after: bool | None, is_same: bool | None
) -> None:
    left, right = (None if text is None else D(text) for text in (a, b))
    assert before(left, right) is is_before
    assert not_after(left, right) is is_not_after
    assert same(left, right) is is_same


def test_a_calendar_day_compares_with_a_partial_date() -> None:
    assert before(datetime.date(2025, 12, 31), D("2026")) is True
    assert same(datetime.date(2026, 3, 1), D("2026-03-01")) is True
    assert not_after(D("2026-03"), datetime.date(2026, 3, 30)) is None


@given(st.data())
def test_a_definite_answer_holds_for_every_completion(data: st.DataObject) -> None:
    a, b = (data.draw(partial_dates(2023, 2025)) for _ in "ab")
    day_a, day_b = data.draw(completions(a)), data.draw(completions(b))
    assert before(a, b) in (None, day_a < day_b)
    assert not_after(a, b) in (None, day_a <= day_b)
    assert same(a, b) in (None, day_a == day_b)


@given(partial_dates(2023, 2025), partial_dates(2023, 2025))
def test_cannot_tell_is_said_only_where_completions_disagree(a: PartialDate, b: PartialDate) -> None:
    # The bounds are themselves completions, so they are witnesses.
    if before(a, b) is None:
        assert a.earliest < b.latest and not a.latest < b.earliest
    if not_after(a, b) is None:
        assert a.earliest <= b.latest and not a.latest <= b.earliest


@given(st.dates(), st.dates())
def test_between_complete_dates_there_is_always_an_answer(a: datetime.date, b: datetime.date) -> None:
    assert before(a, b) is (a < b)
    assert not_after(a, b) is (a <= b)
    assert same(a, b) is (a == b)


@pytest.mark.parametrize(
    ("born", "on", "ages"),
    [
        ("2008-06-01", "2026-05-31", (17, 17)),
        ("2008-06-01", "2026-06-01", (18, 18)),
        ("2008", "2026-06-01", (17, 18)),
        ("2008", "2026-12-31", (18, 18)),
        ("2008", "2026-01-01", (17, 18)),
        ("2007", "2026-01-01", (18, 19)),
        ("2008-06", "2026-06-30", (18, 18)),
        ("2008-06", "2026-06-29", (17, 18)),
        ("2008-06", "2026-05-31", (17, 17)),
        ("2008-02-29", "2026-02-28", (17, 17)),
        ("2008-02-29", "2026-03-01", (18, 18)),
        ("2008-02-29", "2028-02-29", (20, 20)),
        ("2008-02-29", "2028-02-28", (19, 19)),
        ("2008-02", "2026-02-28", (17, 18)),
        ("2026-06-01", "2026-05-31", (-1, -1)),
        ("1960-01-01", "2026", (66, 66)),
        ("1960-07-01", "2026", (65, 66)),
    ],
)
def test_age_is_a_range_where_the_birth_date_is_partial(born: str, on: str, ages: tuple[int, int]) -> None:
    assert completed_years(D(born), D(on)) == ages


@given(st.data())
def test_the_age_of_every_completion_lies_in_the_range(data: st.DataObject) -> None:
    born, on = data.draw(partial_dates(1900, 2025)), data.draw(partial_dates(1900, 2025))
    exact, again = completed_years(data.draw(completions(born)), data.draw(completions(on)))
    lowest, highest = completed_years(born, on)
    assert exact == again
    assert lowest <= exact <= highest


@pytest.mark.parametrize(
    ("a", "b", "days"),
    [
        ("2026-03-01", "2026-03-01", 0),
        ("2026-02-28", "2026-03-01", 1),
        ("2024-02-28", "2024-03-01", 2),
        ("2026-03-01", "2026-02-28", -1),
        ("2026-03", "2026-03-01", None),
        ("2026-03-01", "2026", None),
        (None, "2026-03-01", None),
        ("2026-03-01", None, None),
    ],
)
def test_days_between_are_signed_and_unknown_for_partial_dates(a: str | None, b: str | None, days: int | None) -> None:
    assert days_between(None if a is None else D(a), None if b is None else D(b)) == days


@given(st.dates(), st.integers(-400, 400))
def test_days_between_counts_what_was_added(day: datetime.date, days: int) -> None:
    if datetime.date.min.toordinal() <= day.toordinal() + days <= datetime.date.max.toordinal():
        assert days_between(day, day + datetime.timedelta(days)) == days
