"""EORTC scoring: raw score, the half-scale rule, and the linear map onto 0 to 100.

Raw score = mean of the answered items. Functional scale: {1 - (raw - 1) / range} x 100; symptom and global
scales: {(raw - 1) / range} x 100. A scale is scored when at least half of its items were answered.
Source: Fayers et al., EORTC QLQ-C30 Scoring Manual, 3rd ed., 2001.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Scale:
    """A scale: `items` by number; `span` is highest minus lowest answer; `falls`: a high answer lowers the score."""

    name: str
    items: tuple[int, ...]
    span: int = 3
    falls: bool = False

    def score(self, answers: Mapping[int, int | None]) -> Decimal | None:
        """Score 0 to 100 in hundredths; None where fewer than half of the items are answered.

        An answer out of range counts as missing, as in the manual's cleaning step.
        """
        given = [a for n in self.items if (a := answers.get(n)) is not None and 1 <= a <= self.span + 1]
        if not given or 2 * len(given) < len(self.items):
            return None
        share = (Decimal(sum(given)) / len(given) - 1) / self.span
        return ((1 - share if self.falls else share) * 100).quantize(HUNDREDTH, ROUND_HALF_UP)


def functional(name: str, *items: int) -> Scale:
    """A scale where 100 is the best function and a high answer means trouble."""
    return Scale(name, items, falls=True)


def symptom(name: str, *items: int) -> Scale:
    """A scale where a high answer gives a high score."""
    return Scale(name, items)


def score_all(scales: tuple[Scale, ...], answers: Mapping[int, int | None]) -> Mapping[str, Decimal | None]:
    """Read-only mapping of scale name to score or None, in the order of the scales."""
    return MappingProxyType({scale.name: scale.score(answers) for scale in scales})
