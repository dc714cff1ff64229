"""ADTTE: a row a participant and time-to-event endpoint; and ADTTEP, the times of the primary endpoint without the people.

Which endpoint a blinded role gets row by row is decided here. NR-DFS, DFS and LRFS are made of operations, regrowths and recurrences, which
only one strategy has; regrowth and organ preservation are asked of watch-and-wait alone; and being randomised is itself withheld. So a
blinded ADTTE holds death and metastasis of everyone decided, from the forms the role sees, and ADTTEP holds what the pooled curve of NR-DFS
shows: its times, with nobody's name, site or dates beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from analysis.adam.common import COHORT, IDS, PLANNED, STRATA, STUDY
from analysis.adam.people import Person
from analysis.adam.variables import ASSIGNED, DATE, DERIVED, INTEGER, TEXT, Dataset, Variable
from analysis.course_row import CourseRow
from analysis.endpoints import CNSR, TimeToEvent, derive, derive_all
from analysis.estimands import DECISION, DFS, DMFS, ESTIMANDS, NRDFS, OS, Estimand, seen_from
from trial.protocol import PROTOCOL

_SHORT = {
    "NRDFS_REFUSAL": "NRDFSREF",
    "NRDFS_R1": "NRDFSR1",
    "REGROWTH_METASTASIS": "RGWMET",
    "REGROWTH_CONFIRMED": "RGWCONF",
    "ORGAN_LOSS": "ORGLOSS",
    "DFS_OPERATED": "DFSOP",
}
"""PARAMCD of estimands whose id is longer than 8 characters."""


def _everyone(estimand: Estimand, code: str, words: str) -> Estimand:
    """Everyone decided, from the decision: what the preference and standard cohorts are described by."""
    made = seen_from(estimand, DECISION)
    return replace(made, id=code, title=f"{estimand.title}, {words}", treatment=None, summary="")


_FROM_DECISION = "everyone decided, from the decision"
_VISIBLE = f"{_FROM_DECISION}, from the forms that tell no arm"
OPEN_PARAMETERS: Mapping[str, Estimand] = {
    "OSVIS": _everyone(OS, "OSVIS", _VISIBLE),
    "DMFSVIS": _everyone(DMFS, "DMFSVIS", _VISIBLE),
}
"""What a blinded role gets row by row; under names of their own, for hidden forms prove life and assess disease too."""
PARAMETERS: Mapping[str, Estimand] = {
    **{_SHORT.get(id, id): estimand for id, estimand in ESTIMANDS.items()},
    **{f"{e.id}DEC": _everyone(e, f"{e.id}DEC", _FROM_DECISION) for e in (NRDFS, DFS, DMFS, OS)},
}
_STATUS = ((0, "event"), (1, "censored"), (2, "competing event"))
_AVAL = Variable("AVAL", "Analysis Value, days", INTEGER, DERIVED, "ADT - STARTDT in days; the day of origin is 0.")
_CNSR = Variable(
    "CNSR", "Censor", INTEGER, DERIVED, "0 the event, 1 censored, 2 a competing event; an event goes before a competing one of its day.",
    codes=_STATUS,
)  # fmt: skip

ADTTE = Dataset(
    "ADTTE",
    "Time-to-Event Analysis Dataset",
    "One record per participant per parameter",
    ("PARAMCD", "USUBJID"),
    (
        *IDS,
        PLANNED,
        COHORT,
        *STRATA,
        Variable("PARAMCD", "Parameter Code", TEXT, ASSIGNED, "The estimand; its attributes stand in estimands.csv."),
        Variable("PARAM", "Parameter", TEXT, ASSIGNED, "The title of the estimand."),
        Variable("STARTDT", "Time-to-Event Origin Date", DATE, DERIVED, "The origin of the estimand.", day="STARTDY"),
        Variable(
            "ADT",
            "Analysis Date",
            DATE,
            DERIVED,
            "The day of the event, or of censoring; never before STARTDT.",
            day="ADY",
        ),
        _AVAL,
        _CNSR,
        Variable(
            "EVNTDESC", "Event or Censoring Description", TEXT, DERIVED, "The component that came first, or CENSORED."
        ),
        Variable("NOTES", "Analysis Notes", TEXT, DERIVED, "What could not be told."),
        # A study day known to be imputed by a rule of the calendar gives the dates of all the others.
        Variable(
            "ADTNOTES", "Notes on the Analysis Date", TEXT, DERIVED, "Where ADT was imputed or moved.", identifies=True
        ),
    ),
)

ADTTEP = Dataset(
    "ADTTEP",
    "Pooled Times of the Primary Endpoint",
    "One record per participant, unnamed, in the order of the times",
    ("PARAMCD", "ASEQ"),
    (
        STUDY,
        Variable("PARAMCD", "Parameter Code", TEXT, ASSIGNED, "NRDFS."),
        Variable("ASEQ", "Analysis Sequence Number", INTEGER, DERIVED, "By AVAL, then CNSR: it names nobody."),
        _AVAL,
        _CNSR,
    ),
)


def records(person: Person, blinded: bool) -> list[dict[str, Any]]:
    """The participant's rows: the open parameters for a blinded role, else every one."""
    wanted = OPEN_PARAMETERS if blinded else PARAMETERS
    found = ((code, estimand, derive(person.course, estimand)) for code, estimand in wanted.items())
    return [_record(person, code, estimand, made) for code, estimand, made in found if made is not None]


def _record(person: Person, code: str, estimand: Estimand, made: TimeToEvent) -> dict[str, Any]:
    return {
        **person.ids(),
        **person.allocation,
        "COHORT": person.course.cohort,
        "PARAMCD": code,
        "PARAM": str(estimand.title),
        "STARTDT": made.origin_on,
        "ADT": made.ended_on,
        "AVAL": made.days,
        "CNSR": CNSR[made.status],
        "EVNTDESC": made.what or "CENSORED",
        "NOTES": "; ".join(made.unresolved),
        "ADTNOTES": "; ".join(made.adjusted),
    }


def pooled(rows: Iterable[CourseRow]) -> list[dict[str, Any]]:
    """The times of NR-DFS of all randomised, sorted: what the pooled curve is drawn from, and no more."""
    found = sorted((each.days, CNSR[each.status]) for each in derive_all(rows, NRDFS).rows)
    return [
        {"STUDYID": PROTOCOL.study_id, "PARAMCD": NRDFS.id, "ASEQ": n, "AVAL": days, "CNSR": status}
        for n, (days, status) in enumerate(found, start=1)
    ]
