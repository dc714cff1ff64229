"""Results as pages: pooled curves and tables for who may see them, and the status report as a PDF. Never a number by arm.

Numbers are worked out once a state of the data: the digest of the extract is the key, so that what a page shows and what its
figures show is one cut. `?cut=NAME` asks for a locked one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _

from analysis import incidence, survival
from analysis.cut import DataCut
from analysis.figure import Figure
from analysis.reports.status_data import StatusData
from analysis.results import cut_of, pooled_results
from analysis.table import Table
from trial.happenings import DataTaken, ResultsSeen
from trial.release import system_words as system_words
from trial.store import cuts, extract
from trial.store.extract import Extract
from trial.store.reading import Reader
from trial.web import gate
from trial.web.house import actor, house, reading, writing

pages = Blueprint("results", __name__, url_prefix="/results")
PERMISSIONS: Mapping[str, str] = {
    "results.index": "results.pooled",
    "results.figure": "results.pooled",
    "results.report": "results.pooled",
}
Key = tuple[DataCut, frozenset[str] | None]
_KEPT: dict[Key, StatusData] = {}
_DRAWN: dict[tuple[str, str, Key], Figure] = {}
FIGURES = ("accrual", "nrdfs", "regrowth")


@pages.get("/")
def index() -> str:
    """The pooled results at this moment."""
    from analysis.reports import status_tables as tables
    from analysis.reports.wording import left_out_line

    found = _results()
    note(ResultsSeen(at_cut("pooled"), closed=False))
    return render_template(
        "results/index.html",
        found=found,
        cuts=offered(),
        drawn={name: _drawn(name, found) for name in FIGURES},
        sites=tables.sites_table(found.accrual, _),
        months=tables.months_table(found.accrual, _),
        disposition=tables.disposition_table(found.disposition, _),
        curves=_curves(found),
        overview=tables.overview_table(found.adverse_events, _),
        terms=tables.terms_table(found.adverse_events, _),
        left_out=left_out_line(found.left_out, _),
    )


@pages.get("/<name>.svg")
def figure(name: str) -> Response:
    """One figure of the page as SVG."""
    if name not in FIGURES:
        abort(404)
    return svg(_drawn(name, _results()).svg)


@pages.get("/status.pdf")
def report() -> Response:
    """The pooled status report."""
    from analysis.reports.status import status_report

    found = _results()
    note(DataTaken("status report", found.cut.digest))
    made = status_report(found, system=system_words(), made_at=house().clock.now(), tr=_)
    return pdf(made, f"vigil-status-{found.cut.slug}.pdf")


def pdf(content: bytes, filename: str) -> Response:
    """A report as a file to keep; no cache between here and the reader keeps it as well."""
    answer = make_response(content)
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def svg(content: bytes) -> Response:
    """An SVG answer. Its own styles are inline, and nothing in it can run: the policy allows the first and forbids the second."""
    answer = make_response(content)
    answer.mimetype = "image/svg+xml"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def chosen() -> str | None:
    """The name of the data cut that the address asks for; None for the data as they stand."""
    return request.args.get("cut") or None


def earlier() -> list[str]:
    """Names of the locked cuts of earlier looks, `?before=NAME`, as an address gives them: for outputs that have looks before them."""
    return list(dict.fromkeys(name for name in request.args.getlist("before") if name))


def offered() -> list[str]:
    """The names of the cuts that a reader may choose from, the last first."""
    if not gate.may_open("cuts.listing"):
        return []
    with reading() as reader:
        return cuts.names(reader)


def at_cut(what: str) -> str:
    """What was looked at, as the journal keeps it: at a cut, with its name."""
    return f"{what}, cut {name}" if (name := chosen()) else what


def taken_at(reader: Reader, take: Callable[..., Extract]) -> Extract:
    """What `extract.pooled` or `extract.closed` gives at the cut of the address, or now. Raises NotFound, CutAltered, NotAllowed."""
    clock = house().clock
    return take(reader, actor(), cut_on=clock.today(), now=clock.now(), cut=chosen())


def state_of(cut: DataCut) -> Key:
    """What makes numbers the same: the cut, and the sites that the reader reaches, since a locked cut is one for everybody."""
    return cut, actor().sites


def _results() -> StatusData:
    with reading() as reader:
        taken = taken_at(reader, extract.pooled)
    key = state_of(cut_of(taken))
    if (found := _KEPT.get(key)) is None:
        found = pooled_results(taken, taken.opened_on or taken.cut_on)
        _KEPT.clear()
        _KEPT[key] = found
    return found


def _curves(found: StatusData) -> tuple[tuple[str, tuple[str, ...], tuple[Table, ...]], ...]:
    """For each curve the name of its figure, what is said under it, and its tables."""
    from analysis.reports import status_tables as tables
    from analysis.reports.wording import definition_lines

    nrdfs, regrowth = found.nrdfs, found.regrowth
    return (
        (
            "nrdfs",
            definition_lines(nrdfs.estimand, survival.DEFINITION, nrdfs.notes, _),
            (tables.survival_table(nrdfs, _), tables.kinds_table(nrdfs, _)),
        ),
        (
            "regrowth",
            definition_lines(regrowth.estimand, incidence.DEFINITION, regrowth.notes, _),
            (tables.incidence_table(regrowth, _), tables.components_table(regrowth, _)),
        ),
    )


def _drawn(name: str, found: StatusData) -> Figure:
    """A figure of these data, drawn once for each language."""
    from analysis.reports import status_figures as figures

    key = (name, str(get_locale()), state_of(found.cut))
    if (drawn := _DRAWN.get(key)) is None:
        drawn = {
            "accrual": lambda: figures.draw_accrual(found.accrual, _),
            "nrdfs": lambda: figures.draw_survival(found.nrdfs, _),
            "regrowth": lambda: figures.draw_incidence(found.regrowth, _),
        }[name]()
        if len(_DRAWN) >= 2 * len(FIGURES):
            _DRAWN.clear()
        _DRAWN[key] = drawn
    return drawn


def note(event: Any) -> None:
    """Looking at results is recorded (requirement R28)."""
    with writing() as uow:
        uow.record(event)
        uow.commit()
