"""Signing in and out, choosing a role, changing the password."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, abort, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import passwords, roles
from trial.actions import people
from trial.actor import SYSTEM, Actor
from trial.errors import Refused, TooManyAttempts, WrongPassword
from trial.web import session
from trial.web.errors import said
from trial.web.house import house, someone

pages = Blueprint("signin", __name__)
HELD = "held__"


@pages.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Response | str:
    """Name and password; what was typed before an expired session comes back afterwards."""
    if request.method != "POST":  # HEAD asks what GET asks: it is no attempt to sign in
        return redirect(url_for("home.home")) if g.person else _entrance()
    with_system = house().writing(SYSTEM)
    try:
        person = people.sign_in(
            request.form.get("username", ""),
            request.form.get("password", ""),
            uow=with_system,
            address=request.remote_addr,
        )
    except (WrongPassword, TooManyAttempts) as refusal:
        words = said(refusal)
        return make_response(_entrance(words), words.status)
    session.begin(house(), person)
    held = list(_held())
    if held:
        return make_response(_resume(held, person))
    return redirect(_next(request.form.get("next") or request.form.get("held_path") or ""))


def _entrance(words: object = None) -> str:
    kept = [
        (name, value) for name, value in request.form.items(multi=True) if name.startswith(HELD) or name == "held_path"
    ]
    return render_template(
        "signin.html",
        said=words,
        next=request.values.get("next", ""),
        held=kept,
        username=request.form.get("username", ""),
    )


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
    return make_response(page, 422) if problem else page


def _changed() -> str | None:
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    if new != again:
        return _("The two new passwords differ.")
    person = someone()
    try:
        people.change_password(old, new, uow=house().writing(Actor(person.id, person.full_name, "person")))
    except Refused:
        return _("The new password must be longer, and another one than before.")
    except WrongPassword:
        return _("The present password is not right.")
    return None


@pages.get("/pulse")
def pulse() -> Response:
    """Whether the session still stands, asked by an open page; carries a fresh form token."""
    from flask_wtf.csrf import generate_csrf

    return jsonify(person=someone().id, token=generate_csrf())
