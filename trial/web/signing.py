"""Signing a form: what it says, what the signature means, the password again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.checks import findings
from forms.document import as_typed
from forms.findings import Finding
from trial import roles
from trial.actions.case import Case, load
from trial.actions.permission import participant_for
from trial.actions.sign import content, sign_crf
from trial.decision import signing_blockers
from trial.errors import NotAllowed, NotFound, VigilError
from trial.standing import of_the_site
from trial.web import crf_view
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.proof import signing, typed
from trial.web.words import blocker_words, finding_words, place_words

pages = Blueprint("signing", __name__, url_prefix="/participants/<participant>/<event>/<form>/<int:occurrence>")


def _case(participant: str) -> Case:
    with reading() as reader:
        return load(reader, participant_for(reader, actor(), participant, "crf.sign"), house().clock)


@pages.get("/sign")
def show(participant: str, event: str, form: str, occurrence: int) -> str:
    """The content that will be signed."""
    return _page(participant, event, form, occurrence)


def _page(participant: str, event: str, form: str, occurrence: int, refusal: Said | None = None) -> str:
    if not roles.may_read_form(actor().role, form):
        raise NotAllowed(actor().role, f"crf.sign:{form}")
    case = _case(participant)
    crf = case.bare.at(form, event, occurrence)
    if crf is None:
        raise NotFound("crf", {"form": form, "event": event})
    record = case.record(event)
    found = () if crf.answers.not_done else of_the_site(crf, findings(record, crf))
    shown = crf_view.Shown(
        case,
        record,
        crf,
        as_typed(record.definitions[form, crf.version], crf.answers),
        crf,
        found,
        role=actor().role,
        writable=False,
    )
    blockers = [blocker_words(b) for b in signing_blockers(case.protocol, record, crf, signatures=case.signatures)]
    place: dict[str, Any] = {"participant": participant, "event": event, "form": form, "occurrence": occurrence}
    return render_template(
        "sign.html", case=case, participant=participant, place=place, title=place_words(form, event, occurrence), view=crf_view.view(shown),
        content=content(case, event, form, occurrence), refusal=refusal, blockers=[*blockers, *(_open(f) for f in found)],
        history_url=lambda path: url_for("crf.history", **place, path=path), missing_words=[], signing=signing(),
    )  # fmt: skip


def _open(finding: Finding) -> str:
    return finding_words(finding)


@pages.post("/sign")
def sign(participant: str, event: str, form: str, occurrence: int) -> Response:
    """Sign what was on the page."""
    try:
        done = sign_crf(
            participant,
            event,
            form,
            occurrence,
            seen=request.form.get("seen", ""),
            **typed(),
            uow=writing(),
        )
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(
            _page(participant, event, form, occurrence, words), 422 if words.status == 401 else words.status
        )
    flash(_("Signed by %(name)s: %(meaning)s", name=done.printed_name, meaning=_(done.meaning)), "good")
    return redirect(url_for("participants.show", participant=participant), 303)
