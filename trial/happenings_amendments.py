"""What becomes of amendments, as events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from trial.events import Event


@dataclass(frozen=True)
class AmendmentActivated(Event, tag="person:amendment:activated"):
    """A site works under a version of the protocol from the day of its ethics approval; `consents` are valid there from that day."""

    site: str
    protocol: str
    approved_on: date
    consents: tuple[str, ...]
    moved: tuple[str, ...]
