"""Whether a stoma is permanent (STO.STOPERM): intended so, or not closed 18 months after it was formed."""

import calendar

from analysis.course_row import PERMANENT, CourseRow, Day, Stoma
from analysis.cut import last_alive

PERMANENT_AFTER_MONTHS = 18


def permanent(stoma: Stoma, row: CourseRow) -> bool | None:
    """True, False, or None while the 18 months have not been lived through. `row` must have been cut."""
    if stoma.intended == PERMANENT:
        return True
    deadline = months_after(stoma.formed_on, PERMANENT_AFTER_MONTHS)
    if stoma.closed_on is not None:
        return stoma.closed_on > deadline
    seen = last_alive(row)
    return True if seen is not None and seen >= deadline else None


def months_after(day: Day, months: int) -> Day:
    """The same day of the month that many months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))
