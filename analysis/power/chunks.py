"""A run in pieces: chunks of replicates, each a piece of work that can be done anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.power.measures import replicate
from analysis.power.scenario import Scenario
from analysis.samples import Floats

CHUNK = 20
"""Replicates a worker does at a time: under a second, so that an interruption is soon obeyed."""


class ReplicateFailed(RuntimeError):
    """One virtual trial could not be drawn or analysed; `replicate(scenario, seed, number)` does it again."""

    def __init__(self, scenario: str, seed: int, number: int, problem: str) -> None:
        super().__init__(scenario, seed, number, problem)  # all four, so that it travels between processes
        self.scenario, self.seed, self.number, self.problem = scenario, seed, number, problem

    def __str__(self) -> str:
        return f"scenario {self.scenario}, seed {self.seed}, replicate {self.number}: {self.problem}"


BROKEN = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RuntimeError)
"""What a computation breaks with: told with the replicate, or nobody could look into it."""


@dataclass(frozen=True)
class Chunk:
    """Replicates `first` to `first + count - 1`."""

    scenario: Scenario
    seed: int
    first: int
    count: int


Done = tuple[int, Floats]
"""The first replicate of a chunk, and one row each."""


def work(chunk: Chunk) -> Done:
    """Every replicate of a chunk, in order. Raises ReplicateFailed."""
    rows = [_one(chunk, number) for number in range(chunk.first, chunk.first + chunk.count)]
    return chunk.first, np.array(rows)


def _one(chunk: Chunk, number: int) -> Floats:
    try:
        return replicate(chunk.scenario, chunk.seed, number)
    except BROKEN as problem:
        raise ReplicateFailed(
            chunk.scenario.name, chunk.seed, number, f"{type(problem).__name__}: {problem}"
        ) from problem
