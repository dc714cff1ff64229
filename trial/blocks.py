"""Permuted blocks of varying size, one list a stratum, made from the seed alone (PROTOCOL 6).

The list of stratum `s` takes the draws named `s`, in order. A block takes one draw for its size, `sizes[below(len(sizes))]`,
then holds each arm equally often in the order of the plan, and is shuffled by Fisher and Yates from its end: for position
i = size-1 down to 1, one draw, j = below(i + 1), positions i and j change places. Blocks follow until the list is full; the
last is cut where the list ends. Names of factors and levels may not hold `;`, `=` or `:`, so no two strata share a name.
"""

from collections.abc import Iterator, Mapping
from itertools import count, islice

from trial.draws import below


def stratum(factors: tuple[str, ...], levels: Mapping[str, str]) -> str:
    """The name of a stratum: `response=NCR;regimen=IO`, factors in the order of the plan."""
    return ";".join(f"{name}={levels[name]}" for name in factors)


def arms_of(
    seed: bytes, study: str, name: str, *, arms: tuple[str, ...], sizes: tuple[int, ...], length: int
) -> tuple[str, ...]:
    """The whole list of one stratum: `length` arms in order of allocation."""
    blocks = each_block(seed, study, name, arms=arms, sizes=sizes)
    return tuple(islice((arm for block in blocks for arm in block), length))


def each_block(
    seed: bytes, study: str, name: str, *, arms: tuple[str, ...], sizes: tuple[int, ...]
) -> Iterator[list[str]]:
    """The blocks of one stratum, without end."""
    numbers = count(1)
    while True:
        size = sizes[below(len(sizes), seed, study, next(numbers), name)]
        block = list(arms) * (size // len(arms))
        for i in range(size - 1, 0, -1):
            j = below(i + 1, seed, study, next(numbers), name)
            block[i], block[j] = block[j], block[i]
        yield block
