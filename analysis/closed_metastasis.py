"""Distant metastasis in those watched, without and after a regrowth. Values in, values out. Closed.

A regrowth counts from the day it was there: as a covariate that changes with time (Mantel & Byar 1974), and from a landmark on, by whether
it had come until then (Anderson, Cain & Gelber 1983). Never by who ever regrew: they had to stay free of metastasis until they did.
Deaths compete. Pooled over allocation and choice, yet closed, as the course of the watched is. Source: PROTOCOL 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from analysis import components as c
from analysis.closed_comparisons import Missing, landmarks, or_why
from analysis.closed_watching import watched
from analysis.course_row import CourseRow
from analysis.cox import cox
from analysis.effects import Coefficient
from analysis.endpoints import EVENT, derive_all
from analysis.estimands import REGROWTH
from analysis.incidence import Incidence, aalen_johansen
from analysis.landmark import RateDifference, from_landmark
from analysis.not_estimable import NotEstimable
from analysis.rates import Exact, rate
from analysis.rules import confirmed
from analysis.spells import split_at_change
from forms.dates import DAYS_PER_YEAR
from forms.text import _l

if TYPE_CHECKING:
    import pandas as pd

METASTASIS = replace(
    REGROWTH,
    id="METASTASIS_WATCHED",
    title=_l("Distant metastasis in those watched"),
    events=(c.METASTASIS,),
    competing=(c.DEATH,),
    source="PROTOCOL 7: DMFS, in those watched",
    intercurrent=(),
    summary="",
)
LANDMARK = DAYS_PER_YEAR
"""One year, stated before any data: half of all regrowths have come by then, most metastases have not."""
LATER = (1, 2)
"""Years after the landmark."""


@dataclass(frozen=True)
class Spent:
    """What happened without a regrowth, or after one: people, their years at risk, metastases, and these per 100 years."""

    people: int
    years: float
    events: int
    per_100: Exact | Missing


@dataclass(frozen=True)
class FromLandmark:
    """Of those at risk after the landmark: incidence of metastasis without and with a regrowth by then, hazard ratio, differences."""

    groups: tuple[Incidence, Incidence]
    hazard: Coefficient | Missing
    differences: tuple[RateDifference | Missing, ...]


@dataclass(frozen=True)
class Metastasis:
    """Of `n` watched, `left_out` of whom have no day at risk. `spent` without and after a regrowth; `notes` as of an endpoint."""

    n: int
    left_out: int
    spent: tuple[Spent, Spent]
    hazard: Coefficient | Missing
    later: FromLandmark | Missing
    notes: tuple[tuple[str, int], ...]


def metastasis(rows: Iterable[CourseRow]) -> Metastasis:
    """Both analyses, each number or the reason why there is none."""
    courses = tuple(rows)
    table, grown = derive_all(courses, METASTASIS), _grown(courses)
    everybody = [(t.participant, float(t.days), t.status, grown.get(t.participant)) for t in table.rows]
    frame = _frame([row for row in everybody if row[1] > 0])
    spells = split_at_change(frame, identity="participant", days="days", event="event", change="grown", name="after")
    return Metastasis(
        len(everybody),
        len(everybody) - len(frame),
        (_spent(spells, 0), _spent(spells, 1)),
        or_why(lambda: _ratio(spells, entry="start")),
        or_why(lambda: _later(frame)),
        table.notes,
    )


def _grown(courses: Iterable[CourseRow]) -> dict[str, float]:
    """Day of the first suspicion of the first confirmed regrowth; one before the origin counts on it."""
    return {
        row.participant: float(max((found[0].suspected_on - origin).days, 0))
        for row in watched(courses)
        if (found := confirmed(row)) and (origin := REGROWTH.origin.on(row))
    }


def _frame(rows: list[tuple[str, float, int, float | None]]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=["participant", "days", "status", "grown"])
    typed = frame.astype({"days": float, "status": int, "grown": float})
    return typed.assign(event=(typed["status"] == EVENT).astype(int))


def _spent(spells: pd.DataFrame, after: int) -> Spent:
    own = spells[spells["after"] == after]
    years, events = float((own["days"] - own["start"]).sum()) / DAYS_PER_YEAR, int(own["event"].sum())
    return Spent(own["participant"].nunique(), years, events, or_why(lambda: rate(events, years / 100)))


def _ratio(frame: pd.DataFrame, entry: str | None = None) -> Coefficient:
    fit = cox(frame, days="days", event="event", covariates=["after"], identity="participant", entry=entry)
    return fit["after"]


def _later(frame: pd.DataFrame) -> FromLandmark:
    left = from_landmark(frame, days="days", at=LANDMARK)
    left = left.assign(after=(left["grown"] <= LANDMARK).astype(float))
    without, grown = (
        aalen_johansen(part["days"].to_numpy(), part["status"].to_numpy(), EVENT)
        for part in (left[left["after"] == 0], left[left["after"] == 1])
    )
    if not without.n or not grown.n:
        raise NotEstimable("all or none had a regrowth by the landmark")
    return FromLandmark((without, grown), or_why(lambda: _ratio(left)), landmarks(grown, without, LATER))
