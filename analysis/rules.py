"""What can end a participant's time in an endpoint, one function a rule.

A rule is given a course that has been cut (`analysis.cut`) and yields findings: a date, or no date and the
reason why it cannot be told. The words of each rule stand in `analysis.components`. Source: PROTOCOL 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.course_row import (
    COLORECTAL,
    CONFIRMED,
    LOCAL_EXCISION,
    NOT_CONFIRMED,
    NOT_RESECTABLE,
    R0,
    R1,
    R2,
    REFUSED,
    UNFIT,
    CourseRow,
    Day,
    Operation,
    Regrowth,
)
from analysis.death import death
from analysis.stoma import permanent
from forms.text import _l

WORKUP_PENDING = _l("work-up of a suspected regrowth not finished: no event yet")
RESIDUAL_UNKNOWN = _l("residual tumour after an operation not reported: no event yet")
PROCEDURE_UNKNOWN = _l("kind of operation unknown: not counted")
SALVAGE_UNKNOWN = _l("salvage decision on a confirmed regrowth unknown: no event yet")
NO_TME_BEFORE = _l("local recurrence recorded without an earlier resection: not counted")
KIND_UNKNOWN = _l("kind of a second primary unknown: not counted")
STOMA_UNKNOWN = _l("whether a stoma is permanent cannot be told yet: not counted")
DECISION_UNDATED = _l("salvage decision without a date: dated to the confirmation, else to the first suspicion")
CONFIRMATION_UNDATED = _l("confirmation of a regrowth without a date: dated to the first suspicion")
DEATH_IMPUTED = _l("date of death partly unknown: imputed by rule")


@dataclass(frozen=True)
class Finding:
    """A date at which the rule holds; `on` None: cannot be told, and `note` says why. A note with a date: it was imputed."""

    on: Day | None
    note: str | None = None


def confirmed(row: CourseRow) -> tuple[Regrowth, ...]:
    """The regrowths whose work-up ended in a confirmation, in the order of first suspicion."""
    return tuple(sorted((r for r in row.regrowths if r.outcome == CONFIRMED), key=lambda r: r.suspected_on))


def is_salvage(row: CourseRow, operation: Operation) -> bool:
    """Whether an operation done for regrowth has a confirmed regrowth suspected on or before its day."""
    return operation.is_salvage and any(r.suspected_on <= operation.on for r in confirmed(row))


def salvages_of(row: CourseRow, regrowth: Regrowth) -> tuple[Operation, ...]:
    """The salvage operations from this regrowth's suspicion until the next confirmed one's."""
    later = [r.suspected_on for r in confirmed(row) if r.suspected_on > regrowth.suspected_on]
    return tuple(
        o
        for o in row.operations
        if is_salvage(row, o) and regrowth.suspected_on <= o.on and (not later or o.on < later[0])
    )


def metastasis(row: CourseRow) -> Iterator[Finding]:
    yield from (Finding(day) for day in row.metastases_on)


def death_of_any_cause(row: CourseRow) -> Iterator[Finding]:
    if died := death(row):
        yield Finding(died.on, DEATH_IMPUTED if died.imputed else None)


def second_colorectal(row: CourseRow) -> Iterator[Finding]:
    for primary in row.second_primaries:
        if primary.kind == COLORECTAL:
            yield Finding(primary.on)
        elif primary.kind is None:
            yield Finding(None, KIND_UNKNOWN)


def local_recurrence(row: CourseRow) -> Iterator[Finding]:
    for day in row.local_recurrences_on:
        resected = any(o.on <= day and o.procedure != LOCAL_EXCISION for o in row.operations)
        yield Finding(day) if resected else Finding(None, NO_TME_BEFORE)


def _left_at_resection(row: CourseRow, left: frozenset[str]) -> Iterator[Finding]:
    for operation in row.operations:
        if is_salvage(row, operation) or operation.procedure == LOCAL_EXCISION:
            continue
        if operation.is_tme and operation.residual is None:
            yield Finding(None, RESIDUAL_UNKNOWN)
        elif operation.residual in left and operation.procedure is None:
            yield Finding(None, PROCEDURE_UNKNOWN)
        # "Other" with R2 is the operation that found the tumour not resectable; with R1 nothing was resected by TME.
        elif operation.residual in left and (operation.is_tme or operation.residual == R2):
            yield Finding(operation.on)


def r2_left(row: CourseRow) -> Iterator[Finding]:
    return _left_at_resection(row, frozenset({R2}))


def r1_or_r2_left(row: CourseRow) -> Iterator[Finding]:
    return _left_at_resection(row, frozenset({R1, R2}))


def _not_salvaged(row: CourseRow, decisions: frozenset[str]) -> Iterator[Finding]:
    for regrowth in confirmed(row):
        operations = salvages_of(row, regrowth)
        if regrowth.salvage is None and not operations:
            yield Finding(None, SALVAGE_UNKNOWN)
        elif regrowth.salvage in decisions and not any(o.residual == R0 for o in operations):
            decided = regrowth.salvage_decided_on
            yield Finding(
                decided or regrowth.confirmed_on or regrowth.suspected_on, None if decided else DECISION_UNDATED
            )


def unsalvageable(row: CourseRow) -> Iterator[Finding]:
    return _not_salvaged(row, frozenset({NOT_RESECTABLE, UNFIT, REFUSED}))


def unsalvageable_but_refusal(row: CourseRow) -> Iterator[Finding]:
    return _not_salvaged(row, frozenset({NOT_RESECTABLE, UNFIT}))


def salvage_not_r0(row: CourseRow) -> Iterator[Finding]:
    for operation in row.operations:
        if is_salvage(row, operation) and operation.residual != R0:
            yield Finding(operation.on) if operation.residual else Finding(None, RESIDUAL_UNKNOWN)


def regrowth(row: CourseRow) -> Iterator[Finding]:
    for regrowth in row.regrowths:
        if regrowth.outcome == CONFIRMED:
            yield Finding(regrowth.suspected_on)
        elif regrowth.outcome != NOT_CONFIRMED:
            yield Finding(None, WORKUP_PENDING)


def regrowth_at_confirmation(row: CourseRow) -> Iterator[Finding]:
    for regrowth in row.regrowths:
        if regrowth.outcome == CONFIRMED and regrowth.confirmed_on:
            yield Finding(regrowth.confirmed_on)
        elif regrowth.outcome == CONFIRMED:
            yield Finding(regrowth.suspected_on, CONFIRMATION_UNDATED)
        elif regrowth.outcome != NOT_CONFIRMED:
            yield Finding(None, WORKUP_PENDING)


def operation_without_regrowth(row: CourseRow) -> Iterator[Finding]:
    for operation in row.operations:
        if any(r.suspected_on <= operation.on for r in confirmed(row)):
            continue
        if operation.is_tme or operation.procedure == LOCAL_EXCISION:
            yield Finding(operation.on)
        elif operation.procedure is None:
            yield Finding(None, PROCEDURE_UNKNOWN)


def tme(row: CourseRow) -> Iterator[Finding]:
    for operation in row.operations:
        if operation.is_tme:
            yield Finding(operation.on)
        elif operation.procedure is None:
            yield Finding(None, PROCEDURE_UNKNOWN)


def excision_not_r0(row: CourseRow) -> Iterator[Finding]:
    for operation in row.operations:
        if operation.procedure == LOCAL_EXCISION and operation.residual != R0:
            yield Finding(operation.on) if operation.residual else Finding(None, RESIDUAL_UNKNOWN)


def permanent_stoma(row: CourseRow) -> Iterator[Finding]:
    for stoma in row.stomas:
        if (lasting := permanent(stoma, row)) is not False:
            yield Finding(stoma.formed_on) if lasting else Finding(None, STOMA_UNKNOWN)
