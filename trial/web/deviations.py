"""Deviations of the sites one reaches: by site, category, importance and source; the list, and the same as a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.codelists.events import DEVIATION_CATEGORY, DEVIATION_IMPORTANCE
from forms.findings import Finding
from forms.text import _l
from trial.sheets import harmless
from trial.store.deviations import PEOPLE, SYSTEM, Deviation, deviations
from trial.web.house import actor, reading
from trial.web.words import finding_words

pages = Blueprint("deviations", __name__)
SOURCES = {SYSTEM: _l("system"), PEOPLE: _l("site")}
PAGE = 100
COLUMNS = {
    "participant": _l("Number of the participant"),
    "site": _l("Site that follows the participant now"),
    "number": _l("Number of the deviation form"),
    "date": _l("Day of the deviation"),
    "category": _l("Category (DV.DVCAT)"),
    "importance": _l("Importance (DV.DVSEV)"),
    "source": _l("Raised by the system or by the site"),
    "deviation": _l("Protocol deviation"),
}


@pages.get("/data/deviations")
def listing() -> str:
    """The list, narrowed by what the address says, with figures of all that match above it."""
    found = _matching()
    shown = [d for d in found if not d.hidden]
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "deviations.html",
        rows=[(d, words(d)) for d in shown[(page - 1) * PAGE : page * PAGE]],
        total=len(found), hidden=len(found) - len(shown), page=page, last=max(1, -(-len(shown) // PAGE)),
        figures=_figures(found), sites=sorted({d.site for d in _all()}), chosen=_chosen(), sources=SOURCES,
        categories=_codes(DEVIATION_CATEGORY), severities=_codes(DEVIATION_IMPORTANCE),
    )  # fmt: skip


@pages.get("/data/deviations.csv")
def sheet() -> Response:
    """The same rows as CSV with what each column means; what a role must not see is not in it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerow(_(meaning) for meaning in COLUMNS.values())
    for d in _matching():
        if not d.hidden:
            cells = (d.participant, d.site, d.occurrence, d.on or "", d.category or "", d.severity or "", d.source)
            writer.writerow((*cells, harmless(words(d))))
    response = make_response(text.getvalue().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers.set("Content-Disposition", "attachment", filename="deviations.csv")
    return response


def words(d: Deviation) -> str:
    """The deviation in the reader's language where the system wrote it."""
    return finding_words(Finding("soft", "", d.said["message"], args=d.said["args"])) if d.said else d.term


def _all() -> list[Deviation]:
    return deviations(reading(), actor().role, actor().sites)


def _chosen() -> dict[str, str]:
    return {name: request.args.get(name, "")[:20] for name in ("site", "category", "severity", "source")}


def _matching() -> list[Deviation]:
    chosen = {name: value for name, value in _chosen().items() if value}
    return [d for d in _all() if all(getattr(d, name) == value for name, value in chosen.items())]


def _figures(found: Iterable[Deviation]) -> list[dict[str, Any]]:
    """How many a site, major ones, and by category; counts tell no arm."""
    counted = Counter((d.site, d.category, d.severity) for d in found)
    return [
        {
            "site": site,
            "all": sum(n for (s, _c, _i), n in counted.items() if s == site),
            "major": sum(n for (s, _c, i), n in counted.items() if s == site and i == "MAJOR"),
            **{
                code: sum(n for (s, c, _i), n in counted.items() if (s, c) == (site, code))
                for code in DEVIATION_CATEGORY.values
            },
        }
        for site in sorted({s for s, _c, _i in counted})
    ]


def _codes(codelist: Any) -> dict[str, str]:
    return {code.code: _(code.decode) for code in codelist.codes}
