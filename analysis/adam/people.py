"""One participant as the datasets read them: the answers in the order of the course, and the course up to the cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analysis.course_row import CourseRow
from analysis.courses import course_row
from analysis.cut import at_the_cut
from forms.answers import Crf
from forms.dates import PartialDate, earliest
from forms.record import Record
from trial.course import in_course_order
from trial.limits import happenings
from trial.protocol import PROTOCOL
from trial.store.extract import Extract, Extracted


@dataclass(frozen=True)
class Person:
    """`row`: what was extracted, `record`: its answers that had happened by the cut, `course`: its course at the cut, the day `cut_on`."""

    row: Extracted
    record: Record
    course: CourseRow
    cut_on: date

    @property
    def id(self) -> str:
        return self.row.participant

    def ids(self) -> dict[str, Any]:
        """What every row of every dataset begins with."""
        return {"STUDYID": PROTOCOL.study_id, "USUBJID": self.id, "SITEID": self.course.site}

    @property
    def allocation(self) -> Mapping[str, Any]:
        """The allocated arm and the factors it was drawn by; empty where nobody was allocated, or it is withheld."""
        drawn = self.row.allocation
        if drawn is None or self.course.randomised_on is None:
            return {}
        factors = drawn["factors"]
        return {
            "TRT01P": drawn["arm"], "STRATA1": factors.get("response"), "STRATA2": factors.get("regimen"), "STRATA3": factors.get("ct"),
        }  # fmt: skip


def people(extract: Extract) -> tuple[Person, ...]:
    """Everybody of the extract, by number."""
    return tuple(sorted((_person(row, extract.cut_on) for row in extract.rows), key=lambda each: each.id))


def _person(row: Extracted, cut_on: date) -> Person:
    whole = Record(in_course_order(row.crfs), row.record().definitions)
    # Life after the cut is life at it, so the course is read from every form.
    return Person(row, _until(whole, cut_on), at_the_cut(course_row(row, cut_on)), cut_on)


def _until(record: Record, cut_on: date) -> Record:
    kept = tuple(crf for crf in record.crfs if _begun(record, crf, cut_on))
    return Record(kept, record.definitions, record.facts)


def _begun(record: Record, crf: Crf, cut_on: date) -> bool:
    """Whether a form tells of something by the cut, or of nothing that has a day."""
    days = [earliest(day) for _, _, day in happenings(record, crf)]
    return not days or min(days) <= cut_on


def references(everyone: Iterable[Person]) -> dict[str, date | None]:
    """The day from which each participant's study days are counted: informed consent, which everybody has."""
    return {each.id: each.course.consent_on for each in everyone}


def partial(when: Any) -> PartialDate | None:
    """A date as collected, whole or not."""
    return when if isinstance(when, PartialDate) or when is None else PartialDate.of(when)


def interval(prefix: str, when: PartialDate | None) -> dict[str, Any]:
    """A date as collected and the days it can stand for, under `<prefix>DTC`, `<prefix>LO`, `<prefix>HI`."""
    if when is None:
        return {}
    return {f"{prefix}DTC": when.iso(), f"{prefix}LO": when.earliest, f"{prefix}HI": when.latest}


def flag(value: bool | None) -> str | None:
    """Y, N, or missing."""
    return None if value is None else "Y" if value else "N"
