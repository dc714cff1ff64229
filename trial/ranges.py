"""Laboratory reference ranges as a site's laboratory states them: by site, sex, age and date. Pure: rows in, limits out.

Which one is in force on the day of a sample: a site's own before one for all sites, one for a sex before one for both, one for an age
before one for all ages; of what is left the one that is valid since last. What nobody stated falls back to `forms/laboratory.py`. Where a
missing day of birth or a missing sex could choose another range, the limits cannot be told: a guess would flag a normal result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from forms.dates import AnyDate, completed_years
from forms.laboratory import Limits, reference_limits, to_si
from forms.record import InstanceScope, PerInstance

SEXES = ("M", "F")
OLDEST = 130
"""Completed years; nobody was ever older, so a birth date that is missing leaves ages up to this."""
UNCLEAR: Limits = (None, None)
"""Limits that cannot be told: neither low nor high nor normal."""


@dataclass(frozen=True)
class Range:
    """One stated range. `low` and `high` in `unit`, both included; None: no limit on that side, no sex, no age, no end, every site.

    Ages are completed years on the day of the sample, days are those of the sample; all ends are included. `replaces`: the number of
    the row that this one corrects, which then never held.
    """

    id: int
    site: str | None
    test: str
    unit: str
    sex: str | None
    age_from: int | None
    age_to: int | None
    low: Decimal | None
    high: Decimal | None
    valid_from: date
    valid_to: date | None = None
    source: str = ""
    laboratory: str | None = None
    replaces: int | None = None

    @property
    def limits(self) -> Limits:
        """In the SI unit of the test."""
        return to_si(self.test, self.low, self.unit), to_si(self.test, self.high, self.unit)

    @property
    def by_age(self) -> bool:
        """Whether it is for some ages only."""
        return self.age_from is not None or self.age_to is not None

    @property
    def rank(self) -> tuple[bool, bool, bool, date]:
        """The most specific is the greatest; of two that are equally specific, the later."""
        return self.site is not None, self.sex is not None, self.by_age, self.valid_from

    def holds(self, sex: str, age: int, day: date) -> bool:
        """Whether it is for somebody of that sex and age, on that day."""
        return self.sex in (None, sex) and self._covers(age, age) and self._in_force(day)

    def _in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def _covers(self, first: int, last: int) -> bool:
        return (self.age_from or 0) <= last and first <= (OLDEST if self.age_to is None else self.age_to)

    def ties(self, other: Range) -> bool:
        """Whether both would be chosen for somebody on some day, and neither goes before the other."""
        same = self.site == other.site and self.test == other.test and self.sex == other.sex
        ages = other._covers(self.age_from or 0, OLDEST if self.age_to is None else self.age_to)
        return same and self.rank == other.rank and ages


def standing(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Those that no other row corrects."""
    every = tuple(ranges)
    corrected = {r.replaces for r in every}
    return tuple(r for r in every if r.id not in corrected)


def tie(new: Range, ranges: Iterable[Range]) -> Range | None:
    """The row that the new one would stand level with; what the new one corrects is not in its way."""
    return next((r for r in standing(ranges) if r.id != new.replaces and new.ties(r)), None)


@dataclass(frozen=True)
class Chosen:
    """What a result is judged against. `range` None: the fall-back, or nothing that can be told (`unclear`)."""

    limits: Limits | None
    range: Range | None = None
    unclear: bool = False

    def words(self) -> str:
        """Which it is, for a report: limits in SI units and where they come from."""
        if self.unclear:
            return "cannot be told"
        if self.limits is None:
            return "none"
        low, high = ("" if limit is None else f"{limit:f}" for limit in self.limits)
        where = "fall-back" if self.range is None else f"range {self.range.id}"
        return f"{low}..{high} ({where})"


def choose(ranges: Iterable[Range], test: str, sex: str | None, born: AnyDate | None, day: date | None) -> Chosen:
    """The range for a sample of `day`. `ranges` are those of the participant's site and of all sites, as `standing` leaves them."""
    of_test = tuple(r for r in ranges if r.test == test)
    if not of_test:
        return Chosen(reference_limits(test, sex))
    if day is None:
        return Chosen(UNCLEAR, unclear=True)
    sexes, ages = (sex,) if sex in SEXES else SEXES, _ages(born, day)
    found = [_one(of_test, test, each, age, day) for each in sexes for age in ages]
    if any(each.limits != found[0].limits for each in found):
        return Chosen(UNCLEAR, unclear=True)
    return found[0]


def _ages(born: AnyDate | None, day: date) -> range:
    """Every age in completed years that the birth date leaves open."""
    if born is None:
        return range(OLDEST + 1)
    youngest, oldest = completed_years(born, day)
    return range(max(youngest, 0), max(oldest, 0) + 1)


def _one(ranges: tuple[Range, ...], test: str, sex: str, age: int, day: date) -> Chosen:
    holding = [r for r in ranges if r.holds(sex, age, day)]
    if not holding:
        return Chosen(reference_limits(test, sex))
    first = max(holding, key=lambda r: r.rank)
    return Chosen(first.limits, first)


@dataclass(frozen=True, eq=False)
class SiteRanges(PerInstance):
    """The fact `laboratory_ranges`: each laboratory form is told the limits of its own day of sample.

    `rows` are rows of `laboratory_range`; they become values when a form first asks, which most saves never do.
    """

    rows: tuple[Mapping[str, Any], ...]
    _told: dict[Any, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def ranges(self) -> tuple[Range, ...]:
        """Those that stand."""
        return standing(map(as_range, self.rows))

    def of(self, scope: InstanceScope) -> Mapping[str, Mapping[str, Limits]]:
        """Test to sex ("" where it is not known) to limits, for what the site's laboratory states; the rest falls back."""
        born, day = scope.record.value("DM.BRTHDAT"), scope.crf.answers.items.get("LBDAT")
        if (born, day) not in self._told:
            tests = dict.fromkeys(r.test for r in self.ranges)
            self._told[born, day] = {test: self._by_sex(test, born, day) for test in tests}
        found: Mapping[str, Mapping[str, Limits]] = self._told[born, day]
        return found

    def _by_sex(self, test: str, born: AnyDate | None, day: date | None) -> dict[str, Limits]:
        chosen = {sex: choose(self.ranges, test, sex or None, born, day) for sex in (*SEXES, "")}
        return {sex: c.limits for sex, c in chosen.items() if c.limits is not None}


def as_range(row: Mapping[str, Any]) -> Range:
    """A row of `laboratory_range` as a value."""
    low, high = (None if row[end] is None else Decimal(row[end]) for end in ("low", "high"))
    kept = ("id", "site", "test", "unit", "sex", "age_from", "age_to")
    more = ("valid_from", "valid_to", "source", "laboratory", "replaces")
    return Range(**{n: row[n] for n in kept}, low=low, high=high, **{n: row[n] for n in more})
