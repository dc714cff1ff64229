"""The registry: historical patients, a number for a new one under a waiver of consent, and the forms of one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.answers import Crf
from forms.catalogue import current
from trial import roles, soa
from trial.actions.case import Case, load
from trial.actions.permission import participant_for
from trial.actions.registry import add_historical, patients, waiver_used_last
from trial.errors import NotFound, VigilError
from trial.registry import NEVER, Waiver, historical
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.words import event_words, form_words

pages = Blueprint("registry", __name__, url_prefix="/registry")
OPENED_BY_HAND = ("NAT", "SUR", "RGW", "SLV", "PO30", "PO90")
"""Visits that exist once something was done: their first one is offered."""


@dataclass(frozen=True)
class Cell:
    """A form of a visit: entered or not, whether it lacks something, and the way to it."""

    form: str
    occurrence: int
    status: str
    words: str
    url: str


@dataclass(frozen=True)
class Line:
    """A visit with its forms."""

    event: str
    words: str
    cells: tuple[Cell, ...]


@pages.get("/")
def listing() -> str:
    """Every historical patient of the sites the role reaches."""
    with reading() as reader:
        found = patients(reader, actor())
    return render_template("registry.html", patients=found)


@pages.route("/new", methods=["GET", "POST"])
def new() -> Response | str:
    """Give the next number of the registry, under a waiver."""
    if request.method == "GET":
        return _form(None)
    given = request.form
    try:
        granted = date.fromisoformat(given.get("granted_on", "").strip())
    except ValueError:
        words = Said(422, _("Not saved"), _("The day of the decision is a date, written YYYY-MM-DD."))
        return make_response(_form(words), 422)
    waiver = Waiver(given.get("committee", ""), given.get("reference", ""), granted)
    try:
        (name,) = add_historical(given.get("site", ""), waiver, uow=writing(), key=given.get("key") or None)
    except VigilError as refusal:
        told = said(refusal)
        return make_response(_form(told), told.status)
    flash(_("%(name)s is the number of the new historical patient.", name=name), "good")
    return redirect(url_for("registry.show", participant=name), 303)


def _form(problem: Said | None) -> str:
    with reading() as reader:
        sites = [s for s in reader.all("site", order_by="code") if actor().reaches(s["code"])]
        last = waiver_used_last(reader, actor())
    before = {"committee": last.committee, "reference": last.reference, "granted_on": last.granted_on} if last else {}
    return render_template(
        "registry_new.html", sites=sites, key=uuid.uuid4().hex, problem=problem, typed=request.form or before
    )


@pages.get("/<participant>")
def show(participant: str) -> str:
    """One patient: the waiver, and every form of the trial that a chart can fill."""
    with reading() as reader:
        row = participant_for(reader, actor(), participant, "registry.read")
        if not historical(participant):
            raise NotFound("participant", {"id": participant})
        case = load(reader, row, house().clock)
        waiver = reader.the("historical", participant=participant)
    return render_template(
        "registry_patient.html",
        participant=case.id,
        case=case,
        waiver=waiver,
        lines=_lines(case),
        repeating=_repeating(),
    )


def _repeating() -> list[tuple[str, str]]:
    names = [f for f in soa.forms() if f not in NEVER and soa.cell(f, "ANY") and current(f).repeats]
    return [(f, form_words(f)) for f in names if roles.may_write_form(actor().role, f)]


def _lines(case: Case) -> list[Line]:
    """Visits of the course, then what belongs to none: forms offered by the schedule, and any other that was entered."""
    entered = {(c.event, c.form, c.occurrence): c for c in case.crfs if c.answers.removed is None}
    offered = {(event, form, 1) for event in _events() for form in _forms(event)}
    keys = sorted({*offered, *entered}, key=lambda k: (soa.place(k[0], k[1]), k[2]))
    by_event: dict[str, list[Cell]] = {}
    for event, form, occurrence in keys:
        if form not in NEVER and roles.may_read_form(actor().role, form):
            by_event.setdefault(event, []).append(_cell(case, event, form, occurrence, entered))
    return [Line(event, event_words(event), tuple(cells)) for event, cells in by_event.items()]


def _events() -> list[str]:
    return [f"{e}-1" if e in OPENED_BY_HAND else e for e in soa.events() if e not in ("UNS", "ANY")]


def _forms(event: str) -> tuple[str, ...]:
    """What any strategy has at a visit: nobody was allocated, and the chart says what was done."""
    return soa.forms_at(event, watching=True, near_complete=True, operated=True)


def _cell(case: Case, event: str, form: str, occurrence: int, entered: dict[tuple[str, str, int], Crf]) -> Cell:
    state = case.state(form, event, occurrence)
    status = "expected"
    if (event, form, occurrence) in entered and state is not None:
        done = "complete" if state["complete"] else "incomplete"
        status = "signed" if state["signed"] else "not_done" if state["status"] == "not_done" else done
    url = url_for("crf.show", participant=case.id, event=event, form=form, occurrence=occurrence)
    return Cell(form, occurrence, status, form_words(form), url)
