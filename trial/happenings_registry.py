"""What happens in the registry, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class HistoricalAdded(Event, tag="site:historical:added"):
    """A historical patient got a number, under a waiver of consent."""

    site: str
    committee: str
    reference: str
    granted_on: str


@dataclass(frozen=True)
class RegistryTaken(Event, tag="person:registry:taken"):
    """Data of the registry left the system, or were compared: what, how many patients, the digest of the cut."""

    what: str
    patients: int
    digest: str
