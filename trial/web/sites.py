"""What an administrator keeps of a site: the number answered at any hour, the consent form versions."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial.actions.sites import approve_consent_version, set_emergency_phone
from trial.errors import NotAllowed, NotFound, VigilError
from trial.web.errors import said
from trial.web.house import writing

pages = Blueprint("sites", __name__, url_prefix="/admin/sites")


@pages.post("/phone")
def phone() -> Response:
    """Set the number; every card printed from now on carries it."""
    try:
        set_emergency_phone(request.form.get("site", ""), request.form.get("phone", ""), uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        return _back(said(refusal).details[0], "bad")
    return _back(_("The number is set. Cards printed before carry the old one."), "good")


@pages.post("/consent")
def consent() -> Response:
    """Approve a consent form version."""
    given = request.form
    begins, again = _day(given.get("valid_from", "")), _day(given.get("mandatory_from", ""))
    if begins is None or (again is None and given.get("mandatory_from", "").strip()):
        return _back(_("Give the day as year, month and day: 2026-05-31."), "bad")
    try:
        approve_consent_version(
            given.get("site", ""), given.get("version", ""), uow=writing(), valid_from=begins, mandatory_from=again
        )
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        return _back(said(refusal).details[0], "bad")
    return _back(_("The version is approved."), "good")


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _back(words: str, kind: str) -> Response:
    flash(words, kind)
    return redirect(url_for("admin.people"), 303)
