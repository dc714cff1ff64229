"""What time it is: an argument, never a global. Instants are aware and in UTC; a day is the day at the trial's zone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """What the domain may ask of time."""

    @property
    def zone(self) -> tzinfo:
        """The trial's zone, which decides what day it is."""
        ...

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """The calendar day at the trial's zone."""
        ...


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock. `zone` decides which day it is: at 07:00 in Shanghai, UTC still has yesterday."""

    zone: tzinfo = UTC
    source: Callable[[tzinfo], datetime] = field(default=datetime.now, repr=False)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self.source(UTC)

    def today(self) -> date:
        """The calendar day in `zone`."""
        return self.now().astimezone(self.zone).date()


@dataclass
class FixedClock:
    """A clock that stands until it is advanced: tests, simulation and replay.

    Raises ValueError for an instant without a zone, or for a step backwards.
    """

    instant: datetime
    zone: tzinfo = UTC

    def __post_init__(self) -> None:
        if self.instant.tzinfo is None:
            raise ValueError("a clock needs an instant with a zone")
        self.instant = self.instant.astimezone(UTC)

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self.instant

    def today(self) -> date:
        """The calendar day in `zone`."""
        return self.instant.astimezone(self.zone).date()

    def advance(self, step: timedelta) -> None:
        """Move forward by `step`; a journal whose times run backwards would not be believed."""
        if step < timedelta(0):
            raise ValueError("a clock does not run backwards")
        self.instant += step
