"""What was known at the data cut: everything dated after it is left out, whatever was entered since."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from analysis.course_row import PENDING, CourseRow, Day, Regrowth, Stoma


@dataclass(frozen=True)
class DataCut:
    """A data cut: its name, its date, and the SHA-256 of its content in hexadecimal."""

    name: str
    on: Day
    digest: str

    @property
    def named(self) -> str:
        """Name and date, once where the name is the date."""
        day = self.on.isoformat()
        return day if self.name == day else f"{self.name}, {day}"


_MILESTONES = (
    "consent_on",
    "eligible_on",
    "screen_failed_on",
    "therapy_start_on",
    "last_dose_on",
    "restaged_on",
    "decision_on",
    "randomised_on",
    "withdrawn_on",
    "ended_on",
    "last_fraction_on",
)


def at_the_cut(row: CourseRow) -> CourseRow:
    """The row with nothing dated after `cut_on`; a row already cut comes back equal.

    A regrowth suspected before and confirmed after the cut was pending; a stoma closed after it was open.
    Somebody known alive after the cut was alive at it.
    """
    cut = row.cut_on
    milestones: dict[str, Any] = {name: _until(getattr(row, name), cut) for name in _MILESTONES}
    decided, randomised = milestones["decision_on"], milestones["randomised_on"]
    allocated = row.cohort if decided or randomised else None
    return replace(
        row,
        **milestones,
        cohort=allocated,
        arm=row.arm if allocated else None,
        candidate=row.candidate if decided else None,
        end_reason=row.end_reason if milestones["ended_on"] or row.ended_on is None else None,
        operations=tuple(o for o in row.operations if o.on <= cut),
        regrowths=tuple(_regrowth(r, cut) for r in row.regrowths if r.suspected_on <= cut),
        metastases_on=_days(row.metastases_on, cut),
        local_recurrences_on=_days(row.local_recurrences_on, cut),
        second_primaries=tuple(p for p in row.second_primaries if p.on <= cut),
        stomas=tuple(_stoma(s, cut) for s in row.stomas if s.formed_on <= cut),
        died_on=row.died_on if row.died_on and row.died_on.earliest <= cut else None,
        last_known_alive_on=row.last_known_alive_on and min(row.last_known_alive_on, cut),
        assessed_on=_days(row.assessed_on, cut),
        pelvis_clear_on=_days(row.pelvis_clear_on, cut),
    )


def last_alive(row: CourseRow) -> Day | None:
    """The last date on which the course itself proves life: contact, assessment, operation, therapy, decision."""
    dated = (
        row.last_known_alive_on,
        row.consent_on,
        row.therapy_start_on,
        row.last_dose_on,
        row.decision_on,
        row.randomised_on,
        *row.assessed_on,
        *(o.on for o in row.operations),
    )
    return max((day for day in dated if day is not None), default=None)


def _until(day: Day | None, cut: Day) -> Day | None:
    return day if day is not None and day <= cut else None


def _days(days: Iterable[Day], cut: Day) -> tuple[Day, ...]:
    return tuple(sorted(day for day in days if day <= cut))


def _stoma(stoma: Stoma, cut: Day) -> Stoma:
    return replace(stoma, closed_on=_until(stoma.closed_on, cut))


def _regrowth(regrowth: Regrowth, cut: Day) -> Regrowth:
    if regrowth.confirmed_on is not None and regrowth.confirmed_on > cut:
        return Regrowth(regrowth.suspected_on, PENDING)
    if regrowth.salvage_decided_on is not None and regrowth.salvage_decided_on > cut:
        return replace(regrowth, salvage=None, salvage_decided_on=None)
    return regrowth
