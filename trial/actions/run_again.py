"""Every stored call once more through the model it was made with: the same number, or it is said which differs (PROTOCOL 5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any, Protocol

from trial import calls
from trial.call_rows import six_digits
from trial.frozen.answers import taken_away
from trial.frozen.errors import ModelError
from trial.frozen.manifest import Manifest
from trial.prediction import is_positive, rounded
from trial.store.broken import Finding, place
from trial.store.reading import Reader, Row

KIND = "prediction"


class Runnable(Protocol):
    """A release that is here: its manifest, and many rows at once. Both raise ModelError."""

    @property
    def manifest(self) -> Manifest: ...

    def run(self, rows: list[list[float | None]]) -> list[float]: ...


Find = Callable[[str, "str | None"], "Runnable | None"]
"""The release with these digests of weights and manifest (None: the call did not keep it), or None where it is not installed."""


@dataclass
class Again:
    """A check for `trial.store.verify`. Afterwards `ran` counts the calls that were run, `absent` those of releases that are not here."""

    find: Find
    ran: int = 0
    absent: Counter[str] = field(default_factory=Counter)

    def __call__(self, reader: Reader) -> Iterator[Finding]:
        answered = [
            r for r in reader.all("prediction", order_by=("digest", "participant", "number")) if r["probability"]
        ]
        for (digest, manifest), rows in groupby(sorted(answered, key=_release), key=_release):
            yield from self._release(digest, manifest or None, list(rows))

    def _release(self, digest: str, manifest: str | None, rows: list[Row]) -> Iterator[Finding]:
        model = self.find(digest, manifest)
        if model is None:
            self.absent[f"{rows[0]['model']} {rows[0]['version']} ({digest})"] += len(rows)
            return
        try:
            yield from _compared(model, rows)
        except ModelError as problem:
            yield Finding("model", f"{rows[0]['model']} {rows[0]['version']}", f"calls cannot be run again: {problem}")
            return
        self.ran += len(rows)


def _release(row: Row) -> tuple[str, str]:
    return row["digest"], row["versions"].get("manifest") or ""


def _compared(model: Runnable, rows: list[Row]) -> Iterator[Finding]:
    manifest = model.manifest
    names = [spec.name for spec in manifest.inputs]
    fitting = []
    for row in rows:
        if [each["name"] for each in row["inputs"]] == names:
            fitting.append(row)
        else:
            yield _finding(row, "its inputs are not those of the model")
    for row, (found, without) in zip(fitting, _run(model, manifest, fitting), strict=True):
        yield from (_finding(row, words) for words in _differences(row, manifest, found, without))


def _run(model: Runnable, manifest: Manifest, rows: list[Row]) -> list[tuple[float, dict[str, float]]]:
    """For each call its probability, and the one without each modality, in one go."""
    asked = [[_number(each["value"]) for each in row["inputs"]] for row in rows]
    others = [taken_away(manifest, row) for row in asked]
    found = iter(model.run([each for row, more in zip(asked, others, strict=True) for each in (row, *more.values())]))
    return [(next(found), {name: next(found) for name in more}) for more in others]


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _differences(row: Row, manifest: Manifest, found: float, without: Mapping[str, float]) -> Iterator[str]:
    """What the stored call says and the model does not."""
    if Decimal(row["probability"]) != rounded(found):
        yield f"the model gives {rounded(found)}, stored is {row['probability']}"
    if Decimal(row["threshold"]) != rounded(manifest.threshold):
        yield f"the threshold of the model is {rounded(manifest.threshold)}, stored is {row['threshold']}"
    if row["classification"] != (said := "positive" if is_positive(found, manifest.threshold) else "negative"):
        yield f"the class is {said}, stored is {row['classification']}"
    if (vector := row["versions"].get("vector")) not in (None, calls.vector_digest(row["inputs"])):
        yield f"the inputs are not those of digest {vector}"
    for each in row["contributions"] or ():
        if each["without"] != six_digits(without.get(each["modality"])):
            yield f"without {each['modality']} the model gives {without.get(each['modality'])}, stored is {each['without']}"


def _finding(row: Mapping[str, Any], words: str) -> Finding:
    return Finding(KIND, place("prediction", row), f"run again: {words}")
