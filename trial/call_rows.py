"""A call as the row that keeps it: what was asked, on what, and what came of it. Pure: values in, columns out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from trial import calls
from trial.frozen.answers import Answer
from trial.frozen.errors import ModelError
from trial.frozen.manifest import Manifest
from trial.prediction import InputVector, is_positive, rounded
from trial.release import release

UNAVAILABLE = "model-unavailable"
"""How the reason for a missing answer begins when the model, and not an input, was missing."""


@dataclass(frozen=True)
class Outcome:
    """How a call went: an answer, or the sources that were missing, or what was wrong with the model."""

    answer: Answer | None = None
    absent: tuple[str, ...] = ()
    problem: ModelError | None = None


@dataclass(frozen=True)
class Ran:
    """On what a call ran: digest of the manifest, names of what changed since the last call, and when."""

    manifest: str
    changed: tuple[str, ...]
    at: datetime


def row(manifest: Manifest | None, vector: InputVector | None, outcome: Outcome, ran: Ran) -> dict[str, Any]:
    """The columns of `prediction` that say what was asked and what came of it. `manifest` None: it is not the released one."""
    inputs = as_stored(vector)
    return {
        **_named(manifest),
        **_answered(manifest, outcome),
        "inputs": inputs,
        "versions": _versions(outcome.answer, inputs, ran),
    }


def as_stored(vector: InputVector | None) -> list[dict[str, Any]]:
    """Inputs as they are kept: numbers as text, which reads back the same."""
    return [] if vector is None else [asdict(i) | {"value": _text(i.value)} for i in vector.inputs]


def _named(manifest: Manifest | None) -> dict[str, str | None]:
    if manifest is None:
        return {"model": None, "version": None, "threshold": None}
    return {"model": manifest.name, "version": manifest.version, "threshold": str(rounded(manifest.threshold))}


def _answered(manifest: Manifest | None, outcome: Outcome) -> dict[str, Any]:
    if manifest is None or outcome.answer is None:
        return _refused(outcome)
    p = outcome.answer.probability
    return {
        "probability": str(rounded(p)),
        "classification": "positive" if is_positive(p, manifest.threshold) else "negative",
        "refused": None,
        "contributions": [{"modality": m, "without": six_digits(q)} for m, q in outcome.answer.without.items()],
        "problem": None,
    }


def _refused(outcome: Outcome) -> dict[str, Any]:
    problem = outcome.problem
    return {
        "probability": None,
        "classification": None,
        "refused": list(outcome.absent) if problem is None else [f"{UNAVAILABLE}: {type(problem).__name__}"],
        "contributions": None,
        "problem": None if problem is None else problem.detail,
    }


def six_digits(probability: float | None) -> str | None:
    """A probability as it is kept."""
    return None if probability is None else str(rounded(probability))


def _versions(answer: Answer | None, inputs: list[dict[str, Any]], ran: Ran) -> dict[str, Any]:
    """What computed it and on what, beside the digest of the weights: enough to run it again."""
    found = {
        "vigil": release(),
        "manifest": ran.manifest,
        "vector": calls.vector_digest(inputs) if inputs else None,
        "changed": list(ran.changed),
    }
    if answer is None:
        return found
    tested = (ran.at - timedelta(seconds=answer.tested)).isoformat(timespec="seconds")
    return found | dict(answer.versions) | {"references": answer.references, "references_at": tested}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
