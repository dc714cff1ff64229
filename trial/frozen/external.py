"""A network that was trained elsewhere, packaged as a draft: the same manifest, card, approvals and child process as any model.

The file must be ONNX with one input of a fixed shape beside the batch, and an output "probabilities" whose last column is the
event. It is asked for its reference probabilities in the contained child: nothing from outside runs in this process, not even once.
"""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trial.frozen.errors import ModelCorrupt
from trial.frozen.freezing import written
from trial.frozen.manifest import FORMAT, digest_of
from trial.frozen.runner import FrozenModel, Limits

SAID = (
    "name", "version", "predicts", "intended_use", "out_of_scope", "threshold", "rule", "inputs", "minimum", "opset", "training",
    "references",
)  # fmt: skip
"""What whoever trained the network must say of it; references are rows or blocks with a note, without probabilities."""
DIGITS = 6


def package(onnx: bytes, said: Mapping[str, Any], limits: Limits | None = None) -> dict[str, Any]:
    """The manifest of a draft. Raises ModelCorrupt for a description that is silent on something, ModelError where it gives no answer."""
    if silent := [key for key in SAID if key not in said]:
        raise ModelCorrupt(f"the description says nothing of {', '.join(silent)}")
    digest = digest_of(onnx)
    # What is ours to say comes last: a description cannot claim another digest, or approvals.
    raw = {
        "threshold_rule": "", "validation": {}, "performance": {}, "libraries": {}, **said, "preprocessing": [], "specification": {},
        "contributions": [], "format": FORMAT, "id": f"{said['name']}-{digest[:12]}", "sha256": digest, "digits": DIGITS,
        "card": "card.md", "onnxruntime": version("onnxruntime"), "approvals": [],
    }  # fmt: skip
    return {**raw, "references": _answered(onnx, raw, limits or Limits())}


def _answered(onnx: bytes, raw: Mapping[str, Any], limits: Limits) -> list[dict[str, Any]]:
    """The references, flat, with what the network answers to each, now and from now on."""
    with TemporaryDirectory() as name:
        digest = written(Path(name), onnx, {**raw, "references": []})
        with FrozenModel(Path(name), raw["sha256"], digest, limits) as model:
            return [_answer(model, each) for each in raw["references"]]


def _answer(model: FrozenModel, reference: Mapping[str, Any]) -> dict[str, Any]:
    manifest = model.manifest
    if manifest.tensor is None:
        values = dict(zip([each.name for each in manifest.inputs], reference["inputs"], strict=True))
        row = manifest.row(values)
    else:
        values = {manifest.tensor.name: reference["inputs"]}
        row = manifest.tensor.row(values)
    return {"note": reference["note"], "inputs": row, "probability": model.predict(values)}
