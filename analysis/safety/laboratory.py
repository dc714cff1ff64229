"""Laboratory results in SI units with their limits and CTCAE grades, and the shift from before therapy to the worst under it.

Limits are those of the site's laboratory on the day of the sample (`trial.ranges`), else the fall-back; grades are those of the form's
own derivation, by direction, so that a value too high is no grade of the term for too low. Before: the last result on or before the
day of the first dose. Source: CTCAE 5.0; ICH E3 14.3.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from analysis.safety.people import Person
from forms.derivations.reference_range import HIGH, LOW, reference_indicator
from forms.derivations.toxicity_grade import BRANCHES, DIRECTIONS, Limits, grades_by_direction
from forms.laboratory import TESTS, to_si
from forms.record import InstanceScope
from forms.rules import baseline_result, reference_high, reference_low
from trial.ranges import SiteRanges
from trial.store.extract import Extract, Extracted

GRADES = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Result:
    """One result in the SI unit of its test. `operator` "<" or ">": the value is a limit of detection. Limits None: not known."""

    participant: str
    test: str
    on: date
    operator: str
    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    baseline: Decimal | None = None

    @property
    def grades(self) -> dict[str, int | None]:
        """CTCAE grade by direction."""
        return grades_by_direction(self.test, self.operator, self.value, Limits(self.low, self.high, self.baseline))

    @property
    def indicator(self) -> str | None:
        """LOW, NORMAL or HIGH against the reference range, as on the form (LBNRIND); None where it cannot be told."""
        found: str | None = reference_indicator(self.operator, self.value, self.low, self.high)
        return found

    @property
    def abnormal(self) -> bool | None:
        """Outside the reference range, or of CTCAE grade 1 or higher (creatinine is graded by its rise too); None: cannot be told."""
        if self.indicator in (LOW, HIGH) or any(self.grades.values()):
            return True
        return None if self.indicator is None else False

    @property
    def multiple(self) -> float | None:
        """Times the upper limit of normal; None without a limit."""
        return float(self.value / self.high) if self.high else None


def results(row: Extracted, person: Person, extract: Extract) -> tuple[Result, ...]:
    """Every result with a value to the end of observation, in time."""
    stated = tuple(r for r in extract.ranges if r["site"] in (None, row.site))
    record = row.record().with_facts(laboratory_ranges=SiteRanges(stated) if stated else None)
    scopes = (scope for crf in record.all("LB") for scope in record.rows(crf, "R"))
    raw = (found for scope in scopes if (found := _raw(scope, person, record.value("DM.SEX"))) is not None)
    ordered = sorted((r for r in raw if r.on <= person.end_on), key=lambda r: (r.on, r.test))
    return tuple(replace(r, baseline=_before(r, person.first_dose_on, ordered)) for r in ordered)


def _raw(scope: InstanceScope, person: Person, sex: str | None) -> Result | None:
    test, on, told = scope.item("LB.LBTEST"), scope.item("LB.LBDAT"), scope.fact("laboratory_ranges")
    value, operator = to_si(test, scope.item("LB.LBORRES"), scope.item("LB.LBORRESU")), scope.item("LB.LBOPER")
    if value is None or on is None or operator is None:
        return None
    low, high = reference_low(test, sex, told), reference_high(test, sex, told)
    return Result(person.participant, test, on, operator, value, low, high)


def _before(result: Result, start: date | None, every: Iterable[Result]) -> Decimal | None:
    """What the result is held against, as on the form: nothing where it is itself from before therapy."""
    if start is None or result.on <= start:
        return None
    rows = [(r.on, r.test, r.value, TESTS[r.test].si) for r in every]
    found: Decimal | None = baseline_result(result.test, start, rows)
    return found


@dataclass(frozen=True)
class Measured:
    """A participant with every result. `since`: the day that parts before from after, where it is not that of the first dose."""

    person: Person
    results: tuple[Result, ...]
    since: date | None = None

    @property
    def origin(self) -> date | None:
        """The last day of what was before: that of the first dose, or another one as asked; None where there is none."""
        return self.since or self.person.first_dose_on

    def before(self, test: str) -> Result | None:
        """The last result on or before the origin; None without one."""
        start = self.origin
        return next((r for r in reversed(self.results) if r.test == test and start and r.on <= start), None)

    def under(self, test: str) -> tuple[Result, ...]:
        """The results after the day of the origin."""
        start = self.origin
        return tuple(r for r in self.results if r.test == test and start and r.on > start)


def measured(rows: Iterable[Extracted], people: Iterable[Person], extract: Extract) -> tuple[Measured, ...]:
    """Each person with the results in their row; rows and people in the same order."""
    return tuple(Measured(p, results(row, p, extract)) for row, p in zip(rows, people, strict=True))


@dataclass(frozen=True)
class Shift:
    """Participants by grade before and worst grade after the origin, of one test in one direction; a grade None is not known.

    `without`: members without a result after the origin, who are in no cell.
    """

    test: str
    direction: str
    cells: Mapping[tuple[int | None, int | None], int]
    without: int

    @property
    def n(self) -> int:
        return sum(self.cells.values())

    def row(self, before: int | None) -> tuple[int, ...]:
        """How many went from that grade to 0, 1, 2, 3, 4 and to one that is not known."""
        return tuple(self.cells.get((before, worst), 0) for worst in (*GRADES, None))


def graded() -> tuple[tuple[str, str], ...]:
    """Every test and direction of which CTCAE defines a grade by the value alone."""
    nothing = Limits(None, None, None)
    ways = ((t, d, b) for t, branches in BRANCHES.items() for d, b in zip(DIRECTIONS[t], branches, strict=True))
    return tuple(dict.fromkeys((t, d) for t, d, b in ways if any(cut.grade is not None for cut in b(nothing))))


def shifts(people: Iterable[Measured]) -> tuple[Shift, ...]:
    """The shift of every test and direction of which anybody has a result after the origin."""
    begun = [p for p in people if p.origin is not None]
    found = (_shift(test, direction, begun) for test, direction in graded())
    return tuple(shift for shift in found if shift.n)


def _shift(test: str, direction: str, people: Sequence[Measured]) -> Shift:
    cells: Counter[tuple[int | None, int | None]] = Counter()
    for each in people:
        before, under = each.before(test), each.under(test)
        if under:
            cells[before.grades[direction] if before else None, worst(r.grades[direction] for r in under)] += 1
    return Shift(test, direction, cells, len(people) - cells.total())


def worst(grades: Iterable[int | None]) -> int | None:
    """The highest grade; not known where an ungraded result might be higher than every other one."""
    found = list(grades)
    known = max((g for g in found if g is not None), default=None)
    return known if None not in found or known == GRADES[-1] else None


def above_without_grade(people: Iterable[Measured]) -> tuple[tuple[str, int], ...]:
    """Tests of whose rise CTCAE defines no grade by value, and how many had one after the origin: haemoglobin, glucose."""
    crowd, defined = list(people), set(graded())
    tests = [t for t, ways in DIRECTIONS.items() if HIGH in ways and (t, HIGH) not in defined]
    return tuple(
        (t, sum(any(r.grades[HIGH] is None and r.high and r.value > r.high for r in p.under(t)) for p in crowd))
        for t in tests
    )
