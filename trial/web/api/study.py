"""The study, its forms and sites, and who asks."""

from __future__ import annotations

from typing import Any

from flask import request

from forms.catalogue import definitions, digest, order
from forms.frozen import form_to_json
from trial.errors import NotFound
from trial.protocol import PROTOCOL
from trial.store import notices as told
from trial.web.api.openapi import document
from trial.web.api.operations import operation, page
from trial.web.api.schemas import ANY, DAY, MOMENT, NUMBER, TEXT, listed, many, maybe, only, record
from trial.web.house import actor, reading, someone

ME = record({"id": NUMBER, "username": TEXT, "full_name": TEXT, "role": TEXT, "sites": maybe(many(TEXT))})
SITE = record({"code": TEXT, "name": TEXT, "opened_on": DAY, "target": maybe(NUMBER)})
FORM = record({"form": TEXT, "version": NUMBER, "title": TEXT, "sha256": TEXT})
NAMED = record({"study": TEXT, "version": TEXT, "title": TEXT})
NOTICE = record({"id": NUMBER, "kind": TEXT, "participant": maybe(TEXT), "at": MOMENT, "seen_at": maybe(MOMENT)})


@operation("GET", "/openapi.json", "study.read", "This document", gives=ANY)
def openapi() -> Any:
    return document(request.host_url.rstrip("/"))


@operation("GET", "/me", "study.read", "Who the token stands for, in which role, at which sites", gives=ME)
def me() -> Any:
    who, as_ = someone(), actor()
    sites = None if as_.sites is None else sorted(as_.sites)
    return {"id": who.id, "username": who.username, "full_name": who.full_name, "role": as_.role, "sites": sites}


@operation("GET", "/sites", "participant.list", "Sites that the role reaches", gives=many(SITE))
def sites() -> Any:
    rows = reading().all("site", order_by="code")
    return [only(row, SITE) for row in rows if actor().reaches(row["code"])]


@operation("GET", "/forms", "study.read", "Every released version of every form", gives=many(FORM))
def forms() -> Any:
    found = sorted(definitions().values(), key=lambda f: (order().index(f.oid) if f.oid in order() else 99, f.version))
    return [{"form": f.oid, "version": f.version, "title": f.title, "sha256": digest(f)} for f in found]


@operation(
    "GET",
    "/forms/<form>/<int:number>",
    "study.read",
    "One form: items, codes, checks, as they were released",
    gives=ANY,
)
def form(form: str, number: int) -> Any:
    if (form, number) not in definitions():
        raise NotFound("form", {"form": form, "version": number})
    return form_to_json(definitions()[form, number])


@operation(
    "GET",
    "/protocol",
    "study.read",
    "The protocol in force, by name and version",
    gives=NAMED,
)
def protocol() -> Any:
    return {"study": PROTOCOL.study_id, "version": PROTOCOL.version, "title": PROTOCOL.title}


@operation("GET", "/notices", "study.read", "One's own notices, those not seen first", gives=listed(NOTICE))
def notices() -> Any:
    limit, offset = page()
    rows = told.newest(reading(), someone().id)
    shown = [only(row, NOTICE) for row in rows[offset : offset + limit]]
    return {"total": len(rows), "items": shown}
