"""Days of the study instead of dates: what a data set shows where its people shall not be known by their calendar.

Source: CDISC ADaM Implementation Guide 1.3, section 3.1.2 (ADY), and SDTM IG 3.3, section 4.4.4 (--DY).
"""

from __future__ import annotations

from collections.abc import Iterable

from forms.dates import AnyDate, days_between


def study_day(day: AnyDate | None, reference: AnyDate | None) -> int | None:
    """The day of the study, counted from the reference day.

    Parameters
    ----------
    day, reference : date, PartialDate or None
        A date that lacks its day or month is unknown: it is never filled in.

    Returns
    -------
    int or None
        1 on the reference day, 2 the day after it, -1 the day before it; there is no day 0. None where either is unknown.
    """
    days = days_between(reference, day)
    # A day 0 would make the difference of two study days across the reference wrong by one for a reader who knows ADaM.
    return None if days is None else days + (days >= 0)


def study_days(days: Iterable[AnyDate | None], reference: AnyDate | None) -> tuple[int | None, ...]:
    """The same of several days of one participant, in their order."""
    return tuple(study_day(day, reference) for day in days)
