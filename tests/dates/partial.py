"""Strategies for partial dates and the days they can stand for."""

import datetime

from hypothesis import strategies as st

from forms.dates import PartialDate


@st.composite
def partial_dates(draw: st.DrawFn, first: int = 1900, last: int = 2199) -> PartialDate:
    """A date of any precision between two years, both included."""
    day = draw(st.dates(datetime.date(first, 1, 1), datetime.date(last, 12, 31)))
    precision = draw(st.sampled_from(("year", "month", "day")))
    if precision == "year":
        return PartialDate(day.year)
    return PartialDate(day.year, day.month, day.day if precision == "day" else None)


def completions(date: PartialDate) -> st.SearchStrategy[datetime.date]:
    """Every day the date can stand for, built from its parts and not from its bounds."""
    january = datetime.date(date.year, 1, 1)
    days = [january + datetime.timedelta(offset) for offset in range(366)]
    return st.sampled_from(
        [d for d in days if d.year == date.year and date.month in (None, d.month) and date.day in (None, d.day)]
    )
