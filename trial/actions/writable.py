"""Whether a form may be written: by whom, at which place, under which version, and now."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from forms.catalogue import definitions
from trial.actions.case import Case
from trial.actions.entry import IMPORTED, Entry, from_file
from trial.actions.permission import participant_for
from trial.actor import Actor
from trial.decision import decision_blockers, estimate_blockers
from trial.errors import (
    CrfLocked,
    NotAllowed,
    NotFound,
    NotOpen,
    VersionNotInForce,
)
from trial.limits import entry_blockers
from trial.places import is_place
from trial.registry import CLOSED, NEVER, barred_from_files, historical
from trial.roles import IMPORTED_FORMS, may_write_form
from trial.store.reading import Reader, Row


def writable(reader: Reader, actor: Actor, entry: Entry) -> Row:
    """The participant's row, if the actor may write that form there. Raises NotFound, also for a place there is not, NotAllowed."""
    if from_file(entry.source) and not _whole(entry) and barred_from_files(entry.participant, entry.form):
        raise NotAllowed(actor.role, f"import:{entry.form}")
    # Who enters the form on the screen may bring the same answers in a file; who only imports has the forms for that.
    imported = only_imports(entry, actor.role)
    verb = "import.trial" if _whole(entry) else "import.data" if imported else "crf.write"
    row = participant_for(reader, actor, entry.participant, verb)
    if not imported and not may_write_form(actor.role, entry.form):
        raise NotAllowed(actor.role, f"crf.write:{entry.form}", row["site_code"])
    known = entry.version is None or (entry.form, entry.version) in definitions()
    if not known or not is_place(entry.form, entry.event, entry.occurrence):
        raise NotFound("crf", {"form": entry.form, "event": entry.event, "occurrence": entry.occurrence})
    return row


def _whole(entry: Entry) -> bool:
    """Whether it is the trial's own record from another installation: every form of it, moved by who may move a trial."""
    return entry.source.startswith(f"{IMPORTED}odm:")


def only_imports(entry: Entry, role: str) -> bool:
    """Whether the role may bring the form in a file, and not enter it on the screen."""
    if _whole(entry):
        return True
    return from_file(entry.source) and entry.form in IMPORTED_FORMS and not may_write_form(role, entry.form)


def in_force(case: Case, entry: Entry) -> Entry:
    """The entry under the version it is saved under: an existing form keeps the version it was entered under unless whoever corrects it
    chose the participant's; a new one has the participant's. Raises VersionNotInForce for any other, NotFound where there is none.
    """
    wanted = case.versions(entry.form, entry.event, entry.occurrence)
    if not wanted:
        raise NotFound("form", {"form": entry.form, "event": entry.event})
    if entry.version is not None and entry.version not in wanted:
        raise VersionNotInForce(entry.form, entry.version, wanted)
    return replace(entry, version=entry.version or wanted[0])


def refuse_if_closed(case: Case, entry: Entry) -> None:
    """Raise CrfLocked or NotOpen where the form may not be written now, whatever is typed."""
    if kind := case.held(entry.form, entry.event, entry.occurrence):
        raise CrfLocked(case.id, entry.event, entry.form, entry.occurrence, kind)
    if blockers := closed_because(case, entry):
        raise NotOpen(entry.form, blockers)


def closed_because(case: Case, entry: Entry) -> tuple[Any, ...]:
    """Why the form may not be written now: its place in the enforced order of the decision point included."""
    if historical(case.id):
        return (CLOSED,) if entry.form in NEVER else ()
    found = entry_blockers(case.protocol, case.bare, entry.form, entry.event, entry.occurrence)
    if found or entry.form not in ("PRE", "DEC"):
        return found
    record = case.record(entry.event)
    if entry.form == "PRE":
        return estimate_blockers(case.protocol, record, open_queries=case.queried)
    made = case.predictions[-1] if case.predictions else None
    return decision_blockers(case.protocol, record, signatures=case.signatures, prediction=made)
