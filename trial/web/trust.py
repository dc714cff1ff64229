"""What an administrator does about the trust in an account: identity, signature, lost credentials, lost second factor."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial.actions import credentials, second_factor
from trial.actions.signing_rights import revoke_signing, verify_identity
from trial.errors import VigilError
from trial.web.errors import said
from trial.web.house import reading, writing
from trial.web.question import Question, asked, reason

pages = Blueprint("trust", __name__, url_prefix="/admin/people/<username>")


def day(name: str) -> date | None:
    """A day as typed; None for a blank or what is no day."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


@pages.post("/identity")
def identity(username: str) -> Response:
    """Record that identity was verified."""
    how, document, on = request.form.get("how", ""), request.form.get("document", ""), day("checked_on")
    if on is None:
        return _back(username, _("Not saved: the day is missing, or no day (year-month-day)."), "bad")
    try:
        verify_identity(username, how, document, on, uow=writing())
    except VigilError as problem:
        words = said(problem)
        return _back(username, " ".join((words.title + ".", words.words, *words.details)), "bad")
    return _back(username, _("Identity is recorded as verified. The person now declares, and can sign."))


@pages.route("/revoke-signing", methods=["GET", "POST"])
def revoke(username: str) -> Response:
    """Ask, then end the right to sign electronically."""
    name = _name(username)
    question = Question(
        _("End the electronic signature of %(name)s?", name=name),
        (
            _("%(name)s signs nothing from now on, until identity is verified and declared again.", name=name),
            _("What was signed stays signed."),
        ),
        _("End it"), url_for("trust.revoke", username=username), _account(username), _("Reason"),
    )  # fmt: skip
    if page := asked(question):
        return page
    revoke_signing(username, reason(), uow=writing())
    return _back(username, _("%(name)s can no longer sign.", name=name))


@pages.route("/compromised", methods=["GET", "POST"])
def compromised(username: str) -> Response:
    """Ask, then void password and second factor."""
    name = _name(username)
    question = Question(
        _("Credentials of %(name)s lost, or known to somebody else?", name=name),
        (
            _("The password and the second factor stop working at once, and %(name)s is signed out everywhere.", name=name),
            _("Make a new one-time password afterwards, when you are sure who asks for it."),
            _("What was entered and signed stays. Look through the audit trail for what may not have been %(name)s.", name=name),
        ),
        _("Void the credentials"), url_for("trust.compromised", username=username), _account(username), _("What happened"),
    )  # fmt: skip
    if page := asked(question):
        return page
    credentials.void_credentials(username, reason(), uow=writing())
    return _back(username, _("The credentials of %(name)s are void.", name=name))


@pages.route("/second-factor", methods=["GET", "POST"])
def factor(username: str) -> Response:
    """Ask, then take a second factor away."""
    name = _name(username)
    question = Question(
        _("Remove the second factor of %(name)s?", name=name),
        (
            _("%(name)s signs in with the password alone until another one is set up, and is told so at the next sign-in.", name=name),
            _("Make sure, in person or by telephone, that it is %(name)s who asks.", name=name),
        ),
        _("Remove it"), url_for("trust.factor", username=username), _account(username), _("Reason"),
    )  # fmt: skip
    if page := asked(question):
        return page
    second_factor.reset(username, reason(), uow=writing())
    return _back(username, _("The second factor of %(name)s is removed.", name=name))


def _name(username: str) -> str:
    return str(reading().the("person", username=username.lower())["full_name"])


def _account(username: str) -> str:
    return url_for("admin.person", username=username)


def _back(username: str, words: str, kind: str = "good") -> Response:
    flash(words, kind)
    return redirect(_account(username), 303)
