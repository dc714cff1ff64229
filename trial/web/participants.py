"""Participants: the list, a new number, the page of one, the audit trail."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import date

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.catalogue import current, order
from forms.codelists.baseline import WITHDRAWN_FROM
from trial import roles, schedule, soa
from trial.actions.case import Case, load
from trial.actions.participants import add_participant
from trial.actions.permission import participant_for
from trial.consents import standing
from trial.course import Course, course
from trial.errors import VigilError
from trial.holds import HELD
from trial.registry import historical
from trial.schedule import Due, Status
from trial.store import journal, transfers, worklist
from trial.store.reading import Row
from trial.web import trail
from trial.web.errors import said
from trial.web.house import actor, house, reading, writing
from trial.web.timeline import timeline
from trial.web.words import event_words, form_words

pages = Blueprint("participants", __name__, url_prefix="/participants")
PAGE = 50


@pages.get("/")
def listing() -> str:
    """Participants the role reaches, narrowed by text and phase, a page at a time."""
    text, phase = request.args.get("text", "").strip()[:40], request.args.get("phase", "")
    phase = phase if phase in {name for name, _forms in worklist.PHASES} | {"new"} else ""
    number = max(1, request.args.get("page", 1, type=int))
    with reading() as reader:
        total = worklist.count_participants(reader, actor().sites, phase=phase, text=text)
        rows = worklist.participants_page(reader, actor().sites, today=house().clock.today(), phase=phase, text=text,
                                          offset=(number - 1) * PAGE, limit=PAGE)  # fmt: skip
    return render_template(
        "participants.html",
        rows=rows,
        total=total,
        text=text,
        phase=phase,
        page=number,
        last=max(1, -(-total // PAGE)),
        phases=["new", *(name for name, _forms in reversed(worklist.PHASES))],
        left=transfers.left(reading(), actor().sites) if roles.may(actor().role, "crf.sign") else [],
    )


@pages.route("/new", methods=["GET", "POST"])
def new() -> Response | str:
    """Give the next number of a site; consent is the first form."""
    sites = [s for s in reading().all("site", order_by="code") if actor().reaches(s["code"])]
    if request.method == "GET":
        return render_template("new_participant.html", sites=sites, key=uuid.uuid4().hex, problem=None)
    try:
        name = add_participant(request.form.get("site", ""), uow=writing(), key=request.form.get("key") or None)
    except VigilError as refusal:
        words = said(refusal)
        return make_response(
            render_template("new_participant.html", sites=sites, key=uuid.uuid4().hex, problem=words), words.status
        )
    flash(_("%(name)s is the number of the new participant. Consent comes first.", name=name), "good")
    return redirect(url_for("crf.show", participant=name, event="SCR", form="IC"), 303)


@dataclass(frozen=True)
class Cell:
    """One form at one visit: its status as a word of STATUS_WORDS, and where it leads."""

    form: str
    occurrence: int
    status: str
    words: str
    url: str
    remark: str = ""
    queries: int = 0
    to_verify: int = 0


@dataclass(frozen=True)
class Line:
    """One visit: its window (None: it has none) and forms."""

    event: str
    words: str
    opens: date | None
    closes: date | None
    cells: list[Cell] = field(default_factory=list)


@pages.get("/<participant>")
def show(participant: str) -> Response | str:
    """Visits by forms with the status of each, the course above, what comes next."""
    if historical(participant):
        return redirect(url_for("registry.show", participant=participant))
    case = _case(participant)
    told = _course(case)
    repeating = [
        f for f in order() if current(f).repeats and roles.may_write_form(actor().role, f) and soa.cell(f, "ANY")
    ]
    visits, elsewhere = _visits(case), _elsewhere(case)
    return render_template(
        "participant.html",
        case=case,
        participant=case.id,
        course=told,
        line=timeline(told, house().clock.today()),
        consent=standing(case.record("SCR"), case.today) if _reads("IC", "SCR") else None,
        scopes={code.code: code.decode for code in WITHDRAWN_FROM.codes},
        moves=transfers.moves(reading(), case.id),
        move_to=elsewhere,
        may_agree=transfers.investigators(reading(), frozenset(s["code"] for s in elsewhere)),
        key=uuid.uuid4().hex,
        visits=visits,
        forms=sorted({(cell.form, cell.words) for visit in visits for cell in visit.cells}),
        repeating=[(f, form_words(f)) for f in repeating],
        can_add=roles.may(actor().role, "crf.write"),
        held=case.held(),
        may={v: roles.may(actor().role, v) for v in ("crf.sign", "crf.freeze", "query.raise", "data.verify")},
        seen={v.event: [c for c in case.crfs if c.event == v.event and c.answers.removed is None] for v in visits},
    )


def _elsewhere(case: Case) -> list[Row]:
    """Sites a participant can move to, for who may move one."""
    if not roles.may(actor().role, "participant.transfer"):
        return []
    return [s for s in reading().all("site", order_by="code") if s["code"] != case.participant["site_code"]]


def _course(case: Case) -> Course:
    """The course as far as the forms this role reads tell it: without the decision there is no arm, without SUR no operation."""
    seen = tuple(c for c in case.crfs if _reads(c.form, c.event))
    allocation = case.allocation if roles.may(actor().role, "allocation.read") else None
    return course(case.record(crfs=seen), allocation)


def _reads(form: str, event: str | None) -> bool:
    return roles.may_read_form(actor().role, form) and not roles.hides(actor().role, form, event=event)


def _case(participant: str) -> Case:
    with reading() as reader:
        return load(reader, participant_for(reader, actor(), participant, "participant.read"), house().clock)


def _visits(case: Case) -> list[Line]:
    """Every visit that has forms, in the order of the course; forms without a visit last."""
    planned = schedule.due(case.protocol, case.record(), case.allocation, case.today)
    drafts = {
        (d["event"], d["form"], d["occurrence"])
        for d in reading().all("draft", person=actor().person_id, participant=case.id)
    }
    places = {(d.event, d.form, d.occurrence): d for d in planned}
    entered = {(s["event"], s["form"], s["occurrence"]): s for s in case.states if s["revision"]}
    forms = {name: n for n, name in enumerate(soa.forms())}
    stood = {(r["event"], r["form"], r["occurrence"]): r for r in reading().all("due", participant=case.id)}
    lines: dict[str, Line] = {}
    for key in sorted(
        {*places, *entered}, key=lambda k: (soa.position(k[0]), soa.number(k[0]), forms.get(k[1], 99), k[2])
    ):
        if not _reads(key[1], key[0]):
            continue
        line = lines.setdefault(key[0], Line(key[0], event_words(key[0]), *_window(key[0], planned)))
        cell = _cell(case, key, places.get(key), entered.get(key), stood.get(key))
        line.cells.append(replace(cell, status="draft") if key in drafts and key not in entered else cell)
    return list(lines.values())


def _window(event: str, planned: tuple[Due, ...]) -> tuple[date | None, date | None]:
    dated = [(d.due_from, d.due_to) for d in planned if d.event == event and d.due_from and d.due_to]
    if not dated or event == "ANY":
        return None, None
    return min(first for first, _last in dated), max(last for _first, last in dated)


_STATUS = {
    Status.NOT_YET: "expected",
    Status.DUE: "due",
    Status.OVERDUE: "overdue",
    Status.MISSED: "missed",
    Status.CANCELLED: "cancelled",
}


def _cell(case: Case, key: tuple[str, str, int], due: Due | None, state: Row | None, stood: Row | None) -> Cell:
    event, form, occurrence = key
    status = _entered_status(case, state, stood) if state else _STATUS.get(due.status, "due") if due else "due"
    url = url_for("crf.show", participant=case.id, event=event, form=form, occurrence=occurrence)
    remark = _(due.reason) if due and due.reason else ""
    asked = sum((q["event"], q["form"], q["occurrence"]) == key and q["state"] == "open" for q in case.queries)
    return Cell(form, occurrence, status, form_words(form), url, remark, asked, stood["to_verify"] if stood else 0)


def _entered_status(case: Case, state: Row, row: Row | None) -> str:
    if kind := case.held(state["form"], state["event"], state["occurrence"]):
        return HELD[kind]
    if state["signed"]:
        return "signed"
    if state["status"] in ("not_done", "removed"):
        return str(state["status"])
    return "complete" if row and not (row["missing"] or row["asks"]) else "incomplete"


@pages.get("/<participant>/audit")
def audit(participant: str) -> str:
    """What happened, newest first: who, when, in which role, which rows."""
    case = _case(participant)
    before = max(0, request.args.get("before", 0, type=int))
    with reading() as reader:
        rows = journal.entries(
            reader, participant=case.id, before=before or None, newest_first=True, limit=trail.PAGE + 1
        )
    shown = [trail.entry(row, actor().role) for row in rows[: trail.PAGE]]
    older = shown[-1].seq if len(rows) > trail.PAGE else None
    return render_template("audit.html", case=case, participant=case.id, entries=shown, older=older, before=before)
