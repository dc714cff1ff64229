"""The largest likelihood by Newton's method with halved steps, to the last digits, or a stated reason why there is none.

A likelihood that has stopped rising while its parameter still moves has its largest value at infinity: the covariate
separates the events. R's coxph warns of it by the same comparison ("beta may be infinite"); here it is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.not_estimable import NotConverged, NotEstimable, Separated
from analysis.samples import Floats

STEPS = 60
_FLAT = 1e-11  # gain of the log likelihood, relative, that is no gain
_STILL = 1e-5  # step of a parameter on the scale of one standard deviation; the next step is its square
_MOVING = 1e-2
_FAR = 5.0  # on the same scale: a ratio of 150 for one standard deviation
_SINGULAR = 1e-11


@dataclass(frozen=True)
class Likelihood:
    """Log likelihood with its first derivative and the negative of its second."""

    value: float
    score: Floats
    information: Floats


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood is largest: `covariance` is the inverse of the information there."""

    at: Floats
    likelihood: Likelihood
    start: Likelihood
    covariance: Floats
    steps: int


def maximise(of: Callable[[Floats], Likelihood], start: Floats, names: Sequence[str]) -> Maximum:
    """Climb from `start`; a parameter that is no covariate has no name.

    Raises NotEstimable (Separated, NotConverged) where there is no one finite answer.
    """
    at, here = start, of(start)
    first = here
    for done in range(STEPS):
        step = solved(here.information, here.score)
        reached, there = _uphill(of, at, here, step)
        flat = there.value - here.value <= _FLAT * (1 + abs(there.value))
        at, here = reached, there
        if gone := _gone(here, at - start, names):
            raise Separated(gone)
        if flat:
            last = solved(here.information, here.score)
            if moving := tuple(name for name, move in zip(names, last, strict=True) if name and abs(move) > _MOVING):
                raise Separated(moving)
            if np.abs(last).max(initial=0.0) < _STILL:
                at = at + last
                here = of(at)
                return Maximum(at, here, first, inverse(here.information), done + 1)
    raise NotConverged(STEPS)


def _gone(here: Likelihood, moved: Floats, names: Sequence[str]) -> tuple[str, ...]:
    """Covariates that moved far and have no information left: the likelihood has become flat to its last digit on the way to infinity."""
    none = ~(np.diag(here.information) > 0)
    return tuple(name for name, lost, by in zip(names, none, np.abs(moved), strict=True) if name and lost and by > _FAR)


def _uphill(
    of: Callable[[Floats], Likelihood], at: Floats, here: Likelihood, step: Floats
) -> tuple[Floats, Likelihood]:
    slack = 1e-12 * (1 + abs(here.value))
    for _ in range(30):
        there = of(at + step)
        if np.isfinite(there.value) and there.value >= here.value - slack:
            return at + step, there
        step = step / 2
    return at, here


def solved(information: Floats, score: Floats) -> Floats:
    """information^-1 score. Raises NotEstimable where parameters cannot be told apart."""
    return inverse(information) @ score


def inverse(information: Floats) -> Floats:
    """The inverse of a positive definite matrix; its parameters are first put on one scale."""
    if not np.isfinite(information).all() or (np.diag(information) <= 0).any():
        raise NotEstimable("the data hold no information on a covariate")
    size = np.sqrt(np.diag(information))
    scaled = information / np.outer(size, size)
    if size.size and np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise NotEstimable("covariates are linear combinations of one another")
    return np.asarray(np.linalg.inv(scaled) / np.outer(size, size))
