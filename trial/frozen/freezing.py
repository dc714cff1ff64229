"""Freezing: a draft becomes a release when two different people have approved exactly this one; and whether a folder is one.

Standard library only, so that whoever checks a release needs none of the tools that made it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from trial.frozen.card import card
from trial.frozen.errors import ModelCorrupt, NotApproved
from trial.frozen.manifest import FORMAT, Approval, content_digest, digest_of, parse_manifest

MODEL, MANIFEST, CARD = "model.onnx", "manifest.json", "card.md"
FEWEST_APPROVALS = 2
FEWEST_REFERENCES = 20
SHAPE: Mapping[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        (
            "id",
            "name",
            "version",
            "sha256",
            "card",
            "onnxruntime",
            "predicts",
            "intended_use",
            "rule",
            "threshold_rule",
        ),
        str,
    ),
    **dict.fromkeys(("minimum", "libraries", "specification", "training", "validation", "performance"), dict),
    **dict.fromkeys(("out_of_scope", "preprocessing", "contributions", "references", "approvals"), list),
    **dict.fromkeys(("format", "opset", "digits"), int),
    "threshold": float,
    "inputs": (list, dict),
}
"""Every part of a manifest, and what kind of JSON it is."""
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


def approved(raw: Mapping[str, Any], approvals: Sequence[Approval]) -> dict[str, Any]:
    """The manifest with its approvals. Raises NotApproved for fewer than two people, or for an approval of anything else."""
    if problem := next(_unapproved(raw, approvals), None):
        raise NotApproved(problem)
    return {**raw, "approvals": [asdict(each) for each in approvals]}


def _unapproved(raw: Mapping[str, Any], approvals: Sequence[Approval]) -> Iterator[str]:
    digest = content_digest(raw)
    for each in approvals:
        if not each.name.strip() or not each.role.strip():
            yield "an approval needs a name and a role"
        if not _is_day(each.date):
            yield f"{each.name} gave no day: {each.date!r}"
        if each.digest != digest:
            yield f"{each.name} approved {each.digest}, this is {digest}"
    if len({" ".join(each.name.casefold().split()) for each in approvals}) < FEWEST_APPROVALS:
        yield f"{FEWEST_APPROVALS} different people must approve {digest}"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def read_draft(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Weights and manifest of a folder as they lie there. Raises ModelCorrupt where they cannot be read or do not belong together."""
    try:
        onnx, text = (folder / MODEL).read_bytes(), (folder / MANIFEST).read_bytes()
        raw = json.loads(text)
        if misshapen := [key for key, kind in SHAPE.items() if not isinstance(raw[key], kind)]:
            raise ModelCorrupt(f"{MANIFEST} is no manifest: {', '.join(misshapen)} of another kind")
        parse_manifest(text)
        if raw["sha256"] != digest_of(onnx):
            raise ModelCorrupt(f"{MODEL} has SHA-256 {digest_of(onnx)}, the manifest says {raw['sha256']}")
    except OSError as problem:
        raise ModelCorrupt(f"{problem.filename} cannot be read: {problem.strerror}") from problem
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ModelCorrupt(f"{MANIFEST} is no manifest: {type(problem).__name__} {problem}") from problem
    return onnx, raw


def written(folder: Path, onnx: bytes, raw: Mapping[str, Any]) -> str:
    """Write model, manifest and card; returns the SHA-256 of the manifest, which whoever uses the folder pins."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (json.dumps(raw, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    (folder / MODEL).write_bytes(onnx)
    (folder / MANIFEST).write_bytes(text)
    (folder / CARD).write_text(card(raw), encoding="utf-8")
    return digest_of(text)


def freeze(draft: Path, folder: Path, approvals: Sequence[Approval]) -> str:
    """Freeze a draft into a new folder; returns the digest to pin. Raises NotApproved, ModelCorrupt, FileExistsError."""
    onnx, raw = read_draft(draft)
    frozen = approved(raw, approvals)
    if problem := next(_unfinished(frozen), None):
        raise ModelCorrupt(problem)
    folder.mkdir(parents=True)
    return written(folder, onnx, frozen)


def findings(folder: Path, digest: str | None = None) -> list[str]:
    """What is wrong with a frozen folder, short of asking the model; `digest` is the pinned one of its manifest. Empty: nothing."""
    try:
        _, raw = read_draft(folder)
        found = digest_of((folder / MANIFEST).read_bytes())
        said = (folder / CARD).read_text("utf-8") if (folder / CARD).exists() else None
    except ModelCorrupt as problem:
        return [problem.detail]
    return [
        *([f"{MANIFEST} has SHA-256 {found}, pinned is {digest}"] if digest not in (None, found) else []),
        *_unfinished(raw),
        *_unapproved(raw, [Approval(**each) for each in raw["approvals"]]),
        *([] if said == card(raw) else [f"{CARD} is not the card of this manifest"]),
    ]


def _unfinished(raw: Mapping[str, Any]) -> Iterator[str]:
    if raw.get("format") != FORMAT:
        yield f"format {raw.get('format')} is not {FORMAT}"
    if not SEMANTIC.fullmatch(raw["version"]):
        yield f"{raw['version']} is no semantic version"
    if len(raw["references"]) < FEWEST_REFERENCES:
        yield f"{len(raw['references'])} reference vectors, at least {FEWEST_REFERENCES} are needed"
    if not 0 < raw["threshold"] < 1:
        yield f"a threshold of {raw['threshold']} decides nothing"
    yield from (
        f"{key} is not said" for key in ("predicts", "intended_use", "out_of_scope", "rule") if not raw.get(key)
    )
