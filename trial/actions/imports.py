"""Reading a table into the trial, through the same door and the same checks as the page.

What a table is about is its `Kind`: laboratory results in `import_labs.py`, omics tables in `omics.py`, reference ranges in `ranges.py`,
REDCap records in `import_redcap.py`.

"row": each form is saved by itself; a run that was cut off is run again, and what is there already is found unchanged. "all": every form
in one transaction, or none. A dry run saves each form and takes it back. The report says of every line what became of it, and why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO, Any

from trial.actions.import_order import Job, Order, Progress, job_of
from trial.actions.import_run import REJECTED, Outcome, Report, Verdict, begin, end, report_of
from trial.actions.permission import permit
from trial.imports.laboratory import Names, Unusable
from trial.imports.tabular import Broken, Heading, Line, lines
from trial.store.files import Files
from trial.store.unit_of_work import UnitOfWork

MOST_LINES = 20_000
"""Of one participant in a row: what is held in memory at once."""


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


def import_file(
    file: IO[bytes], order: Order, kind: Kind, *, files: Files, uow: UnitOfWork, progress: Progress = lambda line: None
) -> Outcome:
    """Read the file. Raises NotAllowed, and FileUnreadable for a file that is no table of that kind (then no run is kept of it)."""
    with uow:
        permit(uow.actor, kind.verb)
    order = replace(order, mode="all") if kind.whole else order
    with job_of(file, order, files=files, uow=uow) as (job, source):
        return _Run(kind, job, progress).read(source)


class _Run:
    _report: Report

    def __init__(self, kind: Kind, job: Job, progress: Progress) -> None:
        self._kind, self._job, self._progress = kind, job, progress
        self._order, self._uow = job.order, job.uow

    def read(self, source: IO[bytes]) -> Outcome:
        kind = self._kind
        told = lines(source, kind.columns, kind.optional, self._order.names.columns, wide=kind.wide)
        first = next(told)
        assert isinstance(first, Heading)
        kind.check(first)
        run = None if self._order.dry else begin(kind.name, self._job)
        with report_of(("line", "participant", "verdict", "why", *kind.tells)) as self._report:
            state = self._all(told) if self._order.mode == "all" else self._each(told)
            return end(run, state, self._report, self._job, () if kind.wide else first.foreign)

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
            if self._report.counts[REJECTED]:
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
            self._report.note(each)
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
