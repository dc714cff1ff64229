"""Uploading a file: checked for what it claims to be, kept under its digest, registered with the participant."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from forms.answers import FileRef
from forms.catalogue import current, definitions
from forms.findings import Finding
from forms.text import _l
from trial.actions.permission import participant_for
from trial.errors import FeatureTableUnreadable, NotAllowed, NotFound, Refused
from trial.happenings import FileStored
from trial.roles import may_write_item
from trial.store.files import Files, feature_table, register
from trial.store.unit_of_work import UnitOfWork

LARGEST = {
    "csv-features": 2_000_000,
    "csv-taxa": 2_000_000,
    "image": 20_000_000,
    "dicom-zip": 200_000_000,
    "mask": 200_000_000,
}
MAGIC: dict[str, tuple[bytes, ...]] = {
    "image": (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"),
    "dicom-zip": (b"PK\x03\x04",),
    "mask": (b"\x1f\x8b", b"\x5c\x01\x00\x00", b"\x00\x00\x01\x5c"),
}
"""First bytes of what is accepted, whatever the name says; a DICOM SEG has its mark at byte 128."""


def upload(
    participant: str, form: str, item: str, name: str, content: bytes, *, files: Files, uow: UnitOfWork
) -> FileRef:
    """Keep a file for an item of a form; the reference is what the form then holds.

    Raises Refused (not of the kind asked for, too large, an unreadable table), NotAllowed, NotFound.
    """
    with uow:
        participant_for(uow, uow.actor, participant, "crf.write")
        if not may_write_item(uow.actor.role, f"{form}.{item}"):
            raise NotAllowed(uow.actor.role, f"crf.write:{form}.{item}")
        accept = _accepted(form, item)
        _refuse(item, _problem(accept, content))
        stored = files.put(content)
        _refuse(item, _table_problem(accept, files, stored.sha256))
        register(uow, stored, participant, name=name[:200], media_type=accept)
        uow.record(FileStored(stored.sha256, participant=participant))
        uow.commit()
    return FileRef(stored.sha256, name[:200], stored.size)


def _accepted(form: str, item: str) -> str:
    """The kind of file an item takes. Raises NotFound for an item that takes none."""
    known = any(name == form for name, _ in definitions()) and item in current(form).kinds()
    if not known or current(form).item(item).kind != "file":
        raise NotFound("item", {"form": form, "item": item})
    return current(form).item(item).accept


def _refuse(item: str, problem: str | None) -> None:
    if problem:
        raise Refused((Finding("problem", f"{item}:file", problem, item),))


def _problem(accept: str, content: bytes) -> str | None:
    if not content:
        return _l("The file is empty.")
    if len(content) > LARGEST.get(accept, 20_000_000):
        return _l("The file is too large.")
    marks = MAGIC.get(accept)
    segmentation = accept == "mask" and content[128:132] == b"DICM"
    if marks and not segmentation and not content.startswith(marks):
        return _l("The file is not of the kind asked for here, whatever its name says.")
    return None


def _table_problem(accept: str, files: Files, sha256: str) -> str | None:
    if not accept.startswith("csv"):
        return None
    try:
        table = feature_table(files, sha256)
    except FeatureTableUnreadable:
        return _l("The table cannot be read: two columns with a heading are expected.")
    if not table:
        return _l("The table has no rows.")
    if accept == "csv-taxa" and not _sums_to_one(table):
        return _l("The abundances do not sum to 1 (within 0.001).")
    return None


def _sums_to_one(table: dict[str, float]) -> bool:
    try:
        total = sum((Decimal(str(v)) for v in table.values()), Decimal(0))
    except InvalidOperation:
        return False
    return abs(total - 1) <= Decimal("0.001")
