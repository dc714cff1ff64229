"""How the inputs of a model were distributed in the people it was trained on: the bins that drift is measured in.

A reference belongs to one model by its SHA-256. A coded input has a bin a value, another one ten bins with the tenths of the
training people as bounds; what is missing is a bin of its own. `python -m analysis.training_reference` writes the file of the
released model from the training cohort its manifest names; whoever releases a model runs it once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.samples import Floats

FOLDER = Path(__file__).resolve().parent / "data"
TENTHS, FEW_VALUES = 10, 10


@dataclass(frozen=True)
class Bins:
    """One input: `edges` ascending, a value v falls in the bin number #{edges < v}; `counts` of training, the last one missing."""

    name: str
    modality: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def count(self, values: Sequence[float | None]) -> tuple[int, ...]:
        """How many of these fall in each bin, the missing last."""
        known = np.array([v for v in values if v is not None], dtype=float)
        seen = np.bincount(np.searchsorted(self.edges, known, side="left"), minlength=len(self.edges) + 1)
        return (*seen.tolist(), len(values) - known.size)


@dataclass(frozen=True)
class TrainingReference:
    """The bins of all inputs of the model with this digest, over `n` training people."""

    digest: str
    n: int
    inputs: tuple[Bins, ...]


def bins_of(name: str, modality: str, column: Floats) -> Bins:
    """Bins of one input from its training values, not-a-number where missing."""
    known = column[~np.isnan(column)]
    values = np.unique(known)
    last = np.arange(values.size - 1) if values.size <= FEW_VALUES else _tenths(known, values)
    # Midway to the next value: a bound on a value would part 2.3 as it was trained on, in single precision, from 2.3 as it is asked.
    edges = (values[last] + values[last + 1]) / 2
    made = Bins(name, modality, tuple(edges.tolist()), ())
    return Bins(name, modality, made.edges, made.count([None if np.isnan(v) else float(v) for v in column]))


def _tenths(known: Floats, values: Floats) -> "np.ndarray":
    """Places, among the distinct values, of the last value of each bin; the highest value ends none."""
    bounds = np.quantile(known, np.arange(1, TENTHS) / TENTHS)
    places = np.unique(np.searchsorted(values, bounds, side="right") - 1)
    return np.asarray(places[places < values.size - 1])


def reference(digest: str, names: Sequence[tuple[str, str]], x: Floats) -> TrainingReference:
    """From the training matrix; `names`: name and modality of each column."""
    made = (bins_of(name, modality, np.asarray(x[:, k], dtype=float)) for k, (name, modality) in enumerate(names))
    return TrainingReference(digest, len(x), tuple(made))


def load(digest: str, folder: Path = FOLDER) -> TrainingReference | None:
    """The reference of a model, or None where none was kept for it. Raises ValueError where the file is of another model."""
    path = folder / _file(digest)
    if not path.is_file():
        return None
    raw = json.loads(path.read_text("utf-8"))
    if raw["digest"] != digest:
        raise ValueError(f"{path.name} is of another model: {raw['digest']}")
    inputs = tuple(
        Bins(each["name"], each["modality"], tuple(each["edges"]), tuple(each["counts"])) for each in raw["inputs"]
    )
    return TrainingReference(raw["digest"], raw["n"], inputs)


def as_json(found: TrainingReference) -> str:
    """The file's text: an input a line, so that a new release is read as a difference."""
    head = {"digest": found.digest, "n": found.n}
    lines = ",\n".join(f"  {json.dumps(vars(each) | {}, ensure_ascii=False)}" for each in found.inputs)
    return json.dumps(head)[:-1] + f', "inputs": [\n{lines}\n]}}\n'


def from_training(manifest: Mapping[str, Any], size: int | None = None) -> TrainingReference:
    """Draw the training cohort of a manifest again: same seed, same people. `size`: fewer of them, for tests."""
    from trial.frozen.cohort import simulate

    cohort = simulate(manifest["training"]["seed"], size or manifest["training"]["n"])
    names = [(each["name"], each["modality"]) for each in manifest["inputs"]]
    return reference(manifest["sha256"], names, cohort.x)


def _file(digest: str) -> str:
    return f"training-{digest[:16]}.json"


def main(folder: Path = FOLDER) -> Path:
    """Write the file of the released model."""
    manifest = json.loads((Path(__file__).resolve().parents[1] / "trial/frozen/manifest.json").read_text("utf-8"))
    found = from_training(manifest)
    path = folder / _file(found.digest)
    path.write_text(as_json(found), "utf-8")
    return path


if __name__ == "__main__":
    main()
