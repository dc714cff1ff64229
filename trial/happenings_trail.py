"""What is done to the trail itself, and to the clock it is written by, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class PersonalDataRemoved(Event, tag="person:data:removed"):
    """Personal data typed by mistake were taken out, with a reason, by two persons; which rows, the places written with it tell."""

    redaction: int
    places: int
    agreed_by: str


@dataclass(frozen=True)
class ClockCompared(Event, tag="system:clock:compared"):
    """The machine's clock was held against a time server: seconds it is ahead (positive) or behind."""

    server: str
    ahead: str
    limit: str


@dataclass(frozen=True)
class ClockDrifted(Event, tag="system:clock:drifted"):
    """The machine's clock is further off than the limit, or the time server did not answer (`ahead` is then empty)."""

    server: str
    ahead: str
    limit: str


@dataclass(frozen=True)
class BackedUp(Event, tag="system:backup:written"):
    """A copy of everything left the system."""

    digest: str
    rows: int
    files: int


@dataclass(frozen=True)
class Restored(Event, tag="system:backup:restored"):
    """The database was filled from a copy; `seq` and `head` are the last entry of the journal in it."""

    digest: str
    seq: int
    head: str
