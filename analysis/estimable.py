"""A number with its limits, or the reason why there is none: what every measure of a prediction gives.

Outcomes are 0 and 1, predictions probabilities in [0, 1]; one entry a participant, order without meaning.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from analysis.samples import ArrayLike, Floats
from analysis.steps import Estimate
from forms.text import _l

NOBODY = _l("nobody")
ONE_CLASS = _l("all had the same outcome")
ALL_EQUAL = _l("all predictions are equal")
SEPARATED = _l("the predictions separate the outcomes completely")
UNSETTLED = _l("the search for the estimate did not end")
NONE_POSITIVE = _l("nobody was positive")
NONE_NEGATIVE = _l("nobody was negative")
EMPTY_CELL = _l("a cell of the fourfold table is empty")
TOO_FEW = _l("too few")


class NotEstimable(ValueError):
    """The data give no such number; `reason` says why, in words to be translated."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Measured(Estimate):
    """An estimate with its limits. Where `value` is None, `reason` says why; limits may be missing beside a value."""

    reason: str = ""


@dataclass(frozen=True)
class Judged:
    """Predictions and what happened, checked: `y` of 0 and 1, `p` in [0, 1], of one length."""

    y: Floats
    p: Floats

    @property
    def n(self) -> int:
        return int(self.y.size)

    @property
    def events(self) -> int:
        return int(self.y.sum())

    @property
    def both(self) -> bool:
        """Whether both outcomes occur."""
        return 0 < self.events < self.n

    def need_both(self) -> None:
        """Raises NotEstimable where one of the outcomes is missing."""
        if not self.n:
            raise NotEstimable(NOBODY)
        if not self.both:
            raise NotEstimable(ONE_CLASS)


def judged(y: ArrayLike, p: ArrayLike) -> Judged:
    """The two columns as arrays. Raises ValueError for unequal length, an outcome other than 0 and 1, or no probability."""
    outcome, given = np.asarray(y, dtype=float), np.asarray(p, dtype=float)
    if outcome.ndim != 1 or outcome.shape != given.shape:
        raise ValueError("outcomes and predictions must be two columns of one length")
    if not np.isin(outcome, (0.0, 1.0)).all():
        raise ValueError("an outcome is neither 0 nor 1")
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("a prediction is no probability")
    return Judged(outcome, given)


def measured(make: Callable[[], Measured]) -> Measured:
    """What `make` gives, or the reason why it gives nothing."""
    try:
        return make()
    except NotEstimable as none:
        return Measured(None, reason=none.reason)


def expit(eta: float) -> float:
    """The probability of log odds."""
    return float(1 / (1 + np.exp(-eta)))


def log_odds(p: ArrayLike) -> Floats:
    """The logarithm of p/(1 - p). A probability of 0 or 1 is read as 0.0000005 from the end: half its last stored digit."""
    inside = np.clip(np.asarray(p, dtype=float), 5e-7, 1 - 5e-7)
    return np.asarray(np.log(inside / (1 - inside)))
