"""What the schedule says of a record: short questions that the chapters share."""

from __future__ import annotations

from datetime import date
from typing import Any

from forms.record import Record
from trial.protocol import PROTOCOL
from trial.schedule import Due, due
from trial.visits import Visit, visits


def window(record: Record, event: str, allocation: Any = None) -> tuple[date | None, date | None, date | None]:
    """First, planned and last day of the (first) visit with that event key."""
    found = at(record, event, allocation)
    assert found, f"no visit {event}"
    return found[0].window_from, found[0].due_on, found[0].window_to


def at(record: Record, event: str, allocation: Any = None) -> list[Visit]:
    """Every visit with that event key."""
    return [v for v in visits(PROTOCOL, record, allocation) if v.event == event]


def events(record: Record, allocation: Any = None) -> list[str]:
    """Event keys in order, each once."""
    return list(dict.fromkeys(v.event for v in visits(PROTOCOL, record, allocation)))


def forms(record: Record, today: date, allocation: Any = None) -> dict[str, Due]:
    """Address to due form."""
    return {d.address: d for d in due(PROTOCOL, record, allocation, today)}


def status(record: Record, address: str, today: date, allocation: Any = None) -> str:
    """How one form stands; "" where the schedule does not know it."""
    found = forms(record, today, allocation).get(address)
    return str(found.status) if found else ""
