"""The interim analysis as a page, for the unblinded statistician alone. A room of its own: no open page imports it.

Earlier looks are chosen by their locked cuts, `?before=NAME`, and worked out anew from them. Only a look that was made outside the system
is typed, as information: "0.5, 0.75", or with its z, "0.5=1.83". Where neither is given, earlier looks stand as planned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from analysis.brownian import InformationInvalid
from analysis.interim import Earlier, LooksUnreadable, typed
from analysis.interim_outputs import AtLook, at_look, looked_at
from analysis.pages import chosen, earlier, note, offered, svg, taken_at
from trial.errors import CutNotEarlier
from trial.happenings import ResultsSeen
from trial.store import extract
from trial.store.extract import Extract
from trial.web.errors import Said
from trial.web.errors import said as in_words
from trial.web.house import reading

pages = Blueprint("interim", __name__, url_prefix="/results/closed")
PERMISSIONS: Mapping[str, str] = {"interim.show": "results.closed", "interim.figure": "results.closed"}
UNFIT = (LooksUnreadable, InformationInvalid)
"""What is wrong with looks that were typed. A cut that is not there or is not what was locked is refused as everywhere."""


@pages.get("/interim")
def show() -> tuple[str, int]:
    """The present look and the stopping rules; that it was opened is recorded."""
    refused = None
    try:
        found = _found(typed_looks(), earlier(), last=typed_last())
    except (*UNFIT, CutNotEarlier) as wrong:
        refused = refusal(wrong)
        found = _found(None, (), last=False)
    note(ResultsSeen(looked_at(() if refused else earlier(), chosen()), closed=True))
    page = render_template(
        "results/interim.html",
        found=found,
        cuts=offered(),
        tables=found.tables(_),
        drawn=found.figure(_),
        refused=refused,
        before=earlier(),
        typed=request.args.get("looks", ""),
        last=typed_last(),
        asked={"cut": chosen()} if refused else request.args.to_dict(flat=False),
    )
    return page, refused.status if refused else 200


@pages.get("/interim.svg")
def figure() -> Response:
    """The bounds with what was observed; looks that cannot be are refused, as the page never asks for them."""
    try:
        found = _found(typed_looks(), earlier(), last=typed_last())
    except UNFIT:
        abort(422)
    return svg(found.figure(_).svg)


def typed_looks() -> Sequence[Earlier] | None:
    """Earlier looks as typed; None where nothing was typed. "0" says that there was none. Raises LooksUnreadable, InformationInvalid."""
    return typed(request.args.get("looks", ""))


def typed_last() -> bool:
    """Whether this is said to be the last look."""
    return request.args.get("last") == "Y"


def refusal(wrong: Exception) -> Said:
    """Why the looks that were typed or chosen cannot be, in words."""
    if isinstance(wrong, CutNotEarlier):
        told = in_words(wrong)
        return Said(told.status, told.title, f"{told.words} {_('Below, earlier looks stand as planned.')}")
    said = _("These looks cannot be. Each needs more information than the one before, and less than there is now.")
    if isinstance(wrong, LooksUnreadable):
        said = _(
            "“%(text)s” is not a look. Write each as its share of the information, with its z if known.",
            text=wrong.text,
        )
    return Said(422, _("Not worked out"), f"{said} {_('Below, earlier looks stand as planned.')}")


def _found(given: Sequence[Earlier] | None, names: Sequence[str], *, last: bool) -> AtLook:
    return at_look(_taken(names), given, last=last)


def _taken(names: Sequence[str]) -> Extract:
    with reading() as reader:
        return taken_at(reader, partial(extract.closed, before=names))
