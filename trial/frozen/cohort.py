"""The simulated cohort a model is trained and tested on: rows of inputs as the trial would collect them, and outcomes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from trial.frozen.inputs import INPUTS
from trial.frozen.manifest import InputSpec
from trial.simulate.restaging import Restaging
from trial.simulate.tables import Omics
from trial.simulate.truth import Truth, draw


@dataclass(frozen=True)
class Cohort:
    """`x`: float32, one row a participant, one column an input, NaN where missing; `y`: complete response 0 or 1.

    `good`: clinical response cCR or near-cCR; `seed` and `drawn` say how many lives of which seed were looked at.
    """

    x: np.ndarray
    y: np.ndarray
    good: np.ndarray
    seed: int
    drawn: int


def simulate(seed: int, size: int) -> Cohort:
    """The first `size` participants of this seed who reach a decision with a known outcome.

    Managed as a registry would: watch and wait after a complete or near-complete response, otherwise operation.
    """
    rows: list[dict[str, float | None]] = []
    outcomes: list[bool] = []
    good: list[bool] = []
    i = 0
    while len(rows) < size:
        truth = draw(seed, i)
        i += 1
        responded = truth.response in ("CCR", "NCR")
        outcome = truth.complete_response("WW" if responded else "TME")
        if outcome is not None:
            rows.append(inputs_of(truth))
            outcomes.append(outcome)
            good.append(responded)
    return Cohort(as_matrix(rows), np.array(outcomes, dtype=int), np.array(good), seed, i)


def as_matrix(rows: Iterable[dict[str, float | None]]) -> np.ndarray:
    """Rows of named values as float32 in the order of the inputs, NaN where None."""
    ordered = [[row[each.name] for each in INPUTS] for row in rows]
    return np.array([[np.nan if value is None else value for value in row] for row in ordered], dtype=np.float32)


def inputs_of(truth: Truth) -> dict[str, float | None]:
    """What the trial would pass to the model for this participant at the decision; None where missing."""
    return {spec.name: _value(spec, truth) for spec in INPUTS}


def _value(spec: InputSpec, truth: Truth) -> float | None:
    found = _answer(spec.source, truth)
    if spec.codes is not None:
        return spec.codes.get(str(found))
    return None if found is None else float(found)


def _answer(source: str, truth: Truth) -> float | str | None:
    item, _, point = source.partition("@")
    form = item.partition(".")[0]
    if form in ("RAD", "MIC", "LBX"):
        return _from_tables(item, _tables(form, truth, point))
    if form == "LB":
        event = "SCR" if point == "BASELINE" else truth.restagings[-1].event
        found = [r.value for s in truth.labs if s.event == event for r in s.results if r.test == item.partition(":")[2]]
        return found[0] if found else None
    if item.startswith("PATH.SLIDFEAT:"):
        return (truth.omics["SCR"].slide or {}).get(item.partition(":")[2])
    return ITEMS[item](truth)


def _tables(form: str, truth: Truth, point: str) -> Omics:
    """The tables of a time point; a modality not repeated at the re-assessment comes from the first restaging."""
    if point == "BASELINE":
        return truth.omics["SCR"]
    of = {"RAD": "radiomics", "MIC": "stool", "LBX": "plasma"}[form]
    events = [each.event for each in truth.restagings]
    repeated = [event for event in events if getattr(truth.omics[event], of) is not None]
    return truth.omics[repeated[-1] if repeated else events[-1]]


def _from_tables(item: str, omics: Omics) -> float | str | None:
    name, _, feature = item.partition(":")
    if name == "LBX.CDNARES":
        return None if omics.plasma is None else omics.plasma.result
    if name == "MIC.MICFILE":
        usable = omics.stool is not None and omics.stool.reads >= 10_000
        return omics.stool.taxa.get(feature) if usable and omics.stool else None
    usable = omics.radiomics is not None and omics.radiomics.qc == "PASS"
    return omics.radiomics.features.get(feature) if usable and omics.radiomics else None


def _last(truth: Truth) -> Restaging:
    return truth.restagings[-1]


ITEMS: dict[str, Callable[[Truth], float | str | None]] = {
    "MRI0.DISTAV": lambda t: t.mri.distance,
    "MRI0.LENGTH": lambda t: t.mri.length,
    "MRI0.CTCAT": lambda t: t.mri.ct,
    "MRI0.CNCAT": lambda t: t.mri.cn,
    "MRI0.MRF": lambda t: t.mri.mrf,
    "MRI0.EMVI": lambda t: t.mri.emvi,
    "PLAN.REGIMEN": lambda t: t.plan.regimen,
    "RST.RESP": lambda t: t.response,
    "RST.DRE": lambda t: _last(t).dre,
    "RST.ENDO": lambda t: _last(t).endoscopy,
    "RST.MRTRG": lambda t: _last(t).mrtrg,
    "RST.DWI": lambda t: _last(t).dwi,
    "MOL.MMR": lambda t: t.molecular.mmr,
    "MOL.RAS": lambda t: t.molecular.ras,
    "MOL.BRAF": lambda t: t.molecular.braf,
    "MOL.CMS": lambda t: t.molecular.cms,
    "PATH.GRADE": lambda t: t.biopsy.grade,
}
"""Where the truth holds the items of the manifest."""
