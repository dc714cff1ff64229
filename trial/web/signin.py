"""Signing in and out, choosing a role, changing the password."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import passwords, roles
from trial.actions import credentials, people
from trial.actions.credentials import Way
from trial.actor import SYSTEM, Actor
from trial.errors import CodeNeeded, Refused, TooManyAttempts, WrongPassword
from trial.web import session
from trial.web.errors import Said, said
from trial.web.house import as_oneself, house, reading, someone
from trial.web.second_factor import removed_by_others

pages = Blueprint("signin", __name__)
HELD = "held__"


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str:
    """Name and password; what was typed before an expired session comes back afterwards."""
    if request.method != "POST":  # HEAD asks what GET asks: it is no attempt to sign in
        return redirect(url_for("home.home")) if g.person else _entrance()
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        person = credentials.sign_in(name, password, uow=house().writing(SYSTEM), way=_way())
    except CodeNeeded as asked:
        session.wait_for_code(house(), asked)
        return _ask_code()
    except (WrongPassword, TooManyAttempts) as refusal:
        words = said(refusal)
        return make_response(_entrance(words), words.status)
    return _let_in(person)


@pages.route("/sign-in/code", methods=["GET", "POST"])
def enter_code() -> Response | str:
    """The second step, for who has a second factor; what was typed before an expired session travels along."""
    asked = session.waiting(house())
    if asked is None:
        return make_response(_entrance(_too_late()), 401) if request.method == "POST" else _entrance()
    if request.method != "POST":
        return _ask_code()
    try:
        person = credentials.enter_code(asked, request.form.get("code", ""), uow=house().writing(SYSTEM), way=_way())
    except WrongPassword:
        return make_response(_ask_code(_wrong_code()), 401)
    except TooManyAttempts as refusal:
        return make_response(_ask_code(said(refusal)), 429)
    return _let_in(person)


def _let_in(person: people.Person) -> Response:
    told = removed_by_others(reading(), person)
    session.begin(house(), person)
    for words in told:
        flash(words, "warn")
    held = list(_held())
    if held:
        return make_response(_resume(held, person))
    return redirect(_next(request.form.get("next") or request.form.get("held_path") or ""))


def _way() -> Way:
    return house().way(request.remote_addr)


def _wrong_code() -> Said:
    return Said(
        401, _("The code is not right"), _("Wait for the next one: each counts once. The attempt was recorded.")
    )


def _too_late() -> Said:
    return Said(401, _("That took too long"), _("Please begin again with name and password."))


def _entrance(words: object = None) -> str:
    return render_template("signin.html", username=request.form.get("username", ""), **_kept(words))


def _ask_code(words: object = None) -> str:
    return render_template("signin_code.html", **_kept(words))


def _kept(words: object) -> dict[str, object]:
    """What both steps carry along: where to go, and what was typed before."""
    held = [(n, v) for n, v in request.form.items(multi=True) if n.startswith(HELD) or n == "held_path"]
    return {"said": words, "next": request.values.get("next", ""), "held": held}


def _held() -> Iterator[tuple[str, str]]:
    for name, value in request.form.items(multi=True):
        if name.startswith(HELD):
            yield name.removeprefix(HELD), value


def _resume(held: list[tuple[str, str]], person: people.Person) -> str:
    g.person, g.actor = person, session.chosen(person)
    return render_template("resume.html", path=_next(request.form.get("held_path", "")), held=held)


def _next(path: str) -> str:
    """A path of ours; anything that could lead to another host is not."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path.rstrip("?") if plain else url_for("home.home")


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session, here and in the database."""
    session.end(house())
    cookie.clear()
    return redirect(url_for("signin.sign_in"))


@pages.route("/role", methods=["GET", "POST"])
def choose_role() -> Response | str:
    """Which of the roles held."""
    person = someone()
    if request.method == "POST":
        if not session.choose(person, request.form.get("role", "")):
            abort(403)
        return redirect(url_for("home.home"))
    names = dict.fromkeys(role for role, _site in person.roles)
    return render_template(
        "role.html",
        choices=[
            (name, _(roles.ROLES[name].label), _sites(person.actor(name))) for name in names if name in roles.ROLES
        ],
        waiting=[s for s in person.standings if not s.in_force],
    )


def _sites(held: Actor) -> str:
    return _("all sites") if held.sites is None else ", ".join(sorted(held.sites))


@pages.route("/password", methods=["GET", "POST"])
def change_password() -> Response | str:
    """The person's own change; the first one is asked before anything else opens."""
    problem = _changed() if request.method == "POST" else None
    if request.method == "POST" and problem is None:
        flash(_("The password was changed."), "good")
        return redirect(url_for("home.home"))
    page = render_template("password.html", shortest=passwords.SHORTEST, problem=problem)
    return make_response(page, problem.status) if problem else page


def _changed() -> Said | None:
    """Change it, or why not."""
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if new != again:
        return _unchanged(_("The two new passwords differ."))
    try:
        credentials.change_password(old, new, uow=as_oneself(), remembered=house().settings.passwords_remembered)
    except Refused:
        return _unchanged(_("The new password must be long enough, and none of those you had before."))
    except WrongPassword:
        return _unchanged(_("The present password is not right."))
    return None


def _unchanged(why: str) -> Said:
    return Said(422, _("The password was not changed"), why)


@pages.get("/pulse")
def pulse() -> Response:
    """Whether the session still stands, asked by an open page; carries a fresh form token."""
    from flask_wtf.csrf import generate_csrf

    return jsonify(person=someone().id, token=generate_csrf())
