"""The manifest of a frozen model as values: what it is for, what it takes, how it decides, what it was made from, who approved it.

The digest of the file is pinned outside it (`pin.py` for the release); what two people approve is `content_digest`, the digest
of everything but their approvals.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from trial.frozen.errors import InputsInvalid, ModelCorrupt

FORMAT = 2
"""2: semantic version 2 and later. 1 had no preprocessing, rule, intended use, validation or approvals."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


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
class TensorSpec:
    """The one input of a model of images: a block of numbers, such as a volume of voxels in the order `shape` names.

    `shape` is without the batch, the first number counting channels; `spacing_mm` the distance of voxels along each later axis.
    """

    name: str
    modality: str
    source: str
    unit: str | None
    low: float
    high: float
    shape: tuple[int, ...]
    spacing_mm: tuple[float, ...]

    def row(self, values: Mapping[str, Any]) -> list[float | None]:
        """The numbers of a nested or flat block by its name, last axis fastest; raises InputsInvalid where it is not as declared."""
        if set(values) != {self.name}:
            raise InputsInvalid(f"inputs that differ from the manifest: {', '.join(sorted({self.name} ^ set(values)))}")
        found, wanted = _leaves(values[self.name]), math.prod(self.shape)
        if len(found) != wanted:
            raise InputsInvalid(f"{self.name} has {len(found)} numbers, its shape {self.shape} asks for {wanted}")
        if not all(isinstance(each, (int, float)) and math.isfinite(each) for each in found):
            raise InputsInvalid(f"inputs that are no numbers: {self.name}")
        return [float(each) for each in found]


def _leaves(block: Any) -> list[Any]:
    return [leaf for each in block for leaf in _leaves(each)] if isinstance(block, (list, tuple)) else [block]


@dataclass(frozen=True)
class Preparation:
    """How one input enters the arithmetic: `transform` ("identity", "log1p"), then minus `mean`, over `sd`; 0 where missing.

    `indicator`: whether its absence, in a modality that is there, counts on its own.
    """

    name: str
    transform: str
    mean: float
    sd: float
    indicator: bool


@dataclass(frozen=True)
class Reference:
    """An input row with the probability the released model gives it, and why this row was chosen."""

    inputs: tuple[float | None, ...]
    probability: float
    note: str = ""


@dataclass(frozen=True)
class Approval:
    """One person's approval: `digest` is the content digest they approved, `date` an ISO day."""

    name: str
    role: str
    date: str
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What was released. `minimum`: how many inputs of a modality must be known for a call; `sha256` is that of the model file.

    Either `inputs` (a row) or `tensor` (a block) is what the model takes. `preprocessing` is one entry an input, in order;
    `specification` the coefficients, with which the probability can be worked out by hand; `contributions` names the columns of
    the graph's output of that name: what each modality adds to the log odds, beside the constant of the specification.
    """

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
    id: str = ""
    predicts: str = ""
    digits: int = 6
    rule: str = ""
    threshold_rule: str = ""
    tensor: TensorSpec | None = None
    preprocessing: tuple[Preparation, ...] = ()
    specification: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    contributions: tuple[str, ...] = ()
    libraries: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    validation: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    intended_use: str = ""
    out_of_scope: tuple[str, ...] = ()
    card: str = "card.md"
    approvals: tuple[Approval, ...] = ()

    @property
    def modalities(self) -> tuple[str, ...]:
        """The modalities in the order of their first input."""
        inputs = self.inputs if self.tensor is None else (self.tensor,)
        return tuple(dict.fromkeys(each.modality for each in inputs))

    def row(self, values: Mapping[str, float | None]) -> list[float | None]:
        """Values by name in the order of the model's inputs; raises KeyError for a name that is absent."""
        return [values[each.name] for each in self.inputs]


def digest_of(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: the same value gives the same bytes."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def content_digest(raw: Mapping[str, Any]) -> str:
    """SHA-256 of a manifest without its approvals: what is approved. It names the weights by their own digest."""
    return digest_of(canonical({key: value for key, value in raw.items() if key != "approvals"}))


def read_manifest(path: Path, digest: str) -> Manifest:
    """Read a manifest whose bytes have this SHA-256; raises ModelCorrupt where it is absent or another."""
    return parse_manifest(checked_bytes(path, digest))


def checked_bytes(path: Path, digest: str) -> bytes:
    """The bytes of a file; raises ModelCorrupt where it cannot be read or its SHA-256 is not `digest`."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise ModelCorrupt(f"{path.name} cannot be read: {problem.strerror}") from problem
    if (found := digest_of(content)) != digest:
        raise ModelCorrupt(f"{path.name} has SHA-256 {found}, released was {digest}")
    return content


def parse_manifest(content: bytes) -> Manifest:
    """A manifest from its JSON. Trusts its content: whoever reads a file checks the digest first. Inputs are a list, or one block."""
    raw = json.loads(content)
    block = isinstance(raw["inputs"], dict)
    return Manifest(
        name=raw["name"],
        version=raw["version"],
        sha256=raw["sha256"],
        inputs=() if block else tuple(map(_input, raw["inputs"])),
        minimum=MappingProxyType(raw["minimum"]),
        threshold=raw["threshold"],
        opset=raw["opset"],
        onnxruntime=raw["onnxruntime"],
        references=tuple(map(_reference, raw["references"])),
        training=MappingProxyType(raw["training"]),
        performance=MappingProxyType(raw["performance"]),
        id=raw.get("id", ""),
        predicts=raw.get("predicts", ""),
        digits=raw["digits"],
        rule=raw.get("rule", ""),
        threshold_rule=raw.get("threshold_rule", ""),
        tensor=_tensor(raw["inputs"]) if block else None,
        preprocessing=tuple(Preparation(**each) for each in raw.get("preprocessing", ())),
        specification=MappingProxyType(raw.get("specification", {})),
        contributions=tuple(raw.get("contributions", ())),
        libraries=MappingProxyType(raw.get("libraries", {})),
        validation=MappingProxyType(raw.get("validation", {})),
        intended_use=raw.get("intended_use", ""),
        out_of_scope=tuple(raw.get("out_of_scope", ())),
        card=raw.get("card", "card.md"),
        approvals=tuple(Approval(**each) for each in raw.get("approvals", ())),
    )


def _input(raw: Mapping[str, Any]) -> InputSpec:
    codes, (low, high) = raw["codes"], raw["range"]
    return InputSpec(
        raw["name"],
        raw["modality"],
        raw["source"],
        raw["unit"],
        low,
        high,
        None if codes is None else MappingProxyType(codes),
    )


def _tensor(raw: Mapping[str, Any]) -> TensorSpec:
    low, high = raw["range"]
    return TensorSpec(
        raw["name"],
        raw["modality"],
        raw["source"],
        raw["unit"],
        low,
        high,
        tuple(raw["shape"]),
        tuple(raw["spacing_mm"]),
    )


def _reference(raw: Mapping[str, Any]) -> Reference:
    return Reference(tuple(raw["inputs"]), raw["probability"], raw.get("note", ""))
