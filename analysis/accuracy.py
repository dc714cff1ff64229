"""Positive from a threshold on: the fourfold table, and what follows from it, with exact limits.

The rule is that of `trial.prediction`: on probabilities of six digits, positive from the threshold on, itself included.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from analysis.estimable import EMPTY_CELL, NOBODY, NONE_NEGATIVE, NONE_POSITIVE, ONE_CLASS, Measured, judged
from analysis.exact import clopper_pearson
from analysis.samples import ArrayLike, critical
from forms.text import _l

DIGITS = 6
DEFINITION = _l(
    "Exact limits of proportions: Clopper and Pearson 1934. Limits of likelihood ratios: log method (Simel et al. 1991), "
    "none where a cell is empty."
)


@dataclass(frozen=True)
class Fourfold:
    """True positives, false positives, false negatives, true negatives."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def n(self) -> int:
        return self.tp + self.fp + self.fn + self.tn


@dataclass(frozen=True)
class Accuracy:
    """What follows from a fourfold table."""

    table: Fourfold
    sensitivity: Measured
    specificity: Measured
    ppv: Measured
    npv: Measured
    lr_positive: Measured
    lr_negative: Measured


def positive(p: ArrayLike, threshold: float) -> "np.ndarray":
    """Who is positive; both sides rounded to six digits, so that a probability stored as the threshold is positive."""
    return np.asarray(np.round(np.asarray(p, dtype=float), DIGITS) >= round(threshold, DIGITS))


def fourfold(y: ArrayLike, p: ArrayLike, threshold: float) -> Fourfold:
    """The table at a threshold."""
    sample = judged(y, p)
    hit, event = positive(sample.p, threshold), sample.y == 1
    cells = ((hit, event), (hit, ~event), (~hit, event), (~hit, ~event))
    return Fourfold(*(int((a & b).sum()) for a, b in cells))


def accuracy(t: Fourfold, *, level: float = 0.95) -> Accuracy:
    """Sensitivity, specificity, predictive values and likelihood ratios with limits, or why there are none."""
    return Accuracy(
        t,
        share(t.tp, t.tp + t.fn, level, ONE_CLASS if t.n else NOBODY),
        share(t.tn, t.tn + t.fp, level, ONE_CLASS if t.n else NOBODY),
        share(t.tp, t.tp + t.fp, level, NONE_POSITIVE if t.n else NOBODY),
        share(t.tn, t.tn + t.fn, level, NONE_NEGATIVE if t.n else NOBODY),
        _ratio(t.tp, t.tp + t.fn, t.fp, t.fp + t.tn, level),
        _ratio(t.fn, t.tp + t.fn, t.tn, t.fp + t.tn, level),
    )


def share(hits: int, n: int, level: float = 0.95, reason: str = NOBODY) -> Measured:
    """A proportion with its exact limits; `reason` where it is of nobody."""
    return Measured(hits / n, *clopper_pearson(hits, n, level)) if n else Measured(None, reason=reason)


def _ratio(a: int, of_a: int, b: int, of_b: int, level: float) -> Measured:
    """(a / of_a) / (b / of_b), limits from var ln = 1/a - 1/of_a + 1/b - 1/of_b."""
    if not of_a or not of_b:
        return Measured(None, reason=ONE_CLASS if of_a + of_b else NOBODY)
    if not b:
        return Measured(None, reason=EMPTY_CELL)
    ratio = (a / of_a) / (b / of_b)
    if not a:
        return Measured(ratio)
    half = critical(level) * sqrt(1 / a - 1 / of_a + 1 / b - 1 / of_b)
    return Measured(ratio, exp(log(ratio) - half), exp(log(ratio) + half))
