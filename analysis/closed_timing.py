"""Timing of surgery by restricted cubic spline, read from the forms, for the closed outputs.

Closed although no arm is named: only who was operated on is in it, nearly all of them by arm or cohort. What came of their operations,
beside pooled outcomes of everybody, would tell outcomes by arm; and SUR, YP and POC are arm-revealing (PROTOCOL 10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.course_row import R0 as CLEAR_MARGIN
from analysis.course_row import CourseRow, Day
from analysis.courses import course_row
from analysis.cut import at_the_cut
from analysis.endpoints import EVENT, derive
from analysis.estimands import DFS as DISEASE_FREE
from analysis.estimands import Origin, seen_from
from analysis.registry_rows import covariates
from analysis.safety.people import person
from analysis.safety.surgery import aftermath
from analysis.timing import PCR, R0, SEVERE, Operated
from forms.derivations.specimen import pathological_complete_response
from forms.record import Record
from forms.text import _l
from trial.course import in_course_order
from trial.store.extract import Extract, Extracted

if TYPE_CHECKING:
    from analysis.course_row import Operation

WITHIN = 90
"""Days after the operation within which a complication counts; the grades that do are those of `analysis.safety.clavien`."""


def operated(extract: Extract) -> tuple[Operated, ...]:
    """Everybody with a first mesorectal excision, not for regrowth, after radiotherapy; in the order of the extract."""
    return tuple(made for row in extract.rows if (made := _operated(row, extract.cut_on)))


def primary(course: CourseRow) -> Operation | None:
    """The first mesorectal excision, unless it was done for a regrowth."""
    first = min((o for o in course.operations if o.is_tme), key=lambda o: o.on, default=None)
    return None if first is None or first.is_salvage else first


def _operated_on(course: CourseRow) -> Day | None:
    operation = primary(course)
    return None if operation is None else operation.on


OPERATION = Origin("OPERATION", _l("date of the operation"), _operated_on)
FROM_OPERATION = seen_from(DISEASE_FREE, OPERATION)


def _operated(row: Extracted, cut_on: Day) -> Operated | None:
    course = at_the_cut(course_row(row, cut_on))
    record = Record(in_course_order(row.crfs), row.record().definitions)
    operation, fraction = primary(course), course.last_fraction_on
    if operation is None or fraction is None or fraction > operation.on:
        return None
    told = derive(course, FROM_OPERATION)
    if told is None:
        return None
    response = pathological_complete_response(operation.ypt, operation.ypn)
    outcomes = {
        PCR: {"Y": True, "N": False}.get(str(response)),
        R0: None if operation.residual is None else operation.residual == CLEAR_MARGIN,
        SEVERE: _severe(row, operation, cut_on),
    }
    weeks = (operation.on - fraction).days / 7
    known = covariates(record, course.therapy_start_on)
    return Operated(row.participant, weeks, outcomes, told.days, int(told.status == EVENT), known)


def _severe(row: Extracted, operation: Operation, cut_on: Day) -> bool | None:
    """A complication of grade IIIa or worse; None where reports do not reach the day, or a day or a grade that decides is missing."""
    found = aftermath(row, person(row, cut_on))
    return None if found is None else found.after(operation.on).worst(WITHIN).severe
