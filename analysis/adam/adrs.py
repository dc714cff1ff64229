"""ADRS: a row a response: at each restaging as found and as derived, and the endpoints that are an answer and no time."""

from __future__ import annotations

from typing import Any

from analysis.adam.common import COHORT, IDS, PLANNED, STRATA, visit
from analysis.adam.people import Person
from analysis.adam.variables import ASSIGNED, DATE, DERIVED, INTEGER, NUMBER, TEXT, Dataset, Variable
from analysis.responses import BINARY, RESPONSES, answers

RESTAGED = {
    "RESPINV": ("Clinical response, investigator", "RST.RESP"),
    "RESPDER": ("Clinical response, derived", "RST.RESPDER"),
    "MRTRG": ("MRI tumour regression grade", "RST.MRTRG"),
}

ADRS = Dataset(
    "ADRS",
    "Response Analysis Dataset",
    "One record per participant per parameter per assessment",
    ("PARAMCD", "USUBJID", "ASEQ"),
    (
        *IDS,
        PLANNED,
        COHORT,
        *STRATA,
        Variable("PARAMCD", "Parameter Code", TEXT, ASSIGNED, "The assessment, or the endpoint in estimands.csv."),
        Variable("PARAM", "Parameter", TEXT, ASSIGNED, "What PARAMCD stands for."),
        visit("The restaging; missing for an endpoint."),
        Variable("ASEQ", "Analysis Sequence Number", INTEGER, DERIVED, "In the order of the course, within participant and parameter."),
        Variable("ADT", "Analysis Date", DATE, DERIVED, "Of the restaging, the decision or the operation.", ("RST.RSTDAT",), day="ADY"),
        Variable(
            "AVAL", "Analysis Value", NUMBER, DERIVED, "1 yes, 0 no; a grade, a score, days or weeks; missing where it cannot be told.",
            ("RST.MRTRG",),
        ),
        Variable("AVALC", "Analysis Value (C)", TEXT, DERIVED, "The answer in words: Y and N, or the code of a response."),
    ),
)  # fmt: skip


def records(person: Person, blinded: bool) -> list[dict[str, Any]]:
    """The participant's rows; a blinded role has the restagings alone, for every other endpoint is read from an operation or a regrowth."""
    found = [*_restagings(person), *(() if blinded else _endpoints(person))]
    same = {**person.ids(), **person.allocation, "COHORT": person.course.cohort}
    return [same | each for each in found]


def _restagings(person: Person) -> list[dict[str, Any]]:
    made = []
    for number, crf in enumerate(person.record.all("RST"), start=1):
        scope = person.record.scope(crf)
        for code, (title, item) in RESTAGED.items():
            answer = scope.item(item)
            if answer is not None:
                place = {
                    "PARAMCD": code,
                    "PARAM": title,
                    "AVISIT": crf.event,
                    "ASEQ": number,
                    "ADT": scope.item("RST.RSTDAT"),
                }
                made.append(place | {"AVALC": answer, "AVAL": float(answer) if code == "MRTRG" else None})
    return made


def _endpoints(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "PARAMCD": code, "PARAM": str(endpoint.title), "ASEQ": each.number, "ADT": each.on, "AVAL": each.value,
            "AVALC": {1.0: "Y", 0.0: "N"}.get(each.value) if endpoint.kind == BINARY and each.value is not None else None,
        }
        for code, endpoint in RESPONSES.items()
        for each in answers(person.course, endpoint)
    ]  # fmt: skip
