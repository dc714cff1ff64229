"""Taking in a study of another system: all of it or nothing, beside the trial, with a report of what came and what did not.

The subjects are gone through twice: once to count, check and write the report, once to keep them. So a study that is read one
subject at a time never stands in memory as a whole. Nothing is refused for what our checks say: it is another study's data.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from forms.foreign import ForeignStudy, ForeignSubject, Loss
from forms.foreign_findings import Remark, remarks
from forms.odm13 import write
from trial.actions.permission import permit
from trial.errors import AlreadyExists
from trial.happenings_foreign import ForeignStudyExported, ForeignStudyTaken, ForeignSubjectsKept
from trial.store.files import Files
from trial.store.foreign import foreign_study_of, insert_study, insert_subject
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

BLOCK = 100
"""Subjects under one entry of the journal."""
SHOWN = 200
LEVELS = ("problem", "hard", "soft", "missing")
COUNTED = ("subjects", "forms", "values", "unreadable", "audit", *LEVELS)
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Source:
    """One of the files the study was read from, from its beginning."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True)
class Receipt:
    """What came in: `counts` by `COUNTED`, losses in words, the first remarks of our checks; `report`: digest of the whole report.

    `study` and `report` are None after a dry run: nothing was kept.
    """

    study: int | None
    name: str
    counts: Mapping[str, int]
    losses: tuple[Loss, ...]
    remarks: tuple[Remark, ...]
    report: str | None


@dataclass
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)


def take_study(
    study: ForeignStudy,
    sources: Sequence[Source],
    *,
    dry: bool = False,
    uow: UnitOfWork,
    files: Files,
    progress: Progress = lambda subjects: None,
) -> Receipt:
    """Keep the study, its subjects and the files it came from. Raises NotAllowed, AlreadyExists for a name or subject twice."""
    with uow:
        permit(uow.actor, "foreign.take")
        if uow.one("foreign_study", name=study.name) is not None:
            raise AlreadyExists("foreign_study", study.name)
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as sheet:
        tally = _looked_at(study, csv.writer(sheet), progress)
        counts = {name: tally.counts[name] for name in COUNTED}
        seen = Receipt(None, study.name, counts, tuple(study.losses), tuple(tally.remarks), None)
        if dry:
            return seen
        report = _kept(sheet, files)
    return replace(seen, study=_written(study, _stored(sources, files), counts, report, uow), report=report)


def export_study(number: int, file: IO[bytes], *, release: str, vendors: bool = False, uow: UnitOfWork) -> str:
    """Write a kept study as ODM 1.3.2, and the export into the journal; returns the SHA-256 of what was written.

    Raises NotAllowed, NotFound. `file` can be read again from its beginning.
    """
    permit(uow.actor, "foreign.read")
    with Reading(uow.engine) as reader:
        write(foreign_study_of(reader, number), file, at=uow.clock.now(), release=release, vendors=vendors)
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
    with uow:
        uow.record(ForeignStudyExported(number, "odm", sha256))
        uow.commit()
    file.seek(0)
    return sha256


def _stored(sources: Sequence[Source], files: Files) -> list[dict[str, Any]]:
    kept = []
    for source in sources:
        stored = files.put(source.content)
        kept.append({"name": source.name[:200], "sha256": stored.sha256, "size": stored.size})
    return kept


def _written(
    study: ForeignStudy, sources: list[dict[str, Any]], counts: dict[str, int], report: str, uow: UnitOfWork
) -> int:
    digests = tuple(source["sha256"] for source in sources)
    with uow:
        row = insert_study(uow, study, sources=sources, counts=counts, report=report)
        uow.record(ForeignStudyTaken(study.system, study.name, digests, counts["subjects"], counts["values"]))
        for first, block in _blocks(study.subjects):
            for number, subject in enumerate(block, first):
                insert_subject(uow, row["id"], number, subject, study.definitions)
            uow.record(ForeignSubjectsKept(row["id"], first, first + len(block) - 1))
        uow.commit()
    return int(row["id"])


def _blocks(subjects: Sequence[ForeignSubject]) -> Iterator[tuple[int, list[ForeignSubject]]]:
    block: list[ForeignSubject] = []
    first = 1
    for subject in subjects:
        block.append(subject)
        if len(block) == BLOCK:
            yield first, block
            first, block = first + BLOCK, []
    if block:
        yield first, block


def _looked_at(study: ForeignStudy, sheet: Any, progress: Progress) -> _Tally:
    """Count and check every subject; write the report as it goes."""
    tally, keys = _Tally(), set[bytes]()
    sheet.writerow(("what", "subject", "where", "item", "row", "count", "words"))
    for loss in study.losses:
        sheet.writerow((f"loss:{loss.kind}", "", loss.where, "", "", loss.count, _filled(loss.message, loss.args)))
    for number, subject in enumerate(study.subjects, 1):
        # Before anything is kept, and without holding every key as text.
        key = hashlib.sha256(subject.key.encode()).digest()
        if key in keys:
            raise AlreadyExists("foreign_subject", subject.key)
        keys.add(key)
        tally.counts.update(_size(subject))
        for remark in remarks(study, subject):
            _noted(remark, tally, sheet)
        progress(number)
    for name in COUNTED:
        sheet.writerow((f"count:{name}", "", "", "", "", tally.counts[name], ""))
    return tally


def _size(subject: ForeignSubject) -> dict[str, int]:
    answers = [crf.answers for crf in subject.crfs]
    values = sum(len(a.items) + sum(len(row.items) for rows in a.groups.values() for row in rows) for a in answers)
    many = {"forms": len(subject.crfs), "values": values, "unreadable": len(subject.unreadable)}
    return {"subjects": 1, **many, "audit": len(subject.audit)}


def _noted(remark: Remark, tally: _Tally, sheet: Any) -> None:
    found = remark.finding
    tally.counts[found.level] += 1
    if len(tally.remarks) < SHOWN:
        tally.remarks.append(remark)
    where = (remark.subject, remark.address, found.item or "", found.row or "")
    sheet.writerow((f"check:{found.level}", *where, 1, found.text()))


def _filled(message: str, args: Mapping[str, str]) -> str:
    return message % args if args else message


def _kept(sheet: IO[str], files: Files) -> str:
    sheet.flush()
    sheet.seek(0)
    return files.put(sheet.buffer).sha256  # type: ignore[attr-defined]
