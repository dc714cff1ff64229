"""The board of modalities: by site how many participants have each, by participant what is there and why the rest is not; as a file too."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from forms.text import _l
from trial.omics.modalities import (
    ENDED,
    FAILED,
    MISSING,
    PART,
    PENDING,
    REASONS,
    REFUSED,
    STATES,
    THERE,
    Cell,
    Column,
    columns,
)
from trial.store.modalities import Line, board
from trial.web.house import actor, house, reading

pages = Blueprint("modalities", __name__)
PAGE = 100
TONES = {
    THERE: "complete",
    PART: "incomplete",
    FAILED: "missed",
    MISSING: "missed",
    REFUSED: "not_done",
    PENDING: "expected",
    ENDED: "expected",
}
"""The class of a cell: how it is coloured."""
MARKS = {THERE: "✓", PART: "◐", FAILED: "✗", MISSING: "!", REFUSED: "∅", PENDING: "…", ENDED: "–"}
"""A sign beside the word, so that no cell is told by its colour alone."""
MODALITIES = {
    "radiomics": _l("Radiomics"), "molecular": _l("Molecular"), "microbiota": _l("Microbiota"),
    "pathology": _l("Pathology"), "ctDNA": _l("ctDNA"),
}  # fmt: skip
POINTS = {"BASELINE": _l("baseline"), "RESTAGING": _l("restaging")}


@pages.get("/data/modalities")
def listing() -> str:
    """The board, narrowed by site, and by participants that have a state in a column."""
    every, of_model = _board(), columns(house().model.manifest)
    chosen = {name: request.args.get(name, "")[:40] for name in ("site", "column", "state")}
    found, page = _matching(every, chosen), max(1, request.args.get("page", 1, type=int))
    return render_template(
        "modalities.html", columns=of_model, figures=figures(every, of_model), rows=found[(page - 1) * PAGE : page * PAGE],
        total=len(found), page=page, last=max(1, -(-len(found) // PAGE)), chosen=chosen, states=STATES, title=title, words=words,
        tones=TONES, marks=MARKS, way=_way, sites=sorted({line.site for line in every}),
    )  # fmt: skip


@pages.get("/data/modalities.csv")
def sheet() -> Response:
    """The same as CSV, a line a participant and column."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("participant", "site", "modality", "time_point", "state", "known", "asked", "why", "source", "age_days")
    )
    chosen = {name: request.args.get(name, "")[:40] for name in ("site", "column", "state")}
    for line in _matching(_board(), chosen):
        for column in columns(house().model.manifest):
            cell = line.cells[column.key]
            told = (
                cell.state,
                cell.known,
                cell.asked,
                cell.why or "",
                cell.source or "",
                "" if cell.age_days is None else cell.age_days,
            )
            writer.writerow((line.participant, line.site, column.modality, column.point or "", *told))
    response = make_response(text.getvalue().encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers.set("Content-Disposition", "attachment", filename="modalities.csv")
    return response


def _board() -> list[Line]:
    return board(reading(), house().model.manifest, actor().role, actor().sites, house().clock.today())


def _matching(lines: Iterable[Line], chosen: dict[str, str]) -> list[Line]:
    """Lines of the site, with the state in the column, or in any column where none is named."""
    site, column, state = chosen["site"], chosen["column"], chosen["state"]
    return [
        line
        for line in lines
        if site in ("", line.site)
        and (not state or any(c.state == state for key, c in line.cells.items() if column in ("", key)))
    ]


def figures(lines: Sequence[Line], of_model: Sequence[Column]) -> list[dict[str, Any]]:
    """By site: how many participants, and of each column how many in each state."""
    return [
        {
            "site": site,
            "all": sum(line.site == site for line in lines),
            "counts": {
                c.key: Counter(line.cells[c.key].state for line in lines if line.site == site) for c in of_model
            },
        }
        for site in sorted({line.site for line in lines})
    ]


def title(column: Column, between: str = "") -> str:
    """A column in words: "Radiomics, restaging"; in a heading, one word under the other."""
    name = _(MODALITIES[column.modality]) if column.modality in MODALITIES else column.modality
    point = _(POINTS.get(column.point, column.point)) if column.point else ""
    return Markup(between).join((name, point)) if between and point else ", ".join(filter(None, (name, point)))  # noqa: S704  # nosec B704 -- our own tag; join escapes what is not markup


def words(cell: Cell) -> str:
    """Why a cell is as it is, in words; a code of a missing answer as it is written."""
    said = [_(REASONS[cell.why]) if cell.why in REASONS else cell.why] if cell.why else []
    if cell.state == PART:
        said.append(_("%(known)d of %(asked)d values", known=cell.known, asked=cell.asked))
    if cell.age_days is not None:
        said.append(_("%(days)d days old", days=cell.age_days))
    return "; ".join(said)


def _way(line: Line, column: Column) -> str:
    """The form a cell was read from, else the participant."""
    source = line.cells[column.key].source
    if source is None:
        return url_for("participants.show", participant=line.participant)
    form, event, occurrence = source.split("/")
    return url_for("crf.show", participant=line.participant, event=event, form=form, occurrence=int(occurrence))
