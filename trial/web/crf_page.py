"""The page of one CRF, drawn from the participant's case and what was typed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _

from forms.checks import findings
from forms.findings import Finding
from forms.webform import MISSING_WORDS
from trial import roles
from trial.actions import enter
from trial.actions.case import Case
from trial.actions.entry import Entry
from trial.actions.typed import as_crf
from trial.actions.writable import closed_because
from trial.web import crf_view
from trial.web.desk import desk
from trial.web.house import actor, someone, writing
from trial.web.live import page_data
from trial.web.proof import signing
from trial.web.ranges import judged_against
from trial.web.uploads import flag_words, of_form
from trial.web.words import blocker_words, place_words

SIGNED_WHEN_SAVED = frozenset({"PRE"})


def page_of(
    case: Case,
    entry: Entry,
    *,
    refusal: Any = None,
    extra: tuple[Finding, ...] = (),
    wanted: frozenset[str] = frozenset(),
    draft_at: Any = None,
    note: str = "",
    untouched: bool = False,
) -> str:
    """The page; `wanted`: paths of the changes that need a reason, `untouched`: nobody typed anything yet."""
    shown = shown_of(case, entry, extra=extra, wanted=wanted, untouched=untouched)
    view = crf_view.view(shown)
    live = page_data(view.form, shown.record, _, hidden=lambda form, item: roles.hides(actor().role, form, item))
    place: dict[str, Any] = {
        "participant": case.id,
        "event": entry.event,
        "form": entry.form,
        "occurrence": entry.occurrence,
    }
    state = case.state(entry.form, entry.event, entry.occurrence)
    return render_template(
        "crf.html", case=case, participant=case.id, entry=entry, view=view, shown=shown, live=live, place=place, state=state,
        title=place_words(entry.form, entry.event, entry.occurrence), refusal=refusal, draft_at=draft_at, note=note,
        blockers=_blockers(case, entry), missing_words=[(code, _(words)) for code, words in MISSING_WORDS.items()],
        history_url=lambda path: url_for("crf.history", **place, path=path), key=uuid.uuid4().hex, typed_by=someone().id,
        moves_from=shown.saved.version if shown.saved and shown.saved.version < view.form.version else None,
        later=[v for v in case.versions(entry.form, entry.event, entry.occurrence) if v > view.form.version],
        signs=entry.form in SIGNED_WHEN_SAVED, signing=signing() if entry.form in SIGNED_WHEN_SAVED else None,
        signature=_signature(case, entry),
        desk=desk(case, entry.form, entry.event, entry.occurrence), against=judged_against(case.ranges, shown.record, shown.crf),
        filed=of_form(shown.form, case.id), flag_words=flag_words(),
    )  # fmt: skip


def _signature(case: Case, entry: Entry) -> Mapping[str, Any] | None:
    """The last signature on this instance, valid or broken."""
    place = (entry.form, entry.event, entry.occurrence)
    return next((s for s in reversed(case.signatures) if (s["form"], s["event"], s["occurrence"]) == place), None)


def _blockers(case: Case, entry: Entry) -> list[str]:
    """Why a form that was not entered cannot be entered now."""
    return [blocker_words(b) for b in closed_because(case, entry)]


def shown_of(
    case: Case,
    entry: Entry,
    *,
    extra: tuple[Finding, ...] = (),
    wanted: frozenset[str] = frozenset(),
    untouched: bool = False,
) -> crf_view.Shown:
    """What is shown: the answers as typed, and what the server says about them to whoever may write them."""
    saved = case.bare.at(entry.form, entry.event, entry.occurrence)
    writable = (
        roles.may_write_form(actor().role, entry.form)
        and not case.held(entry.form, entry.event, entry.occurrence)
        and not closed_because(case, entry)
    )
    typed, problems = as_crf(case, entry)
    record = case.record(entry.event, case.with_crf(typed))
    found: tuple[Finding, ...] = ()
    changed: frozenset[str] = frozenset()
    if writable and not untouched:
        preview = enter.preview(entry, uow=writing())
        found, changed = preview.findings, frozenset(c.path for c in preview.changes if c.corrects)
    elif entry.raw and not writable:
        found = (*problems, *findings(record, typed))
    known = {(f.key, f.level) for f in found}
    return crf_view.Shown(
        case,
        record,
        typed,
        entry.raw,
        saved if saved and saved.answers.removed is None else None,
        (*found, *(f for f in extra if (f.key, f.level) not in known)),
        wanted,
        entry.reasons,
        changed,
        actor().role,
        writable,
    )
