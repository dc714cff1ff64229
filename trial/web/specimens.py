"""The specimens of a participant: where each is, its aliquots, the assays that were run, how far the model's inputs lead back to them."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.codelists.omics import SPECIMEN, SPECIMEN_QC, STORAGE
from trial import roles
from trial.actions import specimens
from trial.actions.case import load
from trial.actions.permission import participant_for
from trial.actions.specimens import FORMS, Assay, Move
from trial.errors import NotAllowed, NotFound, VigilError
from trial.omics.chain import BROKEN, WHOLE
from trial.omics.custody import MOVES, STATES, USED, WHY, uncovered
from trial.omics.labels import specimen_label
from trial.store.specimens import Held, chains_of, held, runs
from trial.web.errors import said
from trial.web.house import actor, house, reading, writing
from trial.web.words import place_words

pages = Blueprint("specimens", __name__, url_prefix="/participants/<participant>/specimens")
TONES = {
    "used": "not_done",
    "destroyed": "not_done",
    "to-destroy": "missed",
    "stored": "complete",
    "shipped": "incomplete",
}
"""The class of a state: how it is coloured."""


@pages.get("")
def show(participant: str) -> str:
    """Every specimen and aliquot with what may be done next, the assays, and the chains of the last call."""
    with reading() as reader:
        row = participant_for(reader, actor(), participant, "specimen.read")
        case = load(reader, row, house().clock)
        kept, ran = held(reader, participant, case.crfs), runs(reader, participant)
        call = case.predictions[-1] if case.predictions and roles.may(actor().role, "model.read") else None
        walked = chains_of(reader, participant, case.crfs, call, house().files) if call else ()
        tables = [
            f for f in reader.all("file", order_by="at", participant=participant) if f["media_type"].startswith("csv")
        ]
        names = {person["id"]: person["full_name"] for person in reader.all("person")}
    problem = uncovered(case.record(), ("SPEC",), case.today)
    return render_template(
        "specimens.html", participant=participant, kept=kept, runs=ran, chains=walked, call=call, names=names, today=case.today,
        movable=[each for each in kept if each.custody.next], tables=tables, usable=[e for e in kept if USED in e.custody.next],
        refused=None if problem is None else _(WHY[problem[0]]) % problem[1], withdrawn=problem is not None and problem[0] == "withdrawn",
        next_label=specimen_label(participant, sum(e.specimen is None for e in kept) + 1), states=STATES, moves=MOVES, tones=TONES,
        kinds=_codes(SPECIMEN), qualities=_codes(SPECIMEN_QC), storages=STORAGE.values, modalities=FORMS, broken=BROKEN, whole_chain=WHOLE,
        handles=roles.may(actor().role, "specimen.handle", row["site_code"], actor().sites), source_words=_source_words,
    )  # fmt: skip


def _codes(codelist: Any) -> dict[str, str]:
    return {code.code: _(code.decode) for code in codelist.codes}


def _source_words(source: str) -> str:
    form, event, occurrence = source.partition("#")[0].split("/")
    return place_words(form, event, int(occurrence))


@pages.post("/aliquots")
def aliquots(participant: str) -> Response:
    """Take aliquots of a specimen."""
    given = request.form

    def take() -> str:
        made = specimens.take_aliquots(
            participant, given.get("label", ""), given.get("count", 1, type=int), on=_day(), amount=given.get("amount", "").strip(),
            unit=given.get("unit", "").strip(), uow=writing(),
        )  # fmt: skip
        return _("Made: %(labels)s. Print their labels before they leave the bench.", labels=", ".join(made))

    return _done(participant, take)


@pages.post("/moves")
def move(participant: str) -> Response:
    """Record what happened to a specimen or aliquot."""
    given = request.form

    def record() -> str:
        told = {name: given.get(name, "") for name in ("place", "temperature", "reason")}
        what = Move(given.get("label", ""), given.get("move", ""), _day(), **told)
        specimens.move(participant, what, uow=writing())
        return _("Recorded.")

    return _done(participant, record)


@pages.post("/assays")
def assay(participant: str) -> Response:
    """Record an assay run."""
    given = request.form

    def record() -> str:
        what = Assay(
            given.get("modality", ""), given.get("platform", ""), _day(), given.get("quality") == "PASS", label=given.get("label", ""),
            table=given.get("table", "").strip().lower() or None, laboratory=given.get("laboratory", ""),
            uses_up=given.get("uses_up") == "y",
        )  # fmt: skip
        number = specimens.record_assay(participant, what, files=house().files, uow=writing())
        return _("Assay %(number)d is recorded.", number=number)

    return _done(participant, record)


@pages.get("/<label>/label.svg")
def label(participant: str, label: str) -> Response:
    """The QR code of a label, to be printed. The address is asked for, not the label: another site's label is not there."""
    kept = _kept(participant)
    if not any(each.label == label for each in kept):
        raise NotFound("specimen", {"label": label[:64]})
    drawn = io.BytesIO()
    segno.make(label, error="m", micro=False).save(drawn, kind="svg", scale=4, border=2, title=label)
    response = make_response(drawn.getvalue())
    response.headers["Content-Type"] = "image/svg+xml"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _kept(participant: str) -> tuple[Held, ...]:
    with reading() as reader:
        row = participant_for(reader, actor(), participant, "specimen.read")
        return held(reader, participant, load(reader, row, house().clock).crfs)


def _day() -> date:
    """The day that was typed, today where there is none or it is none: a scanner sends no day."""
    try:
        return date.fromisoformat(request.form.get("on", "").strip())
    except ValueError:
        return house().clock.today()


def _done(participant: str, act: Callable[[], str]) -> Response:
    """Do it; what refuses it is said on the page of the specimens."""
    try:
        flash(act(), "good")
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        flash(" ".join((words.words, *words.details)), "bad")
    return redirect(url_for("specimens.show", participant=participant), 303)
