"""Historical patients as an analysis needs them: the inputs of the model, complete response by 12 months, regimen, and covariates.

Source: PROTOCOL 1 (cohort REGISTRY, treatment comparison) and 5 (what the model predicts).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from analysis import called
from analysis.course_row import CourseRow, Day
from analysis.courses import course_row
from analysis.cut import at_the_cut
from forms.answers import FileRef
from forms.codelists.baseline import REGIMENS_WITH_IO
from forms.dates import PartialDate, completed_years
from forms.record import Record
from trial import complete_response
from trial.course import course, in_course_order
from trial.frozen.manifest import Manifest
from trial.prediction import Input, collect
from trial.store.extract import Extract, Extracted

FACTS = ("id", "site", "outcome")
"""Columns of the training table beside the inputs; a blank is not known, in every column but the first two."""
OUT_OF_RANGE = "out-of-range"
Read = Callable[[str], Mapping[str, float]]
"""A feature table by the SHA-256 of its file."""


@dataclass(frozen=True)
class Patient:
    """One historical patient at a cut.

    `outcome`: complete response by 12 months after the decision; None where it is not known, and before that year is over.
    `mature`: that year is over, or there was no decision. `immunotherapy`: at least one dose, or planned where no drug is on file; None:
    neither is known. `covariates`: by name, None unknown.
    """

    id: str
    site: str
    outcome: bool | None
    immunotherapy: bool | None
    regimen: str | None
    treated: bool
    mature: bool
    covariates: Mapping[str, float | None]
    record: Record


@dataclass(frozen=True)
class Table:
    """A training table as text, and what a reader must know of it. `counts`: rows, known outcomes, values outside their range."""

    text: str
    sha256: str
    cut: str
    digest: str
    counts: Mapping[str, int]


def patients(extract: Extract) -> tuple[Patient, ...]:
    """Every patient of the extract, in its order."""
    return tuple(_patient(row, extract.cut_on) for row in extract.rows)


def outcome(row: CourseRow) -> bool | None:
    """Complete response of a course that has been cut; not known before the year after the decision is over."""
    return called.outcome(row).complete if row.decision_on is not None and _is_mature(row) else None


def _is_mature(row: CourseRow) -> bool:
    return row.decision_on is None or row.decision_on + timedelta(days=complete_response.DAYS) <= row.cut_on


def _patient(row: Extracted, cut_on: Day) -> Patient:
    cut = at_the_cut(course_row(row, cut_on))
    record = Record(in_course_order(row.crfs), row.record().definitions)
    told, regimen = course(record), record.value("PLAN.REGIMEN")
    planned = None if regimen is None else regimen in REGIMENS_WITH_IO
    given = planned if told.immunotherapy is None else told.immunotherapy
    started = cut.therapy_start_on
    return Patient(
        row.participant, row.enrolled_at, outcome(cut), given, regimen, started is not None, _is_mature(cut),
        covariates(record, started), record,
    )  # fmt: skip


def covariates(record: Record, started: Day | None) -> dict[str, float | None]:
    """The named covariates, all from before therapy. Age in completed years on its first day; CEA in ug/L; distance and length in mm."""
    return {
        "age": _age(record.value("DM.BRTHDAT"), started),
        "male": _truth(record.value("DM.SEX"), {"M": 1, "F": 0}),
        "ecog": _truth(record.value("DM.ECOG"), {"0": 0, "1": 1, "2": 1, "3": 1, "4": 1}),
        "ct4": _truth(record.value("MRI0.CTCAT"), {**dict.fromkeys(_T1_3, 0), "cT4a": 1, "cT4b": 1}),
        "node_positive": _truth(record.value("MRI0.CNCAT"), {"cN0": 0, "cN1": 1, "cN2": 1}),
        "mrf": _truth(record.value("MRI0.MRF"), {"N": 0, "Y": 1}),
        "emvi": _truth(record.value("MRI0.EMVI"), {"N": 0, "Y": 1}),
        "distance": _number(record.value("MRI0.DISTAV")),
        "length": _number(record.value("MRI0.LENGTH")),
        "total_neoadjuvant": _truth(record.value("PLAN.REGIMEN"), _TOTAL),
    }


_T1_3 = ("cT1", "cT2", "cT3a", "cT3b", "cT3c", "cT3d")
_TOTAL = {"LCRT": 0, "LCRT_IO": 0, "SCRT_TNT": 1, "SCRT_TNT_IO": 1, "LCRT_TNT": 1, "LCRT_TNT_IO": 1}


def _truth(value: Any, codes: Mapping[str, int]) -> float | None:
    found = codes.get(str(value))
    return None if found is None else float(found)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _age(born: PartialDate | None, started: Day | None) -> float | None:
    """Where the day of birth is not known, the middle of what it can be."""
    if born is None or started is None:
        return None
    return sum(completed_years(born, started)) / 2


def training_table(extract: Extract, manifest: Manifest, read: Read) -> Table:
    """Whoever has a decision, one line each: id, site, outcome (1, 0, blank), and every input of the manifest as the model takes it.

    What `vigil model train --table` reads. A value outside the declared range is written, and counted. Raises as `read`.
    """
    decided = [p for p in patients(extract) if p.record.value("DEC.DECDAT") is not None]
    lines = [(p, collect(p.record, manifest, _tables(p.record, read)).inputs) for p in decided]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FACTS, *(spec.name for spec in manifest.inputs)])
    writer.writerows([p.id, p.site, _cell(p.outcome), *(_cell(i.value) for i in inputs)] for p, inputs in lines)
    text = out.getvalue()
    counts = {
        "patients": len(extract.rows), "rows": len(lines), "known_outcomes": sum(p.outcome is not None for p, _ in lines),
        "complete_responses": sum(p.outcome is True for p, _ in lines), "out_of_range": _outside(i for _, row in lines for i in row),
    }  # fmt: skip
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Table(text, sha256, extract.cut_on.isoformat(), extract.digest, counts)


def _outside(inputs: Iterable[Input]) -> int:
    return sum(i.note == OUT_OF_RANGE for i in inputs)


def _cell(value: float | bool | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else repr(float(value))


def _tables(record: Record, read: Read) -> dict[str, Mapping[str, float]]:
    named = [c.answers.items.get(k) for c in record.crfs if c.counts for k in ("RADFILE", "MICFILE", "SLIDFEAT")]
    return {ref.sha256: read(ref.sha256) for ref in named if isinstance(ref, FileRef)}
