"""The schedule of activities as data: which form, or which single item, is due at which event, and for whom.

`trial/data/soa.csv` is the protocol's table. Cells: "x" everyone; "ww" WW and WW-P; "ncr" WW and WW-P with near-cCR at the
decision; "surgery" after an operation; "" not at this event. A row FORM.ITEM schedules one item of a form.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from types import MappingProxyType

EVERYONE, WATCHING, NEAR_COMPLETE, AFTER_SURGERY = "x", "ww", "ncr", "surgery"


@cache
def table() -> MappingProxyType[str, MappingProxyType[str, str]]:
    """Row name (FORM or FORM.ITEM) to event to cell, in the order of the table; empty cells are left out."""
    text = files("trial").joinpath("data/soa.csv").read_text("utf-8")
    return MappingProxyType(
        {
            row.pop("form"): MappingProxyType({event: cell for event, cell in row.items() if cell})
            for row in csv.DictReader(text.splitlines())
        }
    )


@cache
def events() -> tuple[str, ...]:
    """Every event, in the order of the course, which is the order of the table's columns."""
    text = files("trial").joinpath("data/soa.csv").read_text("utf-8")
    return tuple(next(csv.reader(text.splitlines()))[1:])


@cache
def forms() -> tuple[str, ...]:
    """Every form, in the order of the table."""
    return tuple(name for name in table() if "." not in name)


def series(event: str) -> str:
    """The code of an event key without its number: "SUR-2" is a SUR."""
    return event.partition("-")[0]


def number(event: str) -> int:
    """The number of a repeating event, 0 where it has none."""
    return int(event.partition("-")[2] or 0)


@cache
def position(event: str) -> int:
    """Where the event stands in the course. Raises ValueError for an event the table does not have."""
    if series(event) not in events():
        raise ValueError(f"the schedule of activities has no event {event}")
    return events().index(series(event))


@cache
def place(event: str, form: str) -> tuple[int, int, int]:
    """Where a form of an event stands in the course: by event, its number, and the row of the form; unknown forms last."""
    return position(event), number(event), forms().index(form) if form in forms() else len(forms())


def cell(name: str, event: str) -> str:
    """The cell of a row at an event key; "" where nothing is scheduled."""
    row = table().get(name)
    return "" if row is None else row.get(series(event), "")


def applies(what: str, *, watching: bool, near_complete: bool, operated: bool) -> bool:
    """Whether a cell concerns a participant in that state."""
    return {
        EVERYONE: True,
        WATCHING: watching,
        NEAR_COMPLETE: watching and near_complete,
        AFTER_SURGERY: operated,
    }.get(what, False)


@cache
def forms_at(
    event: str, *, watching: bool = False, near_complete: bool = False, operated: bool = False
) -> tuple[str, ...]:
    """Forms due at an event for a participant in that state."""
    state = {"watching": watching, "near_complete": near_complete, "operated": operated}
    return tuple(name for name in forms() if applies(cell(name, event), **state))


@cache
def items_at(event: str, *, watching: bool = False, near_complete: bool = False) -> tuple[str, ...]:
    """Single items (FORM.ITEM) due at an event for a participant in that state."""
    state = {"watching": watching, "near_complete": near_complete, "operated": False}
    return tuple(name for name in table() if "." in name and applies(cell(name, event), **state))
