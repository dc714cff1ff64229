"""CRF pages: show, save, draft, preview, remove, history, conflict. Whatever happens, typed text comes back with the page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.catalogue import current, definitions
from forms.checks import findings
from forms.document import as_typed
from forms.findings import Finding
from forms.language import FormDef
from forms.webform import MISSING_WORDS, document, posted
from trial import roles
from trial.actions import enter
from trial.actions.case import Case, load
from trial.actions.enter import Entry, Saved, as_crf, save_crf
from trial.actions.permission import participant_for
from trial.actions.sign import save_and_sign
from trial.actions.upload import upload
from trial.errors import NotAllowed, NotFound, ReasonNeeded, Refused, StaleRevision, VersionNotInForce, VigilError
from trial.places import is_place
from trial.store import crfs
from trial.web import crf_view
from trial.web.crf_past import values_of
from trial.web.desk import desk
from trial.web.errors import said, wants_json
from trial.web.house import actor, house, reading, someone, writing
from trial.web.live import page_data
from trial.web.merge import merged
from trial.web.proof import signing, typed
from trial.web.ranges import judged_against
from trial.web.tasks import next_form
from trial.web.uploads import flag_words, of_form
from trial.web.words import blocker_words, place_words

pages = Blueprint("crf", __name__, url_prefix="/participants/<participant>")
PLACE = "/<event>/<form>/<int:occurrence>"
SIGNED_WHEN_SAVED = frozenset({"PRE"})
NO_EVENT = "ANY"
NOT_AGAIN = frozenset({"csrf_token", "do", "password", "signer", "code", "key"})
"""Fields that are not sent again with a version that met another."""


def _definition(form: str, event: str, occurrence: int = 1) -> FormDef:
    """The newest version of a form the role may read, at an address there is. NotFound, NotAllowed.

    It names whatever any version asked; what is on the page is under the version that `_on_file` and `_typed` say.
    """
    if not is_place(form, event, occurrence):
        raise NotFound("form", {"form": form, "event": event})
    if not roles.may_read_form(actor().role, form) or roles.hides(actor().role, form, event=event):
        raise NotAllowed(actor().role, f"crf.read:{form}")
    return current(form)


def _case(participant: str) -> Case:
    reader = reading()
    with reader:
        return load(reader, participant_for(reader, actor(), participant, "crf.read"), house().clock)


@pages.get("/<event>/<form>", defaults={"occurrence": 1})
@pages.get(PLACE)
def show(participant: str, event: str, form: str, occurrence: int) -> Response | str:
    """The form as saved, or as this person last typed it."""
    _definition(form, event, occurrence)
    case = _case(participant)
    entry = _as_chosen(case, _on_file(case, event, form, occurrence))
    draft = enter.draft(reading(), actor().person_id, entry)
    if draft is not None:
        kept = draft["form_version"]
        entry = replace(
            entry,
            raw=draft["raw"]["document"],
            reasons=draft["raw"]["reasons"],
            based_on=draft["base_revision"],
            version=kept if kept in case.versions(form, event, occurrence) else entry.version,
        )
    return _page(
        case, entry, draft_at=draft["at"] if draft else None, untouched=draft is None and entry.based_on is None
    )


NUMBERED = {"AE": "AESPID", "SUR": "SUROPNO"}
"""Items that number the forms of a participant: offered on a new one, so that nobody counts (crf.csv, note of AESPID)."""


def _on_file(case: Case, event: str, form: str, occurrence: int) -> Entry:
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


def _as_chosen(case: Case, entry: Entry) -> Entry:
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


def _typed(participant: str, event: str, form: str, occurrence: int) -> Entry:
    """The form as posted."""
    version = request.form.get("version", "")
    definition = _definition(form, event, occurrence)
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


@pages.post("/<event>/<form>", defaults={"occurrence": 1})
@pages.post(PLACE)
def save(participant: str, event: str, form: str, occurrence: int) -> Response | str:
    """Save what was posted, or show it again with what stands in the way."""
    entry = _typed(participant, event, form, occurrence)
    do = request.form.get("do", "save")
    if do.startswith("add-row:"):
        return _page(_case(participant), _with_row(entry, do.partition(":")[2]))
    if do == "merge":
        return _take_over(entry)
    try:
        entry = _with_files(entry)
        done = _save(entry)
    except (NotFound, NotAllowed):
        raise
    except StaleRevision as stale:
        return _conflict(entry, stale)
    except VigilError as refusal:
        return _refused(entry, refusal)
    return _saved(entry, done, do)


def _save(entry: Entry) -> Saved:
    if entry.form in SIGNED_WHEN_SAVED and not entry.raw.get("not_done"):
        return save_and_sign(entry, **typed(), uow=writing())[0]
    return save_crf(entry, uow=writing())


def _saved(entry: Entry, done: Saved, do: str) -> Response:
    words = _(
        "%(form)s is saved (revision %(n)d).",
        form=place_words(entry.form, entry.event, entry.occurrence),
        n=done.revision,
    )
    flash(words if done.complete else words + " " + _("Some required answers are still open."), "good")
    if do == "next" and (following := next_form(entry.participant, entry)):
        return redirect(following, 303)
    if do == "next":
        return redirect(url_for("participants.show", participant=entry.participant), 303)
    return redirect(
        url_for(
            "crf.show",
            participant=entry.participant,
            event=entry.event,
            form=entry.form,
            occurrence=entry.occurrence,
        ),
        303,
    )


def _with_row(entry: Entry, group: str) -> Entry:
    rows = [*entry.raw["groups"].get(group, ()), {"id": uuid.uuid4().hex[:12], "items": {}, "missing": {}}]
    return replace(entry, raw={**entry.raw, "groups": {**entry.raw["groups"], group: rows}})


def _with_files(entry: Entry) -> Entry:
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


def _refused(entry: Entry, refusal: VigilError) -> Response:
    """The page again, everything that was typed on it, and what the server says about each item."""
    if isinstance(refusal, VersionNotInForce):
        entry = replace(entry, version=refusal.wanted[0])
    words = said(refusal)
    extra = refusal.findings if isinstance(refusal, Refused) else ()
    wanted = frozenset(c.path for c in refusal.changes) if isinstance(refusal, ReasonNeeded) else frozenset()
    return make_response(
        _page(_case(entry.participant), entry, refusal=words, extra=extra, wanted=wanted), words.status
    )


def _conflict(entry: Entry, stale: StaleRevision) -> Response:
    """Both versions side by side; nothing of either is lost."""
    newest = _definition(entry.form, entry.event, entry.occurrence).version
    definition = definitions()[entry.form, entry.version or newest]
    table = values_of(definition, {"theirs": stale.theirs, "base": stale.base, "mine": stale.mine})
    place = place_words(entry.form, entry.event, entry.occurrence)
    page = render_template(
        "conflict.html",
        stale=stale,
        entry=entry,
        rows=table,
        words=said(stale),
        place=place,
        posted=[(n, v) for n, v in request.form.items(multi=True) if n not in NOT_AGAIN],
    )
    return make_response(page, 409)


def _take_over(entry: Entry) -> str:
    """What this person changed, laid on what the other saved; to be looked at, then saved."""
    case = _case(entry.participant)
    theirs = _on_file(case, entry.event, entry.form, entry.occurrence)
    past = crfs.history(reading(), entry.participant, entry.event, entry.form, entry.occurrence)
    base = next((crfs.as_crf(r) for r in past if r["number"] == entry.based_on), None)
    raw = as_typed(definitions()[base.form, base.version], base.answers) if base else {}
    together = replace(entry, raw=merged(raw, theirs.raw, entry.raw), based_on=theirs.based_on)
    return _page(case, together, note=_("Your changes are laid on the other version. Look at them, then save."))


def _page(
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
    shown = _shown(case, entry, extra=extra, wanted=wanted, untouched=untouched)
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
    return [blocker_words(b) for b in enter.closed_because(case, entry)]


def _shown(
    case: Case,
    entry: Entry,
    *,
    extra: tuple[Finding, ...] = (),
    wanted: frozenset[str] = frozenset(),
    untouched: bool = False,
) -> crf_view.Shown:
    saved = case.bare.at(entry.form, entry.event, entry.occurrence)
    writable = (
        roles.may_write_form(actor().role, entry.form)
        and not case.held(entry.form, entry.event, entry.occurrence)
        and not enter.closed_because(case, entry)
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


@pages.post(PLACE + "/draft")
def keep_draft(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Keep what is on the page so far; answers with what the server says about it."""
    entry = _typed(participant, event, form, occurrence)
    enter.keep_draft(entry, uow=writing())
    return _told(entry)


@pages.post(PLACE + "/preview")
def preview(participant: str, event: str, form: str, occurrence: int) -> Response:
    """What the server says about what is on the page; nothing is kept."""
    return _told(_typed(participant, event, form, occurrence))


def _told(entry: Entry) -> Response:
    case = _case(entry.participant)
    view = crf_view.view(_shown(case, entry))
    items = [
        i for s in view.sections for i in (*s.items, *(i for r in (s.group.rows if s.group else ()) for i in r.items))
    ]
    state = case.state(entry.form, entry.event, entry.occurrence)
    return jsonify(
        at=house().clock.now().isoformat(),
        revision=state["revision"] if state else None,
        calculated={i.path: i.calculated or "—" for i in items if i.how == "calc"},
        asked={i.path: i.asked for i in items},
        groups={s.group.group.oid: s.group.asked for s in view.sections if s.group},
        findings=[{"path": i.path, "level": f.level, "key": f.key, "words": f.words} for i in items for f in i.said]
        + [{"path": "", "level": f.level, "key": f.key, "words": f.words} for f in view.form_said],
    )


@pages.post(PLACE + "/drop-draft")
def drop_draft(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Forget what was typed and not saved."""
    participant_for(reading(), actor(), participant, "crf.write")
    enter.drop_draft(Entry(participant, event, form, occurrence), uow=writing())
    if wants_json():
        return jsonify(dropped=True)
    flash(_("The unsaved text was dropped."), "good")
    return redirect(url_for("crf.show", participant=participant, event=event, form=form, occurrence=occurrence), 303)


@pages.post(PLACE + "/remove")
def remove(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Take a form that should not exist out of the record, with a reason."""
    _definition(form, event)
    based_on = request.form.get("based_on", "")
    entry = Entry(participant, event, form, occurrence, int(based_on) if based_on.isdecimal() else None)
    enter.remove_crf(entry, request.form.get("why", ""), uow=writing())
    flash(
        _("%(form)s was taken out of the record. Its versions are kept.", form=place_words(form, event, occurrence)),
        "good",
    )
    return redirect(url_for("participants.show", participant=participant), 303)


@pages.get("/add/<form>")
def add(participant: str, form: str) -> Response:
    """Open the next free instance of a repeating form."""
    event = request.args.get("event", NO_EVENT)
    if not _definition(form, event).repeats:
        raise NotFound("form", {"form": form})
    taken = [c.occurrence for c in _case(participant).crfs if c.form == form and c.event == event]
    return redirect(
        url_for("crf.show", participant=participant, event=event, form=form, occurrence=max(taken, default=0) + 1)
    )


@pages.get(PLACE + "/history", defaults={"path": ""})
@pages.get(PLACE + "/history/<path:path>")
def history(participant: str, event: str, form: str, occurrence: int, path: str) -> str:
    """Every value an item, or the whole form, ever had: old, new, who, when, why."""
    from trial.web.crf_past import past

    _definition(form, event)
    case = _case(participant)
    revisions = crfs.history(reading(), participant, event, form, occurrence)
    if not revisions:
        raise NotFound("crf_revision", {"form": form})
    hidden = frozenset(i.oid for i in current(form).every_item() if roles.hides(actor().role, form, i.oid, event=event))
    place = {"participant": participant, "event": event, "form": form, "occurrence": occurrence}
    return render_template(
        "history.html",
        participant=case.id,
        title=place_words(form, event, occurrence),
        place=place,
        path=path,
        steps=past(revisions, path, hidden),
    )
