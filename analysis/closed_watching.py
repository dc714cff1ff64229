"""What becomes of those who are watched: salvage of regrowth, and the course through states. Values in, values out. Closed.

It is pooled over allocation and choice, yet closed: the board decides on salvage by a stopping rule (PROTOCOL 8), and deaths and
metastases of the watched beside those of everybody randomised would tell an arm. Source: PROTOCOL 7.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from analysis.course_row import R0, CourseRow, Day
from analysis.cut import at_the_cut
from analysis.death import death
from analysis.estimands import REGROWTH
from analysis.multistate import Move
from analysis.rates import Exact, proportion
from analysis.rules import confirmed, salvages_of

STATES = ("WATCHED", "REGROWTH", "SALVAGED", "METASTASIS", "DEAD")
"""In the order in which a course goes through them: nobody goes back."""
WITH_STOMA = frozenset({"APR", "HARTMANN"})
"""Operations that leave no sphincter in use."""


@dataclass(frozen=True)
class Salvage:
    """Of the people watched. `r0` and `sphincter` of those whose answer is known; `intervals` in days, first suspicion to operation."""

    watched: int
    regrown: int
    operated: int
    r0: Exact | None
    r0_unknown: int
    sphincter: Exact | None
    sphincter_unknown: int
    intervals: tuple[int, ...]

    @property
    def interval(self) -> float | None:
        """The median, in days."""
        return median(self.intervals) if self.intervals else None


def watched(rows: Iterable[CourseRow]) -> tuple[CourseRow, ...]:
    """Everybody watched, at the cut, with an origin."""
    cut = (at_the_cut(row) for row in rows)
    return tuple(row for row in cut if REGROWTH.population.holds(row) and REGROWTH.origin.on(row))


def salvage(rows: Iterable[CourseRow]) -> Salvage:
    """The first salvage operation of each first confirmed regrowth."""
    people = watched(rows)
    regrown = [(row, confirmed(row)[0]) for row in people if confirmed(row)]
    done = [(found, min(ops, key=lambda o: o.on)) for row, found in regrown if (ops := salvages_of(row, found))]
    margins = [operation.residual for _, operation in done if operation.residual is not None]
    kinds = [operation.procedure for _, operation in done if operation.procedure is not None]
    return Salvage(
        len(people),
        len(regrown),
        len(done),
        _share(sum(margin == R0 for margin in margins), len(margins)),
        len(done) - len(margins),
        _share(sum(kind not in WITH_STOMA for kind in kinds), len(kinds)),
        len(done) - len(kinds),
        tuple(sorted((operation.on - found.suspected_on).days for found, operation in done)),
    )


def _share(events: int, n: int) -> Exact | None:
    return proportion(events, n) if n else None


def moves(rows: Iterable[CourseRow]) -> tuple[Move, ...]:
    """The stays of everybody watched, in days from the origin; a state entered on the day of a later one is passed over."""
    return tuple(move for row in watched(rows) for move in _stays(row))


def _stays(row: CourseRow) -> Iterator[Move]:
    origin = REGROWTH.origin.on(row)
    assert origin is not None
    entered = _entries(row, origin)
    last = max(((REGROWTH.censoring.on(row) or origin) - origin).days, max(entered.values(), default=0))
    now, since = STATES[0], 0
    for state, on in entered.items():
        if on > since:
            yield Move(row.participant, since, on, now, state)
        now, since = state, max(on, since)
    if now != STATES[-1] and last > since:
        yield Move(row.participant, since, last, now, None)


def _entries(row: CourseRow, origin: Day) -> dict[str, int]:
    """Day of entry of each state, in time; on one day only the furthest, and nothing after the furthest state reached."""
    found = confirmed(row)
    operations = [o.on for regrowth in found for o in salvages_of(row, regrowth)]
    died = death(row)
    first = {
        "REGROWTH": found[0].suspected_on if found else None,
        "SALVAGED": min(operations, default=None),
        "METASTASIS": min(row.metastases_on, default=None),
        "DEAD": died.on if died else None,
    }
    dated = sorted(
        ((max((on - origin).days, 0), STATES.index(state)) for state, on in first.items() if on),
        key=lambda x: (x[0], -x[1]),
    )
    kept: dict[str, int] = {}
    reached = 0
    for day, rank in dated:
        if rank > reached:
            kept[STATES[rank]], reached = day, rank
    return kept
