"""A run of an import as it is kept: begun, what became of every line, ended with its counts and its report."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from trial.actions.import_order import Job
from trial.happenings_imports import ImportBegun, ImportEnded
from trial.store.files import Files

ACCEPTED, CHANGED, UNCHANGED, REJECTED = "accepted", "changed", "unchanged", "rejected"

VERDICTS = (ACCEPTED, CHANGED, UNCHANGED, REJECTED)

SHOWN = 200


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


class Report:
    """What became of every line, written down as it is known; `rejected`: the first of those that were."""

    def __init__(self, sheet: IO[str], heading: Sequence[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.rejected: list[Verdict] = []
        self._sheet, self._rows = sheet, csv.writer(sheet)
        self._rows.writerow(heading)

    def note(self, verdict: Verdict) -> None:
        """Write one down."""
        self.counts[verdict.verdict] += 1
        self._rows.writerow((verdict.line, verdict.participant, verdict.verdict, verdict.words(), *verdict.tells))
        if verdict.verdict == REJECTED and len(self.rejected) < SHOWN:
            self.rejected.append(verdict)

    def kept(self, files: Files) -> str:
        """Keep what was written; returns its digest."""
        self._sheet.flush()
        self._sheet.seek(0)
        return files.put(self._sheet.buffer).sha256  # type: ignore[attr-defined]


@contextmanager
def report_of(heading: Sequence[str]) -> Iterator[Report]:
    """A report on a file of its own, which goes when it was kept."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sheet:
        yield Report(sheet, heading)


def begin(kind: str, job: Job) -> int:
    """Write down that the run has begun; returns its number."""
    order, sha256 = job.order, job.sha256
    with job.uow as uow:
        who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        what = {"kind": kind, "name": order.name[:200], "sha256": sha256, "mode": order.mode}
        row = uow.insert("import_run", **what, reason=order.reason, state="begun", **who)
        uow.record(ImportBegun(row["id"], kind, sha256, order.mode))
        uow.commit()
    return int(row["id"])


def end(run: int | None, state: str, report: Report, job: Job, foreign: tuple[str, ...] = ()) -> Outcome:
    """Keep the report and write down how the run ended; of a dry run (None) nothing is kept."""
    digest = None if run is None else _ended(run, state, report, job)
    counts, rejected = dict(report.counts), tuple(report.rejected)
    return Outcome(run, "dry" if job.order.dry else state, job.sha256, counts, rejected, digest, foreign)


def _ended(run: int, state: str, report: Report, job: Job) -> str:
    digest = report.kept(job.files)
    counts = {name: report.counts[name] for name in VERDICTS}
    with job.uow as uow:
        done = {"state": state, "report": digest, "ended_at": uow.clock.now(), "lines": sum(counts.values())}
        uow.update("import_run", {"id": run}, **done, **counts)
        uow.record(ImportEnded(run, state, *counts.values()))
        uow.commit()
    return digest
