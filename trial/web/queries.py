"""Queries: the list by state, one query with its thread, asking, answering, closing many at once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from forms.catalogue import current, definitions
from forms.findings import Finding
from trial import roles
from trial.actions import queries as actions
from trial.actions.permission import participant_for
from trial.actions.queries import Question
from trial.errors import NotAllowed, NotFound, VigilError
from trial.queries import ACT_WORDS, LIVE, NEEDS_WORDS, SOURCES, STATE_WORDS, possible
from trial.store import office
from trial.store.reading import Row
from trial.web.crf_past import label_of
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing
from trial.web.words import event_words, finding_words, place_words

pages = Blueprint("queries", __name__)
PAGE = 50
SHOWN: Mapping[str, frozenset[str]] = {
    "open": frozenset({"open"}),
    "answered": frozenset({"answered"}),
    "candidate": frozenset({"candidate"}),
    "ended": frozenset(STATE_WORDS) - LIVE,
}
AGES = (7, 14, 28)
"""Days at which a query counts as older."""


@dataclass(frozen=True)
class Line:
    """One query as a list shows it."""

    row: Row
    place: str
    item: str
    words: str
    url: str
    age: int
    acts: tuple[str, ...]


def words_of(row: Mapping[str, Any]) -> str:
    """The question, translated where the system asks it."""
    told = row["said"]
    return finding_words(Finding("soft", "", told["message"], args=told["args"])) if told else str(row["words"])


def place_of(row: Mapping[str, Any]) -> str:
    """Where it points, without the item."""
    if row["form"]:
        return place_words(row["form"], row["event"], row["occurrence"])
    return event_words(row["event"]) if row["event"] else _("The participant as a whole")


def item_of(row: Mapping[str, Any]) -> str:
    """The label of the item; "" for a whole form."""
    if not row["path"]:
        return ""
    known = definitions()[row["form"], current(row["form"]).version]
    return label_of(known, row["path"])


def line_of(row: Row, now: datetime) -> Line:
    """A row of `query` for the list; its age in whole days, to its end if it has one."""
    age = ((row["ended_at"] or now) - row["raised_at"]).days
    return Line(row, place_of(row), item_of(row), words_of(row), _source_url(row), age, possible(actor().role, row))


def _source_url(row: Mapping[str, Any]) -> str:
    if not row["form"]:
        return url_for("participants.show", participant=row["participant"])
    place = {name: row[name] for name in ("participant", "event", "form", "occurrence")}
    anchor = f"item-{row['path']}" if row["path"] and "/" not in row["path"] else None
    return url_for("crf.show", **place, _anchor=anchor)


def _forms() -> frozenset[str] | None:
    return roles.ROLES[actor().role].forms


@pages.get("/queries")
def listing() -> str:
    """Queries of the sites the role reaches, oldest first, by state; figures by site above."""
    return _listing()


def _listing(refusal: Said | None = None) -> str:
    state = request.args.get("state", "open")
    state = state if state in SHOWN else "open"
    source, text = request.args.get("source", ""), request.args.get("text", "")[:40]
    page = max(1, request.args.get("page", 1, type=int))
    narrowed: dict[str, Any] = {"source": source if source in SOURCES else "", "forms": _forms(), "text": text}
    now = house().clock.now()
    with reading() as reader:
        counts = {s: office.count_queries(reader, actor().sites, states=SHOWN[s], **narrowed) for s in SHOWN}
        first = (page - 1) * PAGE
        rows = office.queries(reader, actor().sites, states=SHOWN[state], offset=first, limit=PAGE, **narrowed)
        figures = by_site(office.query_figures(reader, actor().sites), now)
    return render_template(
        "queries.html", lines=[line_of(r, now) for r in rows], state=state, source=source, text=text, counts=counts, page=page,
        last=max(1, -(-counts[state] // PAGE)), figures=figures, ages=AGES, refusal=refusal, sources=SOURCES, states=SHOWN,
        closes=roles.may(actor().role, "query.raise"),
    )  # fmt: skip


def by_site(rows: list[Row], now: datetime) -> list[dict[str, Any]]:
    """Figures a site: how many are open, answered, ended; of the open ones how old; median days to the end."""
    sites = sorted({r["site_code"] for r in rows})
    return [_figures(site, [r for r in rows if r["site_code"] == site], now) for site in sites]


def _figures(site: str, rows: list[Row], now: datetime) -> dict[str, Any]:
    live = [now - r["raised_at"] for r in rows if r["state"] == "open"]
    ended = sorted(r["ended_at"] - r["raised_at"] for r in rows if r["ended_at"])
    edges = [timedelta(days=d) for d in AGES]
    within = [
        sum(low <= age < high for age in live)
        for low, high in zip([timedelta(0), *edges], [*edges, timedelta.max], strict=True)
    ]
    return {
        "site": site, "open": len(live), "ages": within, "answered": sum(r["state"] == "answered" for r in rows), "ended": len(ended),
        "median": ended[len(ended) // 2].days if ended else None,
    }  # fmt: skip


@pages.post("/queries")
def bulk() -> Response | str:
    """One act to every query that was ticked: all or none."""
    chosen = [int(n) for n in request.form.getlist("query") if n.isdecimal()]
    act = request.form.get("act", "")
    try:
        done = actions.act_on(chosen, act, request.form.get("words", ""), uow=writing()) if chosen else 0
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_listing(words), words.status)
    flash(ngettext("%(num)d query changed.", "%(num)d queries changed.", done), "good")
    return redirect(url_for("queries.listing", state=request.args.get("state"), source=request.args.get("source")), 303)


def _row(number: int) -> Row:
    row = reading().the("query", id=number)
    participant_for(reading(), actor(), row["participant"], "query.read")
    if row["form"] and not roles.may_read_form(actor().role, row["form"]):
        raise NotAllowed(actor().role, f"crf.read:{row['form']}")
    return row


@pages.get("/queries/<int:number>")
def show(number: int) -> str:
    """One query: what was asked, about what, all that was said, what can be done."""
    return _page(number)


def _page(number: int, refusal: Said | None = None) -> str:
    row = _row(number)
    thread = office.thread(reading(), number)
    line = line_of(row, house().clock.now())
    given = reading().one("person", id=row["assigned"]) if row["assigned"] else None
    return render_template(
        "query.html", line=line, row=row, thread=thread, refusal=refusal, acts=ACT_WORDS, source=_(SOURCES[row["source"]][1]), given=given,
        typed=request.form.get("words", ""), needs=NEEDS_WORDS, participant=row["participant"],
    )  # fmt: skip


@pages.post("/queries/<int:number>")
def act(number: int) -> Response | str:
    """Answer, close, reopen, cancel, remark."""
    _row(number)
    what = request.form.get("act", "")
    try:
        actions.act_on([number], what, request.form.get("words", ""), uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_page(number, words), words.status)
    flash(_("The query is %(state)s now.", state=_(STATE_WORDS[reading().the("query", id=number)["state"]])), "good")
    return redirect(url_for("queries.show", number=number), 303)


def _question(participant: str, words: str, key: str | None) -> Question:
    given = request.values
    occurrence = given.get("occurrence", "1")
    form = given.get("form") or None
    return Question(
        participant, words, given.get("event") or None, form, int(occurrence) if form and occurrence.isdecimal() else None,
        given.get("path", "")[:120], key, given.get("source") == "coding",
    )  # fmt: skip


@pages.route("/participants/<participant>/ask", methods=["GET", "POST"])
def ask(participant: str) -> Response | str:
    """Ask about an item, a form, a visit, or the participant."""
    participant_for(reading(), actor(), participant, "query.raise")
    typed = request.form.get("words", "")
    question = _question(participant, typed, request.form.get("key"))
    row = {"participant": participant, **question.place, "path": question.path}
    refusal = None
    if request.method == "POST":
        try:
            number = actions.raise_query(question, uow=writing())
        except (NotAllowed, NotFound):
            raise
        except VigilError as problem:
            refusal = said(problem)
        else:
            flash(_("Query %(number)d is open.", number=number), "good")
            return redirect(_source_url(row), 303)
    if question.form and (question.form, current(question.form).version) not in definitions():
        raise NotFound("form", {"form": question.form})
    page = render_template(
        "ask.html", participant=participant, question=question, place=place_of(row), item=item_of(row), refusal=refusal, typed=typed,
        key=uuid.uuid4().hex, back=_source_url(row),
    )  # fmt: skip
    return make_response(page, refusal.status if refusal else 200)
