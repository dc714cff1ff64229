"""Those who were randomised and those who chose, as the analysis of preferences needs them, for the closed outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.closed import ArmUnknown, Factors, stratum
from analysis.closed_results import factors
from analysis.course_row import PREFERENCE, RANDOMISED, TME, WW
from analysis.courses import course_row
from analysis.cut import at_the_cut
from analysis.endpoints import EVENT, derive
from analysis.estimands import COHORT, NRDFS, seen_from
from analysis.registry import COVARIATES as BEFORE_THERAPY
from analysis.registry_rows import covariates
from forms.codelists.baseline import REGIMENS_WITH_IO
from forms.record import Record
from forms.text import _l
from trial.course import in_course_order
from trial.store.extract import Extract, Extracted

COVARIATES: Mapping[str, str] = {
    **BEFORE_THERAPY,
    "near": _l("Near-complete response at restaging"),
    "immunotherapy": _l("Immunotherapy planned"),
}
"""What the propensity to choose watch-and-wait is read from, all known before the decision."""
ADJUSTED = ("age", "ct4", "near", "immunotherapy")
"""What the model of both cohorts is adjusted for: the factors of the draw (PROTOCOL 6) but the site, and age."""
ESTIMAND = seen_from(NRDFS, COHORT)


@dataclass(frozen=True)
class Chooser:
    """One candidate who was randomised or chose. `prefers`: WW or TME as asked before the draw, None for neither or unknown.

    `drawn_in`: the levels of `analysis.closed.STRATA` of who was randomised.
    """

    participant: str
    cohort: str
    arm: str
    days: int
    event: int
    prefers: str | None
    covariates: Mapping[str, float | None]
    drawn_in: tuple[str, ...] = ()


def choosers(extract: Extract) -> tuple[Chooser, ...]:
    """Everybody randomised or in the preference cohort, in the order of the extract. Raises ArmUnknown where somebody has no arm."""
    known = factors(extract)
    made = tuple(each for row in extract.rows if (each := _chooser(row, extract, known)))
    if unknown := sorted(each.participant for each in made if each.arm not in (WW, TME)):
        raise ArmUnknown(tuple(unknown))
    return made


def _chooser(row: Extracted, extract: Extract, drawn: Factors) -> Chooser | None:
    course = at_the_cut(course_row(row, extract.cut_on))
    told = derive(course, ESTIMAND)
    if course.cohort not in (RANDOMISED, PREFERENCE) or told is None:
        return None
    record = Record(in_course_order(row.crfs), row.record().definitions)
    asked = {"WW": WW, "SURGERY": TME}.get(str(record.value("DEC.PREFER")))
    known = covariates(record, course.therapy_start_on) | _at_decision(record)
    return Chooser(
        row.participant, str(course.cohort), str(course.arm), told.days, int(told.status == EVENT), asked, known,
        stratum(drawn, row.participant) if course.cohort == RANDOMISED else (),
    )  # fmt: skip


def _at_decision(record: Record) -> dict[str, float | None]:
    response, regimen = record.value("RST.RESP"), record.value("PLAN.REGIMEN")
    return {
        "near": None if response not in ("CCR", "NCR") else float(response == "NCR"),
        "immunotherapy": None if regimen is None else float(regimen in REGIMENS_WITH_IO),
    }
