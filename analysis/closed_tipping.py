"""By how much scores that did not come would have to differ from those imputed until the comparison says something else. Closed.

Everybody randomised, by allocation. Imputed at a visit: who was alive, whose visit has fallen due, and of whom no score came, whether they
left the study or not. Nobody is imputed after death (while alive) or before a visit falls due. A missing baseline is imputed too, and never
shifted. Arms are imputed apart, so that nothing is borrowed from the other; scores of earlier and later visits help.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.closed_comparisons import Missing
from analysis.closed_pro import AFTER, ARMS, BASELINE, Arms, compared, members
from analysis.course_row import WW
from analysis.joint_normal import completed, needed
from analysis.mixed import Contrast
from analysis.not_estimable import NotEstimable
from analysis.pro_answers import Score
from analysis.pro_completion import EXPECTED, LEFT, Standing
from analysis.pro_profile import Values, values
from analysis.pro_scores import MEASURES, Measure
from analysis.samples import Floats
from analysis.shifted import Shifted, shifted

SETS = 50
"""Completed data sets: at least as many as the per cent of information missing (White, Royston & Wood 2011)."""
SEED = 20261129


@dataclass(frozen=True)
class Imputed:
    """An arm at a visit: `n` in the comparison, `missing` of them imputed, with the mean of the imputed scores before any shift."""

    n: int
    missing: int
    mean: float | None


@dataclass(frozen=True)
class TippingAt:
    """One visit. `shifts`: the comparison by the arm whose imputed scores are moved, points for the better; `main`: main analysis."""

    event: str
    main: Contrast | Missing
    arms: Mapping[str, Imputed]
    shifts: Mapping[str, Shifted] | Missing


@dataclass(frozen=True)
class _Filled:
    """One arm: who, and their completed rows, columns being the baseline and `AFTER` as far as it is imputed."""

    people: tuple[str, ...]
    sets: tuple[Floats, ...]


def tipping(
    given: Sequence[Score], measure: Measure, arms: Arms, stood: Iterable[Standing], *, sets: int = SETS
) -> tuple[TippingAt, ...]:
    """One measure at each visit after the baseline; WW less TME, in points of the score."""
    found = values(given, measure, arms)
    states = {(s.participant, s.event): s.state for s in stood}
    main, _ = compared(found, arms)
    events = _reached(found, arms)
    try:
        filled = {arm: _filled(found, measure, arm, arms, events, sets) for arm in ARMS} if events else {}
        why = {event: _short(found, arms, event) for event in AFTER if event not in events}
    except NotEstimable as none:
        filled, why = {}, dict.fromkeys(AFTER, none.problem)
    return tuple(
        TippingAt(event, main[event], {}, Missing(why[event]))
        if event in why
        else _at(event, main[event], found, measure, filled, states)
        for event in AFTER
    )


def _row(found: Values, who: str, events: Sequence[str]) -> list[float]:
    return [found.get((who, event), np.nan) for event in (BASELINE, *events)]


def _lacking(found: Values, arms: Arms, events: Sequence[str]) -> list[str]:
    """The arms with too few participants who have a score at the baseline and at each of these visits."""
    whole = {arm: sum(not np.isnan(_row(found, who, events)).any() for who in members(arms, arm)) for arm in ARMS}
    return [arm for arm in ARMS if whole[arm] < needed(1 + len(events))]


def _reached(found: Values, arms: Arms) -> tuple[str, ...]:
    """The first visits, as many as both arms have scores enough of: the last ones come late, and a trial is looked at before."""
    return next((AFTER[:k] for k in range(len(AFTER), 0, -1) if not _lacking(found, arms, AFTER[:k])), ())


def _short(found: Values, arms: Arms, event: str) -> str:
    events = AFTER[: AFTER.index(event) + 1]
    lacking = ", ".join(_lacking(found, arms, events))
    return f"fewer than {needed(1 + len(events))} with a score at each visit until then: {lacking}"


def _filled(found: Values, measure: Measure, arm: str, arms: Arms, events: Sequence[str], sets: int) -> _Filled:
    people = tuple(sorted(members(arms, arm)))
    rows = np.array([_row(found, who, events) for who in people])
    chance = np.random.default_rng([SEED, MEASURES.index(measure), ARMS.index(arm)])
    return _Filled(people, completed(rows, m=sets, chance=chance))


def _at(
    event: str,
    main: Contrast | Missing,
    found: Values,
    measure: Measure,
    filled: Mapping[str, _Filled],
    states: Mapping[tuple[str, str], str],
) -> TippingAt:
    parts = {arm: _part(filled[arm], event, found, states) for arm in ARMS}
    told = {arm: part.told for arm, part in parts.items()}
    whose = np.repeat(ARMS, [each.n for each in told.values()])
    baseline = np.hstack([part.baseline for part in parts.values()])
    value = np.hstack([part.value for part in parts.values()])
    gone = np.hstack([part.gone for part in parts.values()])
    point = measure.better_by(1.0)
    try:
        shifts = {arm: shifted(baseline, value, (whose == WW) * 1.0, point * (gone & (whose == arm))) for arm in ARMS}
    except NotEstimable as none:
        return TippingAt(event, main, told, Missing(none.problem))
    return TippingAt(event, main, told, shifts)


@dataclass(frozen=True)
class _Part:
    """One arm at one visit: a row a completed set, a column a participant; `gone`: whose score is imputed."""

    baseline: Floats
    value: Floats
    gone: NDArray[np.bool_]

    @property
    def told(self) -> Imputed:
        mean = float(self.value[:, self.gone].mean()) if self.gone.any() else None
        return Imputed(self.gone.size, int(self.gone.sum()), mean)


def _part(filled: _Filled, event: str, found: Values, states: Mapping[tuple[str, str], str]) -> _Part:
    here = [i for i, who in enumerate(filled.people) if _counts(who, event, found, states)]
    rows = np.array([each[here] for each in filled.sets])
    gone = np.array([(filled.people[i], event) not in found for i in here], dtype=bool)
    return _Part(rows[:, :, 0], rows[:, :, 1 + AFTER.index(event)], gone)


def _counts(who: str, event: str, found: Values, states: Mapping[tuple[str, str], str]) -> bool:
    """Whether a participant is in the comparison: a score came, or the visit fell due in their lifetime."""
    return (who, event) in found or states.get((who, event)) in (EXPECTED, LEFT)
