"""What happens to data cuts, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class CutMade(Event, tag="person:cut:made"):
    """A state of the data was locked under a name; `position` is the journal's last entry that counts."""

    name: str
    cut_on: str
    position: int
    digest: str


@dataclass(frozen=True)
class CutVerified(Event, tag="person:cut:verified"):
    """A cut was worked out again: same, redacted or altered."""

    name: str
    state: str
    digest: str
