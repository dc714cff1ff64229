"""Holding the machine's clock against a time server, as an entry of the journal (R21)."""

from __future__ import annotations

from dataclasses import asdict

from trial.drift import Drift
from trial.happenings_trail import ClockCompared, ClockDrifted
from trial.store import journal
from trial.store.journal import Sought
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

KIND = "system:clock:"


def note(found: Drift, *, uow: UnitOfWork) -> None:
    """Say in the journal what a comparison found; an alarm has a tag of its own."""
    told = {name: "" if value is None else str(value) for name, value in asdict(found).items()}
    with uow:
        uow.record((ClockDrifted if found.alarm else ClockCompared)(**told))
        uow.commit()


def alarm(reader: Reader) -> Row | None:
    """The last comparison, if it raised an alarm that no later one took back: server, seconds ahead ("" for no answer), limit, at."""
    last = journal.found(reader, Sought(kind=KIND), limit=1)
    if not last or last[0]["tag"] != ClockDrifted.tag:
        return None
    return {**last[0]["body"]["event"], "at": last[0]["at"]}
