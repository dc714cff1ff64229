"""Dates that may lack a day or a month, and comparisons that may answer "cannot tell".

A partial date is a set of possible days: `earliest` to `latest`, both included. A comparison is
True or False only where every completion agrees, and None otherwise (ISO 8601 reduced precision;
SDTM IG 3.3 section 4.4.2; PROTOCOL 2, IN7).
"""

import calendar
import datetime
import re
from dataclasses import dataclass

FIRST_YEAR = 1900
LAST_YEAR = 2199
DAYS_PER_YEAR = 365.25
"""A mean year: what times in years and months are told by."""
DAYS_PER_MONTH = DAYS_PER_YEAR / 12

# [0-9] and not \d: full-width and other digits are refused, not guessed.
_SHAPE = re.compile(r"([0-9]{4})(?:-([0-9]{2}|UN))?(?:-([0-9]{2}|UN))?")


class DateProblem(ValueError):
    """A text or a triple that is no date.

    `code` is one of "format", "year_range", "no_such_month", "no_such_day", "day_without_month";
    `raw` is what was typed.
    """

    def __init__(self, code: str, raw: str) -> None:
        super().__init__(f"{code}: {raw!r}")
        self.code = code
        self.raw = raw


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, perhaps a month, perhaps a day. Raises DateProblem where no such day exists."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if problem := _problem(self.year, self.month, self.day):
            raise DateProblem(problem, f"{self.year}-{self.month}-{self.day}")

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """Read "2026", "2026-03", "2026-03-01", "2026-UN-UN" or "2026-03-UN"; raises DateProblem."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise DateProblem("format", text)
        year, month, day = int(found[1]), _number(found[2]), _number(found[3])
        if problem := _problem(year, month, day):
            raise DateProblem(problem, text)
        return cls(year, month, day)

    @classmethod
    def of(cls, day: datetime.date) -> "PartialDate":
        """The complete partial date of a calendar day."""
        return cls(day.year, day.month, day.day)

    @property
    def earliest(self) -> datetime.date:
        return datetime.date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> datetime.date:
        month = self.month or 12
        return datetime.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def is_complete(self) -> bool:
        return self.day is not None

    def iso(self) -> str:
        """As stored: "2026", "2026-03" or "2026-03-01"."""
        known = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part is not None)]
        return "-".join(known)

    def __str__(self) -> str:
        return self.iso()


AnyDate = datetime.date | PartialDate


def earliest(when: AnyDate) -> datetime.date:
    """The first day the date can stand for."""
    return when.earliest if isinstance(when, PartialDate) else when


def latest(when: AnyDate) -> datetime.date:
    """The last day the date can stand for."""
    return when.latest if isinstance(when, PartialDate) else when


def before(a: AnyDate | None, b: AnyDate | None) -> bool | None:
    """Whether a lies before b: True, False, or None where that depends on the unknown part."""
    if a is None or b is None:
        return None
    if latest(a) < earliest(b):
        return True
    return False if earliest(a) >= latest(b) else None


def not_after(a: AnyDate | None, b: AnyDate | None) -> bool | None:
    """Whether a lies on or before b: True, False, or None."""
    later = before(b, a)
    return None if later is None else not later


def same(a: AnyDate | None, b: AnyDate | None) -> bool | None:
    """Whether a and b are one day: True only for complete dates, False where no day is shared."""
    if a is None or b is None:
        return None
    if latest(a) < earliest(b) or latest(b) < earliest(a):
        return False
    return True if earliest(a) == latest(a) == earliest(b) == latest(b) else None


def completed_years(born: AnyDate, on: AnyDate) -> tuple[int, int]:
    """Lowest and highest possible age in completed years.

    Born on 29 February, the birthday of a common year is 1 March (PROTOCOL 2, IN7).
    """
    return _years(latest(born), earliest(on)), _years(earliest(born), latest(on))


def days_between(a: AnyDate | None, b: AnyDate | None) -> int | None:
    """Days from a to b, negative where b comes first; None where either is partial or unknown."""
    if a is None or b is None or earliest(a) != latest(a) or earliest(b) != latest(b):
        return None
    return (earliest(b) - earliest(a)).days


def _years(born: datetime.date, on: datetime.date) -> int:
    # (2, 28) < (2, 29): someone born on 29 February waits until 1 March in a common year.
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _number(part: str | None) -> int | None:
    return None if part is None or part == "UN" else int(part)


def _problem(year: int, month: int | None, day: int | None) -> str | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return "year_range"
    if month is None:
        return None if day is None else "day_without_month"
    if not 1 <= month <= 12:
        return "no_such_month"
    if day is not None and not 1 <= day <= calendar.monthrange(year, month)[1]:
        return "no_such_day"
    return None
