"""What was known at the data cut: everything dated after it is left out, whatever was entered since.

A cut has a date. One that was locked under a name (`trial/cuts.py`) has a place in the journal as well: nothing that was entered after it
counts either, and what is made from it can be issued again to the byte.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from analysis.course_row import PENDING, CourseRow, Day, Regrowth, Stoma
from forms.dates import PartialDate
from forms.text import _l


@dataclass(frozen=True)
class DataCut:
    """A data cut: its name, its date, and the SHA-256 of its content in hexadecimal.

    Of a locked one also the journal's last entry that counts, the release of Vigil that locked it, when that was (UTC), and the numbers
    of redactions that came after it: where there are any, `digest` is no longer the one that was locked.
    """

    name: str
    on: Day
    digest: str
    position: int | None = None
    code: str = ""
    made_at: datetime.datetime | None = None
    redactions: tuple[int, ...] = ()

    @property
    def named(self) -> str:
        """Name and date, once where the name is the date."""
        day = self.on.isoformat()
        return day if self.name == day else f"{self.name}, {day}"

    @property
    def locked(self) -> bool:
        """Whether the cut was locked under its name, so that it can be given again."""
        return self.position is not None

    @property
    def slug(self) -> str:
        """What stands in the name of a file: the name of a locked cut, or the date."""
        return self.name if self.locked else self.on.isoformat()

    def words(self, signs: int = 64, tr: Callable[[str], str] = str) -> str:
        """The cut as every output names it: name, date, digest (its first `signs`), and the place in the journal of a locked one."""
        told = {"named": self.named, "digest": self.digest[:signs], "position": self.position}
        if not self.locked:
            return tr(_l("Data cut {named}, digest {digest}")).format(**told)
        if self.redactions:
            said = _l("Data cut {named}, journal entry {position}, digest {digest} after redactions that came since")
            return tr(said).format(**told)
        return tr(_l("Data cut {named}, journal entry {position}, digest {digest}")).format(**told)

    def told(self) -> dict[str, object]:
        """The cut as JSON holds it: its date and digest, and what else a locked one has."""
        told: dict[str, object] = {"cut": self.on.isoformat(), "digest": self.digest}
        if self.locked:
            told |= {
                "name": self.name,
                "position": self.position,
                "code": self.code,
                "redactions": list(self.redactions),
            }
        return told


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
    Somebody known alive after the cut was alive at it, and a death of a partly known date then came after it.
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
        died_on=_died(row),
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


def _died(row: CourseRow) -> PartialDate | None:
    died, alive = row.died_on, last_alive(row)
    if died is None or died.earliest > row.cut_on:
        return None
    later = died.latest > row.cut_on and alive is not None and alive > row.cut_on
    return None if later else died


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
