"""Chance with a seed that is written down: one independent stream for each topic of each simulated participant."""

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """Draws from the stream (seed, key). Topics have streams of their own, so a new draw in one moves no other."""

    def __init__(self, seed: int, *key: int) -> None:
        self._rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number in [low, high)."""
        return low + (high - low) * float(self._rng.random())

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.uniform() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self._rng.integers(low, high, endpoint=True))

    def normal(self, mean: float, sd: float, low: float = -np.inf, high: float = np.inf) -> float:
        """A normal deviate, cut off at both ends."""
        return float(min(max(self._rng.normal(mean, sd), low), high))

    def lognormal(self, median: float, spread: float, low: float = 0.0, high: float = np.inf) -> float:
        """A positive number: `spread` is the standard deviation of its logarithm."""
        return min(max(median * float(np.exp(self._rng.normal(0.0, spread))), low), high)

    def exponential(self) -> float:
        """A unit exponential, the cumulative hazard at which something happens."""
        return float(self._rng.exponential())

    def weibull(self, shape: float, scale: float) -> float:
        """A Weibull time in the unit of `scale`."""
        return scale * float(self._rng.weibull(shape))

    def pick(self, weights: Mapping[T, float]) -> T:
        """One key, with probability in proportion to its weight."""
        at = self.uniform(0.0, sum(weights.values()))
        for key, weight in weights.items():
            at -= weight
            if at < 0:
                return key
        return list(weights)[-1]


def logistic(x: float) -> float:
    """The probability whose log odds are `x`."""
    return 1.0 / (1.0 + float(np.exp(-x)))
