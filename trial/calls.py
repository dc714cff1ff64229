"""What a stored call of the model says: what each modality did, what was there, what changed since the call before. Pure.

A call is a row of `prediction`, or anything that has its columns.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MODEL = "model"
"""Stands among the names of what changed where another model, or the same one under another manifest, was asked."""
OUT_OF_RANGE = "out-of-range"
SMALLEST = Decimal("0.000001")
"""Probabilities have six digits: one that is 0 or 1 is taken as this far from it, so that its log odds are a number."""


@dataclass(frozen=True)
class Contribution:
    """What a modality did: the probability `without` it, the others as they stand, and with it. `without` None: it was missing."""

    modality: str
    probability: Decimal
    without: Decimal | None

    @property
    def log_odds(self) -> float | None:
        """Log odds with it less log odds without it: positive where it speaks for a complete response."""
        return None if self.without is None else log_odds(self.probability) - log_odds(self.without)

    @property
    def turn(self) -> str:
        """What it did to the probability: "raised", "lowered", "same", or "missing"."""
        if self.without is None:
            return "missing"
        return "raised" if self.probability > self.without else "lowered" if self.probability < self.without else "same"


@dataclass(frozen=True)
class Change:
    """An input that differs from the call before: the numbers as passed then and now, None where missing."""

    name: str
    before: str | None
    now: str | None


@dataclass(frozen=True)
class Known:
    """How many of a modality's inputs were known."""

    modality: str
    known: int
    of: int


def log_odds(p: Decimal) -> float:
    """The natural logarithm of p / (1 - p)."""
    inside = float(min(max(p, SMALLEST), 1 - SMALLEST))
    return math.log(inside / (1 - inside))


def contributions(row: Mapping[str, Any]) -> tuple[Contribution, ...]:
    """What each modality did in an answered call, in the order of the model; none where nothing is known of it."""
    if row["probability"] is None:
        return ()
    p = Decimal(row["probability"])
    return tuple(
        Contribution(each["modality"], p, None if each["without"] is None else Decimal(each["without"]))
        for each in row.get("contributions") or ()
    )


def changes(before: Mapping[str, Any] | None, row: Mapping[str, Any]) -> tuple[Change, ...]:
    """The inputs that differ between two calls, in the order of the second, then what the second lacks; none for the first call."""
    if before is None or not row["inputs"]:
        return ()
    then, now = ({i["name"]: i["value"] for i in each["inputs"]} for each in (before, row))
    names = dict.fromkeys((*now, *then))
    return tuple(Change(name, then.get(name), now.get(name)) for name in names if then.get(name) != now.get(name))


def compared_with(calls: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The last of these calls that had inputs: what a new one is compared with. A call without a readable manifest has none."""
    return next((each for each in reversed(calls) if each["inputs"]), None)


def another_model(before: Mapping[str, Any], digest: str, manifest: str) -> bool:
    """Whether these digests of weights and manifest are not those of a call; an older call did not keep its manifest's."""
    return bool(before["digest"] != digest or before["versions"].get("manifest", manifest) != manifest)


def completeness(inputs: Iterable[Mapping[str, Any]]) -> tuple[Known, ...]:
    """How much was known of each modality, in the order of the model."""
    counts: dict[str, list[int]] = {}
    for each in inputs:
        count = counts.setdefault(each["modality"], [0, 0])
        count[0] += each["value"] is not None
        count[1] += 1
    return tuple(Known(modality, known, of) for modality, (known, of) in counts.items())


def out_of_range(inputs: Iterable[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Inputs beyond what the model was trained on: passed, and flagged."""
    return tuple(each for each in inputs if each["note"] == OUT_OF_RANGE)


def vector_digest(inputs: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of names and numbers as passed, in order: JSON pairs without blanks, a number as stored, null where missing."""
    pairs = [[each["name"], each["value"]] for each in inputs]
    return hashlib.sha256(json.dumps(pairs, separators=(",", ":")).encode()).hexdigest()
