"""What a person was told: newest first, with the way to the participant where the role opens it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from trial.actions import notify
from trial.notices import BY_KIND
from trial.store import notices as store
from trial.web import gate
from trial.web.house import reading, someone, writing

pages = Blueprint("notices", __name__, url_prefix="/notices")


@pages.get("/")
def listing() -> str:
    """One's own notices, those not seen first."""
    rows = store.newest(reading(), someone().id)
    opens = gate.may_open("participants.show")
    return render_template(
        "notices.html", rows=rows, rules=BY_KIND, opens=opens, unseen_here=any(r["seen_at"] is None for r in rows)
    )


@pages.post("/seen")
def seen() -> Response:
    """Put them all away."""
    done = notify.seen(someone().id, uow=writing())
    flash(ngettext("%(num)d notice put away.", "%(num)d notices put away.", done), "good")
    return redirect(url_for("notices.listing"), 303)
