"""What is said about reference ranges, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class RangeStated(Event, tag="person:range:stated"):
    """A reference range was stated, for one site or (None) for all; `replaces` is the number of a row that it corrects."""

    number: int
    site: str | None
    test: str
    replaces: int | None
