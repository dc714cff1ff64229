"""The screening log: whom the site saw and did not enrol, quick to keep; who failed screening; for the sponsor, guarded counts."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from trial import roles
from trial.actions import screening as actions
from trial.actions.case import load
from trial.eligibility import assess
from trial.errors import NotAllowed, NotFound, VigilError
from trial.screening_log import AGE_BANDS, REASONS, SEXES, Guarded, Line, guarded
from trial.store import screening
from trial.store.reading import Reader, Row
from trial.web.errors import Said, said
from trial.web.house import actor, house, reading, writing

pages = Blueprint("screening", __name__, url_prefix="/participants/screening-log")


@dataclass(frozen=True)
class Failure:
    """Somebody who consented and was not enrolled, and the first criterion that failed (None: none is known to)."""

    participant: str
    site: str
    criterion: str
    words: str


@pages.get("")
def show() -> str:
    """Own sites: the lines, by month and reason, and who failed. Other roles: counts over all, small ones withheld."""
    return _page()


def _page(refusal: Said | None = None) -> str:
    keeps = roles.may(actor().role, "participant.log")
    with reading() as reader:
        counted = screening.counts(reader, actor().sites)
        lines = screening.lines(reader, actor().sites) if keeps else []
        failures = list(_failures(reader)) if roles.may(actor().role, "eligibility.read") else []
        sites = [s for s in reader.all("site", order_by="code") if actor().reaches(s["code"])]
    month = f"{house().clock.today():%Y-%m}"
    return render_template(
        "screening.html", keeps=keeps, lines=lines, months=_by_month(counted) if keeps else [], failures=failures, sites=sites,
        ages=AGE_BANDS, sexes=SEXES, reasons=REASONS, month=month, key=uuid.uuid4().hex, refusal=refusal, typed=request.values,
        by_reason=_total(counted, "reason"), by_site=_total(counted, "site"),
    )  # fmt: skip


def _by_month(rows: Iterable[Row]) -> list[tuple[str, dict[str, int], int]]:
    """Month, reason to number, and all; the last month first."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        found.setdefault(row["month"], Counter())[row["reason"]] += row["n"]
    return [(month, dict(found[month]), found[month].total()) for month in sorted(found, reverse=True)]


def _total(rows: Iterable[Row], name: str) -> Guarded:
    """Counts along one margin only: of a table of both a withheld cell could be worked out."""
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row[name]] += row["n"]
    return guarded(dict(sorted(counted.items())))


def _failures(reader: Reader) -> Iterable[Failure]:
    for row in screening.screen_failures(reader, actor().sites):
        case = load(reader, row, house().clock)
        first = next(iter(assess(case.protocol, case.record("SCR")).failed), None)
        yield Failure(row["id"], row["site_code"], first.id if first else "", first.text if first else "")


@pages.post("")
def log() -> Response | str:
    """Count one more, or put a line right; the next is typed at once, in the same month."""
    given = request.form
    line = Line(*(given.get(name, "").strip()[:16] for name in ("month", "age_band", "sex", "reason")))
    replaces = given.get("replaces", "")
    number = int(replaces) if replaces.isdecimal() else None
    try:
        made = actions.log_before_consent(
            given.get("site", ""), line, uow=writing(), replaces=number, key=given.get("key") or None
        )
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_page(words), words.status)
    flash(_("Line %(number)d is written.", number=made), "good")
    return redirect(_next(given), 303)


def _next(given: Any) -> str:
    kept = {name: given.get(name, "") for name in ("site", "month")}
    return url_for("screening.show", **kept, _anchor="next")


@pages.post("/<int:number>/take-back")
def take_back(number: int) -> Response | str:
    """Take a line out."""
    try:
        actions.take_back(number, uow=writing())
    except (NotAllowed, NotFound):
        raise
    except VigilError as refusal:
        words = said(refusal)
        return make_response(_page(words), words.status)
    flash(_("Line %(number)d is out of the log.", number=number), "good")
    return redirect(url_for("screening.show"), 303)
