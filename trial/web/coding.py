"""Coding: verbatim terms by their text, codes to approve, the list of synonyms.

Many participants stand in these lists, so a term on a form that only one arm has is shown without its participant (`trial.blinding`);
it is coded by its text all the same, and asked about from the form itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import coding as actions
from trial.coding import APPROVED, HOW_WORDS, PROPOSED, RECODE, STATE_WORDS, UNCODED
from trial.dictionaries.terms import KINDS, LEVEL_WORDS, MEDDRA
from trial.errors import NotAllowed, NotFound, VigilError
from trial.store import coding
from trial.store.reading import Reader, Row
from trial.web.errors import Said, said
from trial.web.house import actor, reading, writing

pages = Blueprint("coding", __name__)
PAGE = 50
SHOWN: Mapping[str, frozenset[str]] = {state: frozenset({state}) for state in (UNCODED, PROPOSED, RECODE, APPROVED)}


def _kind() -> str:
    given = request.values.get("kind", MEDDRA)
    return given if given in KINDS else MEDDRA


@pages.get("/data/coding")
def listing() -> str:
    """Terms by their text, the most frequent first, by where they stand."""
    return _listing()


def _listing(refusal: Said | None = None) -> str:
    kind, state = _kind(), request.args.get("state", UNCODED)
    state = state if state in SHOWN else UNCODED
    text, page = request.args.get("text", "")[:80], max(1, request.args.get("page", 1, type=int))
    with reading() as reader:
        counts = {s: coding.count_groups(reader, actor().sites, kind, SHOWN[s], text=text) for s in SHOWN}
        rows = coding.groups(reader, actor().sites, kind, SHOWN[state], text=text, offset=(page - 1) * PAGE, limit=PAGE)
        used = {k: coding.in_use(reader, k) for k in KINDS}
        lines = [(row, [] if state == UNCODED else _codes(reader, kind, row, state)) for row in rows]
    return render_template(
        "coding.html", lines=lines, kind=kind, kinds=KINDS, state=state, states=STATE_WORDS, counts=counts, text=text, page=page,
        last=max(1, -(-counts[state] // PAGE)), used=used, refusal=refusal, how=HOW_WORDS,
    )  # fmt: skip


def _codes(reader: Reader, kind: str, group: Row, state: str) -> list[dict[str, Any]]:
    """What waits for approval under one text, or what stands: each choice once, with the numbers of its codings."""
    wanted = PROPOSED if state == PROPOSED else APPROVED
    return _choices([r for r in coding.history(reader, actor().sites, kind, group["folded"]) if r["state"] == wanted])


@pages.get("/data/coding/term")
def term() -> str:
    """One text: where it stands, what was chosen, what may be chosen."""
    return _term()


def _term(refusal: Said | None = None) -> str:
    kind, folded = _kind(), request.values.get("folded", "")
    with reading() as reader:
        places = coding.terms(reader, actor().sites, kind, folded)
        if not places:
            raise NotFound("verbatim", {"folded": folded})
        used = coding.in_use(reader, kind)
        sought = request.args.get("search", places[0]["text"])[:200]
        found = _found(reader, used, sought) if used else []
        paths = {row["code"]: coding.codes_of(reader, used, row) for row in found} if used else {}
        past = coding.history(reader, actor().sites, kind, folded)
        listed = reader.all("synonym", kind=kind, folded=folded, removed_at=None)
    seen = [place for place in places if not hidden(place)]
    return render_template(
        "coding_term.html", kind=kind, name=KINDS[kind], folded=folded, places=seen, hidden=len(places) - len(seen), text=places[0]["text"],
        used=used, sought=sought, found=found, paths=paths, past=_choices(past), refusal=refusal, how=HOW_WORDS, states=STATE_WORDS,
        standing=any(row["state"] == APPROVED for row in past), listed=listed, levels=LEVEL_WORDS, typed=request.form,
    )  # fmt: skip


def _found(reader: Reader, used: Row, sought: str) -> list[Row]:
    """What may be chosen: what a search finds, or all that stands under one preferred term."""
    if under := request.args.get("under", "")[:16]:
        return coding.below(reader, used["id"], used["kind"], under)
    return coding.search(reader, used, sought)


def hidden(place: Row) -> bool:
    """Whether naming the participant in a list of many would tell an arm."""
    item = place["path"].rpartition("/")[2]
    hides = (roles.hides(actor().role, place["form"], o, event=place["event"], aggregate=True) for o in (None, item))
    return any(hides)


def _choices(past: list[Row]) -> list[dict[str, Any]]:
    """Codes that were chosen for a text, each once with how many terms have it in each state, the first chosen first."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in past:
        key = (row["code"], row["version"], row["how"], row["state"], row["reason"], row["ended_because"])
        line = found.setdefault(key, {**row, "n": 0, "numbers": []})
        line["n"] += 1
        line["numbers"].append(row["id"])
    return list(found.values())


@pages.post("/data/coding/term")
def code() -> Response | str:
    """Code every term of a text."""
    given, kind, folded = request.form, _kind(), request.form.get("folded", "")
    options = {
        "approve": given.get("do") != "propose",
        "keep": bool(given.get("keep")),
        "reason": given.get("reason", ""),
    }
    try:
        done = actions.code_term(kind, folded, given.get("code", ""), uow=writing(), **options)  # type: ignore[arg-type]
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_term(words), words.status)
    flash(_done(done), "good")
    return redirect(url_for("coding.listing", kind=kind, state=given.get("back") or None), 303)


def _done(done: actions.Coded) -> str:
    told = (
        (done.approved, ngettext("%(num)d term is coded.", "%(num)d terms are coded.", done.approved)),
        (
            done.proposed,
            ngettext("%(num)d code waits for approval.", "%(num)d codes wait for approval.", done.proposed),
        ),
        (done.unchanged, ngettext("%(num)d was coded so already.", "%(num)d were coded so already.", done.unchanged)),
        (
            done.held,
            ngettext(
                "%(num)d is frozen or locked and was left.", "%(num)d are frozen or locked and were left.", done.held
            ),
        ),
        (done.left, ngettext("%(num)d is left to you.", "%(num)d are left to you.", done.left)),
    )
    return " ".join(words for n, words in told if n) or _("There was nothing to code.")


@pages.post("/data/coding/auto")
def auto() -> Response:
    """Code what is certain, propose what looks alike."""
    flash(_done(actions.autocode(uow=writing(), kinds={_kind()})), "good")
    return redirect(url_for("coding.listing", kind=_kind()), 303)


@pages.post("/data/coding/judge")
def judge() -> Response | str:
    """Approve or reject the proposals that were ticked: all or none."""
    numbers = [int(n) for value in request.form.getlist("coding") for n in value.split(",") if n.isdecimal()]
    reason = request.form.get("reason", "")
    try:
        if request.form.get("do") == "reject":
            n = actions.reject(numbers, reason, uow=writing()) if numbers else 0
            flash(ngettext("%(num)d proposal was rejected.", "%(num)d proposals were rejected.", n), "good")
        else:
            n = actions.approve(numbers, reason, uow=writing()).approved if numbers else 0
            flash(ngettext("%(num)d code was approved.", "%(num)d codes were approved.", n), "good")
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_listing(words), words.status)
    return redirect(url_for("coding.listing", kind=_kind(), state=PROPOSED), 303)


@pages.get("/data/coding/synonyms")
def synonyms() -> str:
    """The list of synonyms."""
    return _synonyms()


def _synonyms(refusal: Said | None = None) -> str:
    rows = reading().all("synonym", order_by=("kind", "folded"), removed_at=None)
    names = {row["id"]: row["full_name"] for row in reading().all("person")}
    return render_template("coding_synonyms.html", rows=rows, names=names, kinds=KINDS, refusal=refusal)


@pages.post("/data/coding/synonyms/<int:number>/remove")
def remove_synonym(number: int) -> Response | str:
    """Take a text from the list, with a reason."""
    try:
        actions.remove_synonym(number, request.form.get("reason", ""), uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_synonyms(words), words.status)
    flash(_("It is not on the list any more; what was coded with it stays."), "good")
    return redirect(url_for("coding.synonyms"), 303)
