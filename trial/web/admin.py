"""People, roles and sites. An administrator sees no participant."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import people as accounts
from trial.actions.setup import open_site as begin_site
from trial.errors import NotFound, VigilError
from trial.web.errors import Said, said
from trial.web.house import house, reading, someone, writing

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("/people")
def people() -> str:
    """Everyone with the roles held, and the sites."""
    return _page()


def _page(*, problem: object = None) -> str:
    with reading() as reader:
        rows = reader.all("person", order_by="username")
        held = reader.all("assignment", order_by="id", revoked_at=None)
        sites = reader.all("site", order_by="code")
    by_person = {p["id"]: [a for a in held if a["person_id"] == p["id"]] for p in rows}
    return render_template("admin.html", people=rows, held=by_person, sites=sites, roles=roles.ROLES, problem=problem)


@pages.get("/people/<username>")
def person(username: str) -> str:
    """One account: its roles, a new one, its password, its end."""
    return _person(username)


def _person(username: str, *, once: str = "", problem: object = None) -> str:
    with reading() as reader:
        row = reader.the("person", username=username.lower())
        held = reader.all("assignment", order_by="id", person_id=row["id"], revoked_at=None)
        sites = reader.all("site", order_by="code")
    return render_template(
        "admin_person.html",
        person_shown=row,
        held=held,
        sites=sites,
        roles=roles.ROLES,
        once=once,
        problem=problem,
    )


def _refused(page: str, words: Said) -> Response:
    return make_response(page, words.status)


def _back(words: str, username: str | None = None) -> Response:
    flash(words, "good")
    return redirect(url_for("admin.person", username=username) if username else url_for("admin.people"), 303)


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
        return _refused(_page(problem=said(refusal)), said(refusal))
    return _person(added.username, once=first)


@pages.post("/people/<username>/grant")
def grant(username: str) -> Response:
    """Give a role, at a site or everywhere."""
    role, site = request.form.get("role", ""), request.form.get("site") or None
    try:
        accounts.grant(username, role, site, uow=writing())
    except NotFound:
        raise
    except VigilError as refusal:
        return _refused(_person(username, problem=said(refusal)), said(refusal))
    return _back(_("%(name)s now has the role %(role)s.", name=username, role=_(roles.ROLES[role].label)), username)


@dataclass(frozen=True)
class Question:
    """What is asked before something ends: its title, what follows, the word on the button, where it leads and leads back."""

    title: str
    follows: tuple[str, ...]
    do: str
    action: str
    back: str


def _asked(question: Question) -> Response | None:
    """The page that asks, until it was answered; it is a page of its own, so that it asks without scripts too."""
    if request.method == "POST" and request.form.get("confirmed") == "y":
        return None
    return make_response(render_template("confirm.html", question=question), 422 if request.method == "POST" else 200)


@pages.route("/assignments/<int:assignment>/revoke", methods=["GET", "POST"])
def revoke(assignment: int) -> Response:
    """Ask, then end a right and its holder's sessions."""
    with reading() as reader:
        row = reader.the("assignment", id=assignment)
        holder = reader.the("person", id=row["person_id"])
    label = _(roles.ROLES[row["role"]].label)
    question = Question(
        _("Take the role %(role)s from %(name)s?", role=label, name=holder["full_name"]),
        (
            _("The role ends at once, and %(name)s is signed out everywhere.", name=holder["full_name"]),
            _("What was entered and signed in this role stays, under the same name."),
            _("The role can be given again later."),
        ),
        _("Take the role back"), url_for("admin.revoke", assignment=assignment), _account(holder["username"]),
    )  # fmt: skip
    if page := _asked(question):
        return page
    accounts.revoke(assignment, uow=writing())
    return _back(_("The role was taken back; open sessions ended."), holder["username"])


def _account(username: str) -> str:
    return url_for("admin.person", username=username)


@pages.route("/people/<username>/reset", methods=["GET", "POST"])
def reset(username: str) -> Response | str:
    """Ask, then make a new one-time password, shown once."""
    name = _name(username)
    question = Question(
        _("New one-time password for %(name)s?", name=name),
        (
            _("The present password stops working at once, and %(name)s is signed out everywhere.", name=name),
            _("The new one is shown once, on the next page. Hand it over in person or by telephone, never by e-mail."),
            _("It must be changed at the first sign-in."),
        ),
        _("Make a new password"), url_for("admin.reset", username=username), _account(username),
    )  # fmt: skip
    if page := _asked(question):
        return page
    return _person(username, once=accounts.reset_password(username, uow=writing()))


@pages.route("/people/<username>/close", methods=["GET", "POST"])
def close(username: str) -> Response:
    """Ask, then end an account; its name stays taken."""
    name = _name(username)
    question = Question(
        _("Close the account of %(name)s?", name=name),
        (
            _("%(name)s is signed out everywhere and can never sign in with this account again.", name=name),
            _("What was entered and signed stays, under the same name."),
            _("A closed account cannot be opened again, and the user name %(username)s is never given to anybody else.", username=username),
            *_own(username),
        ),
        _("Close the account"), url_for("admin.close", username=username), _account(username),
    )  # fmt: skip
    if page := _asked(question):
        return page
    accounts.close_account(username, uow=writing())
    return _back(_("The account %(name)s is closed.", name=username))


def _own(username: str) -> tuple[str, ...]:
    if username.lower() != someone().username:
        return ()
    return (_("This is your own account. Nobody may be left who can manage people and sites."),)


def _name(username: str) -> str:
    return str(reading().the("person", username=username.lower())["full_name"])


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
        return _refused(_page(problem=said(refusal)), said(refusal))
    return _back(_("The site is open."))
