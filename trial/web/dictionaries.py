"""Dictionaries: what was imported, importing the licence holder's copy, what another version would change."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from trial.actions import dictionaries as actions
from trial.coding import PROPOSED
from trial.dictionaries.folding import loose
from trial.dictionaries.impact import CHANGE_WORDS
from trial.dictionaries.terms import KINDS, MEDDRA, Broken
from trial.errors import NotAllowed, NotFound, VigilError
from trial.web.errors import Said, said
from trial.web.house import actor, reading, writing

pages = Blueprint("dictionaries", __name__, url_prefix="/data/coding/dictionaries")
PROBLEMS_SHOWN = 20


@pages.get("")
def listing() -> str:
    """Dictionaries that were imported."""
    return _listing()


def _listing(refusal: Said | None = None, problems: tuple[Broken, ...] = ()) -> str:
    rows = reading().all("dictionary", order_by="id")
    return render_template(
        "coding_versions.html", rows=rows, kinds=KINDS, refusal=refusal, problems=problems, typed=request.form, said=_words
    )  # fmt: skip


def _words(problem: Broken) -> str:
    return _(problem.message) % problem.args if problem.args else _(problem.message)


@pages.post("")
def add() -> Response | str:
    """Import one from a zip."""
    try:
        done = _imported()
    except NotAllowed:
        raise
    except VigilError as problem:
        refusal = said(problem)
        return make_response(_listing(refusal), refusal.status)
    if done.state == "refused":
        refusal = Said(422, _("Nothing was kept"), _("Some lines are not what they should be."))
        return make_response(_listing(refusal, done.problems[:PROBLEMS_SHOWN]), 422)
    flash(ngettext("%(num)d term was read.", "%(num)d terms were read.", done.terms), "good")
    return redirect(url_for("dictionaries.listing"), 303)


def _imported() -> actions.Imported:
    kind, version = request.form.get("kind", MEDDRA), request.form.get("version", "").strip()[:20]
    file = request.files.get("file")
    if kind not in KINDS or not version or file is None:
        raise NotFound("file", {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dictionary.zip"
        file.save(path)
        return actions.import_dictionary(kind, path, version, uow=writing())


@pages.get("/<int:number>")
def show(number: int) -> str:
    """What a version would change, term by term."""
    return _show(number)


def _show(number: int, refusal: Said | None = None) -> str:
    with reading() as reader:
        row = reader.the("dictionary", id=number)
        told = actions.impact(reader, row, actor().sites) if row["terms_sha256"] else None
    return render_template(
        "coding_version.html", row=row, told=told, lines=_lines(told.changed if told else ()), name=KINDS[row["kind"]],
        changes=CHANGE_WORDS, folded=loose, refusal=refusal,
    )  # fmt: skip


def _lines(changed: Iterable[actions.Impact]) -> list[tuple[actions.Impact, int]]:
    """One line a text, code and change, with the number of terms; no participant is named where all of them are listed."""
    found: dict[tuple[str, str, str], list[actions.Impact]] = {}
    for each in changed:
        found.setdefault((loose(each.coding["verbatim"]), each.coding["code"], each.what), []).append(each)
    return [(group[0], len(group)) for _key, group in sorted(found.items())]


@pages.post("/<int:number>")
def adopt(number: int) -> Response | str:
    """Code with that version from now on."""
    try:
        done = actions.adopt(number, uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as problem:
        refusal = said(problem)
        return make_response(_show(number, refusal), refusal.status)
    told = (
        _("%(n)d codes mean the same.", n=done.carried),
        _("%(n)d codes wait for approval.", n=done.proposed),
        _("%(n)d are left to you.", n=done.left),
        _("%(n)d are frozen or locked and keep theirs.", n=done.held),
    )
    flash(" ".join(told), "good")
    kind = reading().the("dictionary", id=number)["kind"]
    return redirect(url_for("coding.listing", kind=kind, state=PROPOSED), 303)
