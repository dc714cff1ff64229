"""Moving a participant to another site, and the copy the site left behind keeps."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial.actions.transfers import Copy, Order, copy_of, transfer
from trial.errors import NotAllowed, NotFound, VigilError
from trial.store.reading import Row
from trial.web.errors import said
from trial.web.house import actor, reading, writing

pages = Blueprint("transfers", __name__)
KEPT = (
    "event",
    "form",
    "occurrence",
    "number",
    "form_version",
    "answers",
    "reason",
    "author_name",
    "at",
    "source",
    "digest",
)


@pages.post("/participants/<participant>/transfer")
def move(participant: str) -> Response:
    """Move; what refuses it is said on the page of the participant."""
    given = request.form
    order = Order(
        participant,
        given.get("to_site", ""),
        _day(given.get("on", "")),
        given.get("reason", ""),
        given.get("agreed_by", ""),
    )
    try:
        transfer(order, uow=writing(), key=given.get("key") or None)
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        flash(" ".join((words.words, *words.details)), "bad")
    else:
        flash(_("The participant is followed at site %(site)s now.", site=order.to_site), "good")
    return redirect(url_for("participants.show", participant=participant), 303)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


@pages.get("/transfers/<int:number>/copy.json")
def copy(number: int) -> Response:
    """Every revision up to the transfer, with author, reason and digest, as a file that needs no system to read."""
    kept = copy_of(number, reader=reading(), actor=actor())
    response = make_response(json.dumps(_document(kept), ensure_ascii=False, indent=1))
    response.headers["Content-Type"] = "application/json; charset=utf-8"
    name = f"{kept.participant}-site-{kept.site}.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _document(kept: Copy) -> dict[str, Any]:
    return {
        "participant": kept.participant,
        "site": kept.site,
        "until": kept.left_at.isoformat(),
        "revisions": [_revision(row) for row in kept.revisions],
    }


def _revision(row: Row) -> dict[str, Any]:
    return {name: row[name].isoformat() if name == "at" else row[name] for name in KEPT}
