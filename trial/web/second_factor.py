"""The own account: enrolling a second factor, replacing and removing it. The square code is drawn here and kept nowhere."""

from __future__ import annotations

import io

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import second_factor as codes
from trial.actions import second_factor as factors
from trial.actions.people import Person
from trial.actions.signer import signing_right
from trial.errors import TooManyAttempts, WrongPassword
from trial.protocol import PROTOCOL
from trial.store.people import last_sign_in_before_this, removals
from trial.store.reading import Reader
from trial.web.errors import Said, said
from trial.web.gate import must_use_code
from trial.web.house import as_oneself, house, reading, someone

pages = Blueprint("factor", __name__, url_prefix="/account")


@pages.get("/")
def show() -> str:
    """What the person's account stands on: password, second factor, signature."""
    return _page()


def _page(refusal: Said | None = None) -> str:
    person, reader = someone(), reading()
    return render_template(
        "account.html",
        factor=reader.one("second_factor", person_id=person.id),
        recovery=factors.recovery_left(reader, person.id),
        right=signing_right(reader, person.id),
        forced=any(must_use_code(role) for role, _site in person.roles),
        refusal=refusal,
    )


@pages.post("/second-factor")
def begin() -> Response:
    """Make a secret; where one counts already, password and code of that one first."""
    try:
        factors.begin(uow=as_oneself(), key=_key(), password=request.form.get("password", ""), code=_code())
    except (WrongPassword, TooManyAttempts) as refusal:
        return _refused(refusal)
    return redirect(url_for("factor.confirm"), 303)


@pages.route("/second-factor/confirm", methods=["GET", "POST"])
def confirm() -> Response | str:
    """The square code and the secret; a code proves that the telephone has it. The recovery codes are shown once."""
    problem = None
    if request.method == "POST":
        try:
            recovery = factors.confirm(_code(), uow=as_oneself(), key=_key())
        except WrongPassword:
            problem = _not_its_code()
        except TooManyAttempts as refusal:
            problem = said(refusal)
        else:
            return render_template("account_recovery.html", recovery=recovery)
    secret = codes.as_text(factors.pending(reading(), someone().id, _key()))
    groups = [secret[i : i + 4] for i in range(0, len(secret), 4)]
    page = render_template("account_enrol.html", groups=groups, problem=problem)
    return make_response(page, 422) if problem else page


def _not_its_code() -> Said:
    words = _("This is not the code of this secret now. Look again, and check the clock of the telephone.")
    return Said(422, _("Wrong code"), words)


@pages.get("/second-factor/square.svg")
def square() -> Response:
    """The secret that waits for its first code, as a square code."""
    secret = factors.pending(reading(), someone().id, _key())
    drawn = io.BytesIO()
    made = segno.make(codes.address(secret, someone().username, f"Vigil {PROTOCOL.study_id}"), error="m", micro=False)
    made.save(drawn, kind="svg", scale=5, border=4, dark="#10232f", light="#ffffff")
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@pages.post("/second-factor/remove")
def remove() -> Response:
    """The owner's own removal, with password and code."""
    try:
        factors.remove(request.form.get("password", ""), _code(), uow=as_oneself(), key=_key())
    except (WrongPassword, TooManyAttempts) as refusal:
        return _refused(refusal)
    flash(_("The second factor is removed."), "good")
    return redirect(url_for("factor.show"), 303)


def _refused(refusal: Exception) -> Response:
    words = said(refusal)
    if isinstance(refusal, WrongPassword):
        words = Said(422, _("Password or code is not right"), _("Nothing was changed. The attempt was recorded."))
    return make_response(_page(words), words.status)


def removed_by_others(reader: Reader, person: Person) -> list[str]:
    """What an administrator did to the second factor since the person's last sign-in: nobody should learn it by chance."""
    since = last_sign_in_before_this(reader, person.username)
    return [
        _("%(name)s removed your second factor on %(at)s: %(reason)s", name=row["body"]["name"], at=row["body"]["at"][:16],
          reason=row["body"]["event"]["reason"])
        for row in removals(reader, since)
        if row["body"]["event"]["username"] == person.username and row["actor"] != person.id
    ]  # fmt: skip


def _key() -> bytes:
    return house().settings.sealing_key


def _code() -> str:
    return request.form.get("code", "")
