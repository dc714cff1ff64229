"""What a call asks of the model and what it gets: the row as it stands, and the same row with each modality taken away.

The second kind tells what a modality did: any frozen model can be asked it, whatever is inside. A modality's contribution is
the difference of the log odds with and without it, all others as they stand (occlusion; Covert 2021, "Explaining by Removing").
These differences need not add up, and none of them says what another value would have done.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trial.frozen.errors import InputsInvalid, ModelUnavailable
from trial.frozen.manifest import Manifest

DIGITS = 6
Row = list[float | None]


@dataclass(frozen=True)
class Answer:
    """One call answered. `without`: the probability with a modality taken away, in the order of the manifest; None: it was missing anyway.

    `versions`: of what computed it; `tested`: seconds since the reference rows last agreed, `references` how many they are.
    """

    probability: float
    without: Mapping[str, float | None]
    versions: Mapping[str, str]
    tested: float
    references: int


@dataclass(frozen=True)
class Checked:
    """A check that was passed: how many reference rows, and the largest difference from what was released."""

    name: str
    version: str
    references: int
    difference: float


def row_of(manifest: Manifest, values: Mapping[str, Any]) -> Row:
    """Values by name as the model's row; raises InputsInvalid where names differ from the manifest's or a value is no number."""
    if manifest.tensor is not None:
        return manifest.tensor.row(values)
    names = {each.name for each in manifest.inputs}
    if names != set(values):
        raise InputsInvalid(f"inputs that differ from the manifest: {', '.join(sorted(names ^ set(values)))}")
    if bad := sorted(name for name, value in values.items() if value is not None and not math.isfinite(value)):
        raise InputsInvalid(f"inputs that are no numbers: {', '.join(bad)}")
    return manifest.row(values)


def taken_away(manifest: Manifest, row: Sequence[float | None]) -> dict[str, Row]:
    """By modality of which anything is known: the row without it. A model of one block has nothing that could be taken away."""
    if manifest.tensor is not None:
        return {}
    of = [each.modality for each in manifest.inputs]
    known = {name for name, value in zip(of, row, strict=True) if value is not None}
    return {
        name: [None if its == name else value for its, value in zip(of, row, strict=True)]
        for name in modalities(manifest)
        if name in known
    }


def modalities(manifest: Manifest) -> tuple[str, ...]:
    """The modalities that can be taken away, in the order of their first input."""
    return tuple(dict.fromkeys(each.modality for each in manifest.inputs))


def probabilities(answer: Mapping[str, Any], number: int, asked: int) -> list[float]:
    """What is in an answer to question `number` about `asked` rows; anything else is a worker that cannot be trusted."""
    complained(answer)
    found = answer.get("p")
    if answer.get("id") != number or not isinstance(found, list) or len(found) != asked:
        raise ModelUnavailable("the worker answered another question, or no probability")
    if not all(isinstance(p, float) and 0 <= p <= 1 for p in found):
        raise ModelUnavailable("the worker gave what is no probability")
    return [round(p, DIGITS) for p in found]


def complained(answer: Mapping[str, Any]) -> None:
    """Raise ModelUnavailable where the worker said what stopped it."""
    if isinstance(words := answer.get("failed"), str):
        raise ModelUnavailable(f"the model failed: {words}")
