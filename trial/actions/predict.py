"""Asking the frozen model, in its place in the order: after the own estimate is locked, before the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from trial.actions.case import Case, load, refuse_if_held
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.actions.system_queries import look_again
from trial.decision import model_blockers
from trial.errors import NotOpen, VigilError
from trial.happenings import PredictionMade, PredictionSeen
from trial.prediction import InputVector, check_minimum, collect, is_positive, rounded
from trial.store.files import Files, feature_table
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

UNAVAILABLE = "model-unavailable"
"""How the reason for a missing answer begins when the model, and not an input, was missing."""


class FrozenModel(Protocol):
    """What the action needs of the model: its manifest, and one call. The call raises VigilError when it cannot be trusted."""

    @property
    def manifest(self) -> Any: ...

    def predict(self, values: Mapping[str, float | None]) -> float: ...


@dataclass(frozen=True)
class Prediction:
    """One stored call: probability and class, or why it was refused."""

    number: int
    probability: Decimal | None
    threshold: Decimal
    classification: str | None
    refused: tuple[str, ...]


def call_model(
    participant: str, *, uow: UnitOfWork, model: FrozenModel, files: Files, request: str | None = None
) -> Prediction:
    """Call the model on the inputs as they stand and keep the call for ever.

    A call on the inputs of the last call returns that call, unless the model did not answer then; a correction of the data
    makes a new row that names what changed. Raises NotOpen before the own estimate is locked or while a soft check on an
    input is open, FileMissing for a feature table that is gone.
    """
    with uow:
        row = participant_for(uow, uow.actor, participant, "model.call")
        uow.lock("participant", {"id": participant})
        case = load(uow, row, uow.clock)
        earlier_answer(uow, request, "call_model")
        refuse_if_held(case, "model")
        record, queried = case.record("DEC"), case.queried
        if blockers := model_blockers(case.protocol, record, signatures=case.signatures, open_queries=queried):
            raise NotOpen("model", blockers)
        vector = collect(case.record("DEC"), model.manifest, _tables(case, files))
        changed = _changed(case.predictions, vector, model.manifest)
        if case.predictions and not changed and not _unanswered(case.predictions[-1]):
            return as_prediction(case.predictions[-1])
        stored = _call(case, model, vector, changed, uow)
        remember(uow, request, "call_model", {"number": stored["number"]})
        uow.commit()
    return as_prediction(stored)


def _tables(case: Case, files: Files) -> dict[str, Mapping[str, float]]:
    named = [
        (c.form, v)
        for c in case.crfs
        if c.counts
        for k, v in c.answers.items.items()
        if k in ("RADFILE", "MICFILE", "SLIDFEAT")
    ]
    return {ref.sha256: feature_table(files, ref.sha256) for _, ref in named}


def _changed(earlier: tuple[Row, ...], vector: InputVector, manifest: Any) -> tuple[str, ...]:
    """Names of the inputs that differ from the last call's, and "model" where another model is asked."""
    if not earlier:
        return ()
    before = {i["name"]: i["value"] for i in earlier[-1]["inputs"]}
    other = ("model",) if earlier[-1]["digest"] != manifest.sha256 else ()
    return (*other, *(i.name for i in vector.inputs if before.get(i.name) != _text(i.value)))


def _unanswered(row: Row) -> bool:
    """Whether that call failed for want of the model, not of inputs: asking again is right."""
    return any(str(reason).startswith(UNAVAILABLE) for reason in row["refused"] or ())


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _call(case: Case, model: FrozenModel, vector: InputVector, changed: tuple[str, ...], uow: UnitOfWork) -> Row:
    manifest = model.manifest
    absent = list(check_minimum(vector, manifest))
    probability: Decimal | None = None
    if not absent:
        try:
            probability = rounded(model.predict(vector.values()))
        except VigilError as problem:  # a model that cannot be trusted answers nothing; the reason is kept
            absent = [f"{UNAVAILABLE}: {type(problem).__name__}"]
    stored = uow.insert(
        "prediction",
        participant=case.id,
        number=len(case.predictions) + 1,
        model=manifest.name,
        version=manifest.version,
        digest=manifest.sha256,
        inputs=[asdict(i) | {"value": _text(i.value)} for i in vector.inputs],
        probability=_text(probability),
        threshold=str(rounded(manifest.threshold)),
        classification=_class(probability, manifest.threshold),
        refused=absent or None,
        versions={"onnxruntime": manifest.onnxruntime, "changed": list(changed)},
        at=uow.clock.now(),
        by=uow.actor.person_id,
    )
    uow.record(
        PredictionMade(
            stored["number"], f"{manifest.name} {manifest.version}", bool(absent), changed, participant=case.id
        )
    )
    look_again(replace(case, predictions=(*case.predictions, stored)), case.crfs, uow)
    return stored


def _class(probability: Decimal | None, threshold: float) -> str | None:
    if probability is None:
        return None
    return "positive" if is_positive(float(probability), threshold) else "negative"


def as_prediction(row: Row) -> Prediction:
    """A stored row as a value."""
    return Prediction(
        row["number"],
        Decimal(row["probability"]) if row["probability"] is not None else None,
        Decimal(row["threshold"]),
        row["classification"],
        tuple(row["refused"] or ()),
    )


def show_prediction(participant: str, number: int, *, uow: UnitOfWork) -> Row:
    """A stored call with its inputs and their sources; that it was looked at is recorded (requirement R59)."""
    with uow:
        participant_for(uow, uow.actor, participant, "model.read")
        row = uow.the("prediction", participant=participant, number=number)
        uow.record(PredictionSeen(number, participant=participant))
        uow.commit()
    return row
