"""One row of a table asked of a frozen model: the same minimum, flags and decision rule as a participant's own call."""

from collections.abc import Mapping
from typing import Any, Protocol

from trial.frozen.manifest import InputSpec, Manifest
from trial.frozen.table import is_outside
from trial.prediction import Input, InputVector, check_minimum, is_positive, rounded


class Model(Protocol):
    """What is needed of a frozen model."""

    def predict(self, values: Mapping[str, Any]) -> float: ...


def answer(model: Model, manifest: Manifest, values: Mapping[str, float | None]) -> dict[str, Any]:
    """Probability and class, or what is missing below the minimum; modalities missing; inputs outside their range. Raises ModelError."""
    vector = InputVector(tuple(_input(spec, values[spec.name]) for spec in manifest.inputs))
    refused = check_minimum(vector, manifest)
    p = None if refused else model.predict(values)
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
