"""Imports: a file is looked at first, then taken; past runs with the report of every line."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.actions.import_kinds import TITLES, kind_named
from trial.actions.import_order import Order
from trial.actions.import_run import Verdict
from trial.actions.imports import Kind, import_file
from trial.actions.omics import Omics
from trial.errors import NotFound
from trial.imports.tabular import FileUnreadable
from trial.web.errors import Said
from trial.web.house import actor, house, reading, someone, writing

pages = Blueprint("imports", __name__, url_prefix="/imports")


def _kind() -> Kind:
    """The kind of file that the address names."""
    return kind_named(request.args.get("kind", "labs"), lambda: house().model.manifest)


def _offered() -> Mapping[str, str]:
    """The kinds that this role reads in."""
    sets = roles.may(actor().role, "ranges.set")
    return {name: words for name, words in TITLES.items() if sets or name != "ranges"}


def _page(kind: Kind, **more: object) -> str:
    mine = reading().all("import_run", order_by="id", by=someone().id)[::-1]
    shown = {"outcome": None, "refusal": None, "typed": request.form, "words": words_of} | more
    return render_template(
        "imports.html", runs=[r for r in mine if r["kind"] == kind.name], kind=kind, kinds=_offered(), features=_features(kind),
        **shown,
    )  # fmt: skip


def _features(kind: Kind) -> list[str]:
    """Columns a feature, with their unit, that a table of this kind must have."""
    if not isinstance(kind, Omics):
        return []
    return [f"{name} [{unit}]" if unit else name for name, unit in kind.declared.units.items()]


def words_of(verdict: Verdict) -> str:
    """Why a line was not taken, translated."""
    return _(verdict.message) % verdict.args if verdict.args else _(verdict.message).replace("%%", "%")


@pages.get("/")
def listing() -> str:
    """A form for a file of a kind, and one's own past runs of it."""
    return _page(_kind())


@pages.post("/")
def run() -> Response:
    """Look at a file, or take it."""
    sent, kind = request.files.get("file"), _kind()
    if sent is None or not sent.filename:
        return make_response(_page(kind, refusal=Said(422, _("No file"), _("Choose a file first."))), 422)
    mode = "all" if request.form.get("mode") == "all" else "row"
    order = Order(sent.filename, mode, request.form.get("do") != "take", request.form.get("reason", "").strip())
    try:
        outcome = import_file(sent.stream, order, kind, files=house().files, uow=writing())
    except FileUnreadable as problem:
        told = _(problem.message) % problem.args_ if problem.args_ else _(problem.message)
        return make_response(_page(kind, refusal=Said(422, _("The file cannot be read"), told)), 422)
    return make_response(_page(kind, outcome=outcome), 409 if outcome.state == "refused" else 200)


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
