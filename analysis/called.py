"""The people of the prospective validation: what the model was asked and said, what the clinician thought, what came of it.

The first answered call of a person is the one that counts (PROTOCOL 5, step 4); the outcome is that of `trial.complete_response`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from analysis.course_row import LOCAL_EXCISION, NOT_CONFIRMED, CourseRow, Day, Operation
from analysis.courses import course_row
from analysis.cut import at_the_cut
from analysis.death import death
from analysis.endpoints import derive
from analysis.estimands import DECISION, REGROWTH, WATCHED, seen_from
from analysis.rules import confirmed
from forms.codelists.baseline import REGIMENS_WITH_IO
from forms.dates import completed_years
from forms.record import Record
from forms.text import _l
from trial import complete_response
from trial.complete_response import Resected, Response
from trial.store.extract import Extract, Extracted
from trial.store.model_calls import Calls

REGROWTH_SINCE_DECISION = seen_from(REGROWTH, DECISION, WATCHED)
"""The model's clock starts at the decision (PROTOCOL 7)."""
AGE_BOUND = 65

STRATA: Mapping[str, str] = {
    "site": _l("Site"), "sex": _l("Sex"), "age": _l("Age at consent"), "ct": _l("Clinical T"), "regimen": _l("Planned regimen"),
    "msi": _l("Mismatch repair"),
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "M": _l("male"), "F": _l("female"), "YOUNGER": _l("under 65"), "OLDER": _l("65 and over"), "T12": _l("cT1–2"),
    "T3": _l("cT3"), "T4": _l("cT4"), "IO": _l("with immunotherapy"), "NO_IO": _l("without immunotherapy"),
    "DMMR": _l("deficient (MSI)"), "PMMR": _l("proficient (MSS)"), "UNKNOWN": _l("unknown"),
}  # fmt: skip
_CT = {
    "cT1": "T12",
    "cT2": "T12",
    "cT3": "T3",
    "cT3a": "T3",
    "cT3b": "T3",
    "cT3c": "T3",
    "cT3d": "T3",
    "cT4a": "T4",
    "cT4b": "T4",
}


@dataclass(frozen=True)
class Call:
    """One stored call. `probability` None: refused, for `refused`. `vector`: values by input name, None where missing."""

    number: int
    model: str
    digest: str
    probability: float | None
    threshold: float | None
    refused: tuple[str, ...]
    vector: Mapping[str, float | None]
    missing: tuple[str, ...]
    at: date


@dataclass(frozen=True)
class Person:
    """One enrolled participant. `own`: the clinician's estimate, a probability. `regrowth`: days from the decision and status.

    `mature`: the decision lies so long before the cut that every outcome can be known. `strata`: level by name.
    """

    participant: str
    site: str
    decided_on: Day | None
    mature: bool
    calls: tuple[Call, ...]
    own: float | None
    response: Response
    regrowth: tuple[int, int] | None = None
    strata: Mapping[str, str] = field(default_factory=dict)

    @property
    def call(self) -> Call | None:
        """The first call that was answered."""
        return next((call for call in self.calls if call.probability is not None), None)


def people(extract: Extract, calls: Calls) -> tuple[Person, ...]:
    """Everyone enrolled who was restaged, asked about, or decided on, in the order of the extract."""
    by: dict[str, list[Call]] = {}
    for row in calls.rows:
        by.setdefault(row["participant"], []).append(as_call(row))
    found = (_person(row, extract.cut_on, tuple(by.get(row.participant, ()))) for row in extract.rows)
    return tuple(each for each in found if each is not None)


def as_call(row: Mapping[str, Any]) -> Call:
    """A row of `prediction` as values. A refused call may not know the model's name or threshold."""
    inputs = row["inputs"] or ()
    vector = {i["name"]: None if i["value"] is None else float(i["value"]) for i in inputs}
    known = {i["modality"] for i in inputs if i["value"] is not None}
    missing = dict.fromkeys(i["modality"] for i in inputs if i["modality"] not in known)
    return Call(
        row["number"], f"{row['model'] or ''} {row['version'] or ''}".strip(), row["digest"], _float(row["probability"]),
        _float(row["threshold"]), tuple(str(reason) for reason in row["refused"] or ()), vector, tuple(missing), row["at"].date(),
    )  # fmt: skip


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def _person(row: Extracted, cut_on: Day, calls: tuple[Call, ...]) -> Person | None:
    course, record = at_the_cut(course_row(row, cut_on)), row.record()
    if course.eligible_on is None or not (course.restaged_on or course.decision_on or calls):
        return None
    own = record.value("PRE.PRECR")
    regrown = derive(course, REGROWTH_SINCE_DECISION)
    return Person(
        row.participant, course.site, course.decision_on, is_mature(course.decision_on, cut_on), calls,
        None if own is None else float(own) / 100, outcome(course),
        (regrown.days, regrown.status) if regrown else None, strata_of(course, record),
    )  # fmt: skip


def is_mature(decided_on: Day | None, cut_on: Day) -> bool:
    """Whether the year after the decision is over at the cut."""
    return decided_on is not None and decided_on + timedelta(days=complete_response.DAYS) <= cut_on


def outcome(course: CourseRow) -> Response:
    """Complete response of a course that has been cut; not known before a decision."""
    origin = course.decision_on
    if origin is None:
        return Response(None)
    grown, died = confirmed(course), death(course)
    return complete_response.complete_response(
        resected=[
            Resected((o.on - origin).days, o.ypt, o.ypn)
            for o in course.operations
            if _has_specimen(o) and o.on >= origin
        ],
        confirmed=[((r.confirmed_on or r.suspected_on) - origin).days for r in grown],
        suspected=[(r.suspected_on - origin).days for r in course.regrowths if r.outcome != NOT_CONFIRMED],
        clear=[(day - origin).days for day in course.pelvis_clear_on],
        metastases=[(day - origin).days for day in course.metastases_on],
        died=(died.on - origin).days if died else None,
    )


def _has_specimen(operation: Operation) -> bool:
    """A stoma or a second look removes nothing that a pathologist could call a response."""
    return operation.is_tme or operation.procedure == LOCAL_EXCISION or operation.ypt is not None


def strata_of(course: CourseRow, record: Record) -> dict[str, str]:
    """The level of each stratum; UNKNOWN where it cannot be told."""
    regimen, mmr = record.value("PLAN.REGIMEN"), record.value("MOL.MMR")
    found = {
        "site": course.site,
        "sex": record.value("DM.SEX"),
        "age": _age(record.value("DM.BRTHDAT"), course.consent_on),
        "ct": _CT.get(str(record.value("MRI0.CTCAT"))),
        "regimen": None if regimen is None else "IO" if regimen in REGIMENS_WITH_IO else "NO_IO",
        "msi": mmr if mmr in ("DMMR", "PMMR") else None,
    }
    return {name: level or "UNKNOWN" for name, level in found.items()}


def _age(born: Any, consented: Day | None) -> str | None:
    if born is None or consented is None:
        return None
    youngest, oldest = completed_years(born, consented)
    if oldest < AGE_BOUND:
        return "YOUNGER"
    return "OLDER" if youngest >= AGE_BOUND else None


def models(everyone: Iterable[Person]) -> tuple[tuple[str, str, int], ...]:
    """Model, digest and how many first answered calls it gave, most first."""
    counted: dict[tuple[str, str], int] = {}
    for person in everyone:
        if call := person.call:
            counted[call.model, call.digest] = counted.get((call.model, call.digest), 0) + 1
    return tuple((*key, n) for key, n in sorted(counted.items(), key=lambda each: (-each[1], each[0])))
