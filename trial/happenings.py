"""All that people and the system do in this trial, as events. The rows written for each travel beside it in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trial.events import Event


@dataclass(frozen=True)
class SiteOpened(Event, tag="admin:site:opened"):
    """A site may begin to enrol."""

    site: str


@dataclass(frozen=True)
class PersonAdded(Event, tag="admin:person:added"):
    """An account exists; it has no rights yet."""

    username: str


@dataclass(frozen=True)
class RoleGranted(Event, tag="admin:role:granted"):
    """A person may act in a role, at a site or everywhere."""

    username: str
    role: str
    site: str | None


@dataclass(frozen=True)
class RoleRevoked(Event, tag="admin:role:revoked"):
    """A person no longer may."""

    username: str
    role: str
    site: str | None


@dataclass(frozen=True)
class PasswordChanged(Event, tag="person:password:changed"):
    """By the person, or reset by an administrator to one that must be changed at first use."""

    username: str
    must_change: bool


@dataclass(frozen=True)
class AccountClosed(Event, tag="admin:person:closed"):
    """The account can no longer sign in; its name is never given again."""

    username: str


@dataclass(frozen=True)
class SignedIn(Event, tag="person:session:opened"):
    """A session began."""

    username: str


@dataclass(frozen=True)
class SignInFailed(Event, tag="person:session:refused"):
    """A wrong password, an unknown name, a closed account."""

    username: str
    purpose: str


@dataclass(frozen=True)
class DefinitionsReleased(Event, tag="system:definitions:released"):
    """Form versions became usable; their digests are in the rows."""

    forms: tuple[str, ...]


@dataclass(frozen=True)
class ParticipantAdded(Event, tag="site:participant:added"):
    """A number was given; consent is the first form."""

    site: str


@dataclass(frozen=True)
class CrfSaved(Event, tag="site:crf:saved"):
    """A revision was written. `changed` lists the paths, never the values: those are in the revision.

    `protocol` and `consent`: the version of the protocol the participant was on, and of the consent form signed last (R37).
    """

    crf: str
    revision: int
    version: int
    changed: tuple[str, ...]
    source: str
    protocol: str = ""
    consent: str | None = None


@dataclass(frozen=True)
class CrfRemoved(Event, tag="site:crf:removed"):
    """A form instance that should not exist was taken out of the record; all its revisions stay."""

    crf: str
    revision: int
    reason: str


@dataclass(frozen=True)
class DeviationRaised(Event, tag="system:deviation:raised"):
    """A confirmed breach of the protocol became a DV form."""

    crf: str
    check: str
    deviation: str


@dataclass(frozen=True)
class CrfSigned(Event, tag="person:crf:signed"):
    """A signature bound to the content digest of one revision."""

    crf: str
    revision: int
    meaning: str


@dataclass(frozen=True)
class SignatureVoided(Event, tag="system:signature:voided"):
    """The content under a signature changed."""

    crf: str
    reason: str


@dataclass(frozen=True)
class SignatureRefused(Event, tag="person:signature:refused"):
    """A wrong password at a signature."""

    crf: str


@dataclass(frozen=True)
class FileStored(Event, tag="site:file:stored"):
    """A file was uploaded; its digest is its name."""

    sha256: str


@dataclass(frozen=True)
class PredictionMade(Event, tag="system:prediction:made"):
    """The frozen model answered, or refused with the list of what is missing."""

    number: int
    model: str
    refused: bool
    changed: tuple[str, ...]


@dataclass(frozen=True)
class PredictionSeen(Event, tag="person:prediction:seen"):
    """Somebody looked at a prediction."""

    number: int


@dataclass(frozen=True)
class RandomisationOpened(Event, tag="system:randomisation:opened"):
    """A seed was drawn and sealed; its commitment is public."""

    study: str
    commitment: str


@dataclass(frozen=True)
class RandomisationClosed(Event, tag="person:randomisation:closed"):
    """Accrual ended."""

    study: str


@dataclass(frozen=True)
class SeedRevealed(Event, tag="person:seed:revealed"):
    """The unblinded statistician opened the seal."""

    study: str


@dataclass(frozen=True)
class Allocated(Event, tag="system:participant:allocated"):
    """An arm was assigned, once and for ever."""

    number: int
    arm: str


@dataclass(frozen=True)
class ResultsSeen(Event, tag="person:results:seen"):
    """Somebody opened results; closed ones are by arm."""

    what: str
    closed: bool


@dataclass(frozen=True)
class DataTaken(Event, tag="person:data:taken"):
    """Data left the system: an export, a report, a print of the whole record."""

    what: str
    digest: str


def address_of(row: Any) -> str:
    """FORM/EVENT/OCCURRENCE of anything that has the three."""
    return f"{row['form']}/{row['event']}/{row['occurrence']}"
