"""Train, freeze and describe the model: `python -m trial.frozen.train`. Run by a person who releases a model, never by the system.

Everything follows from the seeds below: the same versions of the libraries give the same bytes. It writes `model.onnx`,
`manifest.json`, `card.md` and `pin.py` beside itself, and a release is the commit that holds the four.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import skl2onnx
import sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.pipeline import Pipeline

from trial.frozen.card import card
from trial.frozen.cohort import Cohort, simulate
from trial.frozen.inputs import INPUTS, LOGGED, MINIMUM
from trial.frozen.manifest import InputSpec
from trial.frozen.preparation import Prepare

NAME, VERSION = "vigil-complete-response", "1.0.1"
TRAINING_SEED, TRAINING_SIZE = 20260101, 6000
TESTING_SEED, TESTING_SIZE = 20260202, 3000
POSITIVE_SHARE = 0.80
"""Planning value of PROTOCOL 8: of participants with cCR or near-cCR, the share that is model positive."""
OPSET = 18
STRENGTH = 0.05
REFERENCES = 20
DIGITS = 6


@dataclass(frozen=True)
class Frozen:
    """A trained model as bytes, its manifest as JSON values, and the pipeline it came from."""

    onnx: bytes
    manifest: dict[str, Any]
    pipeline: Pipeline


def train(training: Cohort) -> Pipeline:
    """Ridge-penalised logistic regression on prepared inputs. The penalty was fixed beforehand and not tuned."""
    logged = tuple(each.name.startswith(LOGGED) for each in INPUTS)
    model = LogisticRegression(C=STRENGTH, max_iter=2000, tol=1e-8)
    return Pipeline([("prepare", Prepare(logged)), ("logistic", model)]).fit(training.x, training.y)


def to_onnx(pipeline: Pipeline) -> bytes:
    """The pipeline as ONNX: input x, float32, one row of all inputs; outputs label and probabilities. No time, no machine."""
    model = skl2onnx.convert_sklearn(
        pipeline, NAME, [("x", FloatTensorType([None, len(INPUTS)]))], target_opset={"": OPSET, "ai.onnx.ml": 3},
        options={"zipmap": False},
    )  # fmt: skip
    return bytes(model.SerializeToString(deterministic=True))


def run(onnx: bytes, x: np.ndarray) -> np.ndarray:
    """Probabilities of complete response as the released file gives them, rounded."""
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    found = [float(session.run(None, {"x": row[None, :]})[1][0, 1]) for row in x.astype(np.float32)]
    return np.round(np.array(found), DIGITS)


def threshold(p: np.ndarray, good: np.ndarray) -> float:
    """The highest threshold in hundredths at which at least the planned share of good responders is positive."""
    return float(np.floor(np.round(100 * np.quantile(p[good], 1 - POSITIVE_SHARE), DIGITS)) / 100)


def performance(p: np.ndarray, cohort: Cohort, cut: float) -> dict[str, Any]:
    """Discrimination, calibration and the confusion at the threshold; once for everyone, once for good responders."""
    return {
        name: _measures(p[keep], cohort.y[keep], cut)
        for name, keep in (("all", cohort.y >= 0), ("good_response", cohort.good))
    }


def _measures(p: np.ndarray, y: np.ndarray, cut: float) -> dict[str, float | int]:
    odds = np.log(p / (1 - p)).reshape(-1, 1)
    line = LogisticRegression(C=np.inf, max_iter=1000).fit(odds, y)
    positive = p >= cut
    return {
        "n": len(y),
        "complete_responses": int(y.sum()),
        "auc": round(float(roc_auc_score(y, p)), 3),
        "brier": round(float(brier_score_loss(y, p)), 4),
        "calibration_intercept": round(float(line.intercept_[0]), 3),
        "calibration_slope": round(float(line.coef_[0, 0]), 3),
        "positive": round(float(positive.mean()), 3),
        "sensitivity": round(float(positive[y == 1].mean()), 3),
        "specificity": round(float((~positive)[y == 0].mean()), 3),
        "ppv": round(float(y[positive].mean()), 3),
        "npv": round(float((1 - y)[~positive].mean()), 3),
    }


def freeze(training: Cohort, testing: Cohort) -> Frozen:
    """Train on one cohort, judge on the other, and put everything a reader needs into the manifest."""
    pipeline = train(training)
    onnx = to_onnx(pipeline)
    cut = threshold(run(onnx, training.x), training.good)
    manifest = {
        "name": NAME,
        "version": VERSION,
        "sha256": hashlib.sha256(onnx).hexdigest(),
        "predicts": "complete response by 12 months after the decision (PROTOCOL 5)",
        "inputs": [_input(each) for each in INPUTS],
        "minimum": MINIMUM,
        "threshold": cut,
        "digits": DIGITS,
        "opset": OPSET,
        "onnxruntime": onnxruntime.__version__,
        "training": {
            "cohort": "simulated by trial/simulate", "seed": training.seed, "n": len(training.y), "drawn": training.drawn,
            "scikit-learn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "penalty_C": STRENGTH,
        },
        "performance": {"cohort": "simulated, held out", "seed": testing.seed, **performance(run(onnx, testing.x), testing, cut)},
        "references": _references(onnx, testing.x[:REFERENCES]),
    }  # fmt: skip
    return Frozen(onnx, manifest, pipeline)


def _input(spec: InputSpec) -> dict[str, Any]:
    return {
        "name": spec.name, "modality": spec.modality, "source": spec.source, "unit": spec.unit, "range": [spec.low, spec.high],
        "codes": None if spec.codes is None else dict(spec.codes),
    }  # fmt: skip


def _references(onnx: bytes, x: np.ndarray) -> list[dict[str, Any]]:
    """Real rows of the held-out cohort, the last three with ever more modalities missing."""
    rows = x.copy()
    for row, kept in ((-3, "pathology"), (-2, "radiomics"), (-1, "clinical")):
        order = [each.modality for each in INPUTS]
        rows[row, order.index(kept) + order.count(kept):] = np.nan  # fmt: skip
    found = run(onnx, rows)
    return [
        {"inputs": [None if np.isnan(v) else round(float(v), 7) for v in row], "probability": float(p)}
        for row, p in zip(rows, found, strict=True)
    ]


def write(frozen: Frozen, folder: Path) -> None:
    """Write model, manifest, card and pin."""
    text = json.dumps(frozen.manifest, indent=1, ensure_ascii=False) + "\n"
    (folder / "model.onnx").write_bytes(frozen.onnx)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    (folder / "card.md").write_text(card(frozen.manifest), encoding="utf-8")
    (folder / "pin.py").write_text(
        _pin(frozen.manifest["sha256"], hashlib.sha256(text.encode()).hexdigest()), encoding="utf-8"
    )


def _pin(model: str, manifest: str) -> str:
    return (
        '"""SHA-256 of the released model and of its manifest. Written by `train.py`; a change is a new release."""\n\n'
        f'MODEL_DIGEST = "{model}"\nMANIFEST_DIGEST = "{manifest}"\n'
    )


if __name__ == "__main__":
    write(freeze(simulate(TRAINING_SEED, TRAINING_SIZE), simulate(TESTING_SEED, TESTING_SIZE)), Path(__file__).parent)
