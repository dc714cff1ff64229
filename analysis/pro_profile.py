"""A score over the visits: mean with spread, change from a baseline with t limits, and how many changed by what matters.

Nobody's score is carried forward or made up, and nobody who died has one afterwards: each mean is of those who answered then.
Source: ICH E9(R1) (while alive); Osoba et al. 1998 for what matters.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.pro_answers import Score
from analysis.pro_scores import BETTER, WORSE, Measure
from analysis.steps import Estimate
from forms.text import _l

DEFINITION = _l("Mean with t limits of those who answered; change only of those with a score at both visits.")
_SAME = 1e-6  # points: scores are given in hundredths, and a difference of two may differ in the last bit
Values = Mapping[tuple[str, str], float]
"""A measure's score by participant and visit."""


@dataclass(frozen=True)
class AtVisit:
    """One measure at one visit. `change` is the mean of `changed` people with limits; `better` and `worse` count those whose change
    matters, None where no bound is agreed or at the baseline itself.
    """

    event: str
    n: int
    mean: Estimate
    sd: float | None
    changed: int
    change: Estimate
    better: int | None
    worse: int | None


def values(
    scores: Iterable[Score], measure: Measure, among: Container[str] | None = None
) -> dict[tuple[str, str], float]:
    """Scores of one measure, of `among` only where given."""
    return {
        (s.participant, s.event): s.value
        for s in scores
        if s.measure is measure and (among is None or s.participant in among)
    }


def profile(found: Values, measure: Measure, events: Sequence[str], baseline: str) -> tuple[AtVisit, ...]:
    """A row a visit, empty ones included. Visits before the baseline have no change, and neither has the baseline."""
    first = events.index(baseline)
    return tuple(_at(found, measure, event, baseline if place > first else None) for place, event in enumerate(events))


def changes(found: Values, event: str, baseline: str) -> dict[str, float]:
    """Score at `event` less that at `baseline`, of those who have both."""
    return {
        who: value - found[who, baseline]
        for (who, at), value in found.items()
        if at == event and (who, baseline) in found
    }


def mean(numbers: Iterable[float], level: float = 0.95) -> Estimate:
    """The mean with t limits; without limits for one or for equal ones, which are no certainty; unknown for none.

    The order of the numbers cannot matter, to the last bit.
    """
    from scipy.stats import t

    x = np.sort(np.asarray(list(numbers), dtype=float))
    if not x.size:
        return Estimate(None)
    centre = float(x.mean())
    if x[-1] - x[0] < _SAME:
        return Estimate(centre)
    half = float(t.ppf(0.5 + level / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size))
    return Estimate(centre, centre - half, centre + half)


def _at(found: Values, measure: Measure, event: str, baseline: str | None) -> AtVisit:
    here = np.sort([value for (_, at), value in found.items() if at == event])
    sd = float(here.std(ddof=1)) if here.size > 1 else None
    moved = list(changes(found, event, baseline).values()) if baseline else []
    told = [response for each in moved if (response := measure.response(each)) is not None]
    counted = baseline is not None and measure.important is not None
    return AtVisit(
        event, int(here.size), mean(here), sd, len(moved), mean(moved),
        told.count(BETTER) if counted else None, told.count(WORSE) if counted else None,
    )  # fmt: skip
