"""Reading a BIOM table into the trial: in a child process, its samples found by their labels, then imported as a table of taxa.

A sample of the file is a specimen of the trial: its id is the label (SPEC.SPID). The day is the day of collection, unless the sample's own
metadata gives one. A visit is what the metadata says, else what the order says: specimens belong to no visit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from forms.answers import Crf
from forms.text import _l
from trial import contained
from trial.actions.import_order import Order, Progress
from trial.actions.import_run import Outcome
from trial.actions.omics import import_omics
from trial.actions.permission import permit
from trial.contained import Job
from trial.errors import NotFound, Unread
from trial.file_kinds import REASONS
from trial.imports.tabular import FileUnreadable
from trial.intake import Intake
from trial.omics.biom import RANKS
from trial.store import crfs
from trial.store.files import CHUNK, Files
from trial.store.reading import Reader, Reading
from trial.store.unit_of_work import UnitOfWork

WORKER = Path(contained.__file__).parent / "omics" / "worker.py"
LARGEST = 100_000_000
"""Bytes of a BIOM file that are taken."""
TOO_LARGE = _l("The file is too large.")


@dataclass(frozen=True)
class Sequenced:
    """What a BIOM file does not say: the method as MICMETH codes it, the rank its taxa are summed by, the visit of its samples."""

    method: str
    rank: str = "genus"
    event: str = ""


def import_biom(
    file: IO[bytes],
    order: Order,
    how: Sequenced,
    *,
    manifest: Any,
    files: Files,
    uow: UnitOfWork,
    intake: Intake,
    progress: Progress = lambda line: None,
) -> Outcome:
    """Read a BIOM table; each sample that names a specimen becomes the form MIC of its participant.

    Raises NotAllowed, and FileUnreadable for a file that is no BIOM table, or whose taxa lack one that the model reads.
    """
    permit(uow.actor, "import.data")
    if how.rank not in RANKS:
        raise NotFound("rank", {"rank": how.rank[:20]})
    wide = read_biom(file, how.rank, intake)
    content = "".join(_dated(wide, how, Reading(uow.engine), uow)).encode()
    return import_omics(io.BytesIO(content), order, "taxa", manifest=manifest, files=files, uow=uow, progress=progress)


def read_biom(file: IO[bytes], rank: str, intake: Intake) -> list[list[str]]:
    """The wide table of a BIOM file, its heading first, as a child process reads it. Raises FileUnreadable."""
    try:
        with intake.room() as room:
            sent, folder = room / "sent", room / "made"
            folder.mkdir()
            _received(file, sent)
            intake.scan(sent)
            taken = contained.read(Job(f"biom:{rank}", sent, folder, "", b""), worker=WORKER)
            with taken.content.open(encoding="utf-8", newline="") as made:
                return list(csv.reader(made))
    except Unread as unread:
        raise FileUnreadable(REASONS[unread.reason], {"detail": unread.detail}) from unread


def _received(file: IO[bytes], path: Path) -> None:
    size = 0
    with path.open("wb") as target:
        while chunk := file.read(CHUNK):
            size += target.write(chunk)
            if size > LARGEST:
                raise FileUnreadable(TOO_LARGE, {})


def _dated(wide: list[list[str]], how: Sequenced, reader: Reader, uow: UnitOfWork) -> Iterator[str]:
    """The same table with what a taxa import needs besides: visit, date, method."""
    specimen, reads, event, date = range(4)
    heading = wide[0]
    yield _line(("specimen", "event", "date", "method", "reads", *heading[4:]))
    for cells in wide[1:]:
        day = cells[date] or collected(reader, cells[specimen])
        # An unknown specimen is rejected by its own words when its line is read; today only keeps the line readable until then.
        told = (
            cells[specimen],
            cells[event] or how.event,
            day or uow.clock.today().isoformat(),
            how.method,
            cells[reads],
        )
        yield _line((*told, *cells[4:]))


def _line(cells: tuple[str, ...]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerow(cells)
    return made.getvalue()


def collected(reader: Reader, label: str) -> str | None:
    """The day on which a specimen was collected, YYYY-MM-DD in UTC; None where it is not registered or has none."""
    found = reader.one("taken", form="SPEC", item="SPID", value=label)
    if found is None:
        return None
    at = (found["form"], found["event"], found["occurrence"])
    saved: Crf | None = next(
        (c for c in crfs.current(reader, found["participant"]) if (c.form, c.event, c.occurrence) == at), None
    )
    when = saved.answers.items.get("SPCOLL") if saved is not None and saved.counts else None
    return None if when is None else str(when)[:10]
