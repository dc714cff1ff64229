"""Our own export read again: the last state of every form as typed, and the audit trail that came with it.

It is no study of another system: the definitions are those of this installation, and what the file says of them is not asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from forms.foreign import SourceAudit
from forms.language import FormDef
from forms.odm13.notes import CONFIRMED, MISSING, NOT_DONE, REMOVED
from forms.odm13.places import key_of_event, quoted
from forms.odm13.streaming import parts
from forms.odm13.xml import ODM_13, OdmProblem, attribute, children

_FORM = re.compile(r"([A-Z0-9]+)\.v([0-9]{1,4})")


@dataclass
class ReadForm:
    """One form of a participant. `raw`: the document that a page would post; `removed`: why it was taken out, if it was."""

    form: str
    version: int
    event: str
    occurrence: int
    at: str
    items: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, tuple[dict[str, Any], dict[str, str]]]] = field(default_factory=dict)
    not_done: dict[str, str] | None = None
    removed: str | None = None
    confirmed: dict[str, str] = field(default_factory=dict)
    audit: list[SourceAudit] = field(default_factory=list)

    @property
    def address(self) -> str:
        """FORM/EVENT/OCCURRENCE."""
        return f"{self.form}/{self.event}/{self.occurrence}"

    @property
    def raw(self) -> dict[str, Any]:
        """As `forms.document` reads it."""
        groups = {
            group: [{"id": key, "items": i, "missing": m} for key, (i, m) in rows.items() if i or m]
            for group, rows in self.rows.items()
        }
        return {
            "items": self.items, "missing": self.missing, "groups": groups, "not_done": self.not_done,
            "confirmed": self.confirmed,
        }  # fmt: skip


@dataclass(frozen=True)
class ReadParticipant:
    """One participant with its forms, in the order they were begun."""

    key: str
    forms: tuple[ReadForm, ...]


def read_own(
    file: IO[bytes], definitions: Mapping[tuple[str, int], FormDef], *, study: str
) -> Iterator[ReadParticipant]:
    """Every participant of our own export. Raises OdmProblem for what is none, also "other_study"."""
    found = False
    for part in parts(file):
        if part.name == "SubjectData":
            found = True
            if part.head.get("StudyOID") != study:
                raise OdmProblem("other_study", part.head.get("StudyOID"))
            yield _participant(part.element, definitions)
    if not found:
        raise OdmProblem("no_clinical_data", study)


def _participant(element: Any, definitions: Mapping[tuple[str, int], FormDef]) -> ReadParticipant:
    forms: dict[str, ReadForm] = {}
    for event in children(element, "StudyEventData"):
        key = key_of_event(attribute(event, "StudyEventOID"), event.get("StudyEventRepeatKey"))
        for data in children(event, "FormData"):
            _revision(data, key, forms, definitions)
    return ReadParticipant(attribute(element, "SubjectKey"), tuple(sorted(forms.values(), key=lambda form: form.at)))


def _revision(
    data: Any, event: str, forms: dict[str, ReadForm], definitions: Mapping[tuple[str, int], FormDef]
) -> None:
    named, repeat = _FORM.fullmatch(attribute(data, "FormOID")), data.get("FormRepeatKey", "1")
    if named is None or not repeat.isascii() or not repeat.isdigit():
        raise OdmProblem("unknown_reference", f"{data.get('FormOID')} {repeat}")
    read = ReadForm(
        named[1], int(named[2]), event, int(repeat), data.findtext(f"{ODM_13}AuditRecord/{ODM_13}DateTimeStamp") or ""
    )
    form = forms.setdefault(read.address, read)
    form.version = read.version
    form.not_done, form.removed, form.confirmed = None, None, {}
    for kind, detail, words in _notes(data):
        _note(form, kind, detail, words)
    definition = definitions.get((form.form, form.version))
    for group in children(data, "ItemGroupData"):
        _group(form, group, definition)


def _notes(element: Any) -> Iterator[tuple[str, str, str]]:
    """Kind, detail and words of each annotation."""
    for note in children(element, "Annotation"):
        flag = f"{ODM_13}Flag/{ODM_13}"
        yield (
            note.findtext(f"{flag}FlagType") or "",
            note.findtext(f"{flag}FlagValue") or "",
            note.findtext(f"{ODM_13}Comment") or "",
        )


def _note(form: ReadForm, kind: str, detail: str, words: str) -> None:
    if kind == NOT_DONE:
        form.not_done = {"reason": words, "on": "" if detail == "-" else detail}
    elif kind == REMOVED:
        form.removed = words
    elif kind == CONFIRMED:
        form.confirmed[detail] = words


def _group(form: ReadForm, element: Any, definition: FormDef | None) -> None:
    group = attribute(element, "ItemGroupOID").rpartition(".")[2]
    row = element.get("ItemGroupRepeatKey")
    items, missing = form.items, form.missing
    if row is not None:
        items, missing = form.rows.setdefault(group, {}).setdefault(row, ({}, {}))
    for value in children(element, "ItemData"):
        oid = attribute(value, "ItemOID").rpartition(".")[2]
        path = quoted(oid) if row is None else f"{quoted(group)}/{quoted(row)}/{quoted(oid)}"
        form.audit.append(_audit(value, form, path))
        items.pop(oid, None)
        missing.pop(oid, None)
        reason = next((detail for kind, detail, _ in _notes(value) if kind == MISSING), None)
        if reason is not None:
            missing[oid] = reason
        elif value.get("TransactionType") != "Remove" and (text := value.get("Value")) is not None:
            items[oid] = _typed(definition, oid, text)


def _typed(definition: FormDef | None, oid: str, text: str) -> Any:
    """The text as a page would post it: several codes are a list, a file its parts."""
    kind = definition.kinds().get(oid, "text") if definition else "text"
    if kind == "multi":
        return text.split(",")
    if kind != "file":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _audit(value: Any, form: ReadForm, path: str) -> SourceAudit:
    record = value.find(f"{ODM_13}AuditRecord")
    if record is None:
        raise OdmProblem("incomplete", f"AuditRecord {form.address} {path}")
    user, location = record.find(f"{ODM_13}UserRef"), record.find(f"{ODM_13}LocationRef")
    return SourceAudit(
        form.form, form.event, form.occurrence, path,
        "" if user is None else user.get("UserOID", ""),
        "" if location is None else location.get("LocationOID", ""),
        record.findtext(f"{ODM_13}DateTimeStamp") or "",
        value.get("TransactionType"),
        value.get("Value"),
        record.findtext(f"{ODM_13}ReasonForChange"),
        record.findtext(f"{ODM_13}SourceID"),
    )  # fmt: skip
