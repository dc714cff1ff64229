"""Every dataset of a cut, for a role: made from the rows the role may have, so that there is nothing to forget to leave out."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.adam import adae, adqs, adrs, adsl, adtte
from analysis.adam.adae import ADAE
from analysis.adam.adqs import ADQS
from analysis.adam.adrs import ADRS
from analysis.adam.adsl import ADSL
from analysis.adam.adtte import ADTTE, ADTTEP
from analysis.adam.people import people, references
from analysis.adam.variables import Dataset, Filled, fill, in_study_days, without_arm
from analysis.courses import course_rows
from analysis.cut import DataCut
from analysis.results import cut_of
from trial.store.extract import Extract

DATASETS: tuple[Dataset, ...] = (ADSL, ADTTE, ADTTEP, ADAE, ADRS, ADQS)
OPEN_ONLY = frozenset({ADTTEP.name})
"""Made for blinded roles alone: others have the same times with their people in ADTTE."""


@dataclass(frozen=True)
class Made:
    """The datasets of a cut. `blinded`: for a role that must not know an arm. `study_days`: without dates and free text."""

    study: str
    cut: DataCut
    blinded: bool
    study_days: bool
    datasets: tuple[Filled, ...]

    def named(self, name: str) -> Filled:
        """The dataset of that name. Raises KeyError."""
        return {each.dataset.name: each for each in self.datasets}[name]


def datasets(study: str, listing: Extract, pooled: Extract | None, *, study_days: bool = False) -> Made:
    """Every dataset.

    `listing`: rows as the role may have them. `pooled`: whole courses, for the times of ADTTEP; None: the role knows the arms.
    """
    everyone, blinded = people(listing), pooled is not None
    found = [
        fill(ADSL, map(adsl.record, everyone)),
        fill(ADTTE, (row for each in everyone for row in adtte.records(each, blinded))),
        *([fill(ADTTEP, adtte.pooled(course_rows(pooled)))] if pooled is not None else ()),
        fill(ADAE, (row for each in everyone for row in adae.records(each))),
        fill(ADRS, (row for each in everyone for row in adrs.records(each, blinded))),
        fill(ADQS, (row for each in everyone for row in adqs.records(each, blinded))),
    ]
    if blinded:
        found = [without_arm(each) for each in found]
    if study_days:
        since = references(everyone)
        found = [in_study_days(each, since) for each in found]
    return Made(study, cut_of(listing), blinded, study_days, tuple(found))


def described(blinded: bool) -> tuple[Dataset, ...]:
    """The datasets as declared for a role, without a row."""
    if blinded:
        return tuple(without_arm(Filled(each, ())).dataset for each in DATASETS)
    return tuple(each for each in DATASETS if each.name not in OPEN_ONLY)
