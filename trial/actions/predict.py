"""Asking the frozen model, in its place in the order: after the own estimate is locked, before the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

from trial import call_rows, calls
from trial.actions import watch_model
from trial.actions.case import Case, load, refuse_if_held
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.actions.system_queries import look_again
from trial.call_rows import UNAVAILABLE, Outcome, Ran, as_stored
from trial.decision import model_blockers
from trial.errors import Busy, NotOpen
from trial.frozen.answers import Answer
from trial.frozen.errors import ModelError
from trial.frozen.manifest import Manifest
from trial.happenings import PredictionMade, PredictionSeen
from trial.prediction import InputVector, check_minimum, collect
from trial.store.files import Files, feature_table
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork

ROUNDS = 3
"""How often a call is asked again because the record changed while the model was answering."""


class FrozenModel(Protocol):
    """What the action needs of the model: its digests, its manifest, and one call. The last two raise ModelError where it cannot be
    trusted.
    """

    @property
    def model_digest(self) -> str: ...

    @property
    def manifest_digest(self) -> str: ...

    @property
    def manifest(self) -> Any: ...

    def call(self, values: Mapping[str, float | None]) -> Answer: ...


@dataclass(frozen=True)
class Prediction:
    """One stored call: probability and class, or why it was refused. `threshold` is None where the manifest could not be read."""

    number: int
    probability: Decimal | None
    threshold: Decimal | None
    classification: str | None
    refused: tuple[str, ...]


@dataclass(frozen=True)
class _Asking:
    """What the model is to be asked: manifest, and inputs from the record. Both are None where the manifest is not the released one."""

    manifest: Manifest | None
    vector: InputVector | None
    problem: ModelError | None = None

    @property
    def absent(self) -> list[str]:
        """What is missing below the declared minimum."""
        return check_minimum(self.vector, self.manifest) if self.vector and self.manifest else []


def call_model(
    participant: str, *, uow: UnitOfWork, model: FrozenModel, files: Files, request: str | None = None
) -> Prediction:
    """Call the model on the inputs as they stand and keep the call for ever.

    A call on the inputs of the last call returns that call, unless the model did not answer then; a correction of the data
    makes a new row that names what changed. A model that cannot be trusted, or is not there, is a call that was refused, kept
    with what was found. Raises NotOpen before the own estimate is locked or while a soft check on an input is open, FileMissing
    for a feature table that is gone, Busy where the record changed again and again.
    """
    asked: tuple[_Asking, Outcome] | None = None
    for _round in range(ROUNDS):
        with uow:
            case = _opened(participant, uow)
            if (answered := earlier_answer(uow, request, "call_model")) is not None:
                return as_prediction(case.predictions[answered["number"] - 1])
            asking = _asking(case, model, files)
            if (last := _standing(case, asking, model)) is not None:
                return as_prediction(last)
            if asked is not None and asked[0].vector == asking.vector:
                stored = _kept(case, model, asking, asked[1], uow)
                remember(uow, request, "call_model", {"number": stored["number"]})
                uow.commit()
                return as_prediction(stored)
        # Outside the transaction: a model that hangs holds up nobody who writes.
        asked = asking, _outcome(model, asking)
    raise Busy("the record changed while the model was answering")


def _opened(participant: str, uow: UnitOfWork) -> Case:
    """The case, where the call is this person's to make and the order is at it."""
    row = participant_for(uow, uow.actor, participant, "model.call")
    uow.lock("participant", {"id": participant})
    case = load(uow, row, uow.clock)
    refuse_if_held(case, "model")
    record, queried = case.record("DEC"), case.queried
    if blockers := model_blockers(case.protocol, record, signatures=case.signatures, open_queries=queried):
        raise NotOpen("model", blockers)
    return case


def _asking(case: Case, model: FrozenModel, files: Files) -> _Asking:
    try:
        manifest = model.manifest
    except ModelError as problem:
        return _Asking(None, None, problem)
    return _Asking(manifest, collect(case.record("DEC"), manifest, _tables(case, files)))


def _tables(case: Case, files: Files) -> dict[str, Mapping[str, float]]:
    named = [
        (c.form, v)
        for c in case.crfs
        if c.counts
        for k, v in c.answers.items.items()
        if k in ("RADFILE", "MICFILE", "SLIDFEAT")
    ]
    return {ref.sha256: feature_table(files, ref.sha256) for _, ref in named}


def _standing(case: Case, asking: _Asking, model: FrozenModel) -> Row | None:
    """The last call, where another one would only repeat it."""
    last = case.predictions[-1] if case.predictions else None
    if last is None or asking.problem or _unanswered(last) or _changed(case, asking, model):
        return None
    return last


def _changed(case: Case, asking: _Asking, model: FrozenModel) -> tuple[str, ...]:
    """Names of the inputs that differ from the last call's, and "model" where another model is asked."""
    before = calls.compared_with(case.predictions)
    if before is None or asking.vector is None:
        return ()
    other = (calls.MODEL,) if calls.another_model(before, model.model_digest, model.manifest_digest) else ()
    return (*other, *(change.name for change in calls.changes(before, {"inputs": as_stored(asking.vector)})))


def _unanswered(row: Row) -> bool:
    """Whether that call failed for want of the model, not of inputs: asking again is right."""
    return any(str(reason).startswith(UNAVAILABLE) for reason in row["refused"] or ())


def _outcome(model: FrozenModel, asking: _Asking) -> Outcome:
    if asking.problem is not None or asking.vector is None:
        return Outcome(problem=asking.problem)
    if absent := asking.absent:
        return Outcome(absent=tuple(absent))
    try:
        return Outcome(answer=model.call(asking.vector.values()))
    except ModelError as problem:  # a model that cannot be trusted answers nothing; the reason is kept
        return Outcome(problem=problem)


def _kept(case: Case, model: FrozenModel, asking: _Asking, outcome: Outcome, uow: UnitOfWork) -> Row:
    changed, at = _changed(case, asking, model), uow.clock.now()
    stored = uow.insert(
        "prediction",
        participant=case.id,
        number=len(case.predictions) + 1,
        digest=model.model_digest,
        at=at,
        by=uow.actor.person_id,
        **call_rows.row(asking.manifest, asking.vector, outcome, Ran(model.manifest_digest, changed, at)),
    )
    name = f"{stored['model']} {stored['version']}" if asking.manifest else ""
    uow.record(PredictionMade(stored["number"], name, stored["probability"] is None, changed, participant=case.id))
    watch_model.after_call(stored, outcome, uow=uow)
    look_again(replace(case, predictions=(*case.predictions, stored)), case.crfs, uow)
    return stored


def as_prediction(row: Row) -> Prediction:
    """A stored row as a value."""
    return Prediction(
        row["number"],
        Decimal(row["probability"]) if row["probability"] is not None else None,
        Decimal(row["threshold"]) if row["threshold"] is not None else None,
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
