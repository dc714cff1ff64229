"""How outcomes of the validation became known, and how the model did in each way: nearly by arm, so closed. No open module imports it.

Source: PROTOCOL 5 and 10; the reasons are in docs/decisions/0019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.calibration import o_to_e
from analysis.called import Person
from analysis.discrimination import auc
from analysis.estimable import TOO_FEW, Measured, judged, measured
from analysis.model_consort import validated
from analysis.performance import FEWEST
from analysis.table import Column, Table, Translate, share
from forms.text import _l
from trial.complete_response import CLEAR, DEATH, METASTASIS, REGROWTH, SPECIMEN

WAYS = (
    ("OPERATED", _l("Operated before regrowth: specimen"), (SPECIMEN,)),
    ("WATCHED", _l("Watched: clear at 12 months, or regrowth"), (CLEAR, REGROWTH)),
    ("LOST", _l("Metastasis or death before either"), (METASTASIS, DEATH)),
)


@dataclass(frozen=True)
class WayKnown:
    """People whose outcome became known in one way; area and O/E only where there are enough."""

    text: str
    n: int
    events: int
    predicted: float | None
    auc: Measured
    o_to_e: Measured


def ways_known(everyone: Sequence[Person], digest: str | None) -> tuple[WayKnown, ...]:
    """Each way, of everyone validated."""
    kept = validated(everyone, digest)
    return tuple(_way(text, [p for p in kept if p.response.told_by in told]) for _, text, told in WAYS)


def _way(text: str, part: Sequence[Person]) -> WayKnown:
    pairs = [
        (float(bool(p.response.complete)), p.call.probability)
        for p in part
        if p.call and p.call.probability is not None
    ]
    s = judged(np.array([y for y, _ in pairs]), np.array([p for _, p in pairs]))
    few = Measured(None, reason=TOO_FEW)
    enough = min(s.events, s.n - s.events) >= FEWEST
    area = measured(lambda: auc(s.y, s.p)) if enough else few
    ratio = measured(lambda: o_to_e(s)) if s.n >= FEWEST else few
    return WayKnown(text, s.n, s.events, float(s.p.mean()) if s.n else None, area, ratio)


def ways_table(ways: Sequence[WayKnown], tr: Translate = str) -> Table:
    """A row a way."""
    from analysis.reports.performance_cells import number

    rows = tuple(
        (
            tr(w.text), str(w.n), share(w.events, w.n), "—" if w.predicted is None else f"{100 * w.predicted:.1f} %",
            number(w.o_to_e, tr), number(w.auc, tr),
        )
        for w in ways
    )  # fmt: skip
    headings = (_l("Participants"), _l("Complete response"), _l("Mean prediction"), _l("O/E"), _l("AUC"))
    return Table(
        "ways", tr(_l("How outcomes became known")), (Column(tr(_l("Way"))), *(Column(tr(t), numeric=True) for t in headings)), rows,
        tr(_l("Everyone validated: {n}.")).format(n=sum(w.n for w in ways)),
        (tr(_l("The model decides in part who is operated on: the ways differ in their people, not only in their outcomes.")),),
    )  # fmt: skip
