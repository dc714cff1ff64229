"""Outputs by arm as pages and files, for the unblinded statistician alone. A room of its own: no open page imports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.output import Output
from analysis.output_pages import VIEWS, Room, blueprint
from analysis.output_shelf import Shelf
from analysis.pages import earlier
from trial.store import extract
from trial.store.extract import Extract
from trial.store.reading import Reader


def _closed() -> tuple[Output, ...]:
    from analysis.closed_outputs import CLOSED

    return CLOSED


def _take(reader: Reader, viewer: Any, **when: Any) -> Extract:
    """By arm, with what stood at the cuts of earlier looks, `?before=NAME`."""
    return extract.closed(reader, viewer, before=earlier(), **when)


ROOM = Room("closed_outputs", Shelf(_closed, closed=True), _take)
pages = blueprint(ROOM, "/results/closed/outputs")
PERMISSIONS: Mapping[str, str] = {f"closed_outputs.{view}": "results.closed" for view in VIEWS}
