"""Rows of a table asked of a frozen model: the same minimum, flags and decision rule as a participant's own call."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from trial.frozen.answers import Row, row_of
from trial.frozen.manifest import InputSpec, Manifest
from trial.frozen.table import is_outside
from trial.prediction import Input, InputVector, check_minimum, is_positive, rounded


class Model(Protocol):
    """What is needed of a frozen model."""

    def run(self, rows: Sequence[Row]) -> list[float]: ...


def answers(model: Model, manifest: Manifest, rows: Sequence[Mapping[str, float | None]]) -> list[dict[str, Any]]:
    """For each row probability and class, or what is missing below the minimum; modalities missing; inputs outside their range.

    All rows that can be asked go to the model together. Raises ModelError.
    """
    vectors = [InputVector(tuple(_input(spec, values[spec.name]) for spec in manifest.inputs)) for values in rows]
    refused = [check_minimum(vector, manifest) for vector in vectors]
    asked = [row_of(manifest, values) for values, lacking in zip(rows, refused, strict=True) if not lacking]
    found = iter(model.run(asked) if asked else ())
    return [
        _answer(manifest, vector, lacking, None if lacking else next(found))
        for vector, lacking in zip(vectors, refused, strict=True)
    ]


def _answer(manifest: Manifest, vector: InputVector, refused: list[str], p: float | None) -> dict[str, Any]:
    positive = None if p is None else is_positive(p, manifest.threshold)
    return {
        "probability": None if p is None else str(rounded(p)),
        "class": {None: None, True: "positive", False: "negative"}[positive],
        "missing_modalities": list(vector.missing_modalities()),
        "out_of_range": [each.name for each in vector.inputs if each.note],
        "refused": refused,
        "model": f"{manifest.name} {manifest.version}",
        "sha256": manifest.sha256,
    }


def _input(spec: InputSpec, value: float | None) -> Input:
    return Input(spec.name, spec.modality, value, spec.unit, None, "out-of-range" if is_outside(spec, value) else None)
