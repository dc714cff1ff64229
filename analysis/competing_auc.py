"""How well a score tells, by a time, who has had an event that others compete with: AUC and Brier score, people lost weighted for.

Cumulative cases: the event on or before t. Controls, definition 1: free of every event after t; definition 2: those, and people
who had a competing event by t. Inverse probability of censoring weights: cases and competing events 1/G(T-), others 1/G(t), G the
Kaplan-Meier estimate of staying uncensored; people lost before t weigh nothing. Sources: Blanche, Dartigues & Jacqmin-Gadda 2013;
Schoop 2011 and Gerds & Schumacher 2006 (Brier).
"""

from dataclasses import dataclass

import numpy as np

from analysis.estimable import NOBODY, ONE_CLASS, Measured, expit
from analysis.samples import ArrayLike, Floats, Ints, NotTimeToEvent, checked, counts, critical
from forms.text import _l

DEFINITION = _l(
    "Cumulative cases by t against dynamic controls (Blanche et al. 2013): definition 1, free of any event after t; definition 2, those "
    "and people with a competing event by t. Weighted by the inverse probability of censoring (Kaplan-Meier); limits from "
    "the standard error over 500 bootstrap samples of people, seed 20260724, the weights estimated anew in each; areas on the logit scale."
)
BOOTSTRAPS, SEED = 500, 20260724


@dataclass(frozen=True)
class ByTime:
    """At day t: people, cases seen, competing events seen, people lost before; areas and Brier score with limits.

    `scaled`: 1 - Brier / that of the Aalen-Johansen incidence given to everybody.
    """

    t: float
    n: int
    cases: int
    competing: int
    lost: int
    auc_1: Measured
    auc_2: Measured
    brier: Measured
    scaled: Measured


@dataclass(frozen=True)
class _Weighted:
    case: Floats
    free: Floats
    other: Floats


def by_time(
    days: ArrayLike, status: ArrayLike, risk: ArrayLike, t: float, *, level: float = 0.95, bootstraps: int = BOOTSTRAPS
) -> ByTime:
    """`status` 0 censored, 1 the event, 2 competing; `risk`: the predicted probability of the event by t.

    Raises NotTimeToEvent for broken columns; what the data do not give carries its reason.
    """
    times, codes = checked(days, status)
    given = np.asarray(risk, dtype=float)
    if (codes > 2).any():
        raise NotTimeToEvent("a status is none of 0, 1 and 2")
    if given.shape != times.shape or not ((given >= 0) & (given <= 1)).all():
        raise ValueError("a risk is no probability, or there is not one for each person")
    by, drawn = times <= t, _bootstrapped(times, codes, given, t, bootstraps)
    found = _measures(times, codes, given, t)
    return ByTime(
        t, int(times.size), int((by & (codes == 1)).sum()), int((by & (codes == 2)).sum()),
        int((by & (codes == 0)).sum()),
        *(_with_limits(value, drawn[:, k], level, times.size, area=k < 2) for k, value in enumerate(found)),
    )  # fmt: skip


def weights(times: Floats, codes: Ints, t: float) -> tuple[Floats, Floats, Floats]:
    """Of cases, people free after t, and people with a competing event by t; 0 for everybody else."""
    w = _weights(times, codes, t)
    return w.case, w.free, w.other


def _weights(times: Floats, codes: Ints, t: float) -> _Weighted:
    """G changes just after a time at which somebody is lost: an event on that day is seen first."""
    tally = counts(times, codes)
    lost = tally.left.get(0, np.zeros(tally.times.size, dtype=np.int64))
    # Whoever has an event on that day cannot be lost on it any more: they leave the risk set of being lost first.
    steps, heights = tally.times, np.concatenate(([1.0], np.cumprod(1 - _shares(lost, tally.at_risk - tally.events()))))
    before = heights[np.searchsorted(steps, times, side="left")]
    at = heights[np.searchsorted(steps, t, side="right")]
    by = times <= t
    one_over = np.divide(1.0, before, out=np.zeros_like(before), where=before > 0)
    return _Weighted(
        np.where(by & (codes == 1), one_over, 0.0),
        np.where(~by, 1 / at if at > 0 else 0.0, 0.0),
        np.where(by & (codes == 2), one_over, 0.0),
    )


def _shares(part: Ints, of: Ints) -> Floats:
    return np.divide(part, of, out=np.zeros(of.size), where=of > 0)


def _measures(times: Floats, codes: Ints, risk: Floats, t: float) -> tuple[float, float, float, float]:
    """AUC 1, AUC 2, Brier, scaled Brier; not a number where there is none."""
    if not times.size:
        return (float("nan"),) * 4
    w = _weights(times, codes, t)
    brier = float(np.sum(w.case * (1 - risk) ** 2 + (w.free + w.other) * risk**2) / times.size)
    level = float(
        w.case.sum() / times.size
    )  # the Aalen-Johansen incidence, as the weights give it (Satten & Datta 2001)
    naive = float(np.sum(w.case * (1 - level) ** 2 + (w.free + w.other) * level**2) / times.size)
    reached = bool((times >= t).any())  # nobody followed to t: nothing can be said of it
    return (
        _area(risk, w.case, w.free),
        _area(risk, w.case, w.free + w.other),
        brier if reached else float("nan"),
        1 - brier / naive if reached and naive else float("nan"),
    )


def _area(risk: Floats, case: Floats, control: Floats) -> float:
    """Weighted share of pairs in which the case has the higher risk, ties one half, by cumulated weights."""
    total = case.sum() * control.sum()
    if not total:
        return float("nan")
    _, where = np.unique(risk, return_inverse=True)
    cases, controls = (np.bincount(where, weights=w) for w in (case, control))
    below = np.cumsum(controls) - controls
    return float(np.sum(cases * (below + controls / 2)) / total)


def _bootstrapped(times: Floats, codes: Ints, risk: Floats, t: float, bootstraps: int) -> Floats:
    chance = np.random.default_rng(SEED)
    if times.size < 2:
        return np.empty((0, 4))
    picks = (chance.integers(0, times.size, times.size) for _ in range(bootstraps))
    return np.array([_measures(times[i], codes[i], risk[i], t) for i in picks]).reshape(-1, 4)


def _with_limits(value: float, drawn: Floats, level: float, n: int, *, area: bool) -> Measured:
    """Normal limits with the bootstrap's standard error; of an area on the logit scale, and none at 0 or 1."""
    if np.isnan(value):
        return Measured(None, reason=ONE_CLASS if n else NOBODY)
    kept = drawn[~np.isnan(drawn)]
    inside = kept[(kept > 0) & (kept < 1)] if area else kept
    # Many samples without a case, or without a mistake: what is left of them would flatter.
    if inside.size < max(2, 0.9 * drawn.size) or (area and not 0 < value < 1):
        return Measured(value)
    half = critical(level) * float(np.std(_logit(inside) if area else inside, ddof=1))
    if not area:
        return Measured(value, value - half, value + half)
    centre = float(_logit(value))
    return Measured(value, expit(centre - half), expit(centre + half))


def _logit(area: Floats | float) -> Floats:
    return np.asarray(np.log(area / (1 - np.asarray(area))))
