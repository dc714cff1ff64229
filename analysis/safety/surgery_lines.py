"""What followed operations, counted: one line for each grade, leak, readmission and death."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.safety.clavien import GRADES, NO_COMPLICATION, WINDOWS
from analysis.safety.surgery import LEAKS, Aftermath


@dataclass(frozen=True)
class SurgeryLine:
    """How many people; `unknown`: further ones of whom it cannot be told."""

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
    made.append(_counted("READM", [each.readmitted for each in found]))
    made += [_counted(f"DIED_{within}", [each.died(within) for each in found]) for within in WINDOWS]
    return tuple(made)


def _graded(found: Sequence[Aftermath], within: int) -> Iterator[SurgeryLine]:
    worst = [each.worst(within) for each in found]
    grades = [each.grade for each in worst]
    yield SurgeryLine(f"NONE_{within}", grades.count(NO_COMPLICATION), 0)
    for grade in GRADES:
        yield SurgeryLine(f"{grade}_{within}", grades.count(grade), 0)
    yield SurgeryLine(f"UNKNOWN_{within}", grades.count(None), 0)
    yield _counted(f"SEVERE_{within}", [each.severe for each in worst])


def _counted(id: str, verdicts: Sequence[bool | None]) -> SurgeryLine:
    return SurgeryLine(id, verdicts.count(True), verdicts.count(None))
