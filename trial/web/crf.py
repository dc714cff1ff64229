"""CRF pages: show, save, draft, preview, remove, history, conflict. Whatever happens, typed text comes back with the page."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.catalogue import current, definitions
from forms.document import as_typed
from trial import roles
from trial.actions import drafts, enter
from trial.actions.enter import Saved, save_crf
from trial.actions.entry import Entry
from trial.actions.permission import participant_for
from trial.actions.sign import save_and_sign
from trial.errors import NotAllowed, NotFound, ReasonNeeded, Refused, StaleRevision, VersionNotInForce, VigilError
from trial.store import crfs
from trial.web import crf_view
from trial.web.crf_entry import as_chosen, as_posted, case_of, definition_of, on_file, with_files, with_row
from trial.web.crf_page import SIGNED_WHEN_SAVED, page_of, shown_of
from trial.web.crf_past import past, values_of
from trial.web.errors import said, wants_json
from trial.web.house import actor, house, reading, writing
from trial.web.merge import merged
from trial.web.proof import typed
from trial.web.tasks import next_form
from trial.web.words import place_words

pages = Blueprint("crf", __name__, url_prefix="/participants/<participant>")
PLACE = "/<event>/<form>/<int:occurrence>"
NO_EVENT = "ANY"
NOT_AGAIN = frozenset({"csrf_token", "do", "password", "signer", "code", "key"})
"""Fields that are not sent again with a version that met another."""


@pages.get("/<event>/<form>", defaults={"occurrence": 1})
@pages.get(PLACE)
def show(participant: str, event: str, form: str, occurrence: int) -> Response | str:
    """The form as saved, or as this person last typed it."""
    definition_of(form, event, occurrence)
    case = case_of(participant)
    entry = as_chosen(case, on_file(case, event, form, occurrence))
    draft = drafts.draft(reading(), actor().person_id, entry)
    if draft is not None:
        kept = draft["form_version"]
        entry = replace(
            entry,
            raw=draft["raw"]["document"],
            reasons=draft["raw"]["reasons"],
            based_on=draft["base_revision"],
            version=kept if kept in case.versions(form, event, occurrence) else entry.version,
        )
    return page_of(
        case, entry, draft_at=draft["at"] if draft else None, untouched=draft is None and entry.based_on is None
    )


@pages.post("/<event>/<form>", defaults={"occurrence": 1})
@pages.post(PLACE)
def save(participant: str, event: str, form: str, occurrence: int) -> Response | str:
    """Save what was posted, or show it again with what stands in the way."""
    entry = as_posted(participant, event, form, occurrence)
    do = request.form.get("do", "save")
    if do.startswith("add-row:"):
        return page_of(case_of(participant), with_row(entry, do.partition(":")[2]))
    if do == "merge":
        return _take_over(entry)
    try:
        entry = with_files(entry)
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


def _refused(entry: Entry, refusal: VigilError) -> Response:
    """The page again, everything that was typed on it, and what the server says about each item."""
    if isinstance(refusal, VersionNotInForce):
        entry = replace(entry, version=refusal.wanted[0])
    words = said(refusal)
    extra = refusal.findings if isinstance(refusal, Refused) else ()
    wanted = frozenset(c.path for c in refusal.changes) if isinstance(refusal, ReasonNeeded) else frozenset()
    return make_response(
        page_of(case_of(entry.participant), entry, refusal=words, extra=extra, wanted=wanted), words.status
    )


def _conflict(entry: Entry, stale: StaleRevision) -> Response:
    """Both versions side by side; nothing of either is lost."""
    newest = definition_of(entry.form, entry.event, entry.occurrence).version
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
    case = case_of(entry.participant)
    theirs = on_file(case, entry.event, entry.form, entry.occurrence)
    revisions = crfs.history(reading(), entry.participant, entry.event, entry.form, entry.occurrence)
    base = next((crfs.as_crf(r) for r in revisions if r["number"] == entry.based_on), None)
    raw = as_typed(definitions()[base.form, base.version], base.answers) if base else {}
    together = replace(entry, raw=merged(raw, theirs.raw, entry.raw), based_on=theirs.based_on)
    return page_of(case, together, note=_("Your changes are laid on the other version. Look at them, then save."))


@pages.post(PLACE + "/draft")
def keep_draft(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Keep what is on the page so far; answers with what the server says about it."""
    entry = as_posted(participant, event, form, occurrence)
    drafts.keep_draft(entry, uow=writing())
    return _told(entry)


@pages.post(PLACE + "/preview")
def preview(participant: str, event: str, form: str, occurrence: int) -> Response:
    """What the server says about what is on the page; nothing is kept."""
    return _told(as_posted(participant, event, form, occurrence))


def _told(entry: Entry) -> Response:
    case = case_of(entry.participant)
    view = crf_view.view(shown_of(case, entry))
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
    drafts.drop_draft(Entry(participant, event, form, occurrence), uow=writing())
    if wants_json():
        return jsonify(dropped=True)
    flash(_("The unsaved text was dropped."), "good")
    return redirect(url_for("crf.show", participant=participant, event=event, form=form, occurrence=occurrence), 303)


@pages.post(PLACE + "/remove")
def remove(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Take a form that should not exist out of the record, with a reason."""
    definition_of(form, event)
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
    if not definition_of(form, event).repeats:
        raise NotFound("form", {"form": form})
    taken = [c.occurrence for c in case_of(participant).crfs if c.form == form and c.event == event]
    return redirect(
        url_for("crf.show", participant=participant, event=event, form=form, occurrence=max(taken, default=0) + 1)
    )


@pages.get(PLACE + "/history", defaults={"path": ""})
@pages.get(PLACE + "/history/<path:path>")
def history(participant: str, event: str, form: str, occurrence: int, path: str) -> str:
    """Every value an item, or the whole form, ever had: old, new, who, when, why."""
    definition_of(form, event)
    case = case_of(participant)
    revisions = crfs.history(reading(), participant, event, form, occurrence)
    if not revisions:
        raise NotFound("crf_revision", {"form": form})
    hidden = frozenset(i.oid for i in current(form).every_item() if roles.hides(actor().role, form, i.oid, event=event))
    place = {"participant": participant, "event": event, "form": form, "occurrence": occurrence}
    return render_template(
        "history.html",
        case=case,
        participant=case.id,
        title=place_words(form, event, occurrence),
        place=place,
        path=path,
        steps=past(revisions, path, hidden),
    )
