"""Laboratory reference ranges as a site's laboratory states them: by site, sex, age and date. Pure: rows in, limits out.

Which one is in force on the day of a sample: a site's own before one for all sites, one for a sex before one for both, one for an age
before one for all ages; of what is left the one that is valid since last. What nobody stated falls back to `forms/laboratory.py`. Where a
missing day of birth or a missing sex could choose another range, the limits cannot be told: a guess would flag a normal result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

    @cached_property
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
    sexes, ages = (sex,) if sex in SEXES else SEXES, _ages(of_test, born, day)
    found = [_one(of_test, test, each, age, day) for each in sexes for age in ages]
    if any(each.limits != found[0].limits for each in found):
        return Chosen(UNCLEAR, unclear=True)
    return found[0]


def _ages(ranges: tuple[Range, ...], born: AnyDate | None, day: date) -> tuple[int, ...]:
    """The ages in completed years that the birth date leaves open: the first, and each at which another range may begin."""
    youngest, oldest = completed_years(born, day) if born is not None else (0, OLDEST)
    begins = {r.age_from for r in ranges if r.age_from is not None}
    begins |= {r.age_to + 1 for r in ranges if r.age_to is not None}
    return tuple(sorted({max(youngest, 0), *(age for age in begins if youngest < age <= oldest)}))


def _one(ranges: tuple[Range, ...], test: str, sex: str, age: int, day: date) -> Chosen:
    holding = [r for r in ranges if r.holds(sex, age, day)]
    if not holding:
        return Chosen(reference_limits(test, sex))
    first = max(holding, key=lambda r: r.rank)
    return Chosen(first.limits, first)


@dataclass(frozen=True, eq=False)
class SiteRanges(PerInstance):
    """The fact `laboratory_ranges`: each laboratory form is told the limits of its own day of sample.

    `rows` are rows of `laboratory_range`, by number; they become values when a form asks for their test.
    """

    rows: tuple[Mapping[str, Any], ...]
    _read: dict[str, tuple[Range, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def by_test(self) -> dict[str, list[Mapping[str, Any]]]:
        """Rows by the test of which they state something."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for row in self.rows:
            found.setdefault(row["test"], []).append(row)
        return found

    def of_test(self, test: str) -> tuple[Range, ...]:
        """The ranges of a test that stand."""
        if test not in self._read:
            self._read[test] = standing(map(as_range, self.by_test.get(test, ())))
        return self._read[test]

    def of(self, scope: InstanceScope) -> ToldLimits:
        """What that form is told."""
        sex, born = (scope.record.value(f"DM.{item}") for item in ("SEX", "BRTHDAT"))
        return ToldLimits(self, sex, born, scope.crf.answers.items.get("LBDAT"))


class ToldLimits(Mapping[str, Mapping[str, Limits]]):
    """Test to the participant's sex ("" where it is not known) to limits, for what the site's laboratory states; the rest falls back.

    Worked out test by test when asked. Its `repr` says what the limits follow from, and is another whenever they may be.
    """

    def __init__(self, ranges: SiteRanges, sex: str | None, born: AnyDate | None, day: date | None) -> None:
        self._ranges, self._sex, self._born, self._day = ranges, sex, born, day
        self._found: dict[str, Mapping[str, Limits]] = {}

    def __getitem__(self, test: str) -> Mapping[str, Limits]:
        if test not in self._found:
            if not (ranges := self._ranges.of_test(test)):
                raise KeyError(test)
            limits = choose(ranges, test, self._sex, self._born, self._day).limits
            self._found[test] = {} if limits is None else {self._sex or "": limits}
        return self._found[test]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranges.by_test)

    def __len__(self) -> int:
        return len(self._ranges.by_test)

    def __repr__(self) -> str:
        last = self._ranges.rows[-1]["id"]
        return f"limits of {self._day} for {self._sex} {self._born} by {len(self._ranges.rows)} ranges up to {last}"


def as_range(row: Mapping[str, Any]) -> Range:
    """A row of `laboratory_range` as a value."""
    low, high = (None if row[end] is None else Decimal(row[end]) for end in ("low", "high"))
    kept = ("id", "site", "test", "unit", "sex", "age_from", "age_to")
    more = ("valid_from", "valid_to", "source", "laboratory", "replaces")
    return Range(**{n: row[n] for n in kept}, low=low, high=high, **{n: row[n] for n in more})
