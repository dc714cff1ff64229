"""Who has access, looked through and signed; the same as a table to take away; and the attempts that failed."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.access_review import COLUMNS, MEANING, digest, rows
from trial.actions import access_review as reviews
from trial.errors import NotAllowed, VigilError
from trial.sheets import harmless
from trial.store.people import failed_attempts
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.proof import signing, typed

pages = Blueprint("access_review", __name__, url_prefix="/access")
SHOWN = 200
"""Failed attempts on the page; the audit trail has all."""


@pages.get("/")
def show() -> str:
    """Everyone, and the signature under the list."""
    return _page()


def _page(refusal: Said | None = None) -> str:
    with reading() as reader:
        lines = reviews.lines(reader, house().clock.today())
        past = reader.all("access_review", order_by="id")
    may_sign = roles.may(actor().role, "access.review")
    return render_template(
        "access_review.html", lines=lines, past=past[::-1], seen=digest(lines), meaning=MEANING, refusal=refusal,
        signing=signing() if may_sign else None, findings=request.form.get("findings", ""),
    )  # fmt: skip


@pages.post("/")
def sign() -> Response:
    """Sign that it was reviewed."""
    given = {"seen": request.form.get("seen", ""), **typed()}
    try:
        reviews.sign_review(request.form.get("findings", ""), uow=writing(), **given)
    except NotAllowed:
        raise
    except VigilError as problem:
        words = said(problem)
        return make_response(_page(words), 422 if words.status == 401 else words.status)
    flash(_("The review is signed."), "good")
    return redirect(url_for("access_review.show"), 303)


@pages.get("/access.csv")
def export() -> Response:
    """The list as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(tuple(map(harmless, row)) for row in rows(reviews.lines(reading(), house().clock.today())))
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=access-{house().clock.today()}.csv"
    return answer


@pages.get("/attempts")
def attempts() -> str:
    """Sign-ins and signatures that failed, and names that were closed for a while, newest first."""
    return render_template("attempts.html", entries=failed_attempts(reading(), SHOWN))
