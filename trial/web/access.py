"""The delegation log of the sites, with the training behind it; its principal investigator signs it. Closing and opening a site."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import rights, roles
from trial.actions import closure, delegation
from trial.errors import NotAllowed, NotFound, VigilError
from trial.store.people import delegations, trainings
from trial.store.reading import Row
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.proof import signing, typed
from trial.web.question import Question, asked, reason

pages = Blueprint("access", __name__)


@pages.get("/delegations")
def log() -> str:
    """Who may do what at which site, since when, signed by whom."""
    return _page()


def _page(refusal: Said | None = None) -> str:
    reader, today = reading(), house().clock.today()
    rows = [row | {"state": _state(row, today)} for row in delegations(reader, actor().sites)]
    mine = set(delegation.principal_at(reader, actor(), today))
    return render_template(
        "delegations.html", rows=rows, trainings=trainings(reader, actor().sites), principal_at=mine, refusal=refusal,
        manages=roles.may(actor().role, "users.manage"), signing=signing() if mine else None,
    )  # fmt: skip


def _state(row: Row, today: Any) -> str:
    if row["ended_at"] is not None:
        return "ended"
    if row["approved_at"] is None:
        return "unsigned"
    if rights.covers(row, today):
        return "in-force"
    return "later" if row["from_on"] > today else "over"


@pages.post("/delegations/<int:number>/sign")
def sign(number: int) -> Response:
    """The principal investigator signs one."""
    try:
        delegation.sign_delegation(number, seen=request.form.get("seen", ""), uow=writing(), **typed())
    except (NotAllowed, NotFound):
        raise
    except VigilError as problem:
        words = said(problem)
        return make_response(_page(words), 422 if words.status == 401 else words.status)
    flash(_("The delegation is signed, and in force from its first day."), "good")
    return redirect(url_for("access.log"), 303)


@pages.route("/delegations/<int:number>/end", methods=["GET", "POST"])
def end(number: int) -> Response:
    """Ask, then end one from this moment."""
    row = reading().the("delegation", id=number)
    if not actor().reaches(row["site_code"]):
        raise NotFound("delegation", {"id": number})
    name = reading().the("person", id=row["person_id"])["full_name"]
    question = Question(
        _("End the delegation of %(name)s at site %(site)s?", name=name, site=row["site_code"]),
        (
            _("From this moment %(name)s enters, signs and changes nothing at this site in this role.", name=name),
            _("What was entered and signed stays. Tasks can be delegated again."),
        ),
        _("End the delegation"), url_for("access.end", number=number), url_for("access.log"), _("Reason"),
    )  # fmt: skip
    if page := asked(question):
        return page
    delegation.end_delegation(number, reason(), uow=writing())
    flash(_("The delegation has ended."), "good")
    return redirect(url_for("access.log"), 303)


@pages.route("/admin/sites/<code>/close", methods=["GET", "POST"])
def close(code: str) -> Response:
    """Ask, then close a site."""
    name = reading().the("site", code=code)["name"]
    question = Question(
        _("Close site %(code)s, %(name)s?", code=code, name=name),
        (
            _("From this moment nobody of the site enters, signs or changes anything."),
            _("Its investigators still read its data; monitors and the data office go on."),
            _("It can be opened again, with a reason."),
        ),
        _("Close the site"), url_for("access.close", code=code), url_for("admin.people"), _("Reason"),
    )  # fmt: skip
    if page := asked(question):
        return page
    closure.close_site(code, reason(), uow=writing())
    flash(_("Site %(code)s is closed.", code=code), "good")
    return redirect(url_for("admin.people"), 303)


@pages.route("/admin/sites/<code>/reopen", methods=["GET", "POST"])
def reopen(code: str) -> Response:
    """Ask, then open it again."""
    name = reading().the("site", code=code)["name"]
    question = Question(
        _("Open site %(code)s, %(name)s, again?", code=code, name=name),
        (_("Everyone whose delegation is in force enters and signs again."),),
        _("Open it again"), url_for("access.reopen", code=code), url_for("admin.people"), _("Reason"),
    )  # fmt: skip
    if page := asked(question):
        return page
    closure.reopen_site(code, reason(), uow=writing())
    flash(_("Site %(code)s is open again.", code=code), "good")
    return redirect(url_for("admin.people"), 303)
