"""Data cuts as pages: which there are, what each locked, whether it still is what it was; and a form that locks one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.text import _l
from trial.actions.cuts import LONGEST_REASON, Wanted, cut_named, cuts, make_cut, verify_cut
from trial.cuts import ALTERED, CALLS, CHAIN, CONTENT, REDACTED, ROWS, SAME
from trial.errors import VigilError
from trial.web.errors import Said, said
from trial.web.house import actor, reading, writing

pages = Blueprint("cuts", __name__, url_prefix="/results/cuts")
PERMISSIONS: Mapping[str, str] = {
    "cuts.listing": "cut.read",
    "cuts.show": "cut.read",
    "cuts.verify": "cut.read",
    "cuts.make": "cut.make",
}
STATES = {
    SAME: _l("The record gives again what was locked: every answer, allocation, code and call of the model."),
    REDACTED: _l(
        "The record gives again what was locked, but for personal data taken out since: that is why its digest is another one."
    ),
    ALTERED: _l(
        "The record does not give again what was locked, and no redaction explains it. No results are made from this cut."
    ),
}
PROBLEMS = {
    CONTENT: _l("An answer is not what its own digest says."),
    ROWS: _l("The digest of answers, allocations and codes is another one."),
    CALLS: _l("The digest of the calls of the model is another one."),
    CHAIN: _l("The journal does not have the entry that was locked."),
}


@pages.get("")
def listing() -> str:
    """Every cut, the last first, and for who may lock one the form."""
    return _listed(None)


@pages.post("")
def make() -> Response | str:
    """Lock the data as they stand."""
    try:
        on = date.fromisoformat(request.form.get("on", "").strip())
    except ValueError:
        return make_response(_listed(Said(422, _("Not locked"), _("The date of a cut is written YYYY-MM-DD."))), 422)
    try:
        made = make_cut(Wanted(request.form.get("name", ""), on, request.form.get("reason", "")), uow=writing())
    except VigilError as refusal:
        told = said(refusal)
        return make_response(_listed(told), told.status)
    flash(_("The data are locked as the cut %(name)s.", name=made.name), "good")
    return redirect(url_for("cuts.show", name=made.name), 303)


def _listed(problem: Said | None) -> str:
    with reading() as reader:
        found = cuts(reader, actor())
    return render_template("results/cuts.html", cuts=found, problem=problem, typed=request.form, longest=LONGEST_REASON)


@pages.get("/<name>")
def show(name: str) -> str:
    """One cut: what was locked, and what was in force."""
    with reading() as reader:
        cut = cut_named(reader, actor(), name)
    return render_template("results/cut.html", cut=cut)


@pages.post("/<name>/verify")
def verify(name: str) -> str:
    """Work the cut out again; that it was done, and what was found, is recorded."""
    verdict = verify_cut(name, uow=writing())
    problems = [_(PROBLEMS[each]) for each in verdict.problems]
    return render_template(
        "results/cut.html", cut=verdict.cut, verdict=verdict, words=_(STATES[verdict.state]), problems=problems
    )
