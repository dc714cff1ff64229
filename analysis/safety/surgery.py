"""What follows an operation: Clavien-Dindo, leak, readmission, death within 30 and 90 days. It tells an arm: for closed tables only.

The denominator is people who were operated on, each at the worst over their operations; whoever has no report of complications is counted
as such and never as free of them. A complication belongs to the last operation on or before it. Days: day 0 is the operation, both
ends included. Sources: PROTOCOL 7; Dindo et al. 2004; Rahbari et al. 2010 (ISREC).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.safety.deaths import died_between
from analysis.safety.people import Person
from forms.codelists.treatment import CLAVIEN_DINDO
from forms.record import Record
from trial import soa
from trial.course import course
from trial.facts import operated_on
from trial.store.extract import Extracted

WINDOWS = (30, 90)
GRADES = tuple(CLAVIEN_DINDO.values)
LEAKS = ("A", "B", "C")
SEVERE_FROM = "IIIa"
_REACHES = {"PO30": 30, "PO90": 90}


@dataclass(frozen=True)
class Complication:
    """A row of the form of complications: days after the operation, and Clavien-Dindo grade; None: not known."""

    days: int | None
    grade: str | None


@dataclass(frozen=True)
class Aftermath:
    """One participant after their operations. `reported`: the days, 30 or 90, that reports of complications reach to.

    `unspecified`: a complication is said to have been, and none is described. `leak`: the worst ISREC grade, "NONE", "NOANAST" or None.
    """

    person: Person
    reported: frozenset[int] = frozenset()
    complications: tuple[Complication, ...] = ()
    unspecified: bool = False
    leak: str | None = None
    readmitted: bool | None = None

    def worst(self, within: int) -> str | None:
        """The worst grade up to that day after an operation: "0" without a complication, None where that cannot be told."""
        if not any(days >= within for days in self.reported):
            return None
        mine = [c for c in self.complications if c.days is None or 0 <= c.days <= within]
        known = max((GRADES.index(c.grade) for c in mine if c.grade and c.days is not None), default=-1)
        open_ = self.unspecified or any(c.grade is None or c.days is None for c in mine)
        if open_ and known < len(GRADES) - 1:
            return None
        return GRADES[known] if known >= 0 else "0"

    def died(self, within: int) -> bool | None:
        """Whether death came within so many days of an operation; None where the date of death or the time seen leaves it open."""
        windows = [(on, on + timedelta(within)) for on in self.person.operations]
        verdicts = [died_between(self.person, *window) for window in windows]
        if True in verdicts:
            return True
        seen = self.person.died is not None or all(self.person.end_on >= to for _, to in windows)
        return None if None in verdicts or not seen else False


def aftermath(row: Extracted, person: Person) -> Aftermath | None:
    """What followed the operations of one participant; None of somebody who had none by the cut."""
    if not person.operations:
        return None
    record = row.record()
    reports = [record.scope(crf) for crf in record.all("POC")]
    reports = [s for s in reports if s.item("POC.POCANY") is not None and soa.series(s.crf.event) in _REACHES]
    leaks = [s.code("POC.LEAK") for s in reports]
    readmitted = [{"Y": True, "N": False}.get(s.item("POC.READM")) for s in reports]
    named = {s.crf.address for s in reports if record.rows(s.crf, "R")}
    return Aftermath(
        person,
        frozenset(_REACHES[soa.series(s.crf.event)] for s in reports),
        tuple(_complications(record, row, person)),
        any(s.item("POC.POCANY") == "Y" and s.crf.address not in named for s in reports),
        worst_leak(leaks),
        True if True in readmitted else False if readmitted and None not in readmitted else None,
    )


def worst_leak(leaks: Sequence[str | None]) -> str | None:
    """The worst of several reports: a leak, else none, else that there is no anastomosis."""
    return max((leak for leak in leaks if leak), key=("NOANAST", "NONE", *LEAKS).index, default=None)


def _complications(record: Record, row: Extracted, person: Person) -> Iterator[Complication]:
    """Each row once: a report of day 90 may repeat what that of day 30 said, which changes no worst grade."""
    read = course(record, row.allocation)
    for crf in record.all("POC"):
        for scope in record.rows(crf, "R"):
            on = scope.item("POC.POCDAT")
            if on is None or on <= person.end_on:
                yield Complication(
                    _after(on, person.operations, operated_on(read, crf.event)), scope.item("POC.CLAVIEN")
                )


def _after(on: date | None, operations: Iterable[date], visit_of: date | None) -> int | None:
    """Days since the operation: the last one on or before, else that of the visit."""
    if on is None:
        return None
    operation = max((day for day in operations if day <= on), default=visit_of)
    return None if operation is None else (on - operation).days


@dataclass(frozen=True)
class SurgeryLine:
    """How many of `of` operated people; `unknown`: further ones of whom it cannot be told."""

    id: str
    n: int
    unknown: int


def lines(found: Sequence[Aftermath]) -> tuple[SurgeryLine, ...]:
    """Each grade at 30 and 90 days, 3a or worse, leaks, readmission, and death."""
    made = [line for within in WINDOWS for line in _graded(found, within)]
    leaks = [each.leak for each in found]
    made += [SurgeryLine(f"LEAK_{grade}", leaks.count(grade), 0) for grade in LEAKS]
    made += [
        SurgeryLine("LEAK", sum(leak in LEAKS for leak in leaks), leaks.count(None)),
        SurgeryLine("NOANAST", leaks.count("NOANAST"), 0),
    ]
    readmitted = [each.readmitted for each in found]
    made.append(SurgeryLine("READM", readmitted.count(True), readmitted.count(None)))
    for within in WINDOWS:
        died = [each.died(within) for each in found]
        made.append(SurgeryLine(f"DIED_{within}", died.count(True), died.count(None)))
    return tuple(made)


def _graded(found: Sequence[Aftermath], within: int) -> Iterator[SurgeryLine]:
    worst = [each.worst(within) for each in found]
    yield SurgeryLine(f"NONE_{within}", worst.count("0"), 0)
    for grade in GRADES:
        yield SurgeryLine(f"{grade}_{within}", worst.count(grade), 0)
    severe = GRADES[GRADES.index(SEVERE_FROM) :]
    yield SurgeryLine(f"UNKNOWN_{within}", worst.count(None), 0)
    yield SurgeryLine(f"SEVERE_{within}", sum(each in severe for each in worst), worst.count(None))
