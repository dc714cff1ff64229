"""Participants, their forms, what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import request

from forms.answers import Crf, to_json
from forms.catalogue import definitions
from forms.checks import calculated
from trial import roles
from trial.actions import enter
from trial.actions.case import Case, load
from trial.actions.entry import Entry
from trial.actions.participants import add_participant
from trial.actions.permission import participant_for
from trial.content import calculated_json
from trial.eligibility import assess
from trial.errors import NotAllowed, NotFound
from trial.places import is_place
from trial.store import crfs, worklist
from trial.web.api.operations import PAGED, Param, operation, page
from trial.web.api.schemas import ANY, DAY, FLAG, MOMENT, NUMBER, TEXT, Schema, listed, many, maybe, record
from trial.web.house import actor, house, reading, writing
from trial.web.words import finding_words

PARTICIPANT = record({"id": TEXT, "site": TEXT, "created_at": MOMENT, "phase": TEXT, "overdue": NUMBER})
PLACE: dict[str, Schema] = {"event": TEXT, "form": TEXT, "occurrence": NUMBER}
SUMMARY = record({**PLACE, "revision": NUMBER, "version": NUMBER, "state": TEXT, "signed": FLAG, "held": maybe(TEXT)})
ANSWERS = {"type": "object", "description": "items, groups, missing, not_done, confirmed: as the page keeps them"}
CRF = record({**PLACE, "revision": NUMBER, "version": NUMBER, "answers": ANSWERS, "calculated": {"type": "object"}})
TYPED = record(
    {"items": {"type": "object"}},
    based_on=maybe(NUMBER), version=maybe(NUMBER), groups={"type": "object"}, missing={"type": "object"},
    not_done=maybe({"type": "object"}), confirmed={"type": "object"}, reasons={"type": "object"}, key=TEXT,
)  # fmt: skip
FINDING = record({"level": TEXT, "check": TEXT, "item": maybe(TEXT), "row": maybe(TEXT), "message": TEXT})
SAVED = record({"revision": NUMBER, "complete": FLAG, "changed": many(TEXT)})
REVISION = record(
    {"number": NUMBER, "version": NUMBER, "at": MOMENT, "author": maybe(TEXT), "source": TEXT, "reason": maybe(TEXT)}
)
DUE = record({"participant": TEXT, "site": TEXT, **PLACE, "due_from": DAY, "due_on": DAY, "due_to": DAY})
LINE = record({"id": TEXT, "text": TEXT, "verdict": TEXT, "sources": many(record({"key": TEXT, "shown": maybe(TEXT)}))})
CRF_PATH = "/participants/<participant>/crfs/<event>/<form>/<int:occurrence>"


@operation("GET", "/participants", "participant.list", "Participants of the sites the role reaches, newest first",
           gives=listed(PARTICIPANT), query=(*PAGED, Param("text", TEXT, "Part of the number.")))  # fmt: skip
def participants() -> Any:
    limit, offset = page()
    text, sites, today = request.args.get("text", "")[:40], actor().sites, house().clock.today()
    with reading() as reader:
        rows = worklist.participants_page(reader, sites, today=today, text=text, offset=offset, limit=limit)
        total = worklist.count_participants(reader, sites, text=text)
    return {"total": total, "items": [_participant(row) for row in rows]}


def _participant(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "site": row["site_code"], **{n: row[n] for n in ("created_at", "phase", "overdue")}}


@operation("POST", "/participants", "participant.create", "Give a new participant number",
           takes=record({"site": TEXT, "key": TEXT}), gives=record({"id": TEXT}), status=201)  # fmt: skip
def add(given: dict[str, Any]) -> Any:
    return {"id": add_participant(given["site"], uow=writing(), key=given["key"])}


@operation(
    "GET",
    "/participants/<participant>/crfs",
    "crf.read",
    "Forms that were saved, without their answers",
    gives=many(SUMMARY),
)
def crfs_of(participant: str) -> Any:
    case = _case(participant)
    return [_summary(case, crf) for crf in case.crfs if _reads(crf.form, crf.event)]


def _summary(case: Case, crf: Crf) -> dict[str, Any]:
    state = case.state(crf.form, crf.event, crf.occurrence)
    assert state is not None, "every saved form has its row"
    held = case.held(crf.form, crf.event, crf.occurrence)
    return {**_place(crf), "state": state["status"], "signed": state["signed"], "held": held}


def _place(crf: Crf) -> dict[str, Any]:
    return {
        "event": crf.event,
        "form": crf.form,
        "occurrence": crf.occurrence,
        "revision": crf.number,
        "version": crf.version,
    }


@operation("GET", CRF_PATH, "crf.read", "The answers of a form as they stand", gives=CRF)
def crf(participant: str, event: str, form: str, occurrence: int) -> Any:
    _readable(form, event, occurrence)
    case = _case(participant)
    saved = case.bare.at(form, event, occurrence)
    if saved is None or saved.answers.removed is not None:
        raise NotFound("crf", {"form": form, "event": event, "occurrence": occurrence})
    definition = definitions()[form, saved.version]
    worth = calculated_json(calculated(case.record(event), saved)) if saved.counts else {}
    answers = _seen(to_json(saved.answers, definition.kinds()), form, event)
    return {
        **_place(saved),
        "answers": answers,
        "calculated": {k: v for k, v in worth.items() if not _hides(form, k, event)},
    }


@operation(
    "PUT", CRF_PATH, "crf.write", "Save a form: refused, asked about, or the next revision", takes=TYPED, gives=SAVED
)
def save(participant: str, event: str, form: str, occurrence: int, given: dict[str, Any]) -> Any:
    done = enter.save_crf(_entry(participant, event, form, occurrence, given), uow=writing())
    return {"revision": done.revision, "complete": done.complete, "changed": done.changed}


@operation("POST", f"{CRF_PATH}/preview", "crf.write", "What saving would say; nothing is written",
           takes=TYPED, gives=record({"findings": many(FINDING), "calculated": ANY}))  # fmt: skip
def preview(participant: str, event: str, form: str, occurrence: int, given: dict[str, Any]) -> Any:
    told = enter.preview(_entry(participant, event, form, occurrence, given), uow=writing())
    found = [
        {"level": f.level, "check": f.id, "item": f.item, "row": f.row, "message": finding_words(f)}
        for f in told.findings
    ]
    return {"findings": found, "calculated": calculated_json(told.calculated)}


@operation("GET", f"{CRF_PATH}/history", "crf.read", "Every revision of a form: who, when, why", gives=many(REVISION))
def history(participant: str, event: str, form: str, occurrence: int) -> Any:
    _readable(form, event, occurrence)
    _case(participant)
    return [
        {"number": r["number"], "version": r["form_version"], "at": r["at"], "author": r["author_name"], "source": r["source"],
         "reason": r["reason"]}
        for r in crfs.history(reading(), participant, event, form, occurrence)
    ]  # fmt: skip


@operation("GET", "/participants/<participant>/eligibility", "eligibility.read", "The argument for or against eligibility",
           gives=record({"eligible": maybe(FLAG), "lines": many(LINE)}))  # fmt: skip
def eligibility(participant: str) -> Any:
    case = _case(participant, "eligibility.read")
    found = assess(case.protocol, case.record("SCR"))
    lines = [
        {
            "id": x.id,
            "text": x.text,
            "verdict": str(x.verdict),
            "sources": [{"key": s.key, "shown": s.shown} for s in x.sources],
        }
        for x in found.lines
    ]
    return {"eligible": found.eligible, "lines": lines}


@operation("GET", "/due", "due.read", "Forms that are owed now or soon", gives=many(DUE),
           query=(Param("days", {"type": "integer", "minimum": 0, "maximum": 365, "default": 14}, "How far ahead."),))  # fmt: skip
def due() -> Any:
    days = min(max(0, request.args.get("days", 14, type=int)), 365)
    rows = worklist.open_forms(reading(), actor().sites, today=house().clock.today(), ahead=timedelta(days), limit=5000)
    names = ("participant", *PLACE, "due_from", "due_on", "due_to")
    return [{**{n: r[n] for n in names}, "site": r["site_code"]} for r in rows if _reads(r["form"], r["event"])]


def _case(participant: str, verb: str = "crf.read") -> Case:
    reader = reading()
    with reader:
        return load(reader, participant_for(reader, actor(), participant, verb), house().clock)


def _entry(participant: str, event: str, form: str, occurrence: int, given: dict[str, Any]) -> Entry:
    raw = {
        name: given[name]
        for name in ("items", "groups", "missing", "not_done", "confirmed")
        if given.get(name) is not None
    }
    return Entry(
        participant, event, form, occurrence, based_on=given.get("based_on"), version=given.get("version"),
        raw=raw, reasons=given.get("reasons", {}), key=given.get("key"), source="api",
    )  # fmt: skip


def _reads(form: str, event: str) -> bool:
    return roles.may_read_form(actor().role, form) and not roles.hides(actor().role, form, event=event)


def _readable(form: str, event: str, occurrence: int) -> None:
    if not is_place(form, event, occurrence):
        raise NotFound("form", {"form": form, "event": event})
    if not _reads(form, event):
        raise NotAllowed(actor().role, f"crf.read:{form}")


def _hides(form: str, item: str, event: str) -> bool:
    return roles.hides(actor().role, form, item, event=event)


def _seen(document: dict[str, Any], form: str, event: str) -> dict[str, Any]:
    """The document without the items that are hidden from the role."""

    def kept(values: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in values.items() if not _hides(form, k, event)}

    groups = {
        g: [{**row, "items": kept(row["items"])} for row in rows] for g, rows in document.get("groups", {}).items()
    }
    return document | {"items": kept(document["items"])} | ({"groups": groups} if groups else {})
