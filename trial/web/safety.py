"""The safety desk: serious events with what is still to judge and which clock runs; the reference safety information."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.catalogue import current
from trial import roles
from trial.actions import safety as actions
from trial.errors import NotAllowed, VigilError
from trial.safety_desk import TO_DO
from trial.web.crf_past import past
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.words import in_words

pages = Blueprint("safety", __name__, url_prefix="/safety")


def _decoder(form: str, item: str) -> dict[str, str]:
    codes = current(form).item(item).codes
    return {code.code: code.decode for code in codes.codes} if codes else {}


@pages.get("/")
def listing() -> str:
    """Serious events of the sites the role reaches: what is overdue first."""
    with reading() as reader:
        lines = actions.desk(reader, actor().sites, house().clock, house().settings.zone)
    show = request.args.get("show", "open")
    return render_template(
        "safety.html", lines=[line for line in lines if show == "all" or line.open], show=show, total=len(lines),
        waiting=sum(line.open for line in lines), to_do=TO_DO, criteria=in_words(_decoder("AE", "AESCRIT")),
        judged=in_words(_decoder("SAE", "SAECAUSI") | _decoder("SAE", "SAEEXP")),
    )  # fmt: skip


@pages.get("/<participant>/<int:occurrence>")
def narrative(participant: str, occurrence: int) -> str:
    """One serious event told, to read and to print."""
    with reading() as reader:
        told = actions.tell(reader, actor(), participant, occurrence, house().clock, house().settings.zone, _)
    steps = past(list(told.revisions), "")
    versions = [(row, [s for s in steps if s.revision == row["number"]]) for row in told.revisions]
    return render_template(
        "narrative.html", told=told, line=told.line, versions=versions, participant=participant, now=house().clock.now()
    )


@pages.get("/references")
def references() -> str:
    """Every version of the reference safety information, newest first."""
    return _references()


def _references(refusal: Said | None = None) -> str:
    rows = sorted(reading().all("safety_reference"), key=lambda r: (r["valid_from"], r["id"]), reverse=True)
    return render_template(
        "references.html", rows=rows, products=actions.products(), refusal=refusal, typed=request.form,
        writes=roles.may(actor().role, "safety.assess"),
    )  # fmt: skip


@pages.post("/references")
def add_reference() -> Response:
    """Make a version known, with the day from which it is valid."""
    given = request.form
    try:
        day = date.fromisoformat(given.get("valid_from", "").strip())
    except ValueError:
        words = Said(422, _("Not saved"), _("“Valid from” is a date, written YYYY-MM-DD."))
        return make_response(_references(words), 422)
    document = {name: given.get(name, "") for name in ("product", "document", "version")}
    try:
        actions.add_reference(**document, valid_from=day, uow=writing())
    except NotAllowed:
        raise
    except VigilError as refusal:
        told = said(refusal)
        return make_response(_references(told), told.status)
    flash(_("The reference information is known."), "good")
    return redirect(url_for("safety.references"), 303)
