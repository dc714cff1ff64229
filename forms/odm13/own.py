"""Our own trial as ODM 1.3.2, revision by revision: one FormData a revision, holding what it changed.

A revision is a transaction (FileType Transactional): each value carries the audit record of the change, in the order of the
schema. What ODM has no element for (missing because, not done, removed, confirmed, queries) is an annotation with a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from lxml import etree

from forms.language import FormDef
from forms.odm13.metadata import study_in
from forms.odm13.notes import MISSING, Note, flagged, flags_into
from forms.odm13.places import parts_of
from forms.odm13.study_writing import Event, form_oid, group_oid, item_oid, made, study_element
from forms.odm13.writing import NAMESPACES, admin_data, audit_record, heading
from forms.odm13.xml import ODM_13


@dataclass(frozen=True)
class Change:
    """What a revision says of one value: a text, or None where it has none now; `missing`: the reason code then."""

    path: str
    text: str | None
    action: str
    reason: str | None
    missing: str | None = None


@dataclass(frozen=True)
class Signed:
    """A signature: who, when, and what it means (a key of `meanings`)."""

    user: str
    at: datetime
    meaning: str


@dataclass(frozen=True)
class Revision:
    """One saved revision. `event`: OID and repeat key of its study event; `user`: OID of its author."""

    form: FormDef
    event: tuple[str, str | None]
    occurrence: int
    number: int
    user: str
    at: datetime
    reason: str | None
    source: str
    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()
    signed: Signed | None = None


@dataclass(frozen=True)
class Participant:
    """A participant's revisions, those of one form in their order."""

    key: str
    site: str
    revisions: tuple[Revision, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Trial:
    """What stands above the participants. `users` and `sites`: OID to name; `meanings`: OID to the words that were signed."""

    oid: str
    name: str
    forms: tuple[FormDef, ...]
    events: tuple[Event, ...]
    users: Mapping[str, str]
    sites: Mapping[str, str]
    meanings: Mapping[str, str]


def write_metadata(trial: Trial, file: IO[bytes], *, at: datetime, release: str) -> None:
    """Definitions, people, sites and the meanings of signatures."""
    _write(trial, file, (), at, release, data=False)


def write_trial(
    trial: Trial, participants: Iterable[Participant], file: IO[bytes], *, at: datetime, release: str
) -> None:
    """The same and every participant's data, one participant at a time."""
    _write(trial, file, participants, at, release, data=True)


def _write(
    trial: Trial, file: IO[bytes], participants: Iterable[Participant], at: datetime, release: str, *, data: bool
) -> None:
    root = made("ODM")
    root.append(study_element(trial.name, trial.forms, trial.events, oid=trial.oid))
    flags_into(root[0])
    told = study_in(root)
    kind = "Transactional" if data else "Snapshot"
    with etree.xmlfile(file, encoding="UTF-8") as out:
        out.write_declaration()
        with out.element(f"{ODM_13}ODM", heading(told.oid, at, release, kind), nsmap=NAMESPACES):
            _line(out, root[0])
            administrative = admin_data(told, dict(trial.users), dict(trial.sites), at)
            administrative.extend(_meanings(trial.meanings))
            _line(out, administrative)
            if data:
                with out.element(f"{ODM_13}ClinicalData", StudyOID=told.oid, MetaDataVersionOID=told.version):
                    for participant in participants:
                        _line(out, _subject(participant))


def _line(out: Any, part: Any) -> None:
    part.tail = "\n"
    out.write(part)


def _meanings(meanings: Mapping[str, str]) -> Iterator[Any]:
    for oid, words in meanings.items():
        parts = (made("Meaning", words), made("LegalReason", "21 CFR 11.50(a)(3)"))
        yield made("SignatureDef", None, *parts, OID=oid, Methodology="Electronic")


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _subject(participant: Participant) -> Any:
    subject = made("SubjectData", SubjectKey=participant.key, TransactionType="Upsert")
    subject.append(made("SiteRef", LocationOID=participant.site))
    subject.extend(flagged(participant.notes))
    events: dict[tuple[str, str | None], Any] = {}
    for revision in participant.revisions:
        if revision.event not in events:
            oid, repeat = revision.event
            events[revision.event] = made("StudyEventData", StudyEventOID=oid, TransactionType="Upsert")
            if repeat is not None:
                events[revision.event].set("StudyEventRepeatKey", repeat)
            subject.append(events[revision.event])
        events[revision.event].append(_form(revision, participant.site))
    return subject


def _form(revision: Revision, site: str) -> Any:
    action = "Insert" if revision.number == 1 else "Update"
    form = made(
        "FormData", FormOID=form_oid(revision.form), FormRepeatKey=str(revision.occurrence), TransactionType=action
    )
    form.append(_audit(revision, site, revision.reason))
    if revision.signed is not None:
        form.append(_signature(revision.signed, site))
    form.extend(flagged(revision.notes))
    groups: dict[tuple[str | None, str | None], Any] = {}
    for change in revision.changes:
        group, row, item = parts_of(change.path)
        if item is None:
            continue
        if (group, row) not in groups:
            groups[group, row] = made("ItemGroupData", ItemGroupOID=group_oid(revision.form, group))
            groups[group, row].set("TransactionType", "Upsert")
            if row is not None:
                groups[group, row].set("ItemGroupRepeatKey", row)
            form.append(groups[group, row])
        groups[group, row].append(_value(revision, change, item, site))
    return form


def _value(revision: Revision, change: Change, item: str, site: str) -> Any:
    value = made("ItemData", ItemOID=item_oid(revision.form, item), TransactionType=change.action)
    if change.text is not None:
        value.set("Value", change.text)
    elif change.missing is not None:
        value.set("IsNull", "Yes")
    value.append(_audit(revision, site, change.reason))
    if change.missing is not None:
        value.extend(flagged((Note(MISSING, change.missing),)))
    return value


def _audit(revision: Revision, site: str, reason: str | None) -> Any:
    return audit_record(revision.user, site, _instant(revision.at), reason, revision.source)


def _signature(signed: Signed, site: str) -> Any:
    return made(
        "Signature", None, made("UserRef", UserOID=signed.user), made("LocationRef", LocationOID=site),
        made("SignatureRef", SignatureOID=signed.meaning), made("DateTimeStamp", _instant(signed.at)),
    )  # fmt: skip
