"""What a model is trained and tested on: rows of inputs as the trial would collect them, sites, outcomes; and the simulated one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from trial.frozen.inputs import INPUTS
from trial.frozen.manifest import InputSpec, canonical, digest_of
from trial.simulate.chance import Dice
from trial.simulate.restaging import Restaging
from trial.simulate.tables import Omics
from trial.simulate.truth import Truth, draw

NAMES = tuple(each.name for each in INPUTS)
FACTS = ("id", "site", "outcome")
"""Columns of a cohort before its inputs."""
SITES = {"S1": 0.3, "S2": 0.22, "S3": 0.18, "S4": 0.13, "S5": 0.1, "S6": 0.07}
"""Invented sites of a simulated cohort and their shares. A life is the same wherever it is lived: sites differ by chance alone."""
SITE_STREAM = 1000
"""Far from the streams of `trial/simulate/truth.py`: which site a life is given moves nothing in it."""


@dataclass(frozen=True)
class Cohort:
    """`x`: one row a participant, one column an input, NaN where missing; `y`: complete response 0 or 1; `site` a code.

    `seed` says which simulation (None: a table), `drawn` how many were looked at.
    """

    ids: tuple[str, ...]
    site: np.ndarray
    x: np.ndarray
    y: np.ndarray
    seed: int | None
    drawn: int

    @property
    def good(self) -> np.ndarray:
        """Who had a clinical response cCR or near-cCR; an input says it."""
        return np.asarray(self.x[:, NAMES.index("good_response")] == 1.0)

    def rows(self) -> list[str]:
        """Each participant as canonical JSON: id, site, outcome, then the inputs, null where missing."""
        values = [[None if np.isnan(v) else float(v) for v in row] for row in self.x]
        facts = zip(self.ids, self.site, self.y, values, strict=True)
        return [canonical([i, str(s), int(y), *row]).decode() for i, s, y, row in facts]

    def digest(self) -> str:
        """SHA-256 of the training cut: the names of the inputs and the sorted rows, so that the order of an export is nothing."""
        head = canonical([*FACTS, *NAMES]).decode()
        return digest_of("\n".join([head, *sorted(self.rows())]).encode())

    def sorted(self) -> "Cohort":
        """The same people in the order of their canonical rows: chance that follows the order then follows the content."""
        rows = self.rows()
        return self.only(np.array(sorted(range(len(rows)), key=rows.__getitem__), dtype=int))

    def only(self, chosen: np.ndarray) -> "Cohort":
        """The chosen rows: a mask, or positions."""
        at = np.arange(len(self.y))[chosen]
        ids = tuple(self.ids[i] for i in at)
        return Cohort(ids, self.site[at], self.x[at], self.y[at], self.seed, self.drawn)


def simulate(seed: int, size: int) -> Cohort:
    """The first `size` participants of this seed who reach a decision with a known outcome.

    Managed as a registry would: watch and wait after a complete or near-complete response, otherwise operation.
    """
    found: list[tuple[str, str, dict[str, float | None], bool]] = []
    i = 0
    while len(found) < size:
        truth = draw(seed, i)
        outcome = truth.complete_response("WW" if truth.response in ("CCR", "NCR") else "TME")
        if outcome is not None:
            site = Dice(seed, i, SITE_STREAM).pick(SITES)
            found.append((f"{seed}-{i}", site, inputs_of(truth), outcome))
        i += 1
    ids, sites, rows, outcomes = zip(*found, strict=True)
    return Cohort(ids, np.array(sites), as_matrix(rows), np.array(outcomes, dtype=int), seed, i)


def as_matrix(rows: Iterable[dict[str, float | None]]) -> np.ndarray:
    """Rows of named values in the order of the inputs, NaN where None."""
    ordered = [[row[each.name] for each in INPUTS] for row in rows]
    return np.array([[np.nan if value is None else value for value in row] for row in ordered], dtype=np.float64)


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
