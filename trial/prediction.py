"""What the frozen model is given: each declared input with its value, where it came from, or why it is missing.

A missing modality is passed as missing and never invented. "Restaging" is the last restaging that was done, item by item
from that event only; radiomics, microbiota and ctDNA that were not repeated at the re-assessment come from the first
restaging and carry their age (PROTOCOL 5, step 3). Nothing here calls the model.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from forms.answers import Crf, FileRef
from forms.laboratory import to_si
from forms.record import Record
from trial.errors import FileMissing
from trial.frozen.manifest import Declares, InputSpec, Manifest

Tables = Mapping[str, Mapping[str, float]]
"""Parsed feature tables by the SHA-256 of the file: feature to value."""

FIRST_RESTAGING = "RST"
SCREENING = "SCR"
REPEATABLE = {"RAD": "RADDAT", "MIC": "MICDAT", "LBX": "CDNADAT"}
"""Omics forms that may stand from the first restaging, and their date of sample."""
TIME_POINT = {"RAD": "RADTP", "LBX": "CDNATP"}
FEWEST_READS = 10_000
PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Input:
    """One input as passed: `value` None is missing, `note` then says why.

    `source` is FORM/EVENT/OCCURRENCE#REVISION of the CRF it was read from; `age_days` the age of a sample that was not
    repeated at the re-assessment. A value outside the declared range is passed, with the note "out-of-range".
    """

    name: str
    modality: str
    value: float | None
    unit: str | None
    source: str | None
    note: str | None = None
    age_days: int | None = None


@dataclass(frozen=True)
class InputVector:
    """All inputs in the order of the manifest."""

    inputs: tuple[Input, ...]

    def values(self) -> dict[str, float | None]:
        """Values by name, None where missing: what the runner takes."""
        return {each.name: each.value for each in self.inputs}

    def missing_modalities(self) -> tuple[str, ...]:
        """Modalities of which nothing is known."""
        known = {each.modality for each in self.inputs if each.value is not None}
        return tuple(dict.fromkeys(each.modality for each in self.inputs if each.modality not in known))


@dataclass(frozen=True)
class _Found:
    """What was found for a source: the raw answer or the reason for its absence, and the CRF."""

    raw: Any = None
    note: str | None = None
    crf: Crf | None = None
    age_days: int | None = None


def collect(record: Record, manifest: Declares, tables: Tables) -> InputVector:
    """Read every input of the manifest from the record as it stands. `tables` holds every file the record points at.

    Raises FileMissing for an uploaded table that `tables` lacks.
    """
    return InputVector(tuple(_input(spec, record, tables) for spec in manifest.inputs))


def check_minimum(vector: InputVector, manifest: Manifest) -> list[str]:
    """The sources that are missing in every modality below the model's declared minimum; empty: the model may be called."""
    lacking = [name for name, needed in manifest.minimum.items() if _known(vector, name) < needed]
    missing = {each.name for each in vector.inputs if each.modality in lacking and each.value is None}
    return list(dict.fromkeys(spec.source for spec in manifest.inputs if spec.name in missing))


def rounded(probability: float) -> Decimal:
    """A probability as it is stored, shown and decided on: six places."""
    return Decimal(str(round(probability, 6))).quantize(PLACES)


def is_positive(probability: float, threshold: float) -> bool:
    """The decision rule, on the rounded probability: positive from the threshold on, itself included."""
    return rounded(probability) >= rounded(threshold)


def _known(vector: InputVector, modality: str) -> int:
    return sum(each.modality == modality and each.value is not None for each in vector.inputs)


def _input(spec: InputSpec, record: Record, tables: Tables) -> Input:
    source = _Source.parse(spec.source)
    found = source.find(record, tables)
    value, note = _number(spec, found)
    address = None if found.crf is None else f"{found.crf.address}#{found.crf.number}"
    return Input(spec.name, spec.modality, value, spec.unit, address, note, found.age_days)


def _number(spec: InputSpec, found: _Found) -> tuple[float | None, str | None]:
    if found.raw is None:
        return None, found.note or "unknown"
    if spec.codes is not None:
        value = spec.codes.get(str(found.raw))
        return value, "code-not-declared" if value is None else found.note
    value = float(found.raw)
    if not math.isfinite(value):
        return None, "not-a-number"
    return value, found.note if spec.low <= value <= spec.high else "out-of-range"


@dataclass(frozen=True)
class _Source:
    """FORM.ITEM[:FEATURE][@POINT]."""

    form: str
    item: str
    feature: str | None
    point: str | None

    @classmethod
    def parse(cls, text: str) -> _Source:
        where, _, point = text.partition("@")
        key, _, feature = where.partition(":")
        form, _, item = key.partition(".")
        return cls(form, item, feature or None, point or None)

    def find(self, record: Record, tables: Tables) -> _Found:
        crfs, age = self._instances(record)
        if not crfs:
            return _Found(note="not-done")
        if self.form == "LB":
            return _laboratory(record, crfs, self.feature)
        crf = crfs[-1]
        if problem := _quality(record, crf, self):
            return _Found(note=problem, crf=crf, age_days=age)
        answer = record.scope(crf).item(f"{self.form}.{self.item}")
        found = _Found(answer, crf.answers.missing.get(self.item), crf, age)
        return _feature(found, answer, self.feature, tables) if self.feature else found

    def _instances(self, record: Record) -> tuple[tuple[Crf, ...], int | None]:
        """The instances that count at the point asked for, in order, and the age of what was not repeated."""
        everything = record.all(self.form)
        latest = record.latest("RST")
        if self.form == "RST":
            return ((latest,) if latest else ()), None
        if self.point is None:
            return everything, None
        if self.point == "BASELINE":
            return _at(everything, SCREENING), None
        if latest is None:
            return (), None
        done = _at(everything, latest.event)
        # Marked "not done" at the re-assessment is not repeated; done and failed is repeated, and missing.
        if done or latest.event == FIRST_RESTAGING or self.form not in REPEATABLE:
            return done, None
        earlier = _at(everything, FIRST_RESTAGING)
        return earlier, _age(record, latest, earlier, REPEATABLE[self.form])


def _at(crfs: tuple[Crf, ...], event: str) -> tuple[Crf, ...]:
    return tuple(crf for crf in crfs if crf.event == event)


def _age(record: Record, latest: Crf, earlier: tuple[Crf, ...], item: str) -> int | None:
    """Days from the sample to the re-assessment; None where either date is blank."""
    if not earlier:
        return None
    sampled: date | None = earlier[-1].answers.items.get(item)
    restaged: date | None = latest.answers.items.get("RSTDAT")
    return None if sampled is None or restaged is None else (restaged - sampled).days


def _quality(record: Record, crf: Crf, source: _Source) -> str | None:
    """Why a sample or slide that was taken is missing for the model; None where nothing speaks against it."""
    return next(_problems(record.scope(crf), source), None)


def _problems(scope: Any, source: _Source) -> Iterator[str]:
    if (item := TIME_POINT.get(source.form)) and scope.item(f"{source.form}.{item}") != source.point:
        yield "time-point-differs"
    if source.form == "RAD" and scope.item("RAD.RADQC") != "PASS":
        yield "quality-failed"
    if source.form == "MIC":
        reads = scope.item("MIC.MICREADS")
        if reads is None or reads < FEWEST_READS:
            yield "too-few-reads"
    if source.form == "LBX" and scope.code("LBX.CDNARES") == "FAILED":
        yield "assay-failed"
    if source.item == "SLIDFEAT" and scope.item("PATH.QCSLIDE") != "PASS":
        yield "quality-failed"


def _feature(found: _Found, answer: FileRef | None, feature: str, tables: Tables) -> _Found:
    if answer is None:
        return replace(found, raw=None, note=found.note or "no-table")
    if answer.sha256 not in tables:
        raise FileMissing(answer.sha256)
    value = tables[answer.sha256].get(feature)
    return replace(found, raw=value, note="feature-absent" if value is None else None)


def _laboratory(record: Record, crfs: tuple[Crf, ...], test: str | None) -> _Found:
    """The last result of a test at its event, in SI units; a result beyond a limit stands as the limit, with a note."""
    for crf in reversed(crfs):
        for row in reversed(record.rows(crf, "R")):
            if row.item("LB.LBTEST") == test:
                value = to_si(test, row.item("LB.LBORRES"), row.item("LB.LBORRESU"))
                return _Found(value, None if row.item("LB.LBOPER") == "=" else "limit-of-detection", crf)
    return _Found(note="not-done")
