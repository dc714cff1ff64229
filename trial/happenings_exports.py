"""What leaves the trial as data, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class RedcapExported(Event, tag="person:redcap_export:written"):
    """The trial's forms and data were written as a REDCap project. `sha256`: of the manifest, which holds the files' own."""

    sha256: str
    source: str
    participants: int
    lines: int
    with_arm: bool
