"""Outcomes by arm, for the unblinded statistician; the closed report for the monitoring board as well. No open page imports it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext as _

from analysis import incidence, survival
from analysis.closed_results import ClosedData, closed_results
from analysis.estimands import NRDFS, REGROWTH
from analysis.figure import Figure
from analysis.interim_outputs import AtLook
from analysis.interim_pages import UNFIT, typed_last, typed_looks
from analysis.pages import at_cut, chosen, earlier, note, offered, pdf, svg, system_words, taken_at
from trial.happenings import DataTaken, ResultsSeen
from trial.store import extract
from trial.store.model_calls import model_calls
from trial.web.house import actor, house, reading

pages = Blueprint("closed", __name__, url_prefix="/results/closed")
PERMISSIONS: Mapping[str, str] = {
    "closed.by_arm": "results.closed",
    "closed.figure": "results.closed",
    "closed.report": "report.closed",
    "closed.performance": "results.closed",
}
FIGURES = ("nrdfs", "regrowth")


@pages.get("/")
def by_arm() -> str:
    """NR-DFS by arm with the comparison, and regrowth by way into watch-and-wait; that it was opened is recorded."""
    from analysis import closed_tables as tables
    from analysis.reports.wording import definition_lines

    found = _found()
    note(ResultsSeen(at_cut("NR-DFS and regrowth by arm"), closed=True))
    return render_template(
        "results/closed.html",
        found=found,
        cuts=offered(),
        drawn={name: _drawn(name, found) for name in FIGURES},
        nrdfs_lines=definition_lines(NRDFS, survival.DEFINITION, found.notes, _),
        regrowth_lines=definition_lines(REGROWTH, incidence.DEFINITION, found.regrowth.notes, _),
        nrdfs=tables.by_arm_table(found.nrdfs, _),
        comparison=tables.comparison_table(found.nrdfs.comparison, _),
        regrowth=tables.regrowth_table(found.regrowth, _),
    )


@pages.get("/<name>.svg")
def figure(name: str) -> Response:
    """The curves by arm."""
    if name not in FIGURES:
        abort(404)
    return svg(_drawn(name, _found()).svg)


@pages.get("/closed.pdf")
def report() -> Response:
    """The closed report, for the monitoring board too; that it was taken is recorded. Looks made before may be given as on the page."""
    from analysis.reports.closed import closed_report

    with reading() as reader:
        taken = taken_at(reader, partial(extract.board, before=earlier()))
    found = closed_results(taken)
    try:
        look = AtLook.of(found, taken, typed_looks(), last=typed_last())
    except UNFIT:
        abort(422)
    note(DataTaken("closed report", found.cut.digest))
    made = closed_report(found, look, system=system_words(), made_at=house().clock.now(), tr=_)
    return pdf(made, f"vigil-closed-{found.cut.slug}.pdf")


@pages.get("/performance")
def performance() -> str:
    """How the outcomes of the model's validation became known; that it was opened is recorded."""
    from analysis.called import models, people
    from analysis.closed_performance import ways_known, ways_table
    from analysis.performance_results import cut_of

    with reading() as reader:
        taken = taken_at(reader, extract.closed)
        calls = model_calls(reader, actor(), cut_on=taken.cut_on, cut=chosen())
    everyone = people(taken, calls)
    ranked = models(everyone)
    note(ResultsSeen(at_cut("how outcomes of the model's validation became known"), closed=True))
    return render_template(
        "results/closed_performance.html",
        found=cut_of(taken, calls),
        cuts=offered(),
        ways=ways_table(ways_known(everyone, ranked[0][1] if ranked else None), _),
    )


def _drawn(name: str, found: ClosedData) -> Figure:
    from analysis import closed_tables as tables

    return tables.draw_by_arm(found.nrdfs, _) if name == "nrdfs" else tables.draw_regrowth(found.regrowth, _)


def _found() -> ClosedData:
    with reading() as reader:
        taken = taken_at(reader, extract.closed)
    return closed_results(taken)
