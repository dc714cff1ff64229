"""What the safety desk does, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class ExpectednessJudged(Event, tag="person:expectedness:judged"):
    """A safety officer judged a serious event against the reference information valid at its onset."""

    crf: str
    assessed: str
    references: int


@dataclass(frozen=True)
class ReferenceAdded(Event, tag="person:reference:added"):
    """A version of the reference safety information of a product became known, with the day from which it is valid."""

    product: str
    document: str
    version: str
