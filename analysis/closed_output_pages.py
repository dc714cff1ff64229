"""Outputs by arm as pages and files, for the unblinded statistician alone. A room of its own: no open page imports it."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.output import Output
from analysis.output_pages import VIEWS, Room, blueprint
from analysis.output_shelf import Shelf
from trial.store import extract


def _closed() -> tuple[Output, ...]:
    from analysis.closed_outputs import CLOSED

    return CLOSED


ROOM = Room("closed_outputs", Shelf(_closed, closed=True), extract.closed)
pages = blueprint(ROOM, "/results/closed/outputs")
PERMISSIONS: Mapping[str, str] = {f"closed_outputs.{view}": "results.closed" for view in VIEWS}
