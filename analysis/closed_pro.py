"""Quality of life compared between the arms: values only. Closed: no open module imports it.

Everybody randomised, by allocation. The baseline is the decision visit, the last before the draw. Nothing here tests the hypothesis of
the trial: p values are not corrected for their number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.closed_comparisons import Missing
from analysis.course_row import TME, WW, CourseRow
from analysis.differences import ProportionDifference, miettinen_nurminen
from analysis.endpoints import derive_all
from analysis.estimands import RANDOMISATION
from analysis.gray import GrayTest, gray_test
from analysis.mixed import Contrast, MixedFit, repeated
from analysis.not_estimable import NotEstimable
from analysis.pro_answers import Score
from analysis.pro_completion import VISITS
from analysis.pro_deterioration import deterioration
from analysis.pro_profile import AtVisit, Values, changes, profile, values
from analysis.pro_scores import Measure
from trial.store.extract import Extract

BASELINE = "DEC"
AFTER = VISITS[VISITS.index(BASELINE) + 1 :]
ARMS = (WW, TME)

Arms = Mapping[str, str]
"""The arm of each participant who was randomised."""


@dataclass(frozen=True)
class ByArm:
    """One measure: its course in each arm, and WW less TME at each visit after the baseline, in points of the score."""

    measure: Measure
    courses: Mapping[str, tuple[AtVisit, ...]]
    differences: Mapping[str, Contrast | Missing]
    singular: bool


@dataclass(frozen=True)
class Responders:
    """How many changed by what matters at a visit, (events, n) by arm, and the difference of the shares, WW less TME."""

    event: str
    counts: Mapping[str, tuple[int, int]]
    difference: ProportionDifference | Missing


def arms_of(extract: Extract) -> dict[str, str]:
    """Who was randomised, and to what."""
    return {row.participant: row.allocation["arm"] for row in extract.rows if row.allocation is not None}


def members(arms: Arms, arm: str) -> frozenset[str]:
    """Who was allocated to an arm."""
    return frozenset(who for who, drawn in arms.items() if drawn == arm)


def by_arm(given: Sequence[Score], measure: Measure, arms: Arms) -> ByArm:
    """Means, changes and differences of one measure."""
    found = values(given, measure, arms)
    courses = {
        arm: profile(values(given, measure, members(arms, arm)), measure, (BASELINE, *AFTER), BASELINE) for arm in ARMS
    }
    differences, singular = compared(found, arms)
    return ByArm(measure, courses, differences, singular)


def compared(found: Values, arms: Arms) -> tuple[dict[str, Contrast | Missing], bool]:
    """WW less TME at each visit by the mixed model, and whether its variance between participants is 0.

    A visit at which an arm has no change says so and is left out of the model, so that the others may still be compared.
    """
    absent = {event: [arm for arm in ARMS if not _changed(found, arms, event)[arm]] for event in AFTER}
    usable = tuple(event for event in AFTER if not absent[event])
    said: dict[str, Contrast | Missing] = {
        event: Missing(f"no score of {', '.join(empty)}") for event, empty in absent.items() if empty
    }
    if not usable:
        return said, False
    try:
        fit = _fit(found, arms, usable)
    except NotEstimable as none:
        return said | dict.fromkeys(usable, Missing(none.problem)), False
    return said | {event: fit.difference(event) for event in usable}, fit.singular


def _fit(found: Values, arms: Arms, events: tuple[str, ...]) -> MixedFit:
    import pandas as pd

    rows = [
        (who, event, arms[who], found[who, event], found[who, BASELINE])
        for who in sorted(arms)
        for event in events
        if (who, event) in found and (who, BASELINE) in found
    ]
    frame = pd.DataFrame(rows, columns=["participant", "visit", "group", "value", "baseline"])
    return repeated(frame, visits=events, groups=(TME, WW))


def _changed(found: Values, arms: Arms, event: str) -> dict[str, dict[str, float]]:
    moved = changes(found, event, BASELINE)
    return {arm: {who: by for who, by in moved.items() if arms[who] == arm} for arm in ARMS}


def responders(given: Sequence[Score], measure: Measure, arms: Arms, response: str) -> tuple[Responders, ...]:
    """At each visit after the baseline, of those with both scores: how many changed as `response` says (BETTER or WORSE)."""
    found = values(given, measure, arms)
    return tuple(_responded(_changed(found, arms, event), measure, event, response) for event in AFTER)


def _responded(moved: Mapping[str, Mapping[str, float]], measure: Measure, event: str, response: str) -> Responders:
    counts = {
        arm: (sum(measure.response(by) == response for by in each.values()), len(each)) for arm, each in moved.items()
    }
    try:
        return Responders(event, counts, miettinen_nurminen(counts[WW], counts[TME]))
    except NotEstimable:
        empty = ", ".join(arm for arm in ARMS if not counts[arm][1])
        return Responders(event, counts, Missing(f"no score of {empty}"))


def gray_of(courses: Sequence[CourseRow], measure: Measure, given: Sequence[Score], arms: Arms) -> GrayTest | Missing:
    """Do the arms differ in the incidence of deterioration since randomisation?"""
    drawn = [row for row in courses if row.participant in arms]
    table = derive_all(drawn, deterioration(measure, given, baseline=BASELINE, origin=RANDOMISATION))
    try:
        test = gray_test(table.days, table.status, [arms[row.participant] for row in table.rows], groups=ARMS)
    except NotEstimable as none:
        return Missing(none.problem)
    return test if test.p is not None else Missing("nobody became worse")
