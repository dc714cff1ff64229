"""Stating laboratory reference ranges from a file: all of its lines or none, since half a set would flag half the results.

A range changes what is said of results that are there already: their flags and grades are worked out when they are looked at. What
was signed keeps the values it was signed with, and a form's row of what is due is looked at again at the participant's next save,
because what the form was told is another (`trial.standing.told`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

from forms.text import _l
from trial.actions.import_order import Job, Order, Progress
from trial.actions.import_run import ACCEPTED, REJECTED, UNCHANGED, Outcome, Verdict
from trial.actions.imports import Kind, import_file
from trial.happenings_ranges import RangeStated
from trial.imports import ranges as lines
from trial.imports.laboratory import Names, Unusable
from trial.imports.ranges import Stated
from trial.imports.tabular import Line
from trial.ranges import Range, as_range, tie
from trial.store.files import Files
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

NO_SITE = _l("There is no such site, or it is not yours.")
NO_ROW = _l("There is no range number %(number)s for this site and test that could be corrected.")
LEVEL = _l(
    "Range %(number)s holds for the same people from the same day. Give another day, or correct it with “replaces”."
)


def import_ranges(
    file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read ranges, all or none. Raises NotAllowed, and FileUnreadable for a file that is no table of ranges."""
    return import_file(file, order, RANGES, files=files, uow=uow, progress=progress)


class Ranges(Kind):
    """A line a range; lines are held against what was stated before them, in the file too."""

    def whose(self, cells: Mapping[str, str]) -> str:
        return cells["test"].upper()

    def read(self, line: Line, names: Names) -> Stated | Unusable:
        return lines.range_of(line, names)

    def gather(self, read: Sequence[Stated]) -> Iterator[tuple[tuple[Stated, ...], tuple[Unusable, ...]]]:
        return (((each,), ()) for each in read)

    def save(self, group: Sequence[Stated], job: Job) -> list[Verdict]:
        _one_at_a_time(job.uow)
        return [_kept(each, job) for each in group]


RANGES = Ranges("ranges", lines.COLUMNS, lines.OPTIONAL, "ranges.set", whole=True, tells=("number",))


def _one_at_a_time(uow: UnitOfWork) -> None:
    """Two files that arrive together must not each find the place free: whoever states ranges holds the first site's row."""
    if codes := [row["code"] for row in uow.all("site", order_by="code")]:
        uow.lock("site", {"code": codes[0]})


def _kept(stated: Stated, job: Job) -> Verdict:
    uow, new = job.uow, stated.range
    if new.site is not None and (not uow.actor.reaches(new.site) or uow.one("site", code=new.site) is None):
        return Verdict(stated.line, stated.where, REJECTED, NO_SITE)
    there = tuple(map(as_range, uow.all("laboratory_range", order_by="id", site=new.site, test=new.test)))
    if same := next((r for r in there if replace(new, id=r.id) == r), None):
        return Verdict(stated.line, stated.where, UNCHANGED, tells=(str(same.id),))
    if problem := _problem(new, there):
        return Verdict(stated.line, stated.where, REJECTED, *problem)
    row = uow.insert("laboratory_range", **_columns(new), sha256=job.sha256, by=uow.actor.person_id, at=uow.clock.now())
    uow.record(RangeStated(row["id"], new.site, new.test, new.replaces))
    return Verdict(stated.line, stated.where, ACCEPTED, tells=(str(row["id"]),))


def _problem(new: Range, there: tuple[Range, ...]) -> tuple[str, dict[str, str]] | None:
    corrected = {r.replaces for r in there}
    if new.replaces is not None and (new.replaces in corrected or all(r.id != new.replaces for r in there)):
        return NO_ROW, {"number": str(new.replaces)}
    found = tie(new, there)
    return (LEVEL, {"number": str(found.id)}) if found else None


def _columns(new: Range) -> Row:
    kept: dict[str, Any] = {
        n: getattr(new, n) for n in ("site", "laboratory", "test", "unit", "sex", "age_from", "age_to")
    }
    dated = {n: getattr(new, n) for n in ("valid_from", "valid_to", "source", "replaces")}
    return {**kept, **dated, **{end: None if (v := getattr(new, end)) is None else str(v) for end in ("low", "high")}}
