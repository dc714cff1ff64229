"""Imports: a file is looked at first, then taken; past runs with the report of every line."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial.actions.imports import Order, Verdict, import_labs
from trial.errors import NotFound
from trial.imports.laboratory import COLUMNS
from trial.imports.tabular import FileUnreadable
from trial.web.errors import Said
from trial.web.house import house, reading, someone, writing

pages = Blueprint("imports", __name__, url_prefix="/imports")


def _page(**more: object) -> str:
    runs = reading().all("import_run", order_by="id", by=someone().id)[::-1]
    shown = {"outcome": None, "refusal": None, "typed": request.form, "words": words_of} | more
    return render_template("imports.html", runs=runs, columns=COLUMNS, **shown)


def words_of(verdict: Verdict) -> str:
    """Why a line was not taken, translated."""
    return _(verdict.message) % verdict.args if verdict.args else _(verdict.message).replace("%%", "%")


@pages.get("/")
def listing() -> str:
    """A form for a file, and one's own past runs."""
    return _page()


@pages.post("/")
def run() -> Response:
    """Look at a file, or take it."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return make_response(_page(refusal=Said(422, _("No file"), _("Choose a file first."))), 422)
    mode = "all" if request.form.get("mode") == "all" else "row"
    order = Order(sent.filename, mode, request.form.get("do") != "take", request.form.get("reason", "").strip())
    try:
        outcome = import_labs(sent.stream, order, files=house().files, uow=writing())
    except FileUnreadable as problem:
        told = _(problem.message) % problem.args_ if problem.args_ else _(problem.message)
        return make_response(_page(refusal=Said(422, _("The file cannot be read"), told)), 422)
    return make_response(_page(outcome=outcome), 409 if outcome.state == "refused" else 200)


@pages.get("/<int:number>/report")
def report(number: int) -> Response:
    """The report of a run of one's own: every line with what became of it."""
    row = reading().the("import_run", id=number)
    if row["by"] != someone().id or row["report"] is None:
        raise NotFound("import_run", {"id": number})
    response = make_response(house().files.read(row["report"]))
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers.set("Content-Disposition", "attachment", filename=f"import-{number}.csv")
    return response
