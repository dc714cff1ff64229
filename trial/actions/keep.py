"""Copies of everything, and a database filled from one: who has the installation's shell does it, and the journal says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trial.happenings_trail import BackedUp, Restored
from trial.store import backup
from trial.store.backup import Manifest
from trial.store.broken import Finding
from trial.store.files import Files
from trial.store.unit_of_work import UnitOfWork
from trial.store.verify import verify


def back_up(
    folder: Path, *, files: Files, uow: UnitOfWork, progress: Callable[[int], object] = lambda _rows: None
) -> Manifest:
    """Write a copy of everything to a new folder. Raises BackupUnfit, StorageFull, FileMissing, FileDamaged."""
    manifest = backup.write(uow.engine, files, folder, progress)
    with uow:
        uow.record(BackedUp(manifest.digest, sum(manifest.rows.values()), len(manifest.files)))
        uow.commit()
    return manifest


def restore(
    folder: Path, *, files: Files, uow: UnitOfWork, progress: Callable[[int], object] = lambda _rows: None
) -> tuple[Manifest, list[Finding]]:
    """Fill an empty database from a copy, then verify everything against the copy's own last entry.

    Returns what the copy held and what was found broken (nothing, if it is what was written). Raises BackupUnfit, NotMigrated.
    """
    manifest = backup.restore(folder, uow.engine, files, progress)
    broken = verify(uow.engine, files=files, witnessed=[(manifest.seq, manifest.head)] if manifest.seq else ())
    with uow:
        uow.record(Restored(manifest.digest, manifest.seq, manifest.head))
        uow.commit()
    return manifest, broken
