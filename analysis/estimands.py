"""Each time-to-event endpoint as data: who is in it, when the clock starts, what ends it, what competes, when it is censored.

Nothing is computed here; `analysis.endpoints` derives rows from it and the reports print it. Endpoints that are an answer and
no time stand in `analysis.responses`. Source: PROTOCOL 7; the five attributes of ICH E9(R1).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from analysis import attributes as a
from analysis import components as c
from analysis.attributes import Intercurrent, Treatment
from analysis.components import Component
from analysis.course_row import PREFERENCE, RANDOMISED, WW, CourseRow, Day
from analysis.cut import last_alive
from forms.text import _l


@dataclass(frozen=True)
class Origin:
    """When time starts; `on` gives None where it never did."""

    id: str
    text: str
    on: Callable[[CourseRow], Day | None]


@dataclass(frozen=True)
class Censoring:
    """Until when nothing is known to have happened; `on` gives None where there is no such date at all."""

    id: str
    text: str
    on: Callable[[CourseRow], Day | None]


@dataclass(frozen=True)
class Population:
    """Who is counted; `holds` gives None where a field that decides it is unknown or blinded."""

    id: str
    text: str
    holds: Callable[[CourseRow], bool | None]


@dataclass(frozen=True)
class Estimand:
    """An endpoint. `events` and `competing` in order of precedence when several fall on one day, events first.

    Of the five attributes of ICH E9(R1) `population` is one, `treatment`, `intercurrent` and `summary` are three, and the variable
    is the time from `origin` to the first of `events`.
    """

    id: str
    title: str
    population: Population
    origin: Origin
    events: tuple[Component, ...]
    competing: tuple[Component, ...]
    censoring: Censoring
    source: str
    treatment: Treatment | None = None
    intercurrent: tuple[Intercurrent, ...] = ()
    summary: str = ""

    @property
    def variable(self) -> str:
        """What is measured, in words to translate; `{origin}` and `{events}` are filled in by who prints it."""
        return TIME_TO_FIRST


TIME_TO_FIRST = _l("time from {origin} to the first of: {events}")


def _watched(row: CourseRow) -> bool | None:
    if row.cohort not in (RANDOMISED, PREFERENCE):
        return False
    return None if row.arm is None else row.arm == WW


def operated_on(row: CourseRow) -> Day | None:
    """The day of the first total mesorectal excision that was no salvage."""
    return min((o.on for o in row.operations if o.is_tme and not o.is_salvage), default=None)


RANDOMISATION = Origin("RANDOMISATION", _l("date of randomisation"), lambda row: row.randomised_on)
DECISION = Origin("DECISION", _l("decision date"), lambda row: row.decision_on)
COHORT = Origin(
    "COHORT",
    _l("randomisation where randomised, else the decision date"),
    lambda row: row.randomised_on or row.decision_on,
)
OPERATION = Origin(
    "OPERATION",
    _l("the first total mesorectal excision not done for a regrowth"),
    lambda row: operated_on(row),
)
THERAPY = Origin("THERAPY", _l("start of neoadjuvant therapy"), lambda row: row.therapy_start_on)

LAST_ASSESSMENT = Censoring(
    "LAST_ASSESSMENT",
    _l("last date with a disease assessment, never a telephone contact; else the origin"),
    lambda row: max(row.assessed_on, default=None),
)
LAST_ALIVE = Censoring("LAST_ALIVE", _l("last date known alive"), last_alive)

ALL_RANDOMISED = Population("ALL_RANDOMISED", _l("all randomised"), lambda row: row.randomised_on is not None)
WATCHED = Population("WATCHED", _l("watch-and-wait by allocation or by choice (WW and WW-P)"), _watched)
OPERATED = Population(
    "OPERATED",
    _l("everyone with a total mesorectal excision not done for a regrowth"),
    lambda row: operated_on(row) is not None,
)
WITH_ORIGIN = Population("WITH_ORIGIN", _l("everyone with the date of origin"), lambda row: True)

_NRDFS = (
    c.METASTASIS,
    c.TUMOUR_LEFT,
    c.UNSALVAGEABLE,
    c.SALVAGE_NOT_R0,
    c.LOCAL_RECURRENCE,
    c.SECOND_COLORECTAL,
    c.DEATH,
)


def _otherwise(estimand: Estimand, *changed: Intercurrent) -> tuple[Intercurrent, ...]:
    """The intercurrent events of an estimand, those of the same name in `changed` dealt with as there."""
    other = {each.id: each for each in changed}
    return tuple(other.get(each.id, each) for each in estimand.intercurrent)


def _swapped(old: Component, new: Component) -> tuple[Component, ...]:
    return tuple(new if component is old else component for component in _NRDFS)


NRDFS = Estimand(
    "NRDFS",
    _l("Non-regrowth disease-free survival"),
    ALL_RANDOMISED,
    RANDOMISATION,
    _NRDFS,
    (),
    LAST_ASSESSMENT,
    "PROTOCOL 7, primary endpoint",
    a.AS_ALLOCATED,
    (a.SALVAGED, a.UNSALVAGED, a.REFUSAL, a.R1_RESECTION, a.CROSSOVER, a.FURTHER, a.DEATH),
    a.HAZARD,
)
NRDFS_REFUSAL = replace(
    NRDFS,
    id="NRDFS_REFUSAL",
    title=_l("Non-regrowth disease-free survival, refusal of salvage is no event"),
    events=_swapped(c.UNSALVAGEABLE, c.UNSALVAGEABLE_BUT_REFUSAL),
    source="PROTOCOL 7, sensitivity analysis",
    intercurrent=_otherwise(NRDFS, a.REFUSAL.by(a.POLICY)),
)
NRDFS_R1 = replace(
    NRDFS,
    id="NRDFS_R1",
    title=_l("Non-regrowth disease-free survival, R1 at the primary resection is an event"),
    events=_swapped(c.TUMOUR_LEFT, c.MARGIN_INVOLVED),
    source="PROTOCOL 7, sensitivity analysis",
    intercurrent=_otherwise(NRDFS, a.R1_RESECTION.by(a.COMPOSITE)),
)
# PROTOCOL 7 calls NR-DFS with every regrowth as event "DFS", so tumour left at resection counts in DFS as well.
DFS = replace(
    NRDFS,
    id="DFS",
    title=_l("Disease-free survival, every regrowth is an event"),
    events=(c.REGROWTH, *_NRDFS),
    source="PROTOCOL 7: DFS, and NR-DFS sensitivity analysis",
    intercurrent=(a.REGROWN, a.R1_RESECTION, a.CROSSOVER, a.FURTHER, a.DEATH),
)
DMFS = replace(
    NRDFS,
    id="DMFS",
    title=_l("Distant-metastasis-free survival"),
    events=(c.METASTASIS, c.DEATH),
    source="PROTOCOL 7",
    intercurrent=(a.REGROWN.by(a.POLICY), a.RECURRENCE, a.SECOND_PRIMARY, a.CROSSOVER, a.FURTHER, a.DEATH),
)
LRFS = replace(
    NRDFS,
    id="LRFS",
    title=_l("Local-recurrence-free survival"),
    events=(c.LOCAL_RECURRENCE, c.UNSALVAGEABLE, c.SALVAGE_NOT_R0, c.DEATH),
    source="PROTOCOL 7",
    intercurrent=(a.SALVAGED, a.UNSALVAGED, a.REFUSAL, a.METASTASIS, a.SECOND_PRIMARY, a.CROSSOVER, a.FURTHER, a.DEATH),
)
OS = replace(
    NRDFS,
    id="OS",
    title=_l("Overall survival"),
    events=(c.DEATH,),
    censoring=LAST_ALIVE,
    source="PROTOCOL 7",
    intercurrent=(
        a.REGROWN.by(a.POLICY), a.METASTASIS, a.RECURRENCE, a.SECOND_PRIMARY, a.CROSSOVER, a.FURTHER, a.DEATH,
    ),
)  # fmt: skip

REGROWTH = Estimand(
    "REGROWTH",
    _l("Local regrowth"),
    WATCHED,
    COHORT,
    (c.REGROWTH,),
    (c.OPERATION_WITHOUT_REGROWTH, c.DEATH),
    LAST_ASSESSMENT,
    "PROTOCOL 7, primary endpoint under watch-and-wait",
    a.WATCHING,
    (a.UNPROMPTED, a.METASTASIS, a.DEATH.by(a.WHILE)),
    a.INCIDENCE,
)
REGROWTH_METASTASIS = replace(
    REGROWTH,
    id="REGROWTH_METASTASIS",
    title=_l("Local regrowth, distant metastasis competes"),
    competing=(c.OPERATION_WITHOUT_REGROWTH, c.METASTASIS, c.DEATH),
    source="PROTOCOL 7, sensitivity analysis",
    intercurrent=_otherwise(REGROWTH, a.METASTASIS.by(a.WHILE)),
)
REGROWTH_CONFIRMED = replace(
    REGROWTH,
    id="REGROWTH_CONFIRMED",
    title=_l("Local regrowth, dated to its confirmation"),
    events=(c.REGROWTH_AT_CONFIRMATION,),
    source="RGW.RGWEVDT, sensitivity analysis",
)

ORGAN = Estimand(
    "ORGAN",
    _l("Organ preservation (TME-free survival)"),
    WATCHED,
    COHORT,
    (c.TME_DONE, c.EXCISION_NOT_R0, c.PERMANENT_STOMA, c.DEATH),
    (),
    LAST_ASSESSMENT,
    "PROTOCOL 7",
    a.WATCHING,
    (a.REGROWN.by(a.POLICY), a.METASTASIS, a.FURTHER, a.DEATH),
    a.SURVIVAL,
)
ORGAN_LOSS = replace(
    ORGAN,
    id="ORGAN_LOSS",
    title=_l("Organ loss"),
    events=ORGAN.events[:-1],
    competing=(c.DEATH,),
    intercurrent=_otherwise(ORGAN, a.DEATH.by(a.WHILE)),
    summary=a.INCIDENCE,
)

# PROTOCOL 7: the timing-of-surgery analysis counts from the operation, whoever had one and whatever for.
DFS_OPERATED = replace(
    DFS,
    id="DFS_OPERATED",
    title=_l("Disease-free survival from the operation"),
    population=OPERATED,
    origin=OPERATION,
    source="PROTOCOL 7, timing of surgery",
    treatment=a.OPERATING,
    intercurrent=(a.R1_RESECTION, a.FURTHER, a.DEATH),
    summary=_l("hazard over the weeks from the last fraction to the operation, as a restricted cubic spline, adjusted"),
)

ESTIMANDS = {
    e.id: e
    for e in (
        NRDFS,
        NRDFS_REFUSAL,
        NRDFS_R1,
        DFS,
        DMFS,
        LRFS,
        OS,
        REGROWTH,
        REGROWTH_METASTASIS,
        REGROWTH_CONFIRMED,
        ORGAN,
        ORGAN_LOSS,
        DFS_OPERATED,
    )
}


def seen_from(estimand: Estimand, origin: Origin, population: Population = WITH_ORIGIN) -> Estimand:
    """The same endpoint with another clock and population, for the preference and standard cohorts."""
    return replace(estimand, origin=origin, population=population)
