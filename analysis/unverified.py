"""People whose outcome never became known: what the measures would be with them (PROTOCOL 7, verification).

Begg & Greenes 1983: verification may depend on the model's class, and on nothing else that matters. The area is weighted by the
inverse probability of verification within fifths of the prediction (Alonzo & Pepe 2005). The four extremes assume nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.accuracy import positive
from analysis.discrimination import auc
from analysis.estimable import EMPTY_CELL, NOBODY, Measured, expit, judged, measured
from analysis.samples import ArrayLike, Floats, critical
from forms.text import _l

DEFINITION = _l(
    "Corrected sensitivity and specificity: Begg and Greenes 1983, limits on the logit scale by the delta method. Corrected area: "
    "inverse probability of verification within fifths of the prediction (Alonzo and Pepe 2005), limits: percentiles of 500 bootstrap "
    "samples, seed 20260724. The extremes fill in every unknown outcome one way and have no limits."
)
BOOTSTRAPS, SEED, FIFTHS = 500, 20260724, 5

SCENARIOS = (
    ("BEST", _l("Best for the model: unknown with a positive class responded, with a negative class did not")),
    ("WORST", _l("Worst for the model: the reverse")),
    ("ALL", _l("Everyone unknown responded")),
    ("NONE", _l("No one unknown responded")),
)


@dataclass(frozen=True)
class Corrected:
    """With everyone called counted: `verified` of `n` had a known outcome."""

    n: int
    verified: int
    sensitivity: Measured
    specificity: Measured
    auc: Measured
    scenarios: tuple["Scenario", ...]


@dataclass(frozen=True)
class Scenario:
    """One extreme: sensitivity, specificity and area if the unknown were all so."""

    id: str
    text: str
    sensitivity: float | None
    specificity: float | None
    auc: float | None


def corrected(y: ArrayLike, p: ArrayLike, threshold: float, *, level: float = 0.95) -> Corrected:
    """`y`: 0, 1, or not a number where the outcome is unknown; `p`: predictions of everyone."""
    outcome, given = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    known = ~np.isnan(outcome)
    judged(outcome[known], given[known])
    hit = positive(given, threshold)
    return Corrected(
        int(outcome.size), int(known.sum()),
        *begg_greenes(outcome, hit, level),
        measured(lambda: _weighted_auc(outcome, given, level)),
        tuple(_scenario(each, outcome, given, hit) for each in SCENARIOS),
    )  # fmt: skip


def begg_greenes(y: Floats, hit: "np.ndarray", level: float = 0.95) -> tuple[Measured, Measured]:
    """Sensitivity and specificity with the unverified: P(class) from everyone, P(event | class) from the verified.

    logit Se = ln(P(+) a) - ln(P(-) b), a and b the shares of events among the verified of each class; its variance is
    1/(N P(+) P(-)) + (1 - a)/(n+ a) + (1 - b)/(n- b). Specificity likewise with 1 - a and 1 - b.
    """
    if not y.size:
        return Measured(None, reason=NOBODY), Measured(None, reason=NOBODY)
    known = ~np.isnan(y)
    counts = [(int((known & c).sum()), int((y[known & c] == 1).sum())) for c in (hit, ~hit)]
    if any(not n for n, _ in counts) or all(e == 0 for _, e in counts) or all(e == n for n, e in counts):
        return Measured(None, reason=EMPTY_CELL), Measured(None, reason=EMPTY_CELL)
    (n_plus, e_plus), (n_minus, e_minus) = counts
    plus, a, b = float(hit.mean()), e_plus / n_plus, e_minus / n_minus
    spread = 1 / (y.size * plus * (1 - plus))
    sensitivity = _odds(plus * a, (1 - plus) * b, spread, (n_plus, a), (n_minus, b), level)
    return sensitivity, _odds((1 - plus) * (1 - b), plus * (1 - a), spread, (n_minus, 1 - b), (n_plus, 1 - a), level)


def _odds(
    yes: float, no: float, spread: float, one: tuple[int, float], other: tuple[int, float], level: float
) -> Measured:
    value = yes / (yes + no)
    if not 0 < value < 1:
        return Measured(value)
    half = critical(level) * (spread + sum((1 - share) / (n * share) for n, share in (one, other))) ** 0.5
    centre = float(np.log(yes / no))
    return Measured(value, expit(centre - half), expit(centre + half))


def weighted_area(y: Floats, p: Floats) -> float:
    """Area with each verified person counted for 1 / (share verified in the same fifth); not a number without both outcomes."""
    edges = np.unique(np.quantile(p, np.linspace(0, 1, FIFTHS + 1)[1:-1]))
    where, known = np.searchsorted(edges, p, side="left"), ~np.isnan(y)
    everyone, seen = (np.bincount(where[k], minlength=FIFTHS) for k in (slice(None), known))
    weight = np.divide(everyone, seen, out=np.zeros(FIFTHS), where=seen > 0)[where]
    _, rank = np.unique(p, return_inverse=True)
    events, others = (np.bincount(rank, weights=np.where(known & (y == v), weight, 0.0)) for v in (1, 0))
    total = events.sum() * others.sum()
    return float(np.sum(events * (np.cumsum(others) - others / 2)) / total) if total else float("nan")


def _weighted_auc(y: Floats, p: Floats, level: float) -> Measured:
    known = ~np.isnan(y)
    judged(y[known], p[known]).need_both()
    value, chance = weighted_area(y, p), np.random.default_rng(SEED)
    picks = (chance.integers(0, y.size, y.size) for _ in range(BOOTSTRAPS))
    drawn = np.array([weighted_area(y[i], p[i]) for i in picks])
    tail, kept = (1 - level) / 2, drawn[~np.isnan(drawn)]
    return Measured(value, float(np.quantile(kept, tail)), float(np.quantile(kept, 1 - tail)))


_FILL: dict[str, Callable[["np.ndarray"], "np.ndarray"]] = {
    "BEST": lambda hit: hit,
    "WORST": lambda hit: ~hit,
    "ALL": lambda hit: np.ones_like(hit),
    "NONE": lambda hit: np.zeros_like(hit),
}


def _scenario(each: tuple[str, str], y: Floats, p: Floats, hit: "np.ndarray") -> Scenario:
    code, text = each
    filled = np.where(np.isnan(y), _FILL[code](hit).astype(float), y)
    event = filled == 1
    return Scenario(
        code, text, _share(hit[event]), _share(~hit[~event]), measured(lambda: auc(filled, p)).value
    )  # fmt: skip


def _share(of: "np.ndarray") -> float | None:
    return float(of.mean()) if of.size else None
