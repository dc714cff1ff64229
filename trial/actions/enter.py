"""Saving a CRF: the one write path of answers, for the page, the draft, an import, the simulation."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.answers import Crf
from forms.catalogue import definitions
from forms.checks import calculated, confirmed, findings, pruned
from forms.document import read_document
from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.record import Record
from forms.retired import chosen_anew
from trial.actions import coding_follow, deviations, verify_data
from trial.actions.case import Case, load
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.actions.receipt import assessed, received
from trial.actions.reserved import within_role
from trial.actions.system_queries import look_again
from trial.actions.voiding import void
from trial.actor import Actor
from trial.changes import Change, changes, explained
from trial.decision import decision_blockers, estimate_blockers
from trial.errors import (
    AlreadyExists,
    ConfirmationNeeded,
    CrfLocked,
    NotAllowed,
    NotFound,
    NotOpen,
    ReasonNeeded,
    Refused,
    VersionNotInForce,
)
from trial.happenings import CrfRemoved, CrfSaved
from trial.limits import confirmed_limits, entry_blockers, open_limits
from trial.places import is_place
from trial.registry import CLOSED, NEVER, asked, barred_from_files, historical
from trial.roles import IMPORTED_FORMS, may_write_form
from trial.standing import of_the_site
from trial.store import crfs
from trial.store.reading import Reader, Reading, Row
from trial.store.unit_of_work import UnitOfWork

FIRST_ENTRY = "first entry"
COMPLETED = "items answered for the first time"
EXPLAINED = "a question of the system answered"
MOVED = "gone over under a later version of the form"
IMPORTED = "import:"
COMPLETE_WHEN_SAVED = frozenset({"PRE"})
"""Forms that are locked when saved: one with a gap could never be filled, nor signed (PROTOCOL 5)."""


@dataclass(frozen=True)
class Entry:
    """One form as typed. `based_on` is the revision that was on the screen, None when there was none.

    `version` is the form version that was on the screen; None for the usual one, see `in_force`.

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


def from_file(source: str) -> bool:
    """Whether answers come from a file: `source` is then import:kind:SHA-256 of the file."""
    return source.startswith(IMPORTED)


@dataclass(frozen=True)
class Saved:
    """What a save did: the revision now current, and whether required answers are still open.

    `calculated`: what the calculated items say, for who cannot see the page: only of answers that come from a file.
    """

    revision: int
    complete: bool
    changed: tuple[str, ...]
    calculated: Mapping[str, Any] = field(default_factory=dict, compare=False)


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
        saved = saved_within(entry, uow)
        uow.commit()
    return saved


def saved_within(entry: Entry, uow: UnitOfWork) -> Saved:
    """Save one form inside a unit of work that is open, for an action that does more; the caller commits. Raises as `save_crf`."""
    row = _held(uow, entry)
    # Only now: of two posts that arrive together, the second waited at the lock and finds the answer of the first.
    if earlier := earlier_answer(uow, entry.key, "save_crf"):
        return _as_before(earlier, entry)
    case = load(uow, row, uow.clock)
    entry = in_force(case, entry)
    refuse_if_closed(case, entry)
    crf, problems = _typed(case, entry, uow.actor.role)
    _refuse((*problems, *_unreadable_reasons(entry.reasons)))
    saved = _store(case, crf, entry, uow)
    remember(
        uow,
        entry.key,
        "save_crf",
        {"revision": saved.revision, "complete": saved.complete, "changed": list(saved.changed), "of": _place(entry)},
    )
    return saved


def _place(entry: Entry) -> list[Any]:
    return [entry.participant, entry.event, entry.form, entry.occurrence]


def _as_before(earlier: Mapping[str, Any], entry: Entry) -> Saved:
    if earlier["of"] != _place(entry):
        raise AlreadyExists("idempotency", "save_crf")
    return Saved(earlier["revision"], earlier["complete"], tuple(earlier["changed"]))


def preview(entry: Entry, *, uow: UnitOfWork) -> Preview:
    """What saving would say, with calculated items; for live checks. Writes nothing."""
    with Reading(uow.engine) as reader:
        case = load(reader, _writable(reader, uow.actor, entry), uow.clock)
        entry = in_force(case, entry)
        crf, problems = _typed(case, entry, uow.actor.role)
        record, crf = _lean(case, entry, crf)
        previous = _previous(case, crf)
        made = changes(previous.answers if previous else None, crf.answers)
        said = (*problems, *findings(record, crf, _typed_anew(crf, made)), *open_limits(record, crf))
        said = asked(case.id, said)
        return Preview(said, calculated(record, crf), made)


def remove_crf(entry: Entry, reason: str, *, uow: UnitOfWork) -> int:
    """Take a form instance out of the record, with a reason; its revisions stay. Returns the revision that says so."""
    with uow:
        case = load(uow, _held(uow, entry), uow.clock)
        refuse_if_closed(case, entry)
        _refuse(_unreadable_reasons({"": reason}))
        previous = case.bare.at(entry.form, entry.event, entry.occurrence)
        if previous is None or previous.answers.removed is not None:
            raise NotOpen("remove", ("nothing-saved",))
        if not reason.strip():
            raise ReasonNeeded(())
        crf = replace(previous, number=previous.number + 1, answers=replace(previous.answers, removed=reason))
        crfs.append_revision(uow, case.id, crf, based_on=entry.based_on, reason=reason, source=entry.source)
        void(case, crf, reason, uow)
        uow.record(CrfRemoved(crf.address, crf.number, reason, participant=case.id))
        verify_data.reset(case, crf, changes(previous.answers, crf.answers), uow)
        coding_follow.follow(case.id, crf, uow)
        look_again(case, case.with_crf(crf), uow, crf)
        uow.commit()
    return crf.number


def _writable(reader: Reader, actor: Actor, entry: Entry) -> Row:
    """The participant's row, if the actor may write that form there. Raises NotFound, also for a place there is not, NotAllowed."""
    if from_file(entry.source) and not _whole(entry) and barred_from_files(entry.participant, entry.form):
        raise NotAllowed(actor.role, f"import:{entry.form}")
    # Who enters the form on the screen may bring the same answers in a file; who only imports has the forms for that.
    imported = _only_imports(entry, actor.role)
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


def _only_imports(entry: Entry, role: str) -> bool:
    if _whole(entry):
        return True
    return from_file(entry.source) and entry.form in IMPORTED_FORMS and not may_write_form(role, entry.form)


def _held(uow: UnitOfWork, entry: Entry) -> Row:
    """The same, and held: whoever changes this participant waits here, so that withdrawal and allocation cannot cross."""
    row = _writable(uow, uow.actor, entry)
    uow.lock("participant", {"id": entry.participant})
    return row


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


def as_crf(case: Case, entry: Entry) -> tuple[Crf, tuple[Finding, ...]]:
    """The next revision as typed, and what could not be read."""
    version = entry.version or case.versions(entry.form, entry.event, entry.occurrence)[0]
    form = definitions()[entry.form, version]
    document = read_document(form, entry.raw, lambda: uuid.uuid4().hex[:12])
    number = (entry.based_on or 0) + 1
    return Crf(form.oid, form.version, entry.event, entry.occurrence, number, document.answers), document.findings


def _typed(case: Case, entry: Entry, role: str) -> tuple[Crf, tuple[Finding, ...]]:
    """The next revision as this role may write it, and what stands in the way of reading it."""
    crf, problems = as_crf(case, entry)
    previous = _previous(case, crf)
    if _only_imports(entry, role):
        return crf, problems  # a file is checked by who may import it, form by form, not item by item
    form = definitions()[crf.form, crf.version]
    own, foreign = within_role(form, crf, previous.answers if previous else None, entry.raw, role)
    return own, (*problems, *foreign, *chosen_anew(form, previous.answers if previous else None, own.answers))


def _unreadable_reasons(reasons: Mapping[str, str]) -> tuple[Finding, ...]:
    found = []
    for path, words in reasons.items():
        try:
            read_words(words or "")
        except Unreadable as problem:
            item = path.rpartition("/")[2] or None
            found.append(Finding("problem", "reason:text", problem.message, item, None, dict(problem.args_)))
    return tuple(found)


def _refuse(found: tuple[Finding, ...]) -> None:
    if blocking := tuple(f for f in found if f.blocks):
        raise Refused(blocking)


def _previous(case: Case, crf: Crf) -> Crf | None:
    return case.bare.at(crf.form, crf.event, crf.occurrence)


def _store(case: Case, typed: Crf, entry: Entry, uow: UnitOfWork) -> Saved:
    crfs.refuse_stale(uow, case.id, typed, based_on=entry.based_on)
    record, crf = _lean(case, entry, typed)
    previous = _previous(case, crf)
    made = changes(previous.answers if previous else None, crf.answers)
    found = asked(
        case.id,
        (
            *findings(record, crf, _typed_anew(crf, made)),
            *open_limits(record, crf),
            *crfs.repeated_values(uow, case.id, crf),
        ),
    )
    gaps = tuple(f for f in found if f.level == "missing") if crf.form in COMPLETE_WHEN_SAVED else ()
    _refuse(tuple(replace(f, level="hard") for f in gaps) + found)
    if unconfirmed := tuple(f for f in found if f.level == "soft"):
        raise ConfirmationNeeded(unconfirmed)
    told = calculated(record, crf) if from_file(entry.source) else {}
    said = (*confirmed(record, crf), *confirmed_limits(record, crf))
    crf = _with_confirmations(crf, said)
    if previous and not made and previous.version == crf.version and previous.answers == crf.answers:
        return Saved(previous.number, _complete(crf, found), (), told)
    reason = _reason(previous, crf, made, entry.reasons)
    crfs.append_revision(
        uow, case.id, crf, based_on=entry.based_on, reason=reason, source=entry.source, complete=_complete(crf, found)
    )
    paths = tuple(c.path for c in made)
    uow.record(
        CrfSaved(crf.address, crf.number, crf.version, paths, entry.source, *case.stood_under, participant=case.id)
    )
    void(case, crf, reason, uow, made)
    if previous:
        verify_data.reset(case, crf, made, uow)
    coding_follow.follow(case.id, crf, uow)
    assessed(case, crf, made, uow)
    crf = received(case, crf, uow, complete=_complete(crf, found))
    after = case.with_crf(crf)
    after = deviations.raise_for(case, after, crf, previous, said, uow)
    after = deviations.raise_shown(case, after, crf, uow)
    look_again(case, after, uow, crf)
    uow.drop(
        "draft",
        {
            "person": uow.actor.person_id,
            "participant": case.id,
            "event": crf.event,
            "form": crf.form,
            "occurrence": crf.occurrence,
        },
    )
    return Saved(crf.number, _complete(crf, found), paths, told)


def _typed_anew(crf: Crf, made: Iterable[Change]) -> frozenset[str]:
    """FORM.ITEM of the values that this save changes."""
    return frozenset(f"{crf.form}.{c.path.rpartition('/')[2]}" for c in made)


def _lean(case: Case, entry: Entry, typed: Crf) -> tuple[Record, Crf]:
    """The record as it would be, and the instance without what is not asked."""
    record = case.record(entry.event, case.with_crf(typed))
    crf = pruned(record, typed)
    return (record if crf is typed else case.record(entry.event, case.with_crf(crf))), crf


def _with_confirmations(crf: Crf, said: tuple[Finding, ...]) -> Crf:
    """Only what was asked stays confirmed: a question that comes back with another value is asked again."""
    keys = {f.key for f in said}
    kept = {k: v for k, v in crf.answers.confirmed.items() if k in keys}
    return replace(crf, answers=replace(crf.answers, confirmed=kept))


def _complete(crf: Crf, found: tuple[Finding, ...]) -> bool:
    return not any(f.level == "missing" for f in of_the_site(crf, found))


def _reason(previous: Crf | None, crf: Crf, made: tuple[Change, ...], reasons: Mapping[str, str]) -> str:
    """Why, in one text: each corrected value must have its own reason, or there is one for all."""
    if previous is None:
        return FIRST_ENTRY
    given = {path for path, words in reasons.items() if words and words.strip()}
    unexplained = tuple(c for c in made if c.corrects and c.path not in given and "" not in given)
    if unexplained:
        raise ReasonNeeded(unexplained)
    usual = MOVED if crf.version != previous.version else COMPLETED if made else EXPLAINED
    return explained(made, reasons) or usual


def keep_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Keep what was typed so far, for this person only; not part of the record."""
    with uow:
        case = load(uow, _writable(uow, uow.actor, entry), uow.clock)
        uow.put(
            "draft",
            person=uow.actor.person_id,
            participant=entry.participant,
            event=entry.event,
            form=entry.form,
            occurrence=entry.occurrence,
            form_version=entry.version or in_force(case, entry).version,
            base_revision=entry.based_on,
            raw={"document": dict(entry.raw), "reasons": dict(entry.reasons)},
            at=uow.clock.now(),
        )
        uow.commit()


def drop_draft(entry: Entry, *, uow: UnitOfWork) -> None:
    """Forget what was typed and not saved."""
    with uow:
        uow.drop(
            "draft",
            {
                "person": uow.actor.person_id,
                "participant": entry.participant,
                "event": entry.event,
                "form": entry.form,
                "occurrence": entry.occurrence,
            },
        )
        uow.commit()


def draft(reader: Reader, person_id: int | None, entry: Entry) -> Row | None:
    """What this person typed and did not save yet."""
    found: Row | None = reader.one(
        "draft",
        person=person_id,
        participant=entry.participant,
        event=entry.event,
        form=entry.form,
        occurrence=entry.occurrence,
    )
    return found
