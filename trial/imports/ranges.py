"""Reference ranges as lines of a file: pure, a line in, a range or a reason out.

Columns: `test`, `unit`, `low`, `high`, `valid_from`, `source` (the document the range stands in); if they differ, `site` (blank: every
site), `laboratory`, `sex` (M, F), `age_from` and `age_to` (completed years, both included), `valid_to` (the last day), and `replaces`
(the number of a row that was wrong).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from forms.laboratory import TESTS
from forms.reading import LONGEST_TEXT, Unreadable, read_words
from forms.text import _l
from trial.imports.laboratory import Names, Unusable
from trial.imports.tabular import Line
from trial.ranges import OLDEST, SEXES, Range

COLUMNS = (
    "site", "laboratory", "test", "unit", "sex", "age_from", "age_to", "low", "high", "valid_from", "valid_to", "source",
    "replaces",
)  # fmt: skip
OPTIONAL = frozenset({"site", "laboratory", "sex", "age_from", "age_to", "valid_to", "replaces"})
_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,8})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Stated:
    """A line that is a range; its `id` is 0 until it is kept."""

    line: int
    range: Range

    @property
    def where(self) -> str:
        """What stands in the report in place of a participant."""
        return " ".join(part for part in (self.range.site, self.range.test) if part)


class _Wrong(Exception):
    def __init__(self, message: str, **args: str) -> None:
        super().__init__(message)
        self.message, self.args_ = message, args


def range_of(line: Line, names: Names) -> Stated | Unusable:
    """One line as a range, or what is wrong with it. Whether the site is there and the range free is for who has the database."""
    cells = line.cells
    try:
        return Stated(line.number, _range(cells, names))
    except _Wrong as problem:
        return Unusable(line.number, cells["test"][:40], problem.message, problem.args_)


def _range(cells: Mapping[str, str], names: Names) -> Range:
    test = names.tests.get(cells["test"], cells["test"].upper())
    if test not in TESTS:
        raise _Wrong(_l("The test “%(typed)s” is not known."), typed=cells["test"][:40])
    found = Range(
        id=0,
        site=cells.get("site", "").upper() or None,
        test=test,
        unit=_unit(names.units.get(cells["unit"], cells["unit"]), test),
        sex=_sex(cells.get("sex", "")),
        age_from=_each(cells, "age_from", _age),
        age_to=_each(cells, "age_to", _age),
        low=_each(cells, "low", _limit),
        high=_each(cells, "high", _limit),
        valid_from=_day(cells["valid_from"]),
        valid_to=_each(cells, "valid_to", _day),
        source=_words(cells["source"]),
        laboratory=_words(cells.get("laboratory", "")) or None,
        replaces=_each(cells, "replaces", _number),
    )
    _in_order(found)
    return found


def _in_order(found: Range) -> None:
    if found.low is None and found.high is None:
        raise _Wrong(_l("Neither a lower nor an upper limit is given."))
    if found.low is not None and found.high is not None and found.low > found.high:
        raise _Wrong(_l("The lower limit lies above the upper one."))
    if found.age_from is not None and found.age_to is not None and found.age_from > found.age_to:
        raise _Wrong(_l("The first age is greater than the last."))
    if found.valid_to is not None and found.valid_from > found.valid_to:
        raise _Wrong(_l("The first day lies after the last."))
    if not found.source:
        raise _Wrong(_l("The document that the range is taken from is not named."))


def _each(cells: Mapping[str, str], name: str, read: Callable[[str], Any]) -> Any:
    text = cells.get(name, "")
    return read(text) if text else None


def _unit(text: str, test: str) -> str:
    if text not in TESTS[test].units:
        known = ", ".join(TESTS[test].units)
        raise _Wrong(_l("“%(typed)s” is no unit of %(test)s: %(known)s."), typed=text[:20], test=test, known=known)
    return text


def _sex(text: str) -> str | None:
    if text and text.upper() not in SEXES:
        raise _Wrong(_l("“%(typed)s” is no sex: M, F, or blank for both."), typed=text[:20])
    return text.upper() or None


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise _Wrong(_l("“%(typed)s” is no whole number."), typed=text[:20])
    return int(text)


def _age(text: str) -> int:
    if (age := _number(text)) > OLDEST:
        raise _Wrong(_l("“%(typed)s” is no age in years."), typed=text[:20])
    return age


def _limit(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise _Wrong(_l("“%(typed)s” is no limit: digits, and a point."), typed=text[:20])
    return Decimal(text)


def _day(text: str) -> date:
    wrong = _Wrong(_l("“%(typed)s” is no date, written YYYY-MM-DD."), typed=text[:20])
    if not _DAY.fullmatch(text):
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise wrong from problem


def _words(text: str) -> str:
    try:
        return (read_words(text) or "")[:LONGEST_TEXT]
    except Unreadable as problem:
        raise _Wrong(problem.message, **{k: str(v) for k, v in problem.args_.items()}) from problem
