"""Queries, verification, freezing and locking, imports, deviations, the audit trail."""

from __future__ import annotations

import io
from dataclasses import asdict
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from trial.actions import hold as holds
from trial.actions import verify_data
from trial.actions.hold import Scope
from trial.actions.import_kinds import kind_named
from trial.actions.import_order import Order
from trial.actions.imports import import_file
from trial.actions.permission import participant_for
from trial.actions.queries import Question, act_on, raise_query
from trial.errors import NotFound
from trial.imports.tabular import FileUnreadable
from trial.queries import LIVE
from trial.store import deviations as breaches
from trial.store import journal, office
from trial.store.journal import Sought
from trial.web import trail
from trial.web.api.operations import PAGED, Param, operation, page
from trial.web.api.schemas import DAY, FLAG, MOMENT, NUMBER, TEXT, listed, many, maybe, only, record
from trial.web.house import actor, house, reading, writing
from trial.web.imports import words_of as verdict_words
from trial.web.queries import readable_forms, words_of

QUERY = record({
    "id": NUMBER, "participant": TEXT, "site": TEXT, "event": maybe(TEXT), "form": maybe(TEXT), "occurrence": maybe(NUMBER),
    "path": TEXT, "state": TEXT, "source": TEXT, "words": TEXT, "raised_at": MOMENT, "changed_at": MOMENT, "ended_at": maybe(MOMENT),
})  # fmt: skip
REMARK = record({"number": NUMBER, "act": TEXT, "state": TEXT, "words": TEXT, "role": maybe(TEXT), "at": MOMENT})
ENTRY = record(
    {
        "seq": NUMBER,
        "at": MOMENT,
        "name": TEXT,
        "role": TEXT,
        "tag": TEXT,
        "participant": TEXT,
        "what": TEXT,
        "sha256": TEXT,
    }
)
HOLD = record({"id": NUMBER, "kind": TEXT, "site": maybe(TEXT), "participant": maybe(TEXT), "event": maybe(TEXT), "form": maybe(TEXT),
               "occurrence": maybe(NUMBER), "reason": TEXT, "at": MOMENT})  # fmt: skip
DEVIATION = record({"participant": TEXT, "site": TEXT, "occurrence": NUMBER, "on": DAY, "category": maybe(TEXT), "severity": maybe(TEXT),
                    "source": TEXT, "term": TEXT})  # fmt: skip
RUN = record({"run": maybe(NUMBER), "state": TEXT, "counts": {"type": "object"}, "foreign": many(TEXT),
              "rejected": many(record({"line": NUMBER, "participant": maybe(TEXT), "words": TEXT}))})  # fmt: skip
DONE = record({"done": NUMBER})


@operation("GET", "/queries", "query.read", "Queries of the sites the role reaches, oldest first", gives=listed(QUERY),
           query=(*PAGED, Param("live", FLAG, "Only those that wait for somebody; all of them without it.")))  # fmt: skip
def queries() -> Any:
    limit, offset = page()
    states = LIVE if request.args.get("live", "false") == "true" else ALL_STATES
    narrowed: dict[str, Any] = {"states": states, "forms": readable_forms()}
    with reading() as reader:
        rows = office.queries(reader, actor().sites, offset=offset, limit=limit, **narrowed)
        total = office.count_queries(reader, actor().sites, **narrowed)
    return {"total": total, "items": [_query(row) for row in rows]}


ALL_STATES = frozenset({"candidate", "open", "answered", "closed", "cancelled", "resolved"})


def _query(row: dict[str, Any]) -> dict[str, Any]:
    made = {"words": words_of(row), "site": row["site_code"]}
    return {name: made[name] if name in made else row[name] for name in QUERY["properties"]}


@operation("GET", "/queries/<int:number>/thread", "query.read", "What was said, in order", gives=many(REMARK))
def thread(number: int) -> Any:
    row = reading().the("query", id=number)
    participant_for(reading(), actor(), row["participant"], "query.read")
    if row["form"] is not None and (forms := readable_forms()) is not None and row["form"] not in forms:
        raise NotFound("query", {"id": number})
    return [only(r, REMARK) for r in office.thread(reading(), number)]


@operation("POST", "/queries", "query.raise", "Ask about a participant, a visit, a form or a value", status=201,
           takes=record({"participant": TEXT, "words": TEXT, "key": TEXT}, event=TEXT, form=TEXT, occurrence=NUMBER, path=TEXT),
           gives=record({"id": NUMBER}))  # fmt: skip
def ask(given: dict[str, Any]) -> Any:
    return {"id": raise_query(Question(**given), uow=writing())}


@operation("POST", "/queries/<int:number>/<act>", "query.read", "Answer, close, reopen, cancel, open a proposed one",
           takes=record({"words": TEXT}), gives=DONE)  # fmt: skip
def act(number: int, act: str, given: dict[str, Any]) -> Any:
    return {"done": act_on([number], act, given["words"], uow=writing())}


@operation("POST", "/participants/<participant>/crfs/<event>/<form>/<int:occurrence>/verification", "data.verify",
           "Mark values as compared with their source; all of the form without `paths`",
           takes=record({"revision": NUMBER}, paths=many(TEXT)), gives=DONE)  # fmt: skip
def verify(participant: str, event: str, form: str, occurrence: int, given: dict[str, Any]) -> Any:
    place = (participant, event, form, occurrence)
    return {
        "done": verify_data.verify_values(*place, revision=given["revision"], paths=given.get("paths"), uow=writing())
    }


@operation("GET", "/holds", "due.read", "What is frozen or locked, in force", gives=many(HOLD))
def held() -> Any:
    rows = reading().all("hold", order_by="id", lifted_at=None)
    return [only(row, HOLD) for row in rows if _reached(row)]


def _reached(row: dict[str, Any]) -> bool:
    site = row["site"] or (
        reading().the("participant", id=row["participant"])["site_code"] if row["participant"] else None
    )
    return actor().reaches(site)


@operation("POST", "/holds", "crf.freeze", "Freeze or lock the study, a site, a participant or a form", status=201,
           takes=record({"kind": {"enum": ["freeze", "lock"]}, "reason": TEXT}, site=TEXT, participant=TEXT, event=TEXT, form=TEXT,
                        occurrence=NUMBER), gives=record({"id": NUMBER}))  # fmt: skip
def place(given: dict[str, Any]) -> Any:
    if given["kind"] not in ("freeze", "lock"):
        raise BadRequest("kind is freeze or lock")
    scope = {name: value for name, value in given.items() if name not in ("kind", "reason")}
    return {"id": holds.place(given["kind"], Scope(**scope), given["reason"], uow=writing())}


@operation(
    "DELETE",
    "/holds/<int:number>",
    "crf.freeze",
    "Open again what was held",
    takes=record({"reason": TEXT}),
    gives=HOLD,
)
def lift(number: int, given: dict[str, Any]) -> Any:
    row = holds.lift(number, given["reason"], uow=writing())
    return only(row, HOLD)


@operation("GET", "/deviations", "deviation.read", "Protocol deviations; what may tell an arm to a blinded role is counted and not shown",
           gives=record({"items": many(DEVIATION), "hidden": NUMBER}))  # fmt: skip
def deviations() -> Any:
    found = breaches.deviations(reading(), actor().role, actor().sites)
    shown = [{name: getattr(d, name) for name in DEVIATION["properties"]} for d in found if not d.hidden]
    return {"items": shown, "hidden": sum(d.hidden for d in found)}


@operation("GET", "/audit", "audit.read", "Entries of the audit trail, newest first", gives=many(ENTRY),
           query=(PAGED[0], Param("participant", TEXT, "Of one participant."), Param("kind", TEXT, "Beginning of a tag."),
                  Param("before", NUMBER, "Below this entry.")))  # fmt: skip
def audit() -> Any:
    limit, _offset = page()
    name = request.args.get("participant", "").strip().upper()[:32]
    if name:
        participant_for(reading(), actor(), name, "audit.read")
    sought = Sought(actor().sites, name, request.args.get("kind", "")[:40])
    rows = journal.found(reading(), sought, before=request.args.get("before", type=int), limit=limit)
    return [_entry(trail.entry(row, actor().role)) for row in rows]


def _entry(entry: trail.Entry) -> dict[str, Any]:
    told = asdict(entry) | {"sha256": entry.hash, "name": entry.name or "", "what": "" if entry.hidden else entry.what}
    return only(told, ENTRY)


@operation("POST", "/imports/<kind>", "import.data", "Read a CSV file (the body) in, with the same checks as the screen", gives=RUN,
           query=(Param("name", TEXT, "Name of the file."), Param("dry", FLAG, "Only say what would happen (the default)."),
                  Param("mode", {"enum": ["row", "all"], "default": "row"}, "Form by form, or all or nothing."),
                  Param("reason", TEXT, "Why saved values change.")))  # fmt: skip
def take(kind: str) -> Any:
    mode = "all" if request.args.get("mode") == "all" else "row"
    dry, reason = request.args.get("dry", "true") != "false", request.args.get("reason", "")
    order = Order(request.args.get("name", "api.csv")[:200], mode, dry, reason)
    try:
        file = io.BytesIO(request.get_data(cache=False))
        done = import_file(
            file, order, kind_named(kind, lambda: house().model.manifest), files=house().files, uow=writing()
        )
    except FileUnreadable as problem:
        raise BadRequest(_(problem.message) % problem.args_ if problem.args_ else _(problem.message)) from problem
    rejected = [{"line": v.line, "participant": v.participant, "words": verdict_words(v)} for v in done.rejected]
    return {
        "run": done.run,
        "state": done.state,
        "counts": done.counts,
        "foreign": list(done.foreign),
        "rejected": rejected,
    }
