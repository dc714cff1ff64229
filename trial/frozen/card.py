"""The model card, written from the manifest so that the two cannot disagree (Mitchell 2019; TRIPOD+AI 2024)."""

from typing import Any

MEASURES = (
    "n", "complete_responses", "auc", "brier", "calibration_intercept", "calibration_slope", "positive", "sensitivity",
    "specificity", "ppv", "npv",
)  # fmt: skip


def card(manifest: dict[str, Any]) -> str:
    """The card as Markdown."""
    return "\n".join((*_head(manifest), *_inputs(manifest), *_performance(manifest), *_limits()))


def _head(manifest: dict[str, Any]) -> list[str]:
    training = manifest["training"]
    return [
        f"# {manifest['name']} {manifest['version']}",
        "",
        f"SHA-256 of `model.onnx`: `{manifest['sha256']}`",
        "",
        "## What it is",
        "",
        f"Predicts {manifest['predicts']}. A participant with cCR or near-cCR is a candidate for organ preservation when the",
        f"probability, rounded to {manifest['digits']} digits, is at least **{manifest['threshold']}** and nothing speaks against it.",
        "The threshold is the highest, in hundredths, at which 80 % of good responders of the training cohort are positive",
        "(planning value of PROTOCOL 8).",
        "",
        "Logistic regression with a ridge penalty on inputs in standard units; a missing input counts as the training mean and",
        "sets an indicator of its own. Nothing is imputed before the model.",
        "",
        "## What it was made from",
        "",
        f"A **simulated** cohort ({training['cohort']}, seed {training['seed']}, n = {training['n']}), with scikit-learn",
        f"{training['scikit-learn']} and skl2onnx {training['skl2onnx']}, opset {manifest['opset']}; run with onnxruntime",
        f"{manifest['onnxruntime']}. `python -m trial.frozen.train` writes the same bytes again.",
        "",
    ]


def _inputs(manifest: dict[str, Any]) -> list[str]:
    minimum = ", ".join(f"{n} of {name}" for name, n in manifest["minimum"].items())
    rows = [
        f"| {each['name']} | {each['modality']} | `{each['source']}` | {each['unit'] or ''} | {_range(each)} |"
        for each in manifest["inputs"]
    ]
    return [
        "## Inputs",
        "",
        f"A call is refused below the declared minimum of known inputs: {minimum}.",
        "",
        "| input | modality | source | unit | range or codes |",
        "|---|---|---|---|---|",
        *rows,
        "",
    ]


def _range(each: dict[str, Any]) -> str:
    if each["codes"] is not None:
        return ", ".join(f"{code} = {number:g}" for code, number in each["codes"].items())
    low, high = each["range"]
    return f"{low:g} to {high:g}"


def _performance(manifest: dict[str, Any]) -> list[str]:
    measured = manifest["performance"]
    rows = [f"| {name} | {measured['all'][name]} | {measured['good_response'][name]} |" for name in MEASURES]
    return [
        "## Performance",
        "",
        f"Held-out cohort ({measured['cohort']}, seed {measured['seed']}).",
        "",
        "| measure | everyone at the decision | cCR and near-cCR |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _limits() -> list[str]:
    return [
        "## What it must not be used for",
        "",
        "- It has seen no patient. It exists so that the trial's machinery can be run, tested and inspected end to end; a trial",
        "  with participants needs a model trained on their like, frozen by the same script's steps and pinned in the same way.",
        "- It says nothing about metastasis, survival or function, and nothing about anyone without neoadjuvant therapy.",
        "- Good discrimination here shows that the simulation is consistent, not that such inputs predict response.",
        "",
    ]
