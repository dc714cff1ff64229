"""Clavien-Dindo grades within 30 and 90 days of an operation: the one definition, for the table of complications and the timing of surgery.

What is not known is carried as an extent from the worst grade that is certain to the worst that can be: a grade nobody gave may be any, a
complication without a day may have come after it, and beyond the day that reports reach anything may have been. Source: Dindo et al. 2004.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forms.codelists.treatment import CLAVIEN_DINDO

WINDOWS = (30, 90)
NO_COMPLICATION = "0"
GRADES = tuple(CLAVIEN_DINDO.values)
SEVERE_FROM = "IIIa"
_LADDER = (NO_COMPLICATION, *GRADES)
_SEVERE, _TOP = _LADDER.index(SEVERE_FROM), len(_LADDER) - 1


@dataclass(frozen=True)
class Extent:
    """The worst grade, at least and at most, as places on the ladder from none to V."""

    least: int
    most: int

    @property
    def grade(self) -> str | None:
        """The grade, "0" without a complication; None where it cannot be told."""
        return _LADDER[self.least] if self.least == self.most else None

    @property
    def severe(self) -> bool | None:
        """Whether it is IIIa or worse; None where it cannot be told."""
        return True if self.least >= _SEVERE else None if self.most >= _SEVERE else False


def worst_of(found: Iterable[Extent]) -> Extent:
    """The worst of several operations."""
    every = tuple(found)
    return Extent(max(e.least for e in every), max(e.most for e in every))


@dataclass(frozen=True)
class Complication:
    """Days after the operation, and Clavien-Dindo grade; None: not known."""

    days: int | None
    grade: str | None


@dataclass(frozen=True)
class Operation:
    """What was reported after the operation of a day: up to which day, and each complication.

    `unspecified`: a complication is said to have been, and none is described.
    """

    on: date
    reported_to: int = 0
    complications: tuple[Complication, ...] = ()
    unspecified: bool = False

    def worst(self, within: int) -> Extent:
        """The worst grade from the day of the operation to that day after it, both included."""
        mine = [c for c in self.complications if c.days is None or 0 <= c.days <= within]
        sure = [_LADDER.index(c.grade) for c in mine if c.grade and c.days is not None]
        perhaps = [_LADDER.index(c.grade) if c.grade else _TOP for c in mine if not c.grade or c.days is None]
        if self.unspecified or self.reported_to < within:
            perhaps.append(_TOP)
        least = max(sure, default=0)
        return Extent(least, max((least, *perhaps)))
