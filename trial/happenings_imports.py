"""What an import does, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class ImportBegun(Event, tag="person:import:begun"):
    """A file is being read into the trial; every value keeps its digest as source."""

    run: int
    kind: str
    sha256: str
    mode: str


@dataclass(frozen=True)
class ImportEnded(Event, tag="person:import:ended"):
    """What became of it, line by line, is in the report of that digest."""

    run: int
    state: str
    accepted: int
    changed: int
    unchanged: int
    rejected: int
