"""The date of death where day or month is unknown."""

import datetime
from dataclasses import dataclass

from analysis.course_row import CourseRow, Day
from analysis.cut import last_alive
from forms.dates import PartialDate
from forms.text import _l

RULE = _l(
    "A death without a day is dated to the 15th, without a month to 1 July; "
    "never before the last date known alive, never after the data cut."
)


@dataclass(frozen=True)
class Death:
    """A death with the date used; `imputed` where part of the date was unknown."""

    on: Day
    imputed: bool


def death(row: CourseRow) -> Death | None:
    """The death of a course that has been cut (`analysis.cut`), or None. Rule: `RULE`."""
    if row.died_on is None:
        return None
    if row.died_on.is_complete:
        return Death(row.died_on.earliest, imputed=False)
    alive = last_alive(row)
    guess = max(_middle(row.died_on), alive) if alive else _middle(row.died_on)
    return Death(min(guess, row.cut_on), imputed=True)


def _middle(died_on: PartialDate) -> Day:
    return datetime.date(died_on.year, died_on.month or 7, 15 if died_on.month else 1)
