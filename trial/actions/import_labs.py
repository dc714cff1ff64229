"""Laboratory results from a file: a line a test, all tests of one sample on one form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from forms.answers import Crf
from forms.catalogue import current, definitions
from forms.dates import PartialDate
from trial.actions.entry import IMPORTED, Entry
from trial.actions.import_lines import saved_in_place, saved_lines
from trial.actions.import_order import Job
from trial.actions.import_run import ACCEPTED, CHANGED, UNCHANGED, Verdict
from trial.actions.imports import Kind
from trial.actions.permission import participant_for
from trial.imports import laboratory
from trial.imports.laboratory import FORM, Names, Result, Unusable
from trial.imports.tabular import Line
from trial.ranges import SiteRanges, choose
from trial.store import crfs
from trial.store.ranges import over_site


class Labs(Kind):
    """Laboratory results: a line a test, all tests of one sample on one form."""

    def whose(self, cells: Mapping[str, str]) -> str:
        return cells["participant"].upper()

    def read(self, line: Line, names: Names) -> Result | Unusable:
        return laboratory.result_of(line, names)

    def gather(self, read: Sequence[Result]) -> Iterator[tuple[tuple[Result, ...], tuple[Unusable, ...]]]:
        return laboratory.samples(read)

    def save(self, group: Sequence[Result], job: Job) -> list[Verdict]:
        return saved_lines(group, lambda sample: _attempt(sample, self.name, job))


LABS = Labs("labs", laboratory.COLUMNS, laboratory.OPTIONAL, tells=("flag", "grade", "range"))


def _attempt(sample: Sequence[Result], kind: str, job: Job) -> list[Verdict]:
    order, uow = job.order, job.uow
    participant, event, day = sample[0].sample
    row = participant_for(uow, uow.actor, participant, "import.data")
    saved = crfs.current(uow, participant)
    occurrence = laboratory.occurrence_of(saved, event, day)
    before = next((c for c in saved if (c.form, c.event, c.occurrence) == (FORM, event, occurrence)), None)
    form = definitions()[FORM, before.version] if before else current(FORM)
    raw, placed = laboratory.merged(form, before, sample)
    entry = Entry(
        participant, event, FORM, occurrence, before.number if before else None, None, raw,
        {"": order.reason} if order.reason else {}, None, f"{IMPORTED}{kind}:{job.sha256}",
    )  # fmt: skip
    done = saved_in_place(entry, placed, order, uow)
    judged = _Judged(saved, day, over_site(uow, row["site_code"]), done.calculated)
    return [_taken(each, placed[each.line], before, done.changed, judged) for each in sample]


class _Judged:
    """What the trial says of the results of one sample: flag, grade, and the range they were held against."""

    def __init__(
        self, saved: Sequence[Crf], day: str, ranges: SiteRanges | None, calculated: Mapping[str, Any]
    ) -> None:
        person = next((c.answers.items for c in reversed(saved) if c.form == "DM" and c.counts), {})
        self._sex, self._born, self._day = person.get("SEX"), person.get("BRTHDAT"), PartialDate.parse(day).earliest
        self._ranges, self._calculated = ranges, calculated

    def tells(self, row: str, test: str) -> tuple[str, ...]:
        values = (self._calculated.get(f"{laboratory.GROUP}/{row}/{name}") for name in ("LBNRIND", "LBTOXGR"))
        stated = self._ranges.of_test(test) if self._ranges else ()
        against = choose(stated, test, self._sex, self._born, self._day).words()
        return (*("" if value is None else str(value) for value in values), against)


def _taken(line: Result, row: str, before: Any, changed: Sequence[str], judged: _Judged) -> Verdict:
    touched = any(path.startswith(f"{laboratory.GROUP}/{row}/") for path in changed)
    was = before is not None and before.answers.row(laboratory.GROUP, row) is not None
    verdict = (CHANGED if was else ACCEPTED) if touched else UNCHANGED
    return Verdict(line.line, line.participant, verdict, tells=judged.tells(row, line.test))
