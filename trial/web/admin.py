"""People, roles and sites. An administrator sees no participant."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import people as accounts
from trial.actions.setup import open_site as begin_site
from trial.errors import VigilError
from trial.web.errors import said
from trial.web.house import house, reading, writing

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("/people")
def people() -> str:
    """Everyone, with the roles held."""
    return _page()


def _page(*, once: tuple[str, str] | None = None, problem: object = None) -> str:
    with reading() as reader:
        rows = reader.all("person", order_by="username")
        held = reader.all("assignment", order_by="id")
        sites = reader.all("site", order_by="code")
    by_person = {p["id"]: [a for a in held if a["person_id"] == p["id"]] for p in rows}
    return render_template(
        "admin.html", people=rows, held=by_person, sites=sites, roles=roles.ROLES, once=once, problem=problem
    )


def _refused(refusal: VigilError) -> Response:
    words = said(refusal)
    return make_response(_page(problem=words), words.status)


def _back(words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("admin.people"), 303)


@pages.post("/people/add")
def add() -> Response | str:
    """A new account; its one-time password is shown once."""
    username, name = request.form.get("username", "").strip(), request.form.get("full_name", "").strip()
    if not username or not name:
        return make_response(_page(problem=None), 422)
    try:
        added, first = accounts.add_person(
            username, name, uow=writing(), email=request.form.get("email", "").strip() or None
        )
    except VigilError as refusal:
        return _refused(refusal)
    return _page(once=(added.username, first))


@pages.post("/people/<username>/grant")
def grant(username: str) -> Response:
    """Give a role, at a site or everywhere."""
    role, site = request.form.get("role", ""), request.form.get("site") or None
    try:
        accounts.grant(username, role, site, uow=writing())
    except VigilError as refusal:
        return _refused(refusal)
    return _back(_("%(name)s now has the role %(role)s.", name=username, role=_(roles.ROLES[role].label)))


@pages.post("/assignments/<int:assignment>/revoke")
def revoke(assignment: int) -> Response:
    """End a right and its holder's sessions."""
    accounts.revoke(assignment, uow=writing())
    return _back(_("The role was taken back; open sessions ended."))


@pages.post("/people/<username>/reset")
def reset(username: str) -> str:
    """A new one-time password, shown once."""
    return _page(once=(username, accounts.reset_password(username, uow=writing())))


@pages.post("/people/<username>/close")
def close(username: str) -> Response:
    """End an account; its name stays taken."""
    accounts.close_account(username, uow=writing())
    return _back(_("The account %(name)s is closed.", name=username))


@pages.post("/sites/open")
def open_site() -> Response:
    """Let a site enrol from today."""
    given = request.form
    today = house().clock.today()
    versions = (
        {"version": given.get("version", "1.0").strip() or "1.0", "valid_from": today.isoformat(), "valid_to": None},
    )
    target = given.get("target", "")
    try:
        begin_site(given.get("code", "").strip(), given.get("name", "").strip(), uow=writing(), opened_on=today, consent_versions=versions,
                   birth_year_only="birth_year_only" in given, target=int(target) if target.isdecimal() else None)  # fmt: skip
    except VigilError as refusal:
        return _refused(refusal)
    return _back(_("The site is open."))
