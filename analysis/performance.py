"""Prospective validation of the frozen model: everything the page and the report say, from people and their calls.

The first answered call against complete response by 12 months, in everyone whose year after the decision is over: before it an
outcome is known early only in those operated on, and an analysis of who is known would be one of who was operated. Nothing here
fits the model or changes a prediction: coefficients of calibration describe, and are applied nowhere. Source: PROTOCOL 5 and 7;
TRIPOD+AI.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis import called, model_consort, model_drift
from analysis.accuracy import Accuracy, accuracy, fourfold
from analysis.calibration import Calibration, calibration
from analysis.called import Person
from analysis.competing_auc import ByTime, by_time
from analysis.course_row import Day
from analysis.cut import DataCut
from analysis.discrimination import auc, roc_points
from analysis.estimable import TOO_FEW, Measured, measured
from analysis.model_consort import ModelConsort, asked
from analysis.model_drift import Cusum, Quarter, Shift
from analysis.net_benefit import NetBenefit, decision_curve, net_benefit
from analysis.reader_study import ReaderStudy, reader_study
from analysis.samples import Floats
from analysis.training_reference import TrainingReference
from analysis.unverified import Corrected, corrected
from forms.dates import DAYS_PER_YEAR

FEWEST = 10
"""People with and people without the outcome, below which no measure is shown: chance would be read, and single people."""
REGROWTH_DAYS = 2 * DAYS_PER_YEAR
MISSING = "missing"


@dataclass(frozen=True)
class Model:
    """The model validated, and the threshold its calls were classified at."""

    name: str
    digest: str
    threshold: float


@dataclass(frozen=True)
class Stratum:
    """One level: people, events; `measures` None where there are too few of either outcome, so is then `auc` and the rest."""

    kind: str
    level: str
    n: int
    events: int
    auc: Measured
    calibration: Calibration | None
    accuracy: Accuracy | None


@dataclass(frozen=True)
class Whole:
    """Everyone validated together."""

    auc: Measured
    roc: tuple[tuple[float, float], ...]
    calibration: Calibration
    accuracy: Accuracy
    curve: tuple[NetBenefit, ...]
    at_threshold: NetBenefit


@dataclass(frozen=True)
class Performance:
    """Pooled over all arms. `whole`, `unverified`, `readers`, `regrowth` are None with fewer than `FEWEST` of either outcome.

    `enough`: whether the validated are enough. `reference`: how many people the model was trained on, None where not kept.
    """

    study: str
    cut: DataCut
    model: Model | None
    consort: ModelConsort
    n: int
    events: int
    whole: Whole | None
    strata: tuple[Stratum, ...]
    regrowth: ByTime | None
    regrowth_n: int
    unverified: Corrected | None
    readers: ReaderStudy | None
    reference: int | None
    shifts: tuple[Shift, ...]
    cusum: Cusum
    quarters: tuple[Quarter, ...]

    @property
    def enough(self) -> bool:
        return self.whole is not None


def performance(
    everyone: Sequence[Person], *, cut: DataCut, study: str, reference: TrainingReference | None
) -> Performance:
    """Everything at a cut, of the model that answered most first calls. Raises ValueError for a reference of another model."""
    ranked = called.models(everyone)
    model = _model(everyone, ranked[0][1]) if ranked else None
    digest = model.digest if model else None
    if reference and reference.digest != digest:
        raise ValueError("the training reference is of another model")
    kept = sorted(model_consort.validated(everyone, digest), key=lambda p: (str(p.decided_on), p.participant))
    y, p = _columns(kept)
    watched = [each for each in everyone if each.regrowth and asked(each, digest)]
    return Performance(
        study, cut, model, model_consort.model_consort(everyone, digest), len(kept), int(y.sum()),
        _whole(y, p, model.threshold) if model and _enough(y) else None,
        strata(kept, model.threshold) if model else (),
        _regrowth(watched), len(watched),
        _unverified(model_consort.due(everyone, digest), model) if model and _enough(y) else None,
        _readers(kept, model) if model else None,
        reference.n if reference else None,
        model_drift.shifts(reference, _vectors(everyone, digest)) if reference else (),
        model_drift.cusum(y, p), model_drift.by_quarter([_day(each) for each in kept], y, p),
    )  # fmt: skip


def _model(everyone: Sequence[Person], digest: str) -> Model:
    """The latest call of that model says its name and threshold; a released model has one threshold."""
    calls = [call for person in everyone if (call := asked(person, digest))]
    thresholds = {call.threshold for call in calls}
    threshold = calls[-1].threshold
    if len(thresholds) > 1 or threshold is None:
        raise ValueError("answered calls of one model were classified at several thresholds, or at none")
    return Model(calls[-1].model, digest, threshold)


def _columns(kept: Sequence[Person]) -> tuple[Floats, Floats]:
    """Outcome 0 or 1, not a number where unknown, and prediction."""
    known = {True: 1.0, False: 0.0, None: np.nan}
    return np.array([known[p.response.complete] for p in kept]), np.array([_probability(p) for p in kept])


def _probability(person: Person) -> float:
    call = person.call
    if call is None or call.probability is None:
        raise ValueError(f"{person.participant} has no prediction")
    return call.probability


def _day(person: Person) -> Day:
    if person.decided_on is None:
        raise ValueError(f"{person.participant} has no decision")
    return person.decided_on


def _enough(y: Floats) -> bool:
    return min(float(y.sum()), float((1 - y).sum())) >= FEWEST if y.size else False


def _whole(y: Floats, p: Floats, threshold: float) -> Whole:
    return Whole(
        measured(lambda: auc(y, p)), roc_points(y, p), calibration(y, p), accuracy(fourfold(y, p, threshold)),
        decision_curve(y, p), net_benefit(y, p, threshold),
    )  # fmt: skip


def strata(kept: Sequence[Person], threshold: float) -> tuple[Stratum, ...]:
    """By each stratum, levels in order, then by modality missing; people may lack several and stand in several rows."""
    made = [
        _stratum(kind, level, [p for p in kept if p.strata.get(kind, "UNKNOWN") == level], threshold)
        for kind in called.STRATA
        for level in _levels(kept, kind)
    ]
    lacking = {modality for p in kept if p.call for modality in p.call.missing}
    made += [
        _stratum(MISSING, m, [p for p in kept if p.call and m in p.call.missing], threshold) for m in sorted(lacking)
    ]
    complete = [p for p in kept if p.call and not p.call.missing]
    return (*made, *([_stratum(MISSING, "", complete, threshold)] if kept else []))


def _levels(kept: Sequence[Person], kind: str) -> list[str]:
    """In the order of the words, sites by code, unknown last."""
    order = [*called.WORDS]
    found = {p.strata.get(kind, "UNKNOWN") for p in kept}
    return sorted(found, key=lambda level: (level == "UNKNOWN", order.index(level) if level in order else -1, level))


def _stratum(kind: str, level: str, part: Sequence[Person], threshold: float) -> Stratum:
    y, p = _columns(part)
    if not _enough(y):
        return Stratum(kind, level, len(part), int(y.sum()), Measured(None, reason=TOO_FEW), None, None)
    return Stratum(
        kind, level, len(part), int(y.sum()), measured(lambda: auc(y, p)), calibration(y, p), accuracy(fourfold(y, p, threshold))
    )  # fmt: skip


def _regrowth(watched: Sequence[Person]) -> ByTime | None:
    """The chance of no complete response stands for the risk of regrowth, which the model was not made to give."""
    rows = [(p.regrowth, 1 - _probability(p)) for p in watched if p.regrowth]
    days, status = [r[0] for r, _ in rows], [r[1] for r, _ in rows]
    cases = sum(s == 1 and d <= REGROWTH_DAYS for d, s in zip(days, status, strict=True))
    free = sum(d > REGROWTH_DAYS for d in days)
    return by_time(days, status, [risk for _, risk in rows], REGROWTH_DAYS) if min(cases, free) >= FEWEST else None


def _unverified(due: Sequence[Person], model: Model) -> Corrected:
    return corrected(*_columns(due), model.threshold)


def _readers(kept: Sequence[Person], model: Model) -> ReaderStudy | None:
    both = [(p, p.own) for p in kept if p.own is not None]
    y, p = _columns([person for person, _ in both])
    return reader_study(y, [own for _, own in both], p, model.threshold) if _enough(y) else None


def _vectors(everyone: Sequence[Person], digest: str | None) -> list[dict[str, float | None]]:
    """Inputs of every first answered call of this model, outcome known or not."""
    return [dict(call.vector) for person in everyone if (call := asked(person, digest))]
