"""Why a frozen model gives no answer, or is not frozen. Without an answer candidacy cannot tell, and nobody is randomised (PROTOCOL 5)."""

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


@dataclass(eq=False)
class TableInvalid(VigilError):
    """A table of inputs that cannot be read: `line` counts from 1, the heading included; 0 where it is no single line."""

    line: int
    detail: str


@dataclass(eq=False)
class TrainingUnfit(VigilError):
    """People from whom no model can be trained as this one is: `detail` says what is lacking."""

    detail: str


@dataclass(eq=False)
class NotApproved(VigilError):
    """A draft that is not frozen: two different people must have approved exactly this one."""

    detail: str
