"""The manifest of the released model as values: inputs and where they come from, minimum, threshold, reference rows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from trial.frozen.errors import ModelCorrupt


@dataclass(frozen=True)
class InputSpec:
    """One input of the model.

    `source` is FORM.ITEM ("MRI0.DISTAV"), FORM.ITEM@POINT ("LBX.CDNARES@RESTAGING"), a feature of an uploaded table
    ("RAD.RADFILE:stat_mean@BASELINE", "PATH.SLIDFEAT:til_density") or a laboratory test in SI units ("LB.R:CEA@RESTAGING").
    `codes` maps answers to numbers where the item is coded; `low` and `high` bound what the model was trained on.
    """

    name: str
    modality: str
    source: str
    unit: str | None
    low: float
    high: float
    codes: Mapping[str, float] | None = None


class Declares(Protocol):
    """As much of a manifest as reading its inputs from a record needs."""

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        """In the order of the model."""


@dataclass(frozen=True)
class Reference:
    """An input row with the probability the released model gives it."""

    inputs: tuple[float | None, ...]
    probability: float


@dataclass(frozen=True)
class Manifest:
    """What was released. `minimum`: how many inputs of a modality must be known for a call; `sha256` is that of the model file."""

    name: str
    version: str
    sha256: str
    inputs: tuple[InputSpec, ...]
    minimum: Mapping[str, int]
    threshold: float
    opset: int
    onnxruntime: str
    references: tuple[Reference, ...]
    training: Mapping[str, Any]
    performance: Mapping[str, Any]

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities in the order of their first input."""
        return tuple(dict.fromkeys(each.modality for each in self.inputs))

    def row(self, values: Mapping[str, float | None]) -> list[float | None]:
        """Values by name in the order of the model's inputs; raises KeyError for a name that is absent."""
        return [values[each.name] for each in self.inputs]


def read_manifest(path: Path, digest: str) -> Manifest:
    """Read a manifest whose bytes have this SHA-256; raises ModelCorrupt where it is absent or another."""
    return parse_manifest(checked_bytes(path, digest))


def checked_bytes(path: Path, digest: str) -> bytes:
    """The bytes of a file; raises ModelCorrupt where it cannot be read or its SHA-256 is not `digest`."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ModelCorrupt(f"{path.name} cannot be read: {problem.strerror}") from problem
    if (found := hashlib.sha256(content).hexdigest()) != digest:
        raise ModelCorrupt(f"{path.name} has SHA-256 {found}, released was {digest}")
    return content


def parse_manifest(content: bytes) -> Manifest:
    """A manifest from its JSON. Trusts its content: whoever reads a file checks the digest first."""
    raw = json.loads(content)
    return Manifest(
        name=raw["name"],
        version=raw["version"],
        sha256=raw["sha256"],
        inputs=tuple(_input(each) for each in raw["inputs"]),
        minimum=MappingProxyType(raw["minimum"]),
        threshold=raw["threshold"],
        opset=raw["opset"],
        onnxruntime=raw["onnxruntime"],
        references=tuple(Reference(tuple(each["inputs"]), each["probability"]) for each in raw["references"]),
        training=MappingProxyType(raw["training"]),
        performance=MappingProxyType(raw["performance"]),
    )


def _input(raw: Mapping[str, Any]) -> InputSpec:
    codes = raw["codes"]
    low, high = raw["range"]
    return InputSpec(
        raw["name"],
        raw["modality"],
        raw["source"],
        raw["unit"],
        low,
        high,
        None if codes is None else MappingProxyType(codes),
    )
