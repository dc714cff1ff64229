"""How the model does, for who may see pooled results: page, figures, PDF, CSV, JSON. Never a number by arm.

Worked out once a state of the data, as the pooled results are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, abort, make_response, render_template
from flask_babel import get_locale
from flask_babel import gettext as _

from analysis.figure import Figure
from analysis.model_drift import CUSUM_DEFINITION
from analysis.pages import Key, at_cut, chosen, note, offered, pdf, state_of, svg, system_words, taken_at
from analysis.performance import Performance
from analysis.performance_results import cut_of, document, long_table, performance_results
from trial.happenings import DataTaken, ResultsSeen
from trial.store import extract
from trial.store.model_calls import Calls, model_calls
from trial.store.reading import Reader
from trial.web.house import actor, house, reading

pages = Blueprint("performance", __name__, url_prefix="/results/performance")
PERMISSIONS: Mapping[str, str] = {
    "performance.index": "results.pooled",
    "performance.figure": "results.pooled",
    "performance.report": "results.pooled",
    "performance.model_dossier": "results.pooled",
    "performance.as_csv": "results.pooled",
    "performance.as_json": "results.pooled",
}
_KEPT: dict[Key, Performance] = {}
_DRAWN: dict[tuple[str, str, Key], Figure] = {}


@pages.get("/")
def index() -> str:
    """The validation at this moment; that it was opened is recorded."""
    from analysis.reports.performance import statement
    from analysis.reports.performance_figures import NAMES
    from analysis.reports.performance_flow import cusum_words
    from analysis.reports.performance_tables import every_table

    found = _found()
    note(ResultsSeen(at_cut("performance of the model"), closed=False))
    return render_template(
        "results/performance.html",
        found=found,
        cuts=offered(),
        statement=statement(found, _),
        drawn={name: _drawn(name, found) for name in NAMES},
        tables={table.id: table for table in every_table(found, _)},
        moved=[shift.name for shift in found.shifts if shift.moved],
        cusum=cusum_words(found, _),
        cusum_definition=_(CUSUM_DEFINITION).format(horizon=found.cusum.horizon),
    )


@pages.get("/<name>.svg")
def figure(name: str) -> Response:
    """One figure of the page."""
    from analysis.reports.performance_figures import NAMES

    if name not in NAMES:
        abort(404)
    return svg(_drawn(name, _found()).svg)


@pages.get("/performance.pdf")
def report() -> Response:
    """The report; that it was taken is recorded."""
    from analysis.reports.performance import performance_report

    found = _taken("performance report")
    made = performance_report(found, system=system_words(), made_at=house().clock.now(), tr=_)
    return pdf(made, f"vigil-performance-{found.cut.slug}.pdf")


@pages.get("/dossier.pdf")
def model_dossier() -> Response:
    """The dossier of the released model, its reference vectors run now; that it was taken is recorded."""
    from analysis.dossier_results import dossier_data
    from analysis.reports.dossier import dossier

    with reading() as reader:
        taken, calls = _extracted(reader)
    found = dossier_data(taken, calls, (site["code"] for site in taken.sites), house().model, _)
    note(DataTaken("model dossier", found.cut.digest))
    made = dossier(found, system=system_words(), made_at=house().clock.now(), tr=_)
    return pdf(made, f"vigil-dossier-{found.cut.slug}.pdf")


@pages.get("/performance.csv")
def as_csv() -> Response:
    """Every cell of every table, a line each."""
    found = _taken("performance tables, CSV")
    return _file(long_table(found, _).as_csv().encode("utf-8-sig"), "text/csv; charset=utf-8", found, "csv")


@pages.get("/performance.json")
def as_json() -> Response:
    """The tables as JSON."""
    found = _taken("performance tables, JSON")
    return _file(json.dumps(document(found, _), ensure_ascii=False).encode(), "application/json", found, "json")


def _file(content: bytes, kind: str, found: Performance, ending: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = kind
    answer.headers.set("Content-Disposition", "attachment", filename=f"vigil-performance-{found.cut.slug}.{ending}")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _taken(what: str) -> Performance:
    found = _found()
    note(DataTaken(what, found.cut.digest))
    return found


def _found() -> Performance:
    with reading() as reader:
        taken, calls = _extracted(reader)
    key = state_of(cut_of(taken, calls))
    if (found := _KEPT.get(key)) is None:
        found = performance_results(taken, calls)
        _KEPT.clear()
        _KEPT[key] = found
    return found


def _extracted(reader: Reader) -> tuple[extract.Extract, Calls]:
    taken = taken_at(reader, extract.pooled)
    return taken, model_calls(reader, actor(), cut_on=taken.cut_on, cut=chosen())


def _drawn(name: str, found: Performance) -> Figure:
    """A figure of these data, drawn once a language."""
    from analysis.reports.performance_figures import NAMES, draw

    key = (name, str(get_locale()), state_of(found.cut))
    if (drawn := _DRAWN.get(key)) is None:
        drawn = draw(name, found, _)
        if len(_DRAWN) >= 2 * len(NAMES):
            _DRAWN.clear()
        _DRAWN[key] = drawn
    return drawn
