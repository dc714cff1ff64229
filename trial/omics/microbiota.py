"""Sums over the taxa of one sample: shares from counts, closure, and the centred log-ratio with its zeros replaced as stated."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from forms.text import _l

CLOSED = 1e-6
"""Shares that a machine wrote sum to 1 within this; a table a person rounded, within 0.001 (crf.csv MIC.MICFILE)."""
COUNTS, SHARES = "counts", "shares"


class NoComposition(ValueError):
    """The values of a sample are no parts of a whole; `why` is a key of `WHY`, `taxon` where it is seen."""

    def __init__(self, why: str, taxon: str = "") -> None:
        super().__init__(why)
        self.why, self.taxon = why, taxon


WHY: Mapping[str, str] = {
    "negative": _l("a value is below 0 or no finite number"),
    "empty": _l("every value is 0"),
    "unclosed": _l("the values are neither counts nor shares that sum to 1 (within 0.000001)"),
}


@dataclass(frozen=True)
class Composition:
    """Shares by taxon, together 1. `kind`: what was given, counts or shares; `reads`: how many reads were counted, None for shares."""

    shares: Mapping[str, float]
    kind: str
    reads: int | None


def composition(values: Mapping[str, float]) -> Composition:
    """One sample as shares. Whole numbers that sum to more than 1 are counts; shares must close. Raises NoComposition."""
    if bad := next((name for name, value in values.items() if not (math.isfinite(value) and value >= 0)), None):
        raise NoComposition("negative", bad)
    total = math.fsum(values.values())
    if total == 0:
        raise NoComposition("empty")
    if total > 1 and all(float(value).is_integer() for value in values.values()):
        return Composition({name: value / total for name, value in values.items()}, COUNTS, int(total))
    if abs(total - 1) > CLOSED:
        raise NoComposition("unclosed")
    return Composition(dict(values), SHARES, None)


def without_zeros(shares: Mapping[str, float], delta: float) -> dict[str, float]:
    """Each zero replaced by `delta`, the others made smaller so that the whole stays 1 and their ratios stay what they were.

    Source: multiplicative replacement, Martin-Fernandez, Barcelo-Vidal, Pawlowsky-Glahn 2003 (Math Geol 35:253). ValueError for a delta
    that is not above 0, or that leaves nothing for the taxa that were seen.
    """
    zeros = sum(value == 0 for value in shares.values())
    if not 0 < delta or zeros * delta >= 1:
        raise ValueError(f"a delta of {delta} for {zeros} zeros")
    return {name: delta if value == 0 else value * (1 - zeros * delta) for name, value in shares.items()}


def clr(shares: Mapping[str, float], delta: float) -> dict[str, float]:
    """The centred log-ratio: ln x minus the mean of ln x over the taxa, zeros replaced by `delta` first; the values sum to 0.

    Source: Aitchison 1982 (J R Stat Soc B 44:139). Taxa that are in no table of a study must not be added, since each moves the mean.
    """
    logs = {name: math.log(value) for name, value in without_zeros(shares, delta).items()}
    mean = math.fsum(logs.values()) / len(logs)
    return {name: value - mean for name, value in logs.items()}


def detection(reads: int | None) -> float:
    """The delta that is used where none is stated: half a read of the sample, or 0.0000005 where the reads are not known."""
    return 0.5 / reads if reads else 5e-7
