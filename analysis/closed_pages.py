"""Outcomes by arm, for the unblinded statistician alone. A room of its own: no open page imports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template
from flask_babel import gettext as _

from analysis.courses import course_rows
from analysis.endpoints import derive_all
from analysis.estimands import NRDFS
from analysis.pages import svg
from trial.happenings import ResultsSeen
from trial.protocol import PROTOCOL
from trial.store import extract
from trial.web.house import actor, house, reading, writing

pages = Blueprint("closed", __name__, url_prefix="/results/closed")
PERMISSIONS: Mapping[str, str] = {"closed.by_arm": "results.closed", "closed.figure": "results.closed"}


@pages.get("/")
def by_arm() -> str:
    """NR-DFS by arm with the comparison; that it was opened is recorded."""
    found, taken = _compared()
    with writing() as uow:
        uow.record(ResultsSeen("NR-DFS by arm", closed=True))
        uow.commit()
    return render_template("results/closed.html", found=found, taken=taken, estimand=NRDFS)


@pages.get("/nrdfs.svg")
def figure() -> Response:
    """The curves by arm."""
    from analysis.closed import figure_by_arm

    found, _taken = _compared()
    drawn = figure_by_arm(found, identity="nrdfs-arm", y_label=_(NRDFS.title), origin=NRDFS.origin.text, tr=_)
    return svg(drawn.svg)


def _compared() -> tuple[Any, extract.Extract]:
    from analysis.closed import frame_by_arm, survival_by_arm

    clock = house().clock
    with reading() as reader:
        taken = extract.closed(reader, actor(), cut_on=clock.today(), now=clock.now())
    rows = course_rows(taken)
    arms = {row.participant: row.arm for row in rows if row.arm}
    frame = frame_by_arm(derive_all(rows, NRDFS), arms)
    return survival_by_arm(frame, title=NRDFS.title, margin=PROTOCOL.design.margin_hazard_ratio), taken
