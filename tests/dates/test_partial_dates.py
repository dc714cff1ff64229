"""Reading and writing of dates that may lack a day or a month."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.dates import FIRST_YEAR, LAST_YEAR, DateProblem, PartialDate
from tests.dates.partial import completions, partial_dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026", PartialDate(2026)),
        ("2026-03", PartialDate(2026, 3)),
        ("2026-03-01", PartialDate(2026, 3, 1)),
        ("2026-UN", PartialDate(2026)),
        ("2026-UN-UN", PartialDate(2026)),
        ("2026-03-UN", PartialDate(2026, 3)),
        ("2024-02-29", PartialDate(2024, 2, 29)),
        ("1900", PartialDate(1900)),
        ("2199-12-31", PartialDate(2199, 12, 31)),
    ],
)
def test_a_text_is_read_to_its_precision(text: str, date: PartialDate) -> None:
    assert PartialDate.parse(text) == date


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "format"),
        ("26", "format"),
        ("2026-3", "format"),
        ("2026-3-1", "format"),
        ("01.03.2026", "format"),
        ("2026/03/01", "format"),
        ("2026-03-01 ", "format"),
        ("2026-03-01\n", "format"),
        ("2026-03-01T00:00", "format"),
        ("2026-un-un", "format"),
        ("２０２６-03-01", "format"),
        ("2026年3月", "format"),
        ("2026-03-01\x00", "format"),
        ("2026-13", "no_such_month"),
        ("2026-00-01", "no_such_month"),
        ("2026-02-30", "no_such_day"),
        ("2026-02-29", "no_such_day"),
        ("2100-02-29", "no_such_day"),
        ("2026-04-31", "no_such_day"),
        ("2026-04-00", "no_such_day"),
        ("2026-UN-01", "day_without_month"),
        ("1899", "year_range"),
        ("0026-03-01", "year_range"),
        ("2200-01-01", "year_range"),
    ],
)
def test_a_text_that_is_no_date_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(DateProblem) as refused:
        PartialDate.parse(text)
    assert (refused.value.code, refused.value.raw) == (code, text)


def test_an_impossible_triple_is_refused_as_a_text_is() -> None:
    with pytest.raises(DateProblem) as refused:
        PartialDate(2026, None, 4)
    assert refused.value.code == "day_without_month"


@pytest.mark.parametrize(
    ("date", "earliest", "latest"),
    [
        (PartialDate(2026), (2026, 1, 1), (2026, 12, 31)),
        (PartialDate(2026, 2), (2026, 2, 1), (2026, 2, 28)),
        (PartialDate(2024, 2), (2024, 2, 1), (2024, 2, 29)),
        (PartialDate(2026, 12), (2026, 12, 1), (2026, 12, 31)),
        (PartialDate(2026, 3, 1), (2026, 3, 1), (2026, 3, 1)),
    ],
)
def test_the_bounds_are_the_first_and_last_possible_day(
    date: PartialDate, earliest: tuple[int, int, int], latest: tuple[int, int, int]
) -> None:
    assert date.earliest == datetime.date(*earliest)
    assert date.latest == datetime.date(*latest)


@pytest.mark.requirement("R32")
@given(partial_dates())
def test_what_is_written_is_read_back(date: PartialDate) -> None:
    assert PartialDate.parse(date.iso()) == date
    assert str(date) == date.iso()


@given(st.dates(datetime.date(FIRST_YEAR, 1, 1), datetime.date(LAST_YEAR, 12, 31)))
def test_a_calendar_day_becomes_a_complete_date(day: datetime.date) -> None:
    date = PartialDate.of(day)
    assert date.is_complete
    assert date.earliest == date.latest == day
    assert date.iso() == day.isoformat()


@given(st.data())
def test_the_bounds_contain_every_completion(data: st.DataObject) -> None:
    date = data.draw(partial_dates())
    assert date.earliest <= data.draw(completions(date)) <= date.latest


@given(partial_dates())
def test_the_bounds_agree_with_what_is_known(date: PartialDate) -> None:
    for bound in (date.earliest, date.latest):
        assert bound.year == date.year
        assert date.month in (None, bound.month)
        assert date.day in (None, bound.day)
