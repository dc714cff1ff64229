"""Time to event of PROTOCOL 7, all arms together: an output an estimand, with curve, numbers at risk, rates, median, follow-up, events.

Not every estimand is shown pooled. Disease-free survival, local-recurrence-free survival and two sensitivity analyses differ from NR-DFS
by events that only one arm can have: the difference between two pooled counts would be an arm's own count (PROTOCOL 10). They stand by
arm in the closed outputs. What concerns everybody watched is pooled over allocation and choice.
"""

from __future__ import annotations

from functools import partial

from analysis import incidence, survival
from analysis.courses import course_rows
from analysis.endpoints import derive_all
from analysis.estimands import (
    DMFS,
    NRDFS,
    ORGAN,
    ORGAN_LOSS,
    OS,
    REGROWTH,
    REGROWTH_CONFIRMED,
    REGROWTH_METASTASIS,
    Estimand,
)
from analysis.landmark import YEARS
from analysis.output import Made, Output
from analysis.reports import status_tables as tables
from analysis.reports.status_data import PooledIncidence, PooledSurvival, pooled_incidence, pooled_survival
from analysis.reports.status_figures import draw_incidence, draw_survival
from analysis.reports.wording import note_lines
from analysis.table import Column, Table, Translate
from forms.dates import DAYS_PER_MONTH
from forms.text import _l
from trial.store.extract import Extract

EVERY = 6
"""Months between two lines of numbers at risk."""

POOLED = (
    ("14.2.1.1", NRDFS),
    ("14.2.2.1", REGROWTH),
    ("14.2.2.2", REGROWTH_METASTASIS),
    ("14.2.2.3", REGROWTH_CONFIRMED),
    ("14.2.3.1", ORGAN),
    ("14.2.3.2", ORGAN_LOSS),
    ("14.2.4.1", DMFS),
    ("14.2.5.1", OS),
)


def slug(estimand: Estimand) -> str:
    """The estimand's id as it stands in addresses and names of files."""
    return estimand.id.lower().replace("_", "-")


def pooled(estimand: Estimand, extract: Extract, tr: Translate) -> Made:
    """Everything about one estimand, pooled. Competing events are never taken for censoring."""
    table = derive_all(course_rows(extract), estimand)
    return _incidence(pooled_incidence(table), tr) if estimand.competing else _survival(pooled_survival(table), tr)


def _survival(found: PooledSurvival, tr: Translate) -> Made:
    estimates = tables.survival_table(found, tr, YEARS).with_footnotes(
        tr(survival.DEFINITION), *note_lines(found.notes, tr)
    )
    made = (estimates, at_risk_table(found.estimand, found.curve, tr), tables.kinds_table(found, tr))
    return Made(made, (draw_survival(found, tr),), found.estimand.id)


def _incidence(found: PooledIncidence, tr: Translate) -> Made:
    estimates = tables.incidence_table(found, tr, YEARS).with_footnotes(
        tr(incidence.DEFINITION), *note_lines(found.notes, tr)
    )
    made = (estimates, at_risk_table(found.estimand, found.event, tr), tables.components_table(found, tr))
    return Made(made, (draw_incidence(found, tr),), found.estimand.id)


def at_risk_table(estimand: Estimand, curve: survival.Curve | incidence.Incidence, tr: Translate) -> Table:
    """Numbers at risk and events so far, by half-years to the longest follow-up."""
    last = int(curve.times[-1] / DAYS_PER_MONTH) if curve.n else 0
    rows = tuple(
        (str(month), str(curve.at_risk_at(month * DAYS_PER_MONTH)), str(curve.events_by(month * DAYS_PER_MONTH)))
        for month in range(0, last + 1, EVERY)
    )
    origin = tr(_l("Months since {origin}")).format(origin=tr(estimand.origin.text))
    return Table(
        f"{estimand.id.lower()}-at-risk",
        tr(_l("Numbers at risk")),
        (Column(origin), *(Column(tr(text), numeric=True) for text in (_l("At risk"), _l("Events so far")))),
        rows,
        tr(_l("Participants: {n}.")).format(n=curve.n),
        (tr(_l("At risk: followed to that month or beyond, without an event before it.")),),
    )


OUTPUTS = tuple(
    Output(slug(estimand), estimand.title, partial(pooled, estimand), number) for number, estimand in POOLED
)
