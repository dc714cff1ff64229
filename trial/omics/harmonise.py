"""Bringing the values of one batch to those of the reference batch, with parameters that were estimated once and are frozen.

A batch is one scanner protocol, sequencing run or extractor. ComBat (Johnson, Li, Rabinovic 2007, Biostatistics 8:118) and plain
standardisation both come down, for one feature in one batch, to a location and a scale: the value x becomes

    (x - location) / scale * to_scale + to_location

where for ComBat location = alpha + sigma * gamma, scale = sigma * delta, to_location = alpha, to_scale = sigma. Those four numbers are all
that is kept. Nothing here estimates anything: parameters come from the training data, and are part of the preprocessing of the model.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

NONE, LOCATION_SCALE = "none", "location-scale"
VERSION = "1"
"""Of the formula above; parameters are stated for one version of it."""
Parameters = Mapping[str, tuple[float, float, float, float]]
"""Feature to (location, scale, to_location, to_scale)."""


class ParametersUnfit(ValueError):
    """Parameters that cannot be applied. `names`: the features that have none, or whose numbers are not finite with scales above 0."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True)
class Batch:
    """A batch as it is stated. `site` None: every site's; `extractor`: extractor and version that its tables must come from.

    `parameters` None: nothing is harmonised, and that is stated too. Raises ParametersUnfit.
    """

    modality: str
    name: str
    site: str | None
    extractor: str
    reference: str | None = None
    parameters: Parameters | None = None

    def __post_init__(self) -> None:
        given = self.parameters or {}
        if bad := tuple(sorted(name for name, numbers in given.items() if not _fit(numbers))):
            raise ParametersUnfit(bad)

    @property
    def method(self) -> str:
        """How values are changed: "none" or "location-scale"."""
        return NONE if self.parameters is None else LOCATION_SCALE

    @property
    def sha256(self) -> str:
        """Digest of method, version, reference and parameters: two batches with the same one are treated alike to the last bit."""
        told = {"method": self.method, "version": VERSION, "reference": self.reference, "parameters": self.as_json()}
        return hashlib.sha256(json.dumps(told, sort_keys=True, allow_nan=False).encode()).hexdigest()

    def as_json(self) -> dict[str, list[float]] | None:
        """The parameters as they are stored."""
        return (
            None if self.parameters is None else {n: [float(v) for v in p] for n, p in sorted(self.parameters.items())}
        )


def _fit(numbers: tuple[float, ...]) -> bool:
    return len(numbers) == 4 and all(map(math.isfinite, numbers)) and numbers[1] > 0 and numbers[3] > 0


def harmonised(table: Mapping[str, float], batch: Batch) -> dict[str, float]:
    """The values as the reference batch would have them. Raises ParametersUnfit naming features that have no parameters.

    A feature without parameters would enter the model in another scale than the rest, unseen: the table is refused instead.
    """
    if batch.parameters is None:
        return dict(table)
    if lacking := tuple(sorted(set(table) - set(batch.parameters))):
        raise ParametersUnfit(lacking)
    return {name: _moved(value, batch.parameters[name]) for name, value in table.items()}


def _moved(value: float, numbers: tuple[float, float, float, float]) -> float:
    location, scale, to_location, to_scale = numbers
    return (value - location) / scale * to_scale + to_location
