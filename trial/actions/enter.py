"""Saving a CRF: the one write path of answers, for the page, the draft, an import, the simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from forms.answers import Crf
from forms.checks import calculated, confirmed, findings
from forms.findings import Finding
from trial.actions import coding_follow, deviations, verify_data
from trial.actions.case import Case, load
from trial.actions.entry import Entry, from_file
from trial.actions.once import earlier_answer, remember
from trial.actions.receipt import assessed, received
from trial.actions.system_queries import look_again
from trial.actions.typed import lean, previous_of, read_typed, typed_anew, unreadable_reasons
from trial.actions.voiding import void
from trial.actions.writable import in_force, refuse_if_closed, writable
from trial.changes import Change, changes, explained
from trial.errors import (
    AlreadyExists,
    ConfirmationNeeded,
    NotOpen,
    ReasonNeeded,
    Refused,
)
from trial.happenings import CrfRemoved, CrfSaved
from trial.limits import confirmed_limits, open_limits
from trial.registry import asked
from trial.standing import of_the_site
from trial.store import crfs
from trial.store.reading import Reading, Row
from trial.store.unit_of_work import UnitOfWork

FIRST_ENTRY = "first entry"
COMPLETED = "items answered for the first time"
EXPLAINED = "a question of the system answered"
MOVED = "gone over under a later version of the form"
COMPLETE_WHEN_SAVED = frozenset({"PRE"})
"""Forms that are locked when saved: one with a gap could never be filled, nor signed (PROTOCOL 5)."""


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
    crf, problems = read_typed(case, entry, uow.actor.role)
    _refuse((*problems, *unreadable_reasons(entry.reasons)))
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
        case = load(reader, writable(reader, uow.actor, entry), uow.clock)
        entry = in_force(case, entry)
        crf, problems = read_typed(case, entry, uow.actor.role)
        record, crf = lean(case, entry, crf)
        previous = previous_of(case, crf)
        made = changes(previous.answers if previous else None, crf.answers)
        said = (*problems, *findings(record, crf, typed_anew(crf, made)), *open_limits(record, crf))
        said = asked(case.id, said)
        return Preview(said, calculated(record, crf), made)


def remove_crf(entry: Entry, reason: str, *, uow: UnitOfWork) -> int:
    """Take a form instance out of the record, with a reason; its revisions stay. Returns the revision that says so."""
    with uow:
        case = load(uow, _held(uow, entry), uow.clock)
        refuse_if_closed(case, entry)
        _refuse(unreadable_reasons({"": reason}))
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


def _held(uow: UnitOfWork, entry: Entry) -> Row:
    """The same, and held: whoever changes this participant waits here, so that withdrawal and allocation cannot cross."""
    row = writable(uow, uow.actor, entry)
    uow.lock("participant", {"id": entry.participant})
    return row


def _refuse(found: tuple[Finding, ...]) -> None:
    if blocking := tuple(f for f in found if f.blocks):
        raise Refused(blocking)


def _store(case: Case, typed: Crf, entry: Entry, uow: UnitOfWork) -> Saved:
    crfs.refuse_stale(uow, case.id, typed, based_on=entry.based_on)
    record, crf = lean(case, entry, typed)
    previous = previous_of(case, crf)
    made = changes(previous.answers if previous else None, crf.answers)
    found = asked(
        case.id,
        (
            *findings(record, crf, typed_anew(crf, made)),
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
