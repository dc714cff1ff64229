"""Outcomes by arm, for the closed report alone: the unblinded statistician and the DSMB, never an open page.

A module of its own so that a test can hold that nothing open imports it. Frames have one row per participant:
`participant`, `arm`, `days`, `status` (0 censored, 1 event), and the strata named by the caller.
Sources: PROTOCOL 7, 8 and 10; statistics by `analysis.survival`, `analysis.logrank`, `analysis.cox`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.course_row import PREFERENCE, RANDOMISED, TME, WW, CourseRow
from analysis.cox import cox
from analysis.effects import Coefficient
from analysis.endpoints import EVENT, TimeTable, derive_all
from analysis.estimands import REGROWTH
from analysis.figure import Figure
from analysis.incidence import Incidence, aalen_johansen
from analysis.logrank import LogRank, log_rank
from analysis.not_estimable import NotEstimable
from analysis.plots import Line, curves
from analysis.steps import observed_at
from analysis.survival import Curve, kaplan_meier
from analysis.table import percent_in_words
from forms.dates import DAYS_PER_YEAR
from forms.text import _l

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

ARMS = (WW, TME)
STRATA = ("response", "regimen")
"""What the randomised comparison is stratified by: what permuted blocks would stratify by (PROTOCOL 6), as stored with the allocation."""
Factors = Mapping[str, Mapping[str, str | None]]
"""The factors each participant was allocated by."""
COLUMNS = ("participant", "arm", "days", "status", *STRATA)


WAYS = (
    (RANDOMISED, WW, _l("watch-and-wait by allocation")),
    (PREFERENCE, f"{WW}-P", _l("watch-and-wait by choice")),
)


class ArmUnknown(ValueError):
    """Participants of the analysis whose arm is neither WW nor TME; `participants` names them."""

    def __init__(self, participants: tuple[str, ...]) -> None:
        super().__init__(f"no arm: {', '.join(participants)}")
        self.participants = participants


@dataclass(frozen=True)
class Comparison:
    """WW against TME: hazard ratio (below 1 favours WW), stratified log-rank, and z for non-inferiority.

    `z` = (ln margin - ln HR) / SE, positive favours WW (PROTOCOL 8). None, with `hazard` None, until both arms had an event, and where the
    data determine no ratio though they had: `problem` then says why.
    """

    strata: tuple[str, ...]
    hazard: Coefficient | None
    log_rank: LogRank | None
    margin: float
    z: float | None
    problem: str | None = None


@dataclass(frozen=True)
class ByArm:
    """A curve an arm, in the order WW, TME, and their comparison."""

    title: str
    curves: tuple[tuple[str, Curve], ...]
    comparison: Comparison


@dataclass(frozen=True)
class Way:
    """People who came to watch-and-wait in one way, and their incidence of regrowth."""

    label: str
    text: str
    event: Incidence


@dataclass(frozen=True)
class IncidenceByGroup:
    """Incidence of regrowth in each way into watch-and-wait; `notes` over all of them."""

    title: str
    groups: tuple[Way, ...]
    notes: tuple[tuple[str, int], ...]


def regrowth_by_way(rows: Iterable[CourseRow]) -> IncidenceByGroup:
    """Regrowth, with its competing events, in those allocated to be watched and in those who chose it."""
    courses = tuple(rows)
    groups = []
    for cohort, label, text in WAYS:
        table = derive_all([row for row in courses if row.cohort == cohort], REGROWTH)
        groups.append(Way(label, text, aalen_johansen(table.days, table.status, EVENT)))
    return IncidenceByGroup(REGROWTH.title, tuple(groups), derive_all(courses, REGROWTH).notes)


def frame_by_arm(table: TimeTable, arms: Mapping[str, str], factors: Factors) -> "pd.DataFrame":
    """The rows of an estimand with the arm and the strata of each participant. Raises ArmUnknown."""
    import pandas as pd

    if unknown := sorted(row.participant for row in table.rows if arms.get(row.participant) not in ARMS):
        raise ArmUnknown(tuple(unknown))
    rows = [
        (row.participant, arms[row.participant], row.days, row.status, *stratum(factors, row.participant))
        for row in table.rows
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def stratum(factors: Factors, participant: str) -> tuple[str, ...]:
    """The levels of `STRATA` of one participant; what is not known is a level of its own."""
    return tuple(str(factors.get(participant, {}).get(name)) for name in STRATA)


def survival_by_arm(frame: "pd.DataFrame", *, title: str, margin: float, strata: Sequence[str] = ()) -> ByArm:
    """Kaplan-Meier of each arm and the comparison, stratified by the columns named. Raises ArmUnknown."""
    ordered = frame.sort_values(["days", "participant"], kind="stable")
    if unknown := sorted(ordered.loc[~ordered["arm"].isin(ARMS), "participant"]):
        raise ArmUnknown(tuple(unknown))
    parts = ((arm, ordered[ordered["arm"] == arm]) for arm in ARMS)
    drawn = tuple((arm, kaplan_meier(part["days"].to_numpy(), part["status"].to_numpy())) for arm, part in parts)
    return ByArm(title, drawn, _compare(ordered, drawn, margin, tuple(strata)))


def no_comparison(found: Comparison, tr: "Callable[[str], str]" = str) -> str:
    """Why there is no hazard ratio."""
    if found.problem is None:
        return tr(_l("No comparison until both arms had an event"))
    return tr(_l("No hazard ratio: {why}")).format(why=found.problem)


def figure_by_arm(
    found: ByArm, *, identity: str, y_label: str, origin: str, tr: "Callable[[str], str]" = str
) -> Figure:
    """Both curves with bands, numbers at risk and events by arm."""
    rates = "; ".join(
        f"{arm} {percent_in_words(observed_at(curve, 3 * DAYS_PER_YEAR), tr)}" for arm, curve in found.curves
    )
    title = tr(_l("{title} by arm")).format(title=tr(found.title))
    alt = tr(_l("Kaplan-Meier curves; at 3 years: {rates}.")).format(rates=rates)
    lines = [Line(arm, arm, curve) for arm, curve in found.curves]
    return curves(lines, identity=identity, title=title, y_label=y_label, origin=origin, alt=alt, tr=tr)


def _compare(
    frame: "pd.DataFrame", drawn: Sequence[tuple[str, Curve]], margin: float, strata: tuple[str, ...]
) -> Comparison:
    if any(curve.n_events == 0 for _, curve in drawn):
        return Comparison(strata, None, None, margin, None)
    groups = list(zip(*(frame[name] for name in strata), strict=True)) if strata else None
    test = log_rank(frame["days"].to_numpy(), frame["status"].to_numpy(), frame["arm"].tolist(), groups)
    try:
        hazard = _hazard(frame, strata)
    except NotEstimable as none:
        return Comparison(strata, None, test, margin, None, none.problem)
    return Comparison(strata, hazard, test, margin, (math.log(margin) - hazard.log_hr) / hazard.se)


def _hazard(frame: "pd.DataFrame", strata: tuple[str, ...]) -> Coefficient:
    watched = frame.assign(ww=(frame["arm"] == WW).astype(float))
    fit = cox(watched, days="days", event="status", covariates=["ww"], strata=strata, identity="participant")
    return fit["ww"]
