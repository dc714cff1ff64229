"""What is asked of an import: the order, and the job it becomes once the file is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from trial.imports.laboratory import Names
from trial.store.files import Files
from trial.store.unit_of_work import UnitOfWork

Progress = Callable[[int], None]


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


@contextmanager
def job_of(file: IO[bytes], order: Order, *, files: Files, uow: UnitOfWork) -> Iterator[tuple[Job, IO[bytes]]]:
    """The job, and the file to read from: kept first, unless this is a dry run."""
    if order.dry:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
        file.seek(0)
        yield Job(order, sha256, files, uow), file
        return
    stored = files.put(file)
    with files.open(stored.sha256) as source:
        yield Job(order, stored.sha256, files, uow), source
