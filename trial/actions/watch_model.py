"""Whether the frozen model can be used: checked when the server starts and every day, after every failure, and said in the journal."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from trial.call_rows import Outcome
from trial.clock import Clock
from trial.frozen.answers import Checked
from trial.frozen.errors import ModelError
from trial.happenings_model import ModelChecked, ModelFailed
from trial.store import journal
from trial.store.journal import Sought
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

KIND = "system:model:"
EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""How soon a model that failed is looked at again."""


class Checkable(Protocol):
    """A model that can be checked: digests and reference rows. Raises ModelError."""

    def check(self) -> Checked: ...


def check(model: Checkable, *, uow: UnitOfWork) -> Checked | ModelError:
    """Check the model now and say in the journal what was found."""
    try:
        found: Checked | ModelError = model.check()
    except ModelError as problem:
        found = problem
    with uow:
        uow.record(_failed(found) if isinstance(found, ModelError) else _passed(found))
        uow.commit()
    return found


def due(reader: Reader, clock: Clock) -> bool:
    """Whether a check is due: never checked, checked a day ago, or failed ten minutes ago."""
    last = _last(reader)
    if last is None:
        return True
    return bool(clock.now() - last["at"] >= (AGAIN if last["tag"] == ModelFailed.tag else EVERY))


def alarm(reader: Reader) -> Row | None:
    """What was wrong with the model, if no later check or call showed it right again: kind, what was found, when."""
    last = _last(reader)
    return {**last["body"]["event"], "at": last["at"]} if last is not None and last["tag"] == ModelFailed.tag else None


def after_call(stored: Row, outcome: Outcome, *, uow: UnitOfWork) -> None:
    """Say in the journal that a call failed for want of the model; or, where it had failed before, that it answers again."""
    if outcome.problem is not None:
        uow.record(_failed(outcome.problem, stored["participant"]))
    elif outcome.answer is not None and alarm(uow) is not None:
        uow.record(ModelChecked(stored["model"], stored["version"], outcome.answer.references))


def _last(reader: Reader) -> Row | None:
    return next(iter(journal.found(reader, Sought(kind=KIND), limit=1)), None)


def _failed(problem: ModelError, participant: str | None = None) -> ModelFailed:
    return ModelFailed(type(problem).__name__, problem.detail, participant=participant)


def _passed(found: Checked) -> ModelChecked:
    return ModelChecked(found.name, found.version, found.references)
