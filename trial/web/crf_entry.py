"""A form as an entry: as it is on file, and as a page sent it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from flask import abort, request

from forms.catalogue import current, definitions
from forms.document import as_typed
from forms.language import FormDef
from forms.webform import document, posted
from trial import roles
from trial.actions.case import Case, load
from trial.actions.entry import Entry
from trial.actions.permission import participant_for
from trial.actions.upload import upload
from trial.errors import NotAllowed, NotFound
from trial.places import is_place
from trial.web.house import actor, house, reading, writing

NUMBERED = {"AE": "AESPID", "SUR": "SUROPNO"}
"""Items that number the forms of a participant: offered on a new one, so that nobody counts (crf.csv, note of AESPID)."""


def definition_of(form: str, event: str, occurrence: int = 1) -> FormDef:
    """The newest version of a form the role may read, at an address there is. NotFound, NotAllowed.

    It names whatever any version asked; what is on the page is under the version that `on_file` and `as_posted` say.
    """
    if not is_place(form, event, occurrence):
        raise NotFound("form", {"form": form, "event": event})
    if not roles.may_read_form(actor().role, form) or roles.hides(actor().role, form, event=event):
        raise NotAllowed(actor().role, f"crf.read:{form}")
    return current(form)


def case_of(participant: str) -> Case:
    """The participant's case, for whoever may read their forms."""
    reader = reading()
    with reader:
        return load(reader, participant_for(reader, actor(), participant, "crf.read"), house().clock)


def on_file(case: Case, event: str, form: str, occurrence: int) -> Entry:
    """The form as it was saved last, or a blank one."""
    saved = case.bare.at(form, event, occurrence)
    raw = (
        as_typed(definitions()[form, saved.version], saved.answers)
        if saved and saved.answers.removed is None
        else _blank(case, form)
    )
    versions = case.versions(form, event, occurrence)
    if not versions:
        raise NotFound("form", {"form": form, "event": event})
    return Entry(case.id, event, form, occurrence, saved.number if saved else None, versions[0], raw)


def as_chosen(case: Case, entry: Entry) -> Entry:
    """The entry under the version that was asked for in the address, where the form may be moved to it."""
    wanted = request.args.get("version", type=int)
    return (
        replace(entry, version=wanted) if wanted in case.versions(entry.form, entry.event, entry.occurrence) else entry
    )


def _blank(case: Case, form: str) -> dict[str, Any]:
    if form not in NUMBERED:
        return {}
    taken = [case.bare.scope(c).code(f"{form}.{NUMBERED[form]}") or 0 for c in case.bare.all(form)]
    return {"items": {NUMBERED[form]: str(max(taken, default=0) + 1)}}


def as_posted(participant: str, event: str, form: str, occurrence: int) -> Entry:
    """The form as posted."""
    version = request.form.get("version", "")
    definition = definition_of(form, event, occurrence)
    if version.isdecimal() and (form, int(version)) in definitions():
        definition = definitions()[form, int(version)]
    try:
        raw = document(posted(definition, request.form), definition)
    except ValueError:
        abort(413)
    based_on = request.form.get("based_on", "")
    return Entry(
        participant,
        event,
        form,
        occurrence,
        int(based_on) if based_on.isdecimal() else None,
        definition.version,
        raw,
        raw.pop("reasons") | _reason_for_all(),
        request.form.get("key", "")[:80] or None,
    )


def _reason_for_all() -> dict[str, str]:
    words = request.form.get("reason_for_all", "").strip()
    return {"": words} if words else {}


def with_row(entry: Entry, group: str) -> Entry:
    """The entry with one more row of a group."""
    rows = [*entry.raw["groups"].get(group, ()), {"id": uuid.uuid4().hex[:12], "items": {}, "missing": {}}]
    return replace(entry, raw={**entry.raw, "groups": {**entry.raw["groups"], group: rows}})


def with_files(entry: Entry) -> Entry:
    """The entry with a reference for each file that came with it."""
    items = dict(entry.raw["items"])
    for name, sent in request.files.items():
        oid = name.removesuffix("__file")
        if sent.filename and oid in current(entry.form).kinds():
            ref = upload(
                entry.participant,
                entry.form,
                oid,
                sent.stream,
                files=house().files,
                uow=writing(),
                intake=house().settings.intake,
                manifest=lambda: house().model.manifest,
            )
            items[oid] = {"sha256": ref.sha256, "name": ref.name, "size": ref.size}
    return replace(entry, raw={**entry.raw, "items": items})
