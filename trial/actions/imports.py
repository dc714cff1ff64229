"""Reading a laboratory file into the trial, through the same door and the same checks as the page.

"row": each form is saved by itself; a run that was cut off is run again, and what is there already is found unchanged. "all": every form
in one transaction, or none. A dry run saves each form and takes it back. The report says of every line what became of it, and why.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from forms.catalogue import current
from forms.findings import Finding
from forms.text import _l
from trial.actions.enter import IMPORTED, Entry, Saved, saved_within
from trial.actions.permission import participant_for, permit
from trial.errors import ConfirmationNeeded, CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.happenings_imports import ImportBegun, ImportEnded
from trial.imports import laboratory
from trial.imports.laboratory import FORM, Names, Result, Unusable
from trial.imports.tabular import Broken, Heading, lines
from trial.store import crfs
from trial.store.files import Files
from trial.store.unit_of_work import UnitOfWork

KIND = "labs"
ACCEPTED, CHANGED, UNCHANGED, REJECTED = "accepted", "changed", "unchanged", "rejected"
VERDICTS = (ACCEPTED, CHANGED, UNCHANGED, REJECTED)
MOST_LINES = 20_000
"""Of one participant in a row: what is held in memory at once."""
SHOWN = 200
UNEXPLAINED = _l("A saved value would change, and no reason was given for the import.")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Verdict:
    """What became of one line. `message` is a msgid with `args`; "" where it was taken."""

    line: int
    participant: str
    verdict: str
    message: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)

    def words(self) -> str:
        """In English; pages translate."""
        return self.message % self.args if self.args else self.message


@dataclass(frozen=True)
class Outcome:
    """A whole run: how many lines of each verdict, the first of those that were rejected, the digest of the full report.

    `state`: done; refused (all or nothing, and something was rejected: nothing was kept); dry.
    """

    run: int | None
    state: str
    sha256: str
    counts: Mapping[str, int]
    rejected: tuple[Verdict, ...]
    report: str | None
    foreign: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """What is to be done with a file. `reason` is said of every change of a saved value, and of every soft check."""

    name: str
    mode: str = "row"
    dry: bool = False
    reason: str = ""
    names: Names = field(default_factory=Names)


def import_labs(
    file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read the file. Raises NotAllowed, and FileUnreadable for a file that is no table at all (then nothing was kept of it)."""
    with uow:
        permit(uow.actor, "import.data")
    if order.dry:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
        file.seek(0)
        return _Run(order, sha256, files, uow, progress).read(file)
    stored = files.put(file)
    with files.open(stored.sha256) as source:
        return _Run(order, stored.sha256, files, uow, progress).read(source)


class _Run:
    def __init__(self, order: Order, sha256: str, files: Files, uow: UnitOfWork, progress: Progress) -> None:
        self._order, self._sha256, self._files, self._uow, self._progress = order, sha256, files, uow, progress
        self._counts: Counter[str] = Counter()
        self._rejected: list[Verdict] = []
        self._foreign: tuple[str, ...] = ()
        self._sheet: Any = None

    def read(self, source: IO[bytes]) -> Outcome:
        told = lines(source, laboratory.COLUMNS, laboratory.OPTIONAL, self._order.names.columns)
        first = next(told)
        assert isinstance(first, Heading)
        self._foreign = first.foreign
        run = None if self._order.dry else self._begin()
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sheet:
            self._sheet = csv.writer(sheet)
            self._sheet.writerow(("line", "participant", "verdict", "why"))
            state = self._all(told) if self._order.mode == "all" else self._each(told)
            report = None if run is None else self._kept(sheet)
        if run is not None and report is not None:
            self._end(run, state, report)
        return Outcome(
            run, "dry" if self._order.dry else state, self._sha256, dict(self._counts), tuple(self._rejected), report, self._foreign
        )  # fmt: skip

    def _begin(self) -> int:
        with self._uow as uow:
            who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
            what = {"kind": KIND, "name": self._order.name[:200], "sha256": self._sha256, "mode": self._order.mode}
            row = uow.insert("import_run", **what, reason=self._order.reason, state="begun", **who)
            uow.record(ImportBegun(row["id"], KIND, self._sha256, self._order.mode))
            uow.commit()
        return int(row["id"])

    def _end(self, run: int, state: str, report: str) -> None:
        counts = {name: self._counts[name] for name in VERDICTS}
        with self._uow as uow:
            done = {"state": state, "report": report, "ended_at": uow.clock.now(), "lines": sum(counts.values())}
            uow.update("import_run", {"id": run}, **done, **counts)
            uow.record(ImportEnded(run, state, *counts.values()))
            uow.commit()

    def _kept(self, sheet: IO[str]) -> str:
        sheet.flush()
        sheet.seek(0)
        return self._files.put(sheet.buffer).sha256  # type: ignore[attr-defined]

    def _each(self, told: Iterator[Any]) -> str:
        for block in _blocks(told):
            for group in self._groups(block):
                with self._uow as uow:
                    self._note(_saved(group, self._order, self._sha256, uow))
                    if not self._order.dry:
                        uow.commit()
        return "done"

    def _all(self, told: Iterator[Any]) -> str:
        with self._uow as uow:
            for block in _blocks(told):
                for group in self._groups(block):
                    self._note(_saved(group, self._order, self._sha256, uow))
            if self._order.dry:
                return "dry"
            if self._counts[REJECTED]:
                return "refused"
            uow.commit()
        return "done"

    def _groups(self, block: Sequence[Any]) -> Iterator[tuple[Result, ...]]:
        results = []
        for line in block:
            found = line if isinstance(line, Broken) else laboratory.result_of(line, self._order.names)
            if isinstance(found, Result):
                results.append(found)
            else:
                self._note([_rejected_line(found)])
        for group, again in laboratory.samples(results):
            self._note([_rejected_line(each) for each in again])
            yield group

    def _note(self, verdicts: Sequence[Verdict]) -> None:
        for each in verdicts:
            self._counts[each.verdict] += 1
            self._sheet.writerow((each.line, each.participant, each.verdict, each.words()))
            if each.verdict == REJECTED and len(self._rejected) < SHOWN:
                self._rejected.append(each)
        if verdicts:
            self._progress(verdicts[-1].line)


def _rejected_line(found: Unusable | Broken) -> Verdict:
    if isinstance(found, Broken):
        return Verdict(found.number, "", REJECTED, found.message)
    return Verdict(found.line, found.participant, REJECTED, found.message, found.args)


def _blocks(told: Iterator[Any]) -> Iterator[list[Any]]:
    """Lines of one participant that follow each other: what is looked at together, and all that is held of the file."""
    block: list[Any] = []
    whose = None
    for line in told:
        of = None if isinstance(line, Broken) else line.cells["participant"].upper()
        if block and (of != whose or len(block) >= MOST_LINES):
            yield block
            block = []
        whose = of
        block.append(line)
    if block:
        yield block


def _saved(group: Sequence[Result], order: Order, sha256: str, uow: UnitOfWork) -> list[Verdict]:
    """Save one form with as many of its lines as can be: a line that cannot be is rejected by its own words, the others go on."""
    lost: list[Verdict] = []
    sample = list(group)
    while sample:
        try:
            return [*lost, *_attempt(sample, order, sha256, uow)]
        except (Refused, ConfirmationNeeded) as refusal:
            bad = _by_line(sample, refusal)
            lost += [
                Verdict(e.line, e.participant, REJECTED, bad[e.line].message, bad[e.line].args)
                for e in sample
                if e.line in bad
            ]
            sample = [each for each in sample if each.line not in bad]
        except WHOLE as refusal:
            why = refusal_words(refusal)
            return [*lost, *(Verdict(each.line, each.participant, REJECTED, why) for each in sample)]
    return lost


WHOLE = (NotFound, NotAllowed, NotOpen, CrfLocked)
"""Refusals of a form as a whole."""


def refusal_words(refusal: Exception) -> str:
    """Such a refusal, as a msgid."""
    match refusal:
        case NotFound() | NotAllowed():
            return _l("There is no such participant, or you may not import for its site.")
        case CrfLocked(kind="freeze"):
            return _l("The form is frozen.")
        case CrfLocked():
            return _l("The form is locked.")
        case _:
            return _l("The form may not be written now.")


def _attempt(sample: Sequence[Result], order: Order, sha256: str, uow: UnitOfWork) -> list[Verdict]:
    participant, event, day = sample[0].sample
    participant_for(uow, uow.actor, participant, "import.data")
    saved = crfs.current(uow, participant)
    occurrence = laboratory.occurrence_of(saved, event, day)
    before = next((c for c in saved if (c.form, c.event, c.occurrence) == (FORM, event, occurrence)), None)
    raw, placed = laboratory.merged(current(FORM), before, sample)
    entry = Entry(
        participant, event, FORM, occurrence, before.number if before else None, None, raw,
        {"": order.reason} if order.reason else {}, None, f"{IMPORTED}{KIND}:{sha256}",
    )  # fmt: skip
    try:
        done = confirmed_save(entry, order, uow)
    except (Refused, ConfirmationNeeded) as refusal:
        raise _located(refusal, placed) from refusal
    except ReasonNeeded as refusal:
        raise _located(_unexplained(refusal), placed) from refusal
    return [_taken(each, placed[each.line], before, done.changed) for each in sample]


def _unexplained(refusal: ReasonNeeded) -> Refused:
    """A change without a reason, said of the row it would change."""
    rows = dict.fromkeys(change.path.split("/")[1] if "/" in change.path else None for change in refusal.changes)
    return Refused(tuple(Finding("problem", "import:reason", UNEXPLAINED, row=row) for row in rows))


def _located(refusal: Refused | ConfirmationNeeded, placed: Mapping[int, str]) -> Refused | ConfirmationNeeded:
    """The same refusal, its findings naming lines of the file in place of rows of the form."""
    line_of = {row: str(line) for line, row in placed.items()}
    return type(refusal)(tuple(replace(f, row=line_of.get(f.row or "")) for f in refusal.findings))


def confirmed_save(entry: Entry, order: Order, uow: UnitOfWork) -> Saved:
    """Save; the reason of the run confirms what the checks ask. Raises as `saved_within`."""
    try:
        return saved_within(entry, uow)
    except ConfirmationNeeded as asked:
        if not order.reason:
            raise
        reasons = {f.key: order.reason for f in asked.findings}
        confirmed = {**entry.raw.get("confirmed", {}), **reasons}
        return saved_within(replace(entry, raw={**entry.raw, "confirmed": confirmed}), uow)


def _by_line(sample: Sequence[Result], refusal: Refused | ConfirmationNeeded) -> dict[int, Finding]:
    """The lines a refusal speaks of, each with the first thing said; every line where it speaks of the form as a whole."""
    named = {f.row: f for f in reversed(refusal.findings) if f.row is not None}
    bad = {each.line: named[str(each.line)] for each in sample if str(each.line) in named}
    return bad or dict.fromkeys((each.line for each in sample), refusal.findings[0])


def _taken(line: Result, row: str, before: Any, changed: Sequence[str]) -> Verdict:
    touched = any(path.startswith(f"{laboratory.GROUP}/{row}/") for path in changed)
    was = before is not None and before.answers.row(laboratory.GROUP, row) is not None
    return Verdict(line.line, line.participant, (CHANGED if was else ACCEPTED) if touched else UNCHANGED)
