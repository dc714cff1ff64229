"""The model card, written from the manifest so that the two cannot disagree (Mitchell 2019; items of TRIPOD+AI 2024 in brackets)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from trial.frozen.manifest import content_digest

MEASURES = (
    "n", "complete_responses", "auc", "brier", "calibration_intercept", "calibration_slope", "positive", "sensitivity",
    "specificity", "ppv", "npv",
)  # fmt: skip
MISSING_MEASURES = ("auc", "brier", "calibration_intercept", "calibration_slope")
"""Those that are looked at where one modality more is missing."""
GROUPS = {"all": "everyone at the decision", "good_response": "cCR and near-cCR"}
Raw = Mapping[str, Any]


def card(manifest: Raw) -> str:
    """The card as Markdown."""
    parts = (_details, _use, _factors, _decision, _training, _validation, _performance, _specification, _caveats)
    lines = [f"# {manifest['name']} {manifest['version']}", ""]
    return "\n".join([*lines, *(line for part in parts for line in (*part(manifest), ""))])


def _details(m: Raw) -> Iterator[str]:
    yield "## Model details [TRIPOD+AI 2, 12, 22]"
    yield ""
    yield f"- Identifier: `{m['id']}`, version {m['version']}. A change of anything is another model."
    yield f"- Predicts {m['predicts']}."
    yield f"- SHA-256 of `model.onnx`: `{m['sha256']}`; of what was approved: `{content_digest(m)}`"
    kind = m["specification"].get("kind", "a network, whose weights are the file")
    yield f"- {kind.capitalize()}; ONNX, opset {m['opset']}, run with onnxruntime {m['onnxruntime']}."
    if m["libraries"]:
        yield f"- Made with {', '.join(f'{name} {number}' for name, number in m['libraries'].items())}."
    yield from (f"- Approved by {a['name']}, {a['role']}, on {a['date']}." for a in m["approvals"])
    if not m["approvals"]:
        yield "- **A draft: nobody has approved it.**"


def _use(m: Raw) -> Iterator[str]:
    yield "## Intended use and what is out of scope [3, 27]"
    yield ""
    yield m["intended_use"]
    yield ""
    yield from (f"- {each}" for each in m["out_of_scope"])


def _factors(m: Raw) -> Iterator[str]:
    yield "## Inputs [9, 11]"
    yield ""
    minimum = ", ".join(f"{n} of {name}" for name, n in m["minimum"].items())
    yield f"A call is refused below the declared minimum of known inputs: {minimum or 'none'}."
    yield ""
    if isinstance(m["inputs"], Mapping):
        yield from _block(m["inputs"])
    else:
        yield "A missing input is never filled in: it counts nothing of its own and sets an indicator; a missing modality adds nothing."
        yield ""
        yield from _inputs(m)


def _block(tensor: Raw) -> Iterator[str]:
    low, high = tensor["range"]
    shape, spacing = " x ".join(map(str, tensor["shape"])), " x ".join(f"{each:g}" for each in tensor["spacing_mm"])
    yield f"One block `{tensor['name']}` of {tensor['modality']}, {shape} (channels first), voxels of {spacing} mm, "
    yield f"in {tensor['unit'] or 'no unit'} from {low:g} to {high:g}; source `{tensor['source']}`."


def _inputs(m: Raw) -> Iterator[str]:
    prepared = {each["name"]: each for each in m["preprocessing"]}
    rows = ([each["name"], each["modality"], f"`{each['source']}`", each["unit"], _range(each), _prepared(prepared.get(each["name"]))]
            for each in m["inputs"])  # fmt: skip
    yield from _table(("input", "modality", "source", "unit", "range or codes", "prepared"), rows)


def _range(each: Raw) -> str:
    if each["codes"] is not None:
        return ", ".join(f"{code} = {number:g}" for code, number in each["codes"].items())
    low, high = each["range"]
    return f"{low:g} to {high:g}"


def _prepared(how: Raw | None) -> str:
    if how is None:
        return "inside the file"
    value = "ln(1 + x)" if how["transform"] == "log1p" else "x"
    return f"({value} - {how['mean']:.4g}) / {how['sd']:.4g}{', indicator' if how['indicator'] else ''}"


def _decision(m: Raw) -> Iterator[str]:
    yield "## Decision [15]"
    yield ""
    yield m["rule"]
    if m.get("threshold_rule"):
        yield ""
        yield f"How the threshold of **{m['threshold']}** was chosen: {m['threshold_rule']}"


def _training(m: Raw) -> Iterator[str]:
    yield "## Training data [5, 6, 10]"
    yield ""
    yield from (
        f"- {name.replace('_', ' ')}: {_said(value)}" for name, value in m["training"].items() if value is not None
    )


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _validation(m: Raw) -> Iterator[str]:
    yield "## Validation inside the training data [12, 23]"
    yield ""
    found = m["validation"]
    if not found.keys() >= {"scheme", "sites", *GROUPS}:
        yield from _as_told(found)
        return
    yield f"{found['scheme'].capitalize()}."
    yield ""
    yield from _measured(
        {title: found[key] for key, title in GROUPS.items()} | {f"site {s}": v for s, v in found["sites"].items()}
    )


def _performance(m: Raw) -> Iterator[str]:
    yield "## Performance [23]"
    yield ""
    found = m["performance"]
    if not found.keys() >= {"cohort", *GROUPS}:
        yield from _as_told(found)
        return
    seed = "" if found.get("seed") is None else f", seed {found['seed']}"
    yield f"Cohort: {found['cohort']}{seed}."
    yield ""
    yield from _measured({title: found[key] for key, title in GROUPS.items()})
    if "without" in found:
        yield ""
        yield "Where one modality more is missing for everybody:"
        yield ""
        without = {f"without {name}": each for name, each in found["without"].items()}
        yield from _measured(without, MISSING_MEASURES)


def _as_told(found: Raw) -> Iterator[str]:
    """What somebody else measured in another way, as they say it."""
    yield from (f"- {name}: {_said(value)}" for name, value in found.items()) if found else ["None is recorded."]


def _specification(m: Raw) -> Iterator[str]:
    branches = m["specification"].get("modalities", ())
    yield "## The model in numbers [22]"
    yield ""
    yield "The coefficients stand in `manifest.json`, and the probability can be worked out from them by hand."
    if branches:
        yield ""
        rows = ([b["name"], len(b["coefficients"]), b["penalty_C"], f"{b['weight']:.3f}"] for b in branches)
        yield from _table(("modality", "inputs", "penalty C", "weight of its log odds, all modalities there"), rows)


def _caveats(m: Raw) -> Iterator[str]:
    yield "## Ethics, caveats, updating [17, 24]"
    yield ""
    yield f"- {len(m['references'])} reference vectors, none of them a person's, are asked at each start of the worker and daily."
    yield "- It is never fitted again. Another model is another identifier, an amendment, and two approvals."
    yield "- Discrimination in the people it was made from says nothing about others: the trial judges it prospectively."


def _measured(columns: Mapping[str, Raw], measures: Sequence[str] = MEASURES) -> Iterator[str]:
    rows = ([name, *(each[name] for each in columns.values())] for name in measures)
    yield from _table(("measure", *columns), rows)


def _table(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    yield f"| {' | '.join(heading)} |"
    yield f"|{'---|' * len(heading)}"
    yield from (f"| {' | '.join('' if cell is None else str(cell) for cell in row)} |" for row in rows)
