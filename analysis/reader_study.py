"""The clinician's own estimate against the model against both, on the same people (PROTOCOL 5, steps 2 and 3).

The estimate was signed and locked before the model was seen. "Both" is the plain mean of the two probabilities: nothing is
fitted. All three are called positive from the model's locked threshold on. Reclassification is shown as counts; there is no NRI.
"""

from dataclasses import dataclass

import numpy as np

from analysis.accuracy import Accuracy, accuracy, fourfold, positive
from analysis.discrimination import AreasCompared, auc, compared
from analysis.estimable import Measured, NotEstimable, judged, measured
from analysis.exact import mcnemar_exact
from analysis.net_benefit import NetBenefit, net_benefit
from analysis.samples import ArrayLike, Floats
from forms.text import _l

DEFINITION = _l(
    "Own estimate: locked before the model was seen. Both: mean of the two probabilities, nothing fitted. Positive: from the model's "
    "threshold on, all three alike. Areas: paired DeLong test. Sensitivity and specificity: exact McNemar test. All p two-sided, not "
    "adjusted."
)
CLINICIAN, MODEL, BOTH = "CLINICIAN", "MODEL", "BOTH"
NAMES = {CLINICIAN: _l("Clinician"), MODEL: _l("Model"), BOTH: _l("Both")}
PAIRS = ((MODEL, CLINICIAN), (BOTH, CLINICIAN), (BOTH, MODEL))


@dataclass(frozen=True)
class Reader:
    """One of the three on the people whom all three judged."""

    id: str
    auc: Measured
    accuracy: Accuracy
    net_benefit: NetBenefit | None


@dataclass(frozen=True)
class Paired:
    """One reader less the other. Discordant counts: right only by the first, right only by the second; exact two-sided p."""

    one: str
    other: str
    area: AreasCompared | None
    among_events: tuple[int, int, float]
    among_others: tuple[int, int, float]


@dataclass(frozen=True)
class Reclassified:
    """Among people with (`event`) or without the outcome: counts by the clinician's class and the model's, negative first."""

    event: bool
    counts: tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class ReaderStudy:
    """`n` people with an own estimate, a prediction and an outcome, `events` of them with a complete response."""

    n: int
    events: int
    threshold: float
    readers: tuple[Reader, ...]
    pairs: tuple[Paired, ...]
    reclassified: tuple[Reclassified, Reclassified]


def reader_study(y: ArrayLike, clinician: ArrayLike, model: ArrayLike, threshold: float) -> ReaderStudy:
    """All comparisons on the same people."""
    own, given = judged(y, clinician), judged(y, model)
    scores = {CLINICIAN: own.p, MODEL: given.p, BOTH: (own.p + given.p) / 2}
    hits = {name: positive(p, threshold) for name, p in scores.items()}
    return ReaderStudy(
        own.n, own.events, threshold,
        tuple(_reader(name, own.y, p, threshold) for name, p in scores.items()),
        tuple(_paired(own.y, scores, hits, *pair) for pair in PAIRS),
        (_reclassified(own.y, hits, True), _reclassified(own.y, hits, False)),
    )  # fmt: skip


def _reader(name: str, y: Floats, p: Floats, threshold: float) -> Reader:
    gained = net_benefit(y, p, threshold) if y.size else None
    return Reader(name, measured(lambda: auc(y, p)), accuracy(fourfold(y, p, threshold)), gained)


def _paired(y: Floats, scores: dict[str, Floats], hits: dict[str, "np.ndarray"], one: str, other: str) -> Paired:
    try:
        area = compared(y, scores[one], scores[other])
    except NotEstimable:
        area = None
    event = y == 1
    right = {name: np.where(event, hit, ~hit) for name, hit in hits.items()}
    return Paired(one, other, area, *(_discordant(right[one][k], right[other][k]) for k in (event, ~event)))


def _discordant(one: "np.ndarray", other: "np.ndarray") -> tuple[int, int, float]:
    first, second = int((one & ~other).sum()), int((~one & other).sum())
    return first, second, mcnemar_exact(first, second)


def _reclassified(y: Floats, hits: dict[str, "np.ndarray"], event: bool) -> Reclassified:
    of = (y == 1) == event
    rows = tuple(
        tuple(int((of & (hits[CLINICIAN] == a) & (hits[MODEL] == b)).sum()) for b in (False, True))
        for a in (False, True)
    )
    return Reclassified(event, rows)  # type: ignore[arg-type]  # two by two
