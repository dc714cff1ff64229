"""Why the frozen model gives no answer. In each case candidacy cannot tell, and nobody is randomised on it (PROTOCOL 5)."""

from dataclasses import dataclass

from trial.errors import VigilError


@dataclass(eq=False)
class ModelError(VigilError):
    """No prediction: `detail` says what was found."""

    detail: str


@dataclass(eq=False)
class ModelCorrupt(ModelError):
    """Model, manifest or answers are not the released ones: nobody may use it until it is restored from the release."""


@dataclass(eq=False)
class ModelUnavailable(ModelError):
    """The worker could not start or went away, for lack of memory for example: trying again later is right."""


@dataclass(eq=False)
class ModelTimeout(ModelError):
    """The worker did not answer in time and was killed; the next call starts a new one."""


@dataclass(eq=False)
class InputsInvalid(ModelError):
    """The inputs are not those the manifest declares: a mistake of the caller."""
