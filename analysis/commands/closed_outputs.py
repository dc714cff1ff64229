"""Brings the outputs by arm to `vigil output`, which knows nothing of them. No open module imports it: `wsgi` asks for it by name."""

from __future__ import annotations

import click

from analysis.commands.outputs import Shelves
from analysis.output import Output
from analysis.output_shelf import Shelf


def _closed() -> tuple[Output, ...]:
    from analysis.closed_outputs import CLOSED

    return CLOSED


def register(commands: click.Group) -> None:
    """Put the closed shelf beside the open one, once."""
    group = commands.commands["output"]
    assert isinstance(group, Shelves)
    if not any(shelf.closed for shelf in group.shelves):
        group.shelves.append(Shelf(_closed, closed=True))
