"""Whether the world has moved away from the model: its inputs against training, its outcomes against its predictions.

PSI of an input: sum (a - e) ln(a / e) over bins, e the shares in training, a those now, half a person added to each bin so that an
empty one stays finite. An input has moved where so large a PSI is rarer by chance than `FALSE_ALARM` divided by the number of inputs
(Bonferroni): chance as simulated, both samples drawn from their common shares. The usual 0.1 and 0.25 depend on the size of the
sample and decide nothing here. CUSUM: Page 1954, on observed minus expected. Sources: Siddiqi 2006; Yurdakul & Naranjo 2020.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.accuracy import share
from analysis.calibration import o_to_e
from analysis.estimable import TOO_FEW, Measured, judged, measured
from analysis.samples import ArrayLike, Floats
from analysis.training_reference import Bins, TrainingReference
from forms.text import _l

FALSE_ALARM = 0.05
"""Chance of one or more false alarms: over all inputs together (PSI), and over `HORIZON` outcomes (CUSUM)."""
SIMULATIONS, SEED = 10_000, 20260724
FEWEST = 50
"""People with an input vector, below which no input is judged."""
HORIZON = 500
ALLOWANCE = 0.05
"""Half the shift in risk the CUSUM is tuned to: 10 percentage points."""
FEWEST_PER_QUARTER = 10

PSI_DEFINITION = _l(
    "PSI against the training people, bins: tenths of training, values of coded inputs, and missing; 0.5 added to each count. "
    "Moved: so large by chance in fewer than 5 % of trials over all inputs together (Bonferroni, 10,000 simulations, seed 20260724)."
)
CUSUM_DEFINITION = _l(
    "Two one-sided CUSUMs of observed minus expected, in the order of decisions, allowance 0.05. The limit is crossed by a calibrated "
    "model in 5 % of series of {horizon} outcomes (10,000 simulations, seed 20260724), however often one looks."
)


@dataclass(frozen=True)
class Shift:
    """One input: its PSI over `n` people, share missing in training and now, chance of so large a PSI without drift."""

    name: str
    modality: str
    n: int
    psi: Measured
    missing_then: float
    missing_now: float
    p: float | None
    moved: bool


@dataclass(frozen=True)
class Cusum:
    """Upper and lower sums after each outcome, the limit, and the place of the first crossing, None where there is none."""

    upper: tuple[float, ...]
    lower: tuple[float, ...]
    limit: float | None
    horizon: int
    crossed: int | None
    why: str = ""


@dataclass(frozen=True)
class Quarter:
    """A quarter of decisions, as in "2027 Q1": people, events, expected, share observed, O/E."""

    name: str
    n: int
    events: int
    expected: float
    observed: Measured
    o_to_e: Measured


def shifts(
    reference: TrainingReference,
    vectors: Sequence[Mapping[str, float | None]],
    *,
    fewest: int = FEWEST,
    simulations: int = SIMULATIONS,
) -> tuple[Shift, ...]:
    """Each input of the reference against these input vectors; an input a vector lacks is missing."""
    alpha = FALSE_ALARM / max(len(reference.inputs), 1)
    return tuple(
        _shift(bins, [v.get(bins.name) for v in vectors], alpha, fewest, simulations) for bins in reference.inputs
    )


def psi(then: ArrayLike, now: ArrayLike) -> float:
    """From counts in bins, half a person added to each."""
    return float(_psi(np.asarray(then, dtype=float)[None], np.asarray(now, dtype=float)[None])[0])


def _psi(then: Floats, now: Floats) -> Floats:
    e, a = ((counts + 0.5) / (counts + 0.5).sum(axis=1, keepdims=True) for counts in (then, now))
    return np.asarray(np.sum((a - e) * np.log(a / e), axis=1))


def _shift(bins: Bins, values: list[float | None], alpha: float, fewest: int, simulations: int) -> Shift:
    then, now = np.array(bins.counts, dtype=float), np.array(bins.count(values), dtype=float)
    n, m = len(values), int(then.sum())
    gone = (float(then[-1] / m), float(now[-1] / n) if n else 0.0)
    if n < fewest:
        return Shift(bins.name, bins.modality, n, Measured(None, reason=TOO_FEW), *gone, None, moved=False)
    found = psi(then, now)
    chance = np.random.default_rng([SEED, n, *bins.name.encode()])
    pooled = (then + now) / (m + n)
    drawn = _psi(*(chance.multinomial(size, pooled, simulations).astype(float) for size in (m, n)))
    p = float((1 + np.sum(drawn >= found - 1e-12)) / (1 + simulations))
    return Shift(bins.name, bins.modality, n, Measured(found), *gone, p, moved=p < alpha)


def cusum(y: ArrayLike, p: ArrayLike, *, simulations: int = SIMULATIONS) -> Cusum:
    """In the order given. The limit comes from predictions drawn from these, and outcomes drawn from the predictions."""
    s = judged(y, p)
    horizon = HORIZON * max(1, -(-s.n // HORIZON))
    if s.n < FEWEST:
        return Cusum((), (), None, horizon, None, TOO_FEW)
    upper, lower = sums((s.y - s.p)[None])
    limit = control_limit(s.p, horizon, simulations)
    beyond = np.flatnonzero((upper[0] > limit) | (lower[0] > limit))
    crossed = int(beyond[0]) if beyond.size else None
    return Cusum(tuple(upper[0].tolist()), tuple(lower[0].tolist()), limit, horizon, crossed)


def sums(residuals: Floats) -> tuple[Floats, Floats]:
    """C+ = max(0, C+ + r - k) and C- = max(0, C- - r - k) along each row, k the allowance."""
    return _reflected(residuals - ALLOWANCE), _reflected(-residuals - ALLOWANCE)


def _reflected(steps: Floats) -> Floats:
    """A walk that never goes below 0: the walk less its lowest value so far, 0 among them."""
    walk = np.cumsum(steps, axis=1)
    return np.asarray(walk - np.minimum(np.minimum.accumulate(walk, axis=1), 0.0))


def control_limit(p: Floats, horizon: int, simulations: int = SIMULATIONS) -> float:
    """What the larger sum of a calibrated series of `horizon` outcomes stays below, but for `FALSE_ALARM` of series."""
    chance = np.random.default_rng([SEED, horizon])
    highest = np.concatenate([_highest(p, horizon, part, chance) for part in _parts(simulations)])
    return float(np.quantile(highest, 1 - FALSE_ALARM))


def _highest(p: Floats, horizon: int, series: int, chance: np.random.Generator) -> Floats:
    drawn = chance.choice(p, (series, horizon))
    upper, lower = sums((chance.random((series, horizon)) < drawn) - drawn)
    return np.maximum(upper.max(axis=1), lower.max(axis=1))


def _parts(simulations: int) -> list[int]:
    """A thousand series at a time: ten thousand of five hundred would take a quarter of a gigabyte."""
    return [min(1000, simulations - done) for done in range(0, simulations, 1000)]


def by_quarter(
    days: Sequence[date], y: ArrayLike, p: ArrayLike, *, fewest: int = FEWEST_PER_QUARTER
) -> tuple[Quarter, ...]:
    """Calendar quarters of the decision that anybody falls in, in order."""
    s = judged(y, p)
    names = np.array([f"{day.year} Q{(day.month + 2) // 3}" for day in days], dtype=object)
    return tuple(_quarter(name, s.y[names == name], s.p[names == name], fewest) for name in sorted(set(names)))


def _quarter(name: str, y: Floats, p: Floats, fewest: int) -> Quarter:
    part, few = judged(y, p), Measured(None, reason=TOO_FEW)
    seen, ratio = (few, few) if part.n < fewest else (share(part.events, part.n), measured(lambda: o_to_e(part)))
    return Quarter(name, part.n, part.events, float(p.sum()), seen, ratio)
