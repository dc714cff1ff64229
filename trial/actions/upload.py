"""Uploading a file: checked for what it claims to be, scanned, read in a child process, stripped of who it is of, kept under its digest.

What was sent stands in a private folder while this takes, and is gone afterwards, however it ends; only what the child wrote is kept.
All of that happens before the database is asked to write, so that a study that takes minutes to read keeps nobody waiting.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from forms.answers import FileRef
from forms.catalogue import current, definitions
from forms.findings import Finding
from trial import contained
from trial.actions.permission import participant_for
from trial.contained import Job, Taken
from trial.errors import NotAllowed, NotFound, Refused, Unread
from trial.feature_table import read
from trial.file_kinds import HEAD, REASONS, in_bytes, known_problem, largest, name_of
from trial.happenings import FileStored
from trial.happenings_files import FileRefused
from trial.imports.feature_file import faults
from trial.intake import Intake
from trial.roles import may_write_item
from trial.store.failures import disk_explained
from trial.store.files import CHUNK, Files, Staged, register, sent_for_another, taken_at, taken_by
from trial.store.omics import expected, keep_shares
from trial.store.reading import Reader, Reading
from trial.store.unit_of_work import UnitOfWork

NO_LIMITS = Intake()
SHOWN = 5
"""Faults of a table that are told at once."""
Reads = Callable[[Job], Taken]


@dataclass(frozen=True)
class Sent:
    """A file as it came, in its private folder. `source` is its keyed digest, `size` in bytes."""

    participant: str
    form: str
    item: str
    kind: str
    path: Path
    source: str
    size: int


@dataclass(frozen=True)
class Read:
    """What the child made of it, staged in the store."""

    taken: Taken
    name: str
    content: Staged
    preview: Staged | None

    @property
    def size(self) -> int:
        """Bytes it takes in the store."""
        return self.content.stored.size + self.preview_size

    @property
    def preview_size(self) -> int:
        """Bytes of the preview."""
        return self.preview.stored.size if self.preview else 0


def upload(
    participant: str,
    form: str,
    item: str,
    content: bytes | IO[bytes],
    *,
    files: Files,
    uow: UnitOfWork,
    intake: Intake = NO_LIMITS,
    reader: Reads | None = None,
    manifest: Callable[[], Any] | None = None,
) -> FileRef:
    """Keep a file for an item of a form; the reference is what the form then holds. The name it is sent under is not even asked for (R40).

    `reader` reads it, by default the child process; a simulation reads the tables it has made itself. `manifest`
    gives that of the released model, which a feature table is held against, line by line; without it any table will do.

    Raises Refused (not of the kind asked for, too large, unreadable, stopped by the scanner, over a quota), NotAllowed, NotFound.
    """
    site = _permitted(Reading(uow.engine), uow, participant, form, item)
    kind = _accepted(form, item)
    with intake.room() as room:
        try:
            sent = _received(participant, form, item, kind, content, room, intake)
            _scanned(sent, intake, uow)
            with _read(sent, room, intake, files, reader or contained.read) as found:
                _held_against(sent, found, manifest, site, uow)
                return _kept(sent, found, intake, uow)
        except Unread as unread:
            raise _refusal(item, unread.reason, {"detail": unread.detail}) from unread


def _permitted(reader: Reader, uow: UnitOfWork, participant: str, form: str, item: str) -> str:
    """The participant's site. Asked before anything is read, and again when the file is kept."""
    row = participant_for(reader, uow.actor, participant, "crf.write")
    if not may_write_item(uow.actor.role, f"{form}.{item}"):
        raise NotAllowed(uow.actor.role, f"crf.write:{form}.{item}")
    return str(row["site_code"])


def _accepted(form: str, item: str) -> str:
    """The kind of file an item takes. Raises NotFound for an item that takes none."""
    known = any(name == form for name, _ in definitions()) and item in current(form).kinds()
    if not known or current(form).item(item).kind != "file":
        raise NotFound("item", {"form": form, "item": item})
    return current(form).item(item).accept


def _refusal(item: str, reason: str, args: Mapping[str, Any]) -> Refused:
    return Refused((Finding("problem", f"{item}:file", REASONS[reason], item, args=args),))


def _received(
    participant: str, form: str, item: str, kind: str, content: bytes | IO[bytes], room: Path, intake: Intake
) -> Sent:
    """The file in the private folder; no more than the kind may have is read. Raises Refused by size and first bytes."""
    path, most, size, digest = room / "sent", largest(kind), 0, hashlib.sha256()
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    with disk_explained(), path.open("wb") as target:
        while size <= most and (chunk := source.read(CHUNK)):
            digest.update(chunk)
            size += target.write(chunk)
    with path.open("rb") as file:
        problem = known_problem(kind, file.read(HEAD), size)
    if problem:
        said = in_bytes(size) if size <= most else f"> {in_bytes(most)}"
        raise _refusal(item, problem, {"size": said, "largest": in_bytes(most)})
    return Sent(participant, form, item, kind, path, intake.digest(digest.hexdigest()), size)


def _scanned(sent: Sent, intake: Intake, uow: UnitOfWork) -> None:
    """Raises Unread where the scanner does not let it pass; that is written down, as somebody's machine may be infected."""
    try:
        intake.scan(sent.path)
    except Unread as stopped:
        with uow:
            what = f"{sent.form}.{sent.item}"
            uow.record(FileRefused(what, stopped.reason, sent.source, participant=sent.participant))
            uow.commit()
        raise


def _held_against(sent: Sent, found: Read, manifest: Callable[[], Any] | None, site: str, uow: UnitOfWork) -> None:
    """Raise Refused where a table is not one that the model may read; the first lines that are wrong are named."""
    if manifest is None or not sent.kind.startswith("csv"):
        return
    declared = expected(Reading(uow.engine), manifest(), f"{sent.form}.{sent.item}", site)
    wrong = faults(read(found.taken.content.read_bytes()), declared)
    if wrong:
        key = f"{sent.item}:file"
        raise Refused(tuple(Finding("problem", key, f.message, sent.item, args=f.args) for f in wrong[:SHOWN]))


@contextmanager
def _read(sent: Sent, room: Path, intake: Intake, files: Files, reader: Reads) -> Iterator[Read]:
    """What the child makes of it, on the disk of the store and not yet kept."""
    folder = room / "made"
    folder.mkdir()
    taken = reader(Job(sent.kind, sent.path, folder, sent.participant, intake.key))
    with ExitStack() as stack:
        content, preview = (
            stack.enter_context(files.staged(stack.enter_context(path.open("rb")))) if path else None
            for path in (taken.content, taken.preview)
        )
        if content is None:
            raise Unread("crash", "no content")
        yield Read(taken, _named(sent, taken.content), content, preview)


def _named(sent: Sent, content: Path) -> str:
    with content.open("rb") as file:
        return name_of(sent.participant, f"{sent.form}.{sent.item}", sent.kind, file.read(HEAD))


def _kept(sent: Sent, found: Read, intake: Intake, uow: UnitOfWork) -> FileRef:
    stored = found.content.stored
    with uow:
        site = _permitted(uow, uow, sent.participant, sent.form, sent.item)
        # Whoever sends a file for this site waits here: two at once must not both find room for one.
        uow.lock("site", {"code": site})
        if uow.one("file", sha256=stored.sha256, participant=sent.participant) is None:
            _refuse_over_quota(sent, found.size, site, intake, uow)
        for staged in filter(None, (found.content, found.preview)):
            staged.keep()
        register(uow, stored, sent.participant, name=found.name, media_type=sent.kind)
        if sent.kind == "csv-taxa":
            keep_shares(uow, stored.sha256, found.taken.content.read_bytes())
        uow.ensure("file_report", **_report(sent, found, intake, uow))
        uow.record(FileStored(stored.sha256, participant=sent.participant))
        uow.commit()
    return FileRef(stored.sha256, found.name, stored.size)


def _refuse_over_quota(sent: Sent, size: int, site: str, intake: Intake, uow: UnitOfWork) -> None:
    for reason, most, taken in (
        ("quota-participant", intake.of_participant, taken_by(uow, sent.participant)),
        ("quota-site", intake.of_site, taken_at(uow, site)),
    ):
        if taken + size > most:
            args = {"most": in_bytes(most), "left": in_bytes(most - taken), "size": in_bytes(size)}
            raise _refusal(sent.item, reason, args)


def _report(sent: Sent, found: Read, intake: Intake, uow: UnitOfWork) -> dict[str, Any]:
    stored, source = found.content.stored, found.taken.same or sent.source
    elsewhere = sent_for_another(uow, stored.sha256, source, sent.participant)
    flags = (*found.taken.flags, *(("elsewhere",) if elsewhere else ()))
    return {
        "sha256": stored.sha256, "participant": sent.participant, "form": sent.form, "item": sent.item, "source": source,
        "preview": found.preview.stored.sha256 if found.preview else None, "preview_size": found.preview_size,
        "flags": list(flags), "facts": dict(found.taken.facts), "network": found.taken.network,
        "scanned": intake.scanner[0] if intake.scanner else "",
    }  # fmt: skip
