"""Time to deterioration of a score: the first change for the worse that matters, death competing, as an estimand like any other.

Not "definitive" by default: people may recover, and each later visit that is missing would decide. `confirmed` asks that the next score
there is be as much worse too. Death before is a competing event, never a deterioration and never a censoring (ICH E9(R1): while alive).
Source: Anota et al. 2015, Qual Life Res 24:5 (definitions); 10 points: Osoba et al. 1998.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from analysis.components import DEATH, KIND_DEATH, Component
from analysis.course_row import CourseRow
from analysis.estimands import Censoring, Estimand, Origin, Population
from analysis.pro_answers import Score
from analysis.pro_scores import WORSE, Measure
from analysis.rules import Finding
from forms.text import _l

__all__ = ["BASELINE_TEXT", "DEATH", "KIND_DEATH", "cannot_worsen", "deterioration"]

BASELINE_TEXT = _l("day of the baseline questionnaire")
_POPULATION = _l("everyone with a baseline score")
_CENSORING = _l("last questionnaire with a score by the cut; else the origin")
_KIND = _l("deterioration")
_EVENT = _l("score worse than at the baseline by what matters")
_CONFIRMED = _l("score worse than at the baseline by what matters, and again at the next questionnaire with a score")

Course = dict[str, list[tuple[date, float]]]


def deterioration(
    measure: Measure,
    scores: Iterable[Score],
    *,
    baseline: str,
    confirmed: bool = False,
    origin: Origin | None = None,
) -> Estimand:
    """The estimand, bound to these answers: `analysis.endpoints.derive_all` makes its rows from the courses.

    `origin`: when the clock starts, where that is not the day of the baseline questionnaire; scores count from the day after it.

    Raises ValueError for a measure without an agreed bound.
    """
    if measure.important is None:
        raise ValueError(f"no change of {measure.id} is agreed to matter")
    start, later = _split(measure, scores, baseline)
    begins = origin or Origin(
        "BASELINE", BASELINE_TEXT, lambda row: start[row.participant][0] if row.participant in start else None
    )

    def known(row: CourseRow) -> list[tuple[date, float]]:
        begun = begins.on(row)
        return [each for each in later.get(row.participant, ()) if begun is not None and begun < each[0] <= row.cut_on]

    def worsened(row: CourseRow) -> Iterator[Finding]:
        if row.participant in start:
            on = _first(measure, start[row.participant][1], known(row), confirmed)
            if on is not None:
                yield Finding(on)

    def last(row: CourseRow) -> date | None:
        return max((on for on, _ in known(row)), default=None)

    return Estimand(
        f"TTD_{measure.id}",
        measure.label,
        Population("WITH_BASELINE", _POPULATION, lambda row: row.participant in start),
        begins,
        (Component("WORSE", _KIND, _CONFIRMED if confirmed else _EVENT, worsened),),
        (DEATH,),
        Censoring("LAST_SCORE", _CENSORING, last),
        "PROTOCOL 7, safety: QLQ scores; statistics of patient-reported outcomes",
    )


def cannot_worsen(measure: Measure, scores: Iterable[Score], *, baseline: str) -> int:
    """How many stand so near the bad end at the baseline that no change that matters is left to them."""
    start, _ = _split(measure, scores, baseline)
    worst = measure.low if measure.rises else measure.high
    return sum(abs(value - worst) < (measure.important or 0) for _, value in start.values())


def _split(measure: Measure, scores: Iterable[Score], baseline: str) -> tuple[dict[str, tuple[date, float]], Course]:
    """The baseline of each participant, and what came after that day, in time. A score without its day is of no use here."""
    dated = sorted(
        ((s.participant, s.on, s.event, s.value) for s in scores if s.measure is measure and s.on), key=lambda s: s[:3]
    )
    start = {who: (on, value) for who, on, event, value in dated if event == baseline}
    later: Course = {}
    for who, on, event, value in dated:
        if who in start and event != baseline and on > start[who][0]:
            later.setdefault(who, []).append((on, value))
    return start, later


def _first(measure: Measure, base: float, later: list[tuple[date, float]], confirmed: bool) -> date | None:
    worse = [(on, measure.response(value - base) == WORSE) for on, value in later]
    if not confirmed:
        return next((on for on, bad in worse if bad), None)
    return next((on for (on, bad), (_, again) in pairwise(worse) if bad and again), None)
