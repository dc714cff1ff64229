"""Every time-to-event estimand of PROTOCOL 7 by group: by arm where all randomised are counted, by way where those watched are."""

from __future__ import annotations

from functools import partial

from analysis.closed_comparisons import compared
from analysis.closed_endpoint_tables import comparison_table, draw, events_table, groups_table
from analysis.closed_results import factors
from analysis.courses import course_rows
from analysis.endpoint_outputs import slug
from analysis.estimands import (
    ALL_RANDOMISED,
    DFS,
    DMFS,
    LRFS,
    NRDFS,
    NRDFS_R1,
    NRDFS_REFUSAL,
    ORGAN,
    ORGAN_LOSS,
    OS,
    REGROWTH,
    REGROWTH_CONFIRMED,
    REGROWTH_METASTASIS,
    Estimand,
)
from analysis.output import Made, Output
from analysis.table import Translate
from trial.store.extract import Extract

BY_GROUP = (
    ("14.2.1.2", NRDFS),
    ("14.2.1.3", NRDFS_REFUSAL),
    ("14.2.1.4", NRDFS_R1),
    ("14.2.2.4", REGROWTH),
    ("14.2.2.5", REGROWTH_METASTASIS),
    ("14.2.2.6", REGROWTH_CONFIRMED),
    ("14.2.3.3", ORGAN),
    ("14.2.3.4", ORGAN_LOSS),
    ("14.2.4.2", DMFS),
    ("14.2.5.2", OS),
    ("14.2.6.1", DFS),
    ("14.2.6.2", LRFS),
)


def by_group(estimand: Estimand, extract: Extract, tr: Translate) -> Made:
    """One estimand. Raises ArmUnknown where somebody counted has no group."""
    found = compared(course_rows(extract), estimand, factors(extract))
    made = (groups_table(found, tr), comparison_table(found, tr), events_table(found, tr))
    return Made(made, (draw(found, tr),), estimand.id)


def _output(number: str, estimand: Estimand) -> Output:
    by = "arm" if estimand.population is ALL_RANDOMISED else "way"
    return Output(f"{slug(estimand)}-by-{by}", estimand.title, partial(by_group, estimand), number)


OUTPUTS = tuple(_output(number, estimand) for number, estimand in BY_GROUP)
