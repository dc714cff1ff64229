"""The declaration before the first electronic signature (21 CFR 11.100(c)), and the letter with everyone's name on it."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial.actions.signer import Asked, asked, signing_right
from trial.actions.signing_rights import certify
from trial.errors import VigilError
from trial.signing_rights import CERTIFICATION, CERTIFIED, LETTER, VERSION
from trial.store.people import certified
from trial.web.errors import Said, said
from trial.web.house import as_oneself, house, reading, someone
from trial.web.proof import typed

pages = Blueprint("certify", __name__)


@pages.get("/account/signature")
def show() -> str:
    """The words, and the password that declares them."""
    return _page()


def _page(refusal: Said | None = None) -> str:
    reader, work = reading(), as_oneself()
    now = asked(reader, work.actor)
    before = Asked(now.username, now.code, tuple(m for m in now.missing if m != CERTIFIED))
    return render_template(
        "certify.html", right=signing_right(reader, someone().id), words=CERTIFICATION, version=VERSION, signing=before, refusal=refusal
    )  # fmt: skip


@pages.post("/account/signature")
def declare() -> Response:
    """Declare."""
    try:
        certify(request.form.get("version", ""), uow=as_oneself(), **typed())
    except VigilError as problem:
        words = said(problem)
        return make_response(_page(words), 422 if words.status == 401 else words.status)
    flash(_("Thank you. You can sign electronically from now on."), "good")
    return redirect(url_for("factor.show"), 303)


@pages.get("/admin/letter")
def letter() -> str:
    """The letter to the agency, to be printed and signed by hand, with the names it speaks for."""
    return render_template("letter.html", letter=LETTER, names=certified(reading()), today=house().clock.today())
