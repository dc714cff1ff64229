"""Train and describe a model. Run by a person who releases one (`vigil model train`, `python -m trial.frozen.train`), never by the server.

Everything follows from the cohort and the seeds below: the same versions of the libraries give the same bytes. The module as a
command writes the release beside itself (`model.onnx`, `manifest.json`, `card.md`, `pin.py`), and a release is the commit that holds
the four.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from sklearn.base import clone

from trial.frozen import scope
from trial.frozen.cohort import NAMES, Cohort, simulate
from trial.frozen.errors import TrainingUnfit
from trial.frozen.freezing import approved, written
from trial.frozen.fusion import LateFusion, folds
from trial.frozen.graph import OPSET, to_onnx
from trial.frozen.inputs import INPUTS, LOGGED, MINIMUM
from trial.frozen.manifest import FORMAT, Approval, InputSpec, content_digest, digest_of
from trial.frozen.numbers import preprocessing_of, specification_of
from trial.frozen.references import reference_rows
from trial.frozen.validation import DIGITS, THRESHOLD_RULE, nested, performance, report, threshold, without_each

NAME, VERSION = "vigil-complete-response", "2.0.0"
TRAINING_SEED, TRAINING_SIZE = 20260101, 6000
TESTING_SEED, TESTING_SIZE = 20260202, 3000
LIBRARIES = ("numpy", "scipy", "scikit-learn", "onnx", "onnxruntime")
FEWEST_SITES = 3
DEMONSTRATION = (
    ("Simulated statistician", "statistician (invented person)", "2026-11-28"),
    ("Simulated investigator", "coordinating investigator (invented person)", "2026-11-28"),
)
"""Who approved the release that ships: nobody real, since it has seen nobody real. The card says so."""


@dataclass(frozen=True)
class Trained:
    """A model as bytes, its manifest as JSON values, and the estimator it came from."""

    onnx: bytes
    manifest: dict[str, Any]
    model: LateFusion


def unfitted() -> LateFusion:
    """The model with every choice that is not learned; penalties are chosen among its `strengths`, by site."""
    return LateFusion(tuple(each.modality for each in INPUTS), tuple(each.name.startswith(LOGGED) for each in INPUTS))


def train(cohort: Cohort, start: LateFusion | None = None) -> LateFusion:
    """Fit on the cohort in its canonical order. Raises TrainingUnfit."""
    check_fit(cohort)
    kept = cohort.sorted()
    return clone(start or unfitted()).fit(kept.x, kept.y, kept.site)


def check_fit(cohort: Cohort) -> None:
    """Whether every fold of a fold can learn every modality: three sites, and both outcomes without any two folds."""
    there = unfitted().there(cohort.x)
    for name, has in zip(unfitted().names, there.T, strict=True):
        outcomes, sites = cohort.y[has], cohort.site[has]
        if len(np.unique(sites)) < FEWEST_SITES:
            raise TrainingUnfit(f"{name} is known at fewer than {FEWEST_SITES} sites")
        left = [out for _, out in folds(sites).split(outcomes, outcomes, sites)]
        for i, one in enumerate(left):
            for other in left[i + 1 :]:
                if len(np.unique(np.delete(outcomes, np.concatenate([one, other])))) < 2:
                    raise TrainingUnfit(f"{name} has one outcome only once two sites are left out")


def exported(model: LateFusion, name: str = NAME) -> bytes:
    """The fitted model as ONNX."""
    return to_onnx(name, preprocessing_of(model, NAMES), specification_of(model, NAMES))


def asked(onnx: bytes) -> Callable[[np.ndarray], np.ndarray]:
    """What the file answers to rows: probabilities of complete response, not rounded."""
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    return lambda x: session.run(["probabilities"], {"x": np.asarray(x, dtype=np.float64)})[0][:, -1]


def run(onnx: bytes, x: np.ndarray) -> np.ndarray:
    """Probabilities as the released file gives them, rounded as they are stored."""
    return np.round(asked(onnx)(x), DIGITS)


def draft(
    training: Cohort, testing: Cohort | None, *, name: str = NAME, number: str = VERSION, extractor: str | None = None,
    start: LateFusion | None = None, progress: Callable[[int], None] = lambda done: None,
) -> Trained:  # fmt: skip
    """Train, validate by site, judge on the other cohort where there is one, and say all of it in a manifest that nobody approved yet.

    `extractor`: what the radiomics of a table were extracted with; imports then ask for the same. `start`: the model before it is
    fitted, where it is not `unfitted()`. `progress` is told how many sites have been left out. Raises TrainingUnfit.
    """
    kept, start = training.sorted(), start or unfitted()
    model = train(kept, start)
    onnx = exported(model, name)
    p = nested(start, kept, progress)
    cut = threshold(p, kept.good)
    raw = {
        "format": FORMAT,
        **_identity(onnx, name, number),
        **_scope(kept, cut),
        "inputs": [_input(each) for each in INPUTS],
        "minimum": MINIMUM,
        "preprocessing": [vars(each) for each in preprocessing_of(model, NAMES)],
        "specification": specification_of(model, NAMES),
        "contributions": list(model.names),
        "training": {**_training(kept, model), **({"extractor": extractor} if extractor else {})},
        "validation": {"scheme": f"nested cross-validation, {FOLDS_SAID}", **report(p, kept, cut)},
        "performance": _performance(onnx, model, testing, cut)
        or {"cohort": "none held out: see validation", **performance(p, kept, cut)},
        "references": _references(onnx, model, cut),
        "approvals": [],
    }
    return Trained(onnx, raw, model)


FOLDS_SAID = "each fold a site (groups of sites where there are more than ten), inside and outside"


def _identity(onnx: bytes, name: str, number: str) -> dict[str, Any]:
    digest = digest_of(onnx)
    return {
        "id": f"{name}-{digest[:12]}", "name": name, "version": number, "sha256": digest, "card": "card.md", "opset": OPSET,
        "onnxruntime": onnxruntime.__version__, "libraries": {each: version(each) for each in LIBRARIES},
    }  # fmt: skip


def _scope(training: Cohort, cut: float) -> dict[str, Any]:
    simulated = (scope.SIMULATED,) if training.seed is not None else ()
    return {
        "predicts": scope.PREDICTS, "intended_use": scope.INTENDED_USE, "out_of_scope": [*simulated, *scope.OUT_OF_SCOPE],
        "digits": DIGITS, "threshold": cut, "rule": scope.RULE.format(digits=DIGITS, threshold=cut), "threshold_rule": THRESHOLD_RULE,
    }  # fmt: skip


def _input(spec: InputSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "modality": spec.modality, "source": spec.source, "unit": spec.unit, "range": [spec.low, spec.high],
        "codes": None if spec.codes is None else dict(spec.codes),
    }  # fmt: skip


def _training(kept: Cohort, model: LateFusion) -> dict[str, Any]:
    there = model.there(kept.x)
    return {
        "cohort": "a table" if kept.seed is None else "simulated by trial/simulate", "seed": kept.seed, "n": len(kept.y),
        "drawn": kept.drawn, "complete_responses": int(kept.y.sum()), "good_responders": int(kept.good.sum()),
        "cut_sha256": kept.digest(),
        "sites": {str(site): int((kept.site == site).sum()) for site in np.unique(kept.site)},
        "known": {name: int(has.sum()) for name, has in zip(model.names, there.T, strict=True)},
        "penalties_tried": list(model.strengths), "fusion_penalty_C": model.strength,
        "modality_dropout": {"probability": model.dropout, "copies": model.copies, "seed": model.seed},
    }  # fmt: skip


def _performance(onnx: bytes, model: LateFusion, testing: Cohort | None, cut: float) -> dict[str, Any] | None:
    if testing is None:
        return None
    found = performance(run(onnx, testing.x), testing, cut)
    return {"cohort": "simulated, held out", "seed": testing.seed, **found, "without": without_each(model, testing)}


def _references(onnx: bytes, model: LateFusion, cut: float) -> list[dict[str, Any]]:
    rows = reference_rows(INPUTS, preprocessing_of(model, NAMES), cut, asked(onnx))
    found = run(onnx, np.array([row for _, row in rows]))
    return [
        {"note": note, "inputs": [None if np.isnan(v) else float(v) for v in row], "probability": float(p)}
        for (note, row), p in zip(rows, found, strict=True)
    ]


def released() -> Trained:
    """The model that ships, with the approvals of the demonstration."""
    made = draft(simulate(TRAINING_SEED, TRAINING_SIZE), simulate(TESTING_SEED, TESTING_SIZE))
    digest = content_digest(made.manifest)
    return Trained(made.onnx, approved(made.manifest, [Approval(*who, digest) for who in DEMONSTRATION]), made.model)


def write(trained: Trained, folder: Path) -> None:
    """Write model, manifest, card, and the pin that only the release has."""
    digest = written(folder, trained.onnx, trained.manifest)
    (folder / "pin.py").write_text(_pin(trained.manifest["sha256"], digest), encoding="utf-8")


def _pin(model: str, manifest: str) -> str:
    return (
        '"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""\n\n'
        f'MODEL_DIGEST = "{model}"\nMANIFEST_DIGEST = "{manifest}"\n'
    )


if __name__ == "__main__":
    write(released(), Path(__file__).parent)
