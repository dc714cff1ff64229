"""Saving a CRF: the one write path of answers, for the page, the draft, an import, the simulation."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.answers import Answers, Crf
from forms.catalogue import current, definitions
from forms.checks import calculated, confirmed, findings, pruned
from forms.document import read_document
from forms.findings import Finding
from trial.actions import deviations, due
from trial.actions.case import Case, load
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.changes import Change, changes
from trial.errors import ConfirmationNeeded, CrfLocked, NotOpen, ReasonNeeded, Refused
from trial.happenings import CrfRemoved, CrfSaved, SignatureVoided
from trial.limits import entry_blockers, limits
from trial.roles import may_write_form
from trial.errors import NotAllowed
from trial.store import crfs
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

FIRST_ENTRY = "first entry"
COMPLETED = "items answered for the first time"


@dataclass(frozen=True)
class Entry:
    """One form as typed. `based_on` is the revision that was on the screen, None when there was none.

    `raw` is the raw document of `forms.document`; `reasons` maps the path of each changed value to why, and the path ""
    to a reason for all of them. `key` makes the post idempotent.
    """

    participant: str
    event: str
    form: str
    occurrence: int = 1
    based_on: int | None = None
    version: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    source: str = "screen"


@dataclass(frozen=True)
class Saved:
    """What a save did: the revision now current, and whether required answers are still open."""

    revision: int
    complete: bool
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """What the server would say about a form as typed; nothing is written."""

    findings: tuple[Finding, ...]
    calculated: Mapping[str, Any]
    changes: tuple[Change, ...]


def save_crf(entry: Entry, *, uow: UnitOfWork) -> Saved:
    """Save one form.

    Raises Refused (cannot be read or cannot be true), ConfirmationNeeded (soft checks without a reason), ReasonNeeded (a
    saved value changes), StaleRevision (somebody was faster), CrfLocked, NotOpen, NotAllowed, NotFound. Then nothing is written.
    """
    with uow:
        if earlier := earlier_answer(uow, entry.key, "save_crf"):
            return Saved(earlier["revision"], earlier["complete"], tuple(earlier["changed"]))
        case = _case(uow, entry, "crf.write")
        refuse_if_closed(case, entry)
        crf, problems = as_crf(case, entry)
        _refuse(problems)
        saved = _store(case, crf, entry, uow)
        remember(uow, entry.key, "save_crf", {"revision": saved.revision, "complete": saved.complete,
                                              "changed": list(saved.changed)})
        uow.commit()
    return saved


def preview(entry: Entry, *, uow: UnitOfWork) -> Preview:
    """What saving would say, with calculated items; for live checks. Writes nothing."""
    with uow:
        case = _case(uow, entry, "crf.write")
        crf, problems = as_crf(case, entry)
        record = case.record(entry.event, case.with_crf(crf))
        crf = pruned(record, crf)
        record = case.record(entry.event, case.with_crf(crf))
        previous = _previous(case, crf)
        said = (*problems, *findings(record, crf), *limits(record, crf))
        return Preview(said, calculated(record, crf), changes(previous.answers if previous else None, crf.answers))


def remove_crf(entry: Entry, reason: str, *, uow: UnitOfWork) -> int:
    """Take a form instance out of the record, with a reason; its revisions stay. Returns the revision that says so."""
    with uow:
        case = _case(uow, entry, "crf.write")
        refuse_if_closed(case, entry)
        previous = _previous(case, Crf(entry.form, 0, entry.event, entry.occurrence, 0, Answers()))
        if previous is None:
            raise NotOpen("remove", ("nothing-saved",))
        if not reason.strip():
            raise ReasonNeeded(())
        crf = replace(previous, number=previous.number + 1, answers=replace(previous.answers, removed=reason))
        crfs.append_revision(uow, case.id, crf, based_on=entry.based_on, reason=reason, source=entry.source)
        _void_signatures(case, crf, reason, uow)
        uow.record(CrfRemoved(crf.address, crf.number, reason, participant=case.id))
        due.refresh(case, case.with_crf(crf), uow)
        uow.commit()
    return crf.number


def _case(uow: UnitOfWork, entry: Entry, verb: str) -> Case:
    row = participant_for(uow, uow.actor, entry.participant, verb)
    if not may_write_form(uow.actor.role, entry.form):
        raise NotAllowed(uow.actor.role, f"crf.write:{entry.form}", row["site_code"])
    # Whoever changes this participant waits here: withdrawal and allocation cannot cross.
    uow.lock("participant", {"id": entry.participant})
    return load(uow, row, uow.clock)


def refuse_if_closed(case: Case, entry: Entry) -> None:
    """Raise CrfLocked or NotOpen where the form may not be written now, whatever is typed."""
    state = case.state(entry.form, entry.event, entry.occurrence)
    if state is not None and state["locked"]:
        raise CrfLocked(case.id, entry.event, entry.form, entry.occurrence)
    if blockers := entry_blockers(case.protocol, case.bare, entry.form, entry.event, entry.occurrence):
        raise NotOpen(entry.form, blockers)


def as_crf(case: Case, entry: Entry) -> tuple[Crf, tuple[Finding, ...]]:
    """The next revision as typed, and what could not be read."""
    form = definitions()[entry.form, entry.version or current(entry.form).version]
    document = read_document(form, entry.raw, lambda: uuid.uuid4().hex[:12])
    number = (entry.based_on or 0) + 1
    return Crf(form.oid, form.version, entry.event, entry.occurrence, number, document.answers), document.findings


def _refuse(found: tuple[Finding, ...]) -> None:
    if blocking := tuple(f for f in found if f.blocks):
        raise Refused(blocking)


def _previous(case: Case, crf: Crf) -> Crf | None:
    return next((c for c in case.crfs if c.address == crf.address), None)


def _store(case: Case, typed: Crf, entry: Entry, uow: UnitOfWork) -> Saved:
    crfs.refuse_stale(uow, case.id, typed, based_on=entry.based_on)
    crf = pruned(case.record(entry.event, case.with_crf(typed)), typed)
    record = case.record(entry.event, case.with_crf(crf))
    found = (*findings(record, crf), *limits(record, crf), *crfs.repeated_values(uow, case.id, crf))
    _refuse(found)
    if unconfirmed := tuple(f for f in found if f.level == "soft"):
        raise ConfirmationNeeded(unconfirmed)
    previous = _previous(case, crf)
    made = changes(previous.answers if previous else None, crf.answers)
    if previous and not made and previous.version == crf.version and previous.answers == crf.answers:
        return Saved(previous.number, _complete(found), ())
    reason = _reason(previous, made, entry.reasons)
    crfs.append_revision(uow, case.id, crf, based_on=entry.based_on, reason=reason, source=entry.source,
                         complete=_complete(found))
    paths = tuple(c.path for c in made)
    uow.record(CrfSaved(crf.address, crf.number, crf.version, paths, entry.source, participant=case.id))
    if previous:
        _void_signatures(case, crf, reason, uow)
    after = case.with_crf(crf)
    after = deviations.raise_for(case, after, crf, previous, confirmed(record, crf), uow)
    due.refresh(case, after, uow)
    uow.drop("draft", {"person": uow.actor.person_id, "participant": case.id, "event": crf.event, "form": crf.form,
                       "occurrence": crf.occurrence})
    return Saved(crf.number, _complete(found), paths)


def _complete(found: tuple[Finding, ...]) -> bool:
    return not any(f.level == "missing" for f in found)


def _reason(previous: Crf | None, made: tuple[Change, ...], reasons: Mapping[str, str]) -> str:
    """Why, in one text: each corrected value must have its own reason, or there is one for all."""
    if previous is None:
        return FIRST_ENTRY
    given = {path: words.strip() for path, words in reasons.items() if words and words.strip()}
    unexplained = tuple(c for c in made if c.corrects and c.path not in given and "" not in given)
    if unexplained:
        raise ReasonNeeded(unexplained)
    said = [f"{c.path}: {given[c.path]}" for c in made if c.path in given and c.path]
    return "; ".join([*([given[""]] if "" in given else []), *said]) or COMPLETED


def _void_signatures(case: Case, crf: Crf, reason: str, uow: UnitOfWork) -> None:
    for row in case.signatures:
        same = (row["form"], row["event"], row["occurrence"]) == (crf.form, crf.event, crf.occurrence)
        if same and row["voided_at"] is None:
            uow.update("signature", {"id": row["id"]}, voided_at=uow.clock.now(), void_reason=reason)
            uow.update(
                "crf",
                {"participant": case.id, "event": crf.event, "form": crf.form, "occurrence": crf.occurrence},
                signed=False,
            )
            uow.record(SignatureVoided(crf.address, reason, participant=case.id))


def keep_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Keep what was typed so far, for this person only; not part of the record."""
    with uow:
        participant_for(uow, uow.actor, entry.participant, "crf.write")
        uow.put(
            "draft",
            person=uow.actor.person_id,
            participant=entry.participant,
            event=entry.event,
            form=entry.form,
            occurrence=entry.occurrence,
            form_version=entry.version or current(entry.form).version,
            base_revision=entry.based_on,
            raw={"document": dict(entry.raw), "reasons": dict(entry.reasons)},
            at=uow.clock.now(),
        )
        uow.commit()


def drop_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Forget what was typed and not saved."""
    with uow:
        uow.drop("draft", {"person": uow.actor.person_id, "participant": entry.participant, "event": entry.event,
                           "form": entry.form, "occurrence": entry.occurrence})
        uow.commit()


def draft(reader: Reader, person_id: int | None, entry: Entry) -> Row | None:
    """What this person typed and did not save yet."""
    found: Row | None = reader.one("draft", person=person_id, participant=entry.participant, event=entry.event,
                                   form=entry.form, occurrence=entry.occurrence)
    return found
