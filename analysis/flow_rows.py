"""What the flow of participants needs beside the course: who failed screening and why, and what was begun after the decision."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.begun import strategy_begun
from analysis.course_row import CourseRow
from analysis.courses import course_row
from analysis.cut import at_the_cut
from forms.record import Record
from trial.course import in_course_order
from trial.eligibility import failed
from trial.protocol import PROTOCOL, Protocol
from trial.store.extract import Extract, Extracted


@dataclass(frozen=True)
class FlowRow:
    """One participant of the flow; `course` has been cut.

    `failed`: not eligible, by confirmation or because the study ended so. `criteria`: those known to fail, in the order of the
    protocol. `began`: strategy begun (MGT) by the cut; `began_why`: why it differs from what was allocated or chosen.
    """

    course: CourseRow
    failed: bool = False
    criteria: tuple[str, ...] = ()
    began: str | None = None
    began_why: str | None = None


def flow_rows(extract: Extract, protocol: Protocol = PROTOCOL) -> tuple[FlowRow, ...]:
    """Everybody of the extract, in its order."""
    return tuple(_row(row, extract, protocol) for row in extract.rows)


def _row(row: Extracted, extract: Extract, protocol: Protocol) -> FlowRow:
    course = at_the_cut(course_row(row, extract.cut_on))
    record = Record(in_course_order(row.crfs), row.record().definitions)
    fails = course.eligible_on is None and (course.screen_failed_on is not None or _refused(record, extract))
    criteria = tuple(line.id for line in failed(protocol, record)) if fails else ()
    began = strategy_begun(record, extract.cut_on)
    why = record.value("MGT.MGTWHY") if began else None
    return FlowRow(course, fails, criteria, began, why)


def _refused(record: Record, extract: Extract) -> bool:
    """The investigator said no to the derived eligibility by the cut."""
    on = record.value("ELIG.ELIGDAT")
    return record.value("ELIG.ELIGCONF") == "N" and (on is None or on <= extract.cut_on)
