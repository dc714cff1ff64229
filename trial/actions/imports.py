"""Reading a file into the trial, through the same door and the same checks as the page.

What a file is about is its `Kind`: laboratory results here, omics tables in `omics.py`, reference ranges in `ranges.py`, REDCap records
in `import_redcap.py`.

"row": each form is saved by itself; a run that was cut off is run again, and what is there already is found unchanged. "all": every form
in one transaction, or none. A dry run saves each form and takes it back. The report says of every line what became of it, and why.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from forms.answers import Crf
from forms.catalogue import current, definitions
from forms.dates import PartialDate
from forms.findings import Finding
from forms.text import _l
from trial.actions.enter import IMPORTED, Entry, Saved, saved_within
from trial.actions.permission import participant_for, permit
from trial.errors import ConfirmationNeeded, CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.happenings_imports import ImportBegun, ImportEnded
from trial.imports import laboratory
from trial.imports.laboratory import FORM, Names, Result, Unusable
from trial.imports.tabular import Broken, Heading, Line, lines
from trial.ranges import SiteRanges, choose
from trial.store import crfs
from trial.store.files import Files
from trial.store.ranges import over_site
from trial.store.unit_of_work import UnitOfWork

ACCEPTED, CHANGED, UNCHANGED, REJECTED = "accepted", "changed", "unchanged", "rejected"
VERDICTS = (ACCEPTED, CHANGED, UNCHANGED, REJECTED)
MOST_LINES = 20_000
"""Of one participant in a row: what is held in memory at once."""
SHOWN = 200
UNEXPLAINED = _l("A saved value would change, and no reason was given for the import.")
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Verdict:
    """What became of one line. `message` is a msgid with `args`; "" where it was taken.

    `tells`: what the trial made of the line, in the columns that its kind adds to the report.
    """

    line: int
    participant: str
    verdict: str
    message: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    tells: tuple[str, ...] = ()

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


@dataclass(frozen=True)
class Job:
    """A file that is being read: what was ordered, its digest, and where to."""

    order: Order
    sha256: str
    files: Files
    uow: UnitOfWork


@dataclass(frozen=True)
class Kind(ABC):
    """What a file is about. `name` stands in the source of every value; `wide`: columns that are not ours are read too.

    `verb`: who may read such a file in. `whole`: all of its lines or none. `tells`: columns it adds to the report.
    """

    name: str
    columns: tuple[str, ...]
    optional: frozenset[str]
    verb: str = "import.data"
    wide: bool = False
    whole: bool = False
    tells: tuple[str, ...] = ()

    def check(self, head: Heading) -> None:  # noqa: B027  # any table with these columns will do, unless a kind says more
        """Raise FileUnreadable for a heading that can be no file of this kind."""

    @abstractmethod
    def whose(self, cells: Mapping[str, str]) -> str:
        """Lines that follow each other and say the same here are held together."""

    @abstractmethod
    def read(self, line: Line, names: Names) -> Any | Unusable:
        """One line as a value, or why it is none."""

    @abstractmethod
    def gather(self, read: Sequence[Any]) -> Iterator[tuple[tuple[Any, ...], tuple[Unusable, ...]]]:
        """Lines that are saved together, and lines that cannot be besides them."""

    @abstractmethod
    def save(self, group: Sequence[Any], job: Job) -> list[Verdict]:
        """Save them inside the open unit of work: what became of each."""


def import_labs(
    file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read laboratory results. Raises as `import_file`."""
    return import_file(file, order, LABS, files=files, uow=uow, progress=progress)


def import_file(
    file: IO[bytes], order: Order, kind: Kind, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read the file. Raises NotAllowed, and FileUnreadable for a file that is no table of that kind (then no run is kept of it)."""
    with uow:
        permit(uow.actor, kind.verb)
    order = replace(order, mode="all") if kind.whole else order
    if order.dry:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
        file.seek(0)
        return _Run(kind, Job(order, sha256, files, uow), progress).read(file)
    stored = files.put(file)
    with files.open(stored.sha256) as source:
        return _Run(kind, Job(order, stored.sha256, files, uow), progress).read(source)


class _Run:
    def __init__(self, kind: Kind, job: Job, progress: Progress) -> None:
        self._kind, self._job, self._progress = kind, job, progress
        self._order, self._sha256, self._files, self._uow = job.order, job.sha256, job.files, job.uow
        self._counts: Counter[str] = Counter()
        self._rejected: list[Verdict] = []
        self._foreign: tuple[str, ...] = ()
        self._sheet: Any = None

    def read(self, source: IO[bytes]) -> Outcome:
        kind = self._kind
        told = lines(source, kind.columns, kind.optional, self._order.names.columns, wide=kind.wide)
        first = next(told)
        assert isinstance(first, Heading)
        kind.check(first)
        self._foreign = () if kind.wide else first.foreign
        run = None if self._order.dry else self._begin()
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sheet:
            self._sheet = csv.writer(sheet)
            self._sheet.writerow(("line", "participant", "verdict", "why", *kind.tells))
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
            what = {
                "kind": self._kind.name,
                "name": self._order.name[:200],
                "sha256": self._sha256,
                "mode": self._order.mode,
            }
            row = uow.insert("import_run", **what, reason=self._order.reason, state="begun", **who)
            uow.record(ImportBegun(row["id"], self._kind.name, self._sha256, self._order.mode))
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
        for block in _blocks(told, self._kind):
            for group in self._groups(block):
                with self._uow as uow:
                    self._note(self._kind.save(group, self._job))
                    if not self._order.dry:
                        uow.commit()
        return "done"

    def _all(self, told: Iterator[Any]) -> str:
        with self._uow as uow:
            for block in _blocks(told, self._kind):
                for group in self._groups(block):
                    self._note(self._kind.save(group, self._job))
            if self._order.dry:
                return "dry"
            if self._counts[REJECTED]:
                return "refused"
            uow.commit()
        return "done"

    def _groups(self, block: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        results = []
        for line in block:
            found = line if isinstance(line, Broken) else self._kind.read(line, self._order.names)
            if isinstance(found, Unusable | Broken):
                self._note([_rejected_line(found)])
            else:
                results.append(found)
        for group, again in self._kind.gather(results):
            self._note([_rejected_line(each) for each in again])
            yield group

    def _note(self, verdicts: Sequence[Verdict]) -> None:
        for each in verdicts:
            self._counts[each.verdict] += 1
            self._sheet.writerow((each.line, each.participant, each.verdict, each.words(), *each.tells))
            if each.verdict == REJECTED and len(self._rejected) < SHOWN:
                self._rejected.append(each)
        if verdicts:
            self._progress(verdicts[-1].line)


def _rejected_line(found: Unusable | Broken) -> Verdict:
    if isinstance(found, Broken):
        return Verdict(found.number, "", REJECTED, found.message)
    return Verdict(found.line, found.participant, REJECTED, found.message, found.args)


def _blocks(told: Iterator[Any], kind: Kind) -> Iterator[list[Any]]:
    """Lines of one participant that follow each other: what is looked at together, and all that is held of the file."""
    block: list[Any] = []
    whose = None
    for line in told:
        of = None if isinstance(line, Broken) else kind.whose(line.cells)
        if block and (of != whose or len(block) >= MOST_LINES):
            yield block
            block = []
        whose = of
        block.append(line)
    if block:
        yield block


def saved_lines(group: Sequence[Any], attempt: Callable[[Sequence[Any]], list[Verdict]]) -> list[Verdict]:
    """Save one form with as many of its lines as can be: a line that cannot be is rejected by its own words, the others go on."""
    lost: list[Verdict] = []
    sample = list(group)
    while sample:
        try:
            return [*lost, *attempt(sample)]
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
    try:
        done = saved_confirmed(entry, order, uow)
    except (Refused, ConfirmationNeeded) as refusal:
        raise located(refusal, placed) from refusal
    except ReasonNeeded as refusal:
        raise located(unexplained(refusal), placed) from refusal
    judged = _Judged(saved, day, over_site(uow, row["site_code"]), done.calculated)
    return [_taken(each, placed[each.line], before, done.changed, judged) for each in sample]


def unexplained(refusal: ReasonNeeded) -> Refused:
    """A change without a reason, said of the row it would change."""
    rows = dict.fromkeys(change.path.split("/")[1] if "/" in change.path else None for change in refusal.changes)
    return Refused(tuple(Finding("problem", "import:reason", UNEXPLAINED, row=row) for row in rows))


def located(refusal: Refused | ConfirmationNeeded, placed: Mapping[int, str]) -> Refused | ConfirmationNeeded:
    """The same refusal, its findings naming lines of the file in place of rows of the form."""
    line_of = {row: str(line) for line, row in placed.items()}
    return type(refusal)(tuple(replace(f, row=line_of.get(f.row or "")) for f in refusal.findings))


def saved_confirmed(entry: Entry, order: Order, uow: UnitOfWork) -> Saved:
    """Save; what a soft check asks is answered with the reason of the run, where there is one."""
    try:
        return saved_within(entry, uow)
    except ConfirmationNeeded as asked:
        if not order.reason:
            raise
        reasons = {f.key: order.reason for f in asked.findings}
        confirmed = {**entry.raw.get("confirmed", {}), **reasons}
        return saved_within(replace(entry, raw={**entry.raw, "confirmed": confirmed}), uow)


def _by_line(sample: Sequence[Any], refusal: Refused | ConfirmationNeeded) -> dict[int, Finding]:
    """The lines a refusal speaks of, each with the first thing said; every line where it speaks of the form as a whole."""
    named = {f.row: f for f in reversed(refusal.findings) if f.row is not None}
    bad = {each.line: named[str(each.line)] for each in sample if str(each.line) in named}
    return bad or dict.fromkeys((each.line for each in sample), refusal.findings[0])


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
