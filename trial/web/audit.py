"""The audit trail of the sites a role reaches: filtered, page by page, as a file; and its review as a recorded activity."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from forms.text import _l
from trial import roles
from trial.actions import redact, review_trail
from trial.actions.permission import participant_for
from trial.errors import NotAllowed, VigilError
from trial.sheets import harmless
from trial.store import journal
from trial.store.journal import Sought
from trial.store.reading import Row
from trial.web import trail
from trial.web.errors import Said, said
from trial.web.house import actor, reading, writing

pages = Blueprint("audit", __name__, url_prefix="/audit")
MOST = 50_000
KINDS = {
    "": _l("everything"), "site:crf": _l("forms saved and taken out"), "system:": _l("what the system did"),
    "person:query": _l("queries"), "person:data": _l("verification"), "person:hold": _l("freezing and locking"),
    "person:crf": _l("signatures"), "person:casebook": _l("casebooks"), "person:import": _l("imports"),
    "admin:": _l("people, roles and sites"),
    "person:data:removed": _l("personal data taken out"), "person:session": _l("sign-in"), "person:data:taken": _l("exports"),
}  # fmt: skip
"""Beginnings of tags in words."""
FIELDS = ("participant", "kind", "since", "until")
NO_INVESTIGATOR = _l("Who agrees must be an investigator of the participant's site.")
COLUMNS = {
    "entry": _l("Number of the entry; none is missing"), "at_utc": _l("When, in UTC"), "name": _l("Who; blank: the system"),
    "role": _l("In which role"), "participant": _l("Participant"), "tag": _l("What happened, as the system calls it"),
    "words": _l("What happened"), "form": _l("Form"), "details": _l("Details"), "sha256": _l("Hash of the entry, bound to the one before"),
}  # fmt: skip
"""Columns of the file with their meanings, which stand in the lines below them: in English and in Chinese (R23)."""
SPOKEN = ("en", "zh")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sought(given: MultiDict[str, str]) -> Sought:
    """What the filter asks for, within the sites the role reaches."""
    participant = given.get("participant", "").strip().upper()[:32]
    if participant:
        participant_for(reading(), actor(), participant, "audit.read")
    since, until = _day(given.get("since", "")), _day(given.get("until", ""))
    kind = given.get("kind", "")
    return Sought(
        actor().sites,
        participant,
        kind if kind in KINDS else "",
        None,
        datetime.combine(since, time(), UTC) if since else None,
        datetime.combine(until + timedelta(1), time(), UTC) if until else None,
    )


def _scope(given: MultiDict[str, str]) -> str:
    """The filter in one line, as a review and the journal name it."""
    named = [f"{name} {given[name]}" for name in FIELDS if given.get(name)]
    sites = "all sites" if actor().sites is None else f"sites {', '.join(sorted(actor().sites or ()))}"
    return "; ".join([sites, *named])


@pages.get("/")
def listing() -> str:
    """Entries, newest first, and the reviews that were recorded."""
    return _listing()


def _listing(refusal: Said | None = None, *, of: str = "") -> str:
    before = max(0, request.values.get("before", 0, type=int))
    sought = _sought(request.values)
    with reading() as reader:
        rows = journal.found(reader, sought, before=before or None, limit=trail.PAGE + 1)
        _first, _last, count = journal.extent(reader, sought)
        reviews = reader.all("audit_review", order_by="id")[::-1][:20]
        people = {p["id"]: p["full_name"] for p in reader.all("person")} if reviews else {}
    shown = [trail.entry(row, actor().role) for row in rows[: trail.PAGE]]
    return render_template(
        "trail.html", entries=shown, older=shown[-1].seq if len(rows) > trail.PAGE else None, before=before, count=count, kinds=KINDS,
        given={name: request.values.get(name, "") for name in FIELDS}, reviews=reviews, people=people, refusal=refusal, most=MOST,
        reviews_it=roles.may(actor().role, "audit.review"), takes_out=roles.may(actor().role, redact.REDACT), of=of,
        typed=request.form,
    )  # fmt: skip


@pages.get("/export")
def export() -> Response:
    """The filtered entries as CSV, oldest first, with what each column means; that it was taken is recorded."""
    rows = journal.found(reading(), _sought(request.args), limit=MOST)[::-1]
    content = _sheet(rows).encode("utf-8-sig")
    review_trail.taken(_scope(request.args), hashlib.sha256(content).hexdigest(), uow=writing())
    response = make_response(content)
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers.set("Content-Disposition", "attachment", filename="audit-trail.csv")
    return response


def _sheet(rows: list[Row]) -> str:
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(COLUMNS)
    for language in SPOKEN:
        with force_locale(language):
            writer.writerow([_(meaning) for meaning in COLUMNS.values()])
    for row in rows:
        e = trail.entry(row, actor().role)
        what = _("Not shown to your role.") if e.hidden else e.what
        cells = (
            e.seq,
            f"{e.at:%Y-%m-%dT%H:%M:%S.%fZ}",
            e.name or "",
            e.role,
            e.participant,
            e.tag,
            e.words,
            e.place,
            what,
            e.hash,
        )
        writer.writerow(harmless(str(cell or "")) for cell in cells)
    return sheet.getvalue()


@pages.post("/review")
def review() -> Response:
    """Record that the filtered entries were reviewed, and what was found."""
    try:
        number = review_trail.review(
            _scope(request.form), _sought(request.form), request.form.get("findings", ""), uow=writing()
        )
    except NotAllowed:
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_listing(words), words.status)
    flash(_("Review %(number)d is recorded.", number=number), "good")
    return redirect(url_for("audit.listing", **{n: request.form[n] for n in FIELDS if request.form.get(n)}), 303)  # type: ignore[arg-type]  # names of fields


@pages.post("/redact")
def take_out() -> Response:
    """Take personal data out of one participant's record; an investigator of the site agrees on the same page."""
    names = ("participant", "text", "reason", "agreeing", "password")
    given = {name: request.form.get(name, "") for name in names}
    try:
        done = redact.redact(
            redact.Order(**given | {"participant": given["participant"].strip().upper()}), uow=writing()
        )
    except NotAllowed as refusal:
        if refusal.role != redact.AGREEING:
            raise
        return make_response(_listing(Said(403, _("Not taken out"), _(NO_INVESTIGATOR)), of="redact"), 403)
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_listing(words, of="redact"), words.status)
    flash(
        _(
            "Redaction %(number)d: taken out of %(places)d places.",
            number=done.number,
            places=sum(done.places.values()),
        ),
        "good",
    )
    return redirect(url_for("audit.listing", participant=given["participant"], kind="person:data:removed"), 303)
