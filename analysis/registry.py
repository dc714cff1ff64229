"""The treatment comparison in the registry: neoadjuvant therapy with immunotherapy against the same without, observational throughout.

Complete response by 12 months; unknown, and no decision, count as none (PROTOCOL 5). Nobody drew lots: the weighted contrast allows for the
named covariates and for nothing else. The trial is reported apart (PROTOCOL 1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis import covariates
from analysis.comparing import Weighted, e_value, e_value_of_limit, newcombe, overlap, standardised
from analysis.cut import DataCut
from analysis.estimable import TOO_FEW, NotEstimable
from analysis.registry_rows import Patient, patients
from analysis.samples import Floats
from analysis.steps import Estimate
from forms.text import _l
from trial.store.extract import Extract

COVARIATES: Mapping[str, str] = {
    "age": _l("Age at the start of therapy, years"), "male": _l("Male"), "ecog": _l("ECOG 1 or more"), "ct4": _l("cT4"),
    "node_positive": _l("cN1 or cN2"), "mrf": _l("Mesorectal fascia involved"), "emvi": _l("Extramural venous invasion"),
    "distance": _l("Distance from the anal verge, mm"), "length": _l("Length of the tumour, mm"),
    "total_neoadjuvant": _l("Total neoadjuvant therapy"),
}  # fmt: skip
"""What the propensity is read from, all known before therapy, in words."""
BACKBONES: Mapping[str, str] = {"LCRT": "LCRT", "SCRT_TNT": "SCRT-TNT", "LCRT_TNT": "LCRT-TNT"}
FEWEST = 10
"""Patients a group needs before anything is weighted."""
OBSERVATIONAL = _l(
    "Observational: nobody was allocated to a treatment. Why one patient got immunotherapy and another did not may itself go with the "
    "outcome, and weighting allows only for the covariates named here."
)
ALL = "ALL"


@dataclass(frozen=True)
class Crude:
    """Complete responses of two groups as counted: with and without immunotherapy. `difference` is None where a group is empty."""

    events: tuple[int, int]
    of: tuple[int, int]
    difference: Estimate | None


@dataclass(frozen=True)
class Balance:
    """Standardised difference of one covariate before and after weighting, and how many patients lack it."""

    name: str
    before: float | None
    after: float | None
    missing: int


@dataclass(frozen=True)
class Comparison:
    """Everything the page says. `weighted` is None with `why` in words. `left_out`: reason to number; `crude`: ALL, then by backbone."""

    cut: DataCut
    crude: Mapping[str, Crude]
    weighted: Weighted | None
    why: str | None
    balance: tuple[Balance, ...]
    e_values: tuple[float | None, float | None]
    left_out: Mapping[str, int]
    unknown: int


def compare(extract: Extract) -> Comparison:
    """The comparison at the cut of the extract."""
    everyone = patients(extract)
    kept = tuple(p for p in everyone if p.treated and p.mature and p.immunotherapy is not None)
    cut = DataCut(extract.cut_on.isoformat(), extract.cut_on, extract.digest)
    weighted, why = _weighted(kept)
    ratio = weighted.ratio if weighted else Estimate(None)
    e_values = (None if ratio.value is None else e_value(ratio.value), e_value_of_limit(ratio))
    return Comparison(
        cut, _crude_by_backbone(kept), weighted, why, _balance(kept, weighted), e_values, _left_out(everyone),
        sum(p.outcome is None for p in kept),
    )  # fmt: skip


def _left_out(everyone: Sequence[Patient]) -> dict[str, int]:
    found = Counter(filter(None, map(_why_left_out, everyone)))
    return {reason: found[reason] for reason in LEFT_OUT if found[reason]}


LEFT_OUT: Mapping[str, str] = {
    "therapy": _l("no therapy on file"),
    "regimen": _l("whether with immunotherapy is not known"),
    "young": _l("the year after the decision is not over"),
}


def _why_left_out(p: Patient) -> str | None:
    if not p.treated:
        return "therapy"
    if p.immunotherapy is None:
        return "regimen"
    return None if p.mature else "young"


def _crude_by_backbone(kept: Sequence[Patient]) -> dict[str, Crude]:
    strata = {b: [p for p in kept if p.regimen and p.regimen.removesuffix("_IO") == b] for b in BACKBONES}
    return {ALL: _crude(kept), **{b: _crude(people) for b, people in strata.items() if people}}


def _crude(people: Sequence[Patient]) -> Crude:
    groups = [[p for p in people if p.immunotherapy is wanted] for wanted in (True, False)]
    of = (len(groups[0]), len(groups[1]))
    events = (_responses(groups[0]), _responses(groups[1]))
    both = min(of) > 0
    return Crude(events, of, newcombe(events[0], of[0], events[1], of[1]) if both else None)


def _responses(people: Sequence[Patient]) -> int:
    return sum(p.outcome is True for p in people)


def design(kept: Sequence[Patient]) -> tuple[Floats, tuple[str, ...]]:
    """The propensity's columns, and the names of the covariates that are in it."""
    return covariates.design(kept, COVARIATES)


def _treated(kept: Sequence[Patient]) -> Floats:
    return np.array([float(p.immunotherapy is True) for p in kept])


def _weighted(kept: Sequence[Patient]) -> tuple[Weighted | None, str | None]:
    treated = _treated(kept)
    if min(treated.sum(), len(kept) - treated.sum()) < FEWEST:
        return None, TOO_FEW
    response = np.array([float(p.outcome is True) for p in kept])
    try:
        return overlap(design(kept)[0], treated, response), None
    except NotEstimable as problem:
        return None, problem.reason


def _balance(kept: Sequence[Patient], weighted: Weighted | None) -> tuple[Balance, ...]:
    treated = _treated(kept)
    if min(treated.sum(), len(kept) - treated.sum()) < 2:
        return ()
    return tuple(_of_covariate(kept, name, treated, weighted) for name in COVARIATES)


def _of_covariate(kept: Sequence[Patient], name: str, treated: Floats, weighted: Weighted | None) -> Balance:
    values, gaps = covariates.column(kept, name)
    after = standardised(values, treated, weighted.weights) if weighted else None
    return Balance(name, standardised(values, treated), after, int(gaps.sum()))
