"""One's own tokens: for programs that use the API, and for a calendar that shows the visits."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import tokens
from trial.actions.tokens import Wanted
from trial.actor import Actor
from trial.calendar import Visit, feed
from trial.errors import NotFound, VigilError
from trial.protocol import PROTOCOL
from trial.store import worklist
from trial.store.reading import Row
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, someone, writing
from trial.web.words import event_words

pages = Blueprint("access_tokens", __name__)
AHEAD = timedelta(days=366)
BEHIND = timedelta(days=60)


@pages.get("/tokens/")
def show() -> str:
    """One's tokens, and a new one."""
    return _page()


def _page(*, once: str = "", made: Row | None = None, refusal: Said | None = None) -> str:
    rows = reading().all("token", order_by="id", person=someone().id)[::-1]
    address = (
        url_for("access_tokens.calendar", secret=once, _external=True) if made and made["scope"] == "calendar" else ""
    )
    return render_template(
        "tokens.html", rows=rows, once=once, made=made, address=address, refusal=refusal, typed=request.form, today=house().clock.today(),
        scopes=[s for s in tokens.SCOPES if s != "calendar" or roles.may(actor().role, "due.read")],
    )  # fmt: skip


@pages.post("/tokens/")
def make() -> Response:
    """A new token for the role one is in; it is shown once."""
    try:
        until = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        words = Said(422, _("Not made"), _("Give the last day as year, month and day: 2026-12-31."))
        return make_response(_page(refusal=words), 422)
    try:
        row, secret = tokens.make_token(
            Wanted(request.form.get("label", ""), request.form.get("scope", ""), until), uow=writing()
        )
    except VigilError as problem:
        refusal = said(problem)
        return make_response(_page(refusal=refusal), refusal.status)
    return make_response(_page(once=secret, made=row))


@pages.post("/tokens/<int:number>/revoke")
def revoke(number: int) -> Response:
    """End one of one's tokens."""
    tokens.revoke_token(number, uow=writing())
    return make_response(_page())


@pages.get("/calendar/<secret>.ics")
def calendar(secret: str) -> Response:
    """The feed of visits for whoever holds the address; a calendar cannot sign in."""
    here = house()
    found = tokens.bearer(here.reading(), secret, here.clock.today(), gated=here.gated)
    if found is None or found[0]["scope"] != "calendar":
        raise NotFound("calendar", {})
    row, person = found
    response = make_response(
        feed(_visits(person.actor(row["role"])), name=f"{PROTOCOL.study_id} visits", made_at=here.clock.now())
    )
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return response


def _visits(viewer: Actor) -> list[Visit]:
    """Visits with something owed in the year ahead, of the sites and forms of the role."""
    if not roles.may(viewer.role, "due.read"):
        return []
    today = house().clock.today()
    rows = worklist.open_forms(reading(), viewer.sites, today=today, ahead=AHEAD, limit=20_000)
    windows: dict[tuple[str, str], tuple[date, date]] = {}
    for row in rows:
        seen = roles.may_read_form(viewer.role, row["form"]) and not roles.hides(
            viewer.role, row["form"], event=row["event"]
        )
        opens, closes = row["due_from"] or row["due_on"], row["due_to"] or row["due_on"]
        if seen and opens and closes and row["event"] != "ANY" and closes >= today - BEHIND:
            first, last = windows.get((row["participant"], row["event"]), (opens, closes))
            windows[row["participant"], row["event"]] = (min(first, opens), max(last, closes))
    return [
        Visit(name, event, event_words(event), *window, url_for("participants.show", participant=name, _external=True))
        for (name, event), window in sorted(windows.items())
    ]
