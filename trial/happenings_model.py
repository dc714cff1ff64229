"""What is found out about the frozen model itself, as events."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class ModelChecked(Event, tag="system:model:checked"):
    """Digests of weights and manifest are those of the release, and every reference row gave its probability."""

    model: str
    version: str
    references: int


@dataclass(frozen=True)
class ModelFailed(Event, tag="system:model:failed"):
    """The model is not the released one, or did not answer: nobody can be predicted until a check passes. `kind`: class of the error."""

    kind: str
    found: str
