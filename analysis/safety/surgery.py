"""What follows an operation: Clavien-Dindo, leak, readmission, death within 30 and 90 days. It tells an arm: for closed tables only.

The denominator is people who were operated on, each at the worst over their operations; an operation whose reports do not reach the day
is never free of complications. A complication belongs to the last operation on or before it. Days: day 0 is the operation, both
ends included. Sources: PROTOCOL 7; Dindo et al. 2004; Rahbari et al. 2010 (ISREC).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.safety.clavien import Complication, Extent, Operation, worst_of
from analysis.safety.deaths import died_between
from analysis.safety.people import Person
from forms.record import InstanceScope, Record
from trial import soa
from trial.course import Course, course
from trial.facts import operated_on
from trial.store.extract import Extracted

LEAKS = ("A", "B", "C")
_REACHES = {"PO30": 30, "PO90": 90}


@dataclass(frozen=True)
class Aftermath:
    """One participant after their operations. `leak`: the worst ISREC grade, "NONE", "NOANAST" or None: not known."""

    person: Person
    operations: tuple[Operation, ...]
    leak: str | None = None
    readmitted: bool | None = None

    def worst(self, within: int) -> Extent:
        """The worst Clavien-Dindo grade up to that day after any of the operations."""
        return worst_of(operation.worst(within) for operation in self.operations)

    def after(self, on: date) -> Operation:
        """What followed the operation of that day. Raises LookupError without one."""
        found = {operation.on: operation for operation in self.operations}
        return found[on]

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
    reports = tuple(_reports(record, course(record, row.allocation), person))
    told = [report for report in reports if report.reaches]
    # An operation that nobody reported on may have led to either.
    silent: list[None] = [None for on in person.operations if not any(report.operation == on for report in told)]
    return Aftermath(
        person,
        tuple(_after(on, reports, person) for on in dict.fromkeys(person.operations)),
        worst_leak([*(report.leak for report in told), *silent]),
        _any([*(report.readmitted for report in told), *silent]),
    )


@dataclass(frozen=True)
class _Report:
    """A form of complications and the operation it is about; None: not known which."""

    record: Record
    scope: InstanceScope
    operation: date | None

    @property
    def reaches(self) -> int:
        """The day it reaches to: 30 or 90; 0 where it does not say whether there was any."""
        said = self.scope.item("POC.POCANY") is not None
        return _REACHES.get(soa.series(self.scope.crf.event), 0) if said else 0

    @property
    def rows(self) -> tuple[InstanceScope, ...]:
        return self.record.rows(self.scope.crf, "R")

    @property
    def unspecified(self) -> bool:
        """Whether a complication is said to have been, and none is described."""
        return self.scope.item("POC.POCANY") == "Y" and not self.rows

    @property
    def leak(self) -> str | None:
        found: str | None = self.scope.code("POC.LEAK")
        return found

    @property
    def readmitted(self) -> bool | None:
        return {"Y": True, "N": False}.get(self.scope.item("POC.READM"))


def _reports(record: Record, read: Course, person: Person) -> Iterator[_Report]:
    """Each with the operation of its visit: by number, or the only one. Those about an operation after the cut are left out."""
    for scope in map(record.scope, record.all("POC")):
        named = operated_on(read, scope.crf.event)
        if not soa.number(scope.crf.event) and len(person.operations) == 1:
            named = person.operations[0]
        if named is None or named in person.operations:
            yield _Report(record, scope, named)


def _after(on: date, reports: Sequence[_Report], person: Person) -> Operation:
    """One operation: the reports on it, those that may be on it, and every complication that belongs to it."""
    mine = [report for report in reports if report.operation == on]
    return Operation(
        on,
        max((report.reaches for report in mine), default=0),
        tuple(c for report in reports for c in _complications(report, on, person)),
        any(report.unspecified for report in reports if report.operation in (on, None)),
    )


def _complications(report: _Report, operation: date, person: Person) -> Iterator[Complication]:
    """Each row once: a report of day 90 may repeat what that of day 30 said, which changes no worst grade."""
    for row in report.rows:
        on = row.item("POC.POCDAT")
        if on is not None and on > person.end_on:
            continue
        before = [day for day in person.operations if on is not None and day <= on]
        owner = max(before, default=report.operation)
        if owner in (operation, None):
            yield Complication(None if on is None or owner is None else (on - operation).days, row.item("POC.CLAVIEN"))


def worst_leak(leaks: Sequence[str | None]) -> str | None:
    """The worst of several reports: a leak; else not known where one does not say; else none, or that there is no anastomosis."""
    worst = max((leak for leak in leaks if leak), key=("NOANAST", "NONE", *LEAKS).index, default=None)
    return worst if worst in LEAKS or None not in leaks else None


def _any(found: Sequence[bool | None]) -> bool | None:
    return True if True in found else False if found and None not in found else None
