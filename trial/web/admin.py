"""People, roles and sites. An administrator sees no participant."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import rights, roles
from trial.actions import credentials
from trial.actions import people as accounts
from trial.actions.access import Approval, Course, admit
from trial.actions.closure import closure
from trial.actions.delegation import Tasks
from trial.actions.setup import open_site as begin_site
from trial.actions.signer import signing_right
from trial.errors import NotFound, VigilError
from trial.rights import Evidence
from trial.signing_rights import DOCUMENTS, HOW
from trial.store.reading import Row
from trial.web.errors import Said, said
from trial.web.house import house, reading, someone, writing
from trial.web.question import Question, asked
from trial.web.trust import day

pages = Blueprint("admin", __name__, url_prefix="/admin")


@pages.get("/people")
def people() -> str:
    """Everyone with the roles held, and the sites."""
    return _page()


def _page(*, problem: object = None) -> str:
    with reading() as reader:
        rows = reader.all("person", order_by="username")
        held = reader.all("assignment", order_by="id", revoked_at=None)
        sites = [s | {"closure": closure(reader, s["code"])} for s in reader.all("site", order_by="code")]
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
        evidence = accounts.evidence_of(reader, row["id"], held)
        today = house().clock.today()
        return render_template(
            "admin_person.html", person_shown=row, held=[_standing(a, evidence, today) for a in held], evidence=evidence,
            sites=reader.all("site", order_by="code"), roles=roles.ROLES, once=once, problem=problem, today=today,
            delegated=[r for r in roles.ROLES if rights.delegated(r)], right=signing_right(reader, row["id"]), how=HOW, documents=DOCUMENTS,
            factor=reader.one("second_factor", person_id=row["id"]), own=row["id"] == someone().id,
        )  # fmt: skip


def _standing(assignment: Row, evidence: Evidence, today: date) -> Row:
    """An assignment with why it is not in force, at each site it is for, and until when it is delegated."""
    found = list(rights.standings(assignment, evidence, today))
    last = [rights.until(s.role, s.site, evidence.delegations, today) for s in found]
    return assignment | {"standings": found, "until": next((day for day in last if day), None)}


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
    """Give a role, at a site or everywhere, with whatever of approval, training and delegation was typed; or add that to a role held."""
    role, site = request.form.get("role", ""), request.form.get("site") or None
    try:
        admit(username, role, site, uow=writing(), approval=_approval(), course=_course(), tasks=_tasks(role))
    except NotFound:
        raise
    except VigilError as refusal:
        return _refused(_person(username, problem=said(refusal)), said(refusal))
    return _back(_("%(name)s: %(role)s is recorded.", name=username, role=_(roles.ROLES[role].label)), username)


def _typed(name: str) -> str:
    return request.form.get(name, "").strip()


def _approval() -> Approval | None:
    by, on = _typed("approved_by"), day("approved_on")
    return Approval(by, on or house().clock.today()) if by else None


def _course() -> Course | None:
    title, on = _typed("course"), day("taken_on")
    return Course(title, _typed("course_version"), on or house().clock.today()) if title else None


def _tasks(role: str) -> Tasks | None:
    """What is delegated; nothing where no task was named, or the role is none of a site's staff."""
    words, today = _typed("tasks"), house().clock.today()
    if not words or not rights.delegated(role):
        return None
    return Tasks(words, day("from_on") or today, day("to_on"), "principal" in request.form, day("on_paper"))


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
    if page := asked(question):
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
    if page := asked(question):
        return page
    return _person(username, once=credentials.reset_password(username, uow=writing()))


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
    if page := asked(question):
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
