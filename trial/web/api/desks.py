"""Safety reports, coding, reference ranges, the pre-consent log, transfers, versions of the protocol, the steps before the lock."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from werkzeug.exceptions import BadRequest

from trial import roles
from trial.actions import amend, checklist, coding, safety, screening, transfers
from trial.coding import PROPOSED, RECODE, UNCODED
from trial.screening_log import Line
from trial.store import coding as terms_stored
from trial.store import ranges as ranges_stored
from trial.store import screening as logged
from trial.web.api.operations import PAGED, Param, operation, page
from trial.web.api.schemas import DAY, FLAG, MOMENT, NUMBER, TEXT, listed, many, maybe, only, record
from trial.web.house import actor, house, reading, writing

CLOCK = record({"label": TEXT, "state": TEXT, "due": maybe(MOMENT)})
SERIOUS = record({"participant": TEXT, "occurrence": NUMBER, "term": maybe(TEXT), "grade": maybe(NUMBER), "criteria": many(TEXT),
                  "investigator": maybe(TEXT), "sponsor": maybe(TEXT), "expected": maybe(TEXT), "susar": maybe(FLAG), "open": FLAG,
                  "to_do": many(TEXT), "clocks": many(CLOCK)})  # fmt: skip
GROUP = record({"folded": TEXT, "text": TEXT, "places": NUMBER, "participants": NUMBER})
CODED = record({"approved": NUMBER, "proposed": NUMBER, "unchanged": NUMBER, "held": NUMBER, "left": NUMBER})
RANGE = record({"id": NUMBER, "site": maybe(TEXT), "test": TEXT, "unit": TEXT, "sex": maybe(TEXT), "age_from": maybe(NUMBER),
                "age_to": maybe(NUMBER), "low": maybe(TEXT), "high": maybe(TEXT), "valid_from": DAY, "valid_to": DAY,
                "source": TEXT})  # fmt: skip
LOGGED = record({"id": NUMBER, "site": TEXT, "month": TEXT, "age_band": TEXT, "sex": TEXT, "reason": TEXT})
NUMBERED = record({"id": NUMBER})
VERSION = record({"site": TEXT, "active": {"type": "object"}, "participants": maybe({"type": "object"})})
STEP = record({"id": TEXT, "left": NUMBER, "where": many(TEXT)})


@operation(
    "GET",
    "/safety",
    "safety.read",
    "Serious events with their judgements and clocks, what is overdue first",
    gives=many(SERIOUS),
)
def serious() -> Any:
    with reading() as reader:
        lines = safety.desk(reader, actor().sites, house().clock, house().settings.zone)
    names = (
        "participant",
        "term",
        "grade",
        "criteria",
        "investigator",
        "sponsor",
        "expected",
        "susar",
        "open",
        "to_do",
    )
    return [
        {**{n: getattr(x, n) for n in names}, "occurrence": x.sae.occurrence, "clocks": [_clock(c) for c in x.clocks]}
        for x in lines
    ]


def _clock(clock: Any) -> dict[str, Any]:
    return {"label": clock.label, "state": str(clock.state), "due": clock.due}


@operation(
    "GET",
    "/coding/<kind>",
    "code.terms",
    "Texts that wait for a code, the most frequent first",
    gives=listed(GROUP),
    query=PAGED,
)
def uncoded(kind: str) -> Any:
    limit, offset = page()
    states = (UNCODED, PROPOSED, RECODE)
    rows = terms_stored.groups(reading(), actor().sites, kind, states, offset=offset, limit=limit)
    return {"total": terms_stored.count_groups(reading(), actor().sites, kind, states), "items": rows}


@operation("POST", "/coding/<kind>", "code.terms", "Code every term of a text", gives=CODED,
           takes=record({"folded": TEXT, "code": TEXT}, reason=TEXT, approve=FLAG, keep=FLAG))  # fmt: skip
def code(kind: str, given: dict[str, Any]) -> Any:
    more = {name: value for name, value in given.items() if name not in ("folded", "code")}
    done = coding.code_term(kind, given["folded"], given["code"], uow=writing(), **more)
    return {name: getattr(done, name) for name in CODED["properties"]}


@operation("GET", "/ranges", "ranges.read", "Reference ranges of laboratories", gives=many(RANGE),
           query=(Param("site", TEXT, "Of one site."), Param("test", TEXT, "Of one test.")))  # fmt: skip
def ranges() -> Any:
    rows = ranges_stored.listed(
        reading(), actor().sites, site=request.args.get("site", ""), test=request.args.get("test", "").upper()
    )
    return [only(row, RANGE) for row in rows]


@operation("GET", "/screening-log", "participant.log", "Lines of the pre-consent log of own sites", gives=many(LOGGED))
def screening_lines() -> Any:
    return [only(row, LOGGED) for row in logged.lines(reading(), actor().sites)]


@operation("POST", "/screening-log", "participant.log", "Count somebody who was not approached, or declined", status=201, gives=NUMBERED,
           takes=record({"site": TEXT, "month": TEXT, "age_band": TEXT, "sex": TEXT, "reason": TEXT, "key": TEXT}))  # fmt: skip
def log(given: dict[str, Any]) -> Any:
    line = Line(*(given[name] for name in ("month", "age_band", "sex", "reason")))
    return {"id": screening.log_before_consent(given["site"], line, uow=writing(), key=given["key"])}


@operation("POST", "/participants/<participant>/transfer", "participant.transfer", "Move a participant to another site", status=201,
           takes=record({"to_site": TEXT, "on": TEXT, "reason": TEXT, "agreed_by": TEXT, "key": TEXT}), gives=NUMBERED)  # fmt: skip
def transfer(participant: str, given: dict[str, Any]) -> Any:
    order = transfers.Order(participant, given["to_site"], _day(given["on"]), given["reason"], given["agreed_by"])
    return {"id": transfers.transfer(order, uow=writing(), key=given["key"])}


@operation(
    "GET",
    "/versions",
    "study.read",
    "Versions of the protocol in force at each site, and who is on which",
    gives=many(VERSION),
)
def versions() -> Any:
    with reading() as reader:
        found = amend.places(reader, actor())
    return [
        {"site": p.code, "active": {v: row["approved_on"] for v, row in p.active.items()}, "participants": p.on}
        for p in found
    ]


@operation("POST", "/versions/<version>/activations", "amendment.activate", "Let a site work under a version", status=201,
           takes=record({"site": TEXT, "approved_on": TEXT}), gives=record({"moved": many(TEXT)}))  # fmt: skip
def activate(version: str, given: dict[str, Any]) -> Any:
    return {"moved": amend.activate(version, given["site"], _day(given["approved_on"]), uow=writing())}


@operation("GET", "/checklist", "crf.freeze", "Steps before the lock, counted on the data as they stand", gives=many(STEP),
           query=(Param("site", TEXT, "Of one site; of the study without it."),))  # fmt: skip
def steps() -> Any:
    with reading() as reader:
        found = checklist.count(reader, request.args.get("site") or None, house().clock)
    shown = roles.ROLES[actor().role].scope == "all"
    return [{"id": s.id, "left": s.left, "where": list(s.where) if shown else []} for s in found]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise BadRequest(f"a date is written YYYY-MM-DD, not {text[:40]}") from problem
