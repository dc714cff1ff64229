"""What a benchmark reports: a figure with its unit, and the limit it was held against in the same run."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """One figure. `most`: it may not be larger; `least`: nor smaller; None: told, and held against nothing."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool:
        """Whether it is within its limits."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    @property
    def limit(self) -> str:
        """The limit in words."""
        said = [
            f"at most {self.most:g}" if self.most is not None else "",
            f"at least {self.least:g}" if self.least is not None else "",
        ]
        return ", ".join(filter(None, said))


def seconds(action: Callable[[], object], times: int) -> list[float]:
    """How long each of so many runs took, the shortest first."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        action()
        taken.append(time.perf_counter() - begun)
    return sorted(taken)


def quantile(ordered: list[float], share: float) -> float:
    """The value below which that share of the ordered values lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
