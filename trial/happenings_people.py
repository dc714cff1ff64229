"""Who may act, as events: second factor, identity and certification, approval, training, delegation, closed sites, access reviews."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class SecondFactorBegun(Event, tag="person:factor:begun"):
    """A secret was made and shown to its owner; it counts once a code of it arrived."""

    username: str


@dataclass(frozen=True)
class SecondFactorEnrolled(Event, tag="person:factor:enrolled"):
    """From now on the person signs in with a code too. `recovery`: codes for the day the telephone is lost."""

    username: str
    recovery: int


@dataclass(frozen=True)
class SecondFactorUsed(Event, tag="person:factor:used"):
    """A code was accepted; it is worth nothing now. `recovery`: how many recovery codes are left, when one of them was used."""

    username: str
    purpose: str
    recovery: int | None


@dataclass(frozen=True)
class SecondFactorRemoved(Event, tag="person:factor:removed"):
    """By its owner with password and code, or by an administrator, with the reason."""

    username: str
    reason: str


@dataclass(frozen=True)
class CredentialVoided(Event, tag="admin:credential:voided"):
    """Password and second factor of somebody were lost or known to others: neither works any more, and every session ended."""

    username: str
    reason: str


@dataclass(frozen=True)
class AttemptsAlerted(Event, tag="system:attempts:alerted"):
    """So many failures in a row that the name is closed for a while: somebody should look at it."""

    username: str
    purpose: str
    failures: int


@dataclass(frozen=True)
class AccessApproved(Event, tag="admin:access:approved"):
    """Who answers for it approved that a person holds a role."""

    username: str
    role: str
    site: str | None
    approved_by: str


@dataclass(frozen=True)
class TrainingRecorded(Event, tag="admin:training:recorded"):
    """A person was trained for a role."""

    username: str
    role: str
    title: str
    version: str


@dataclass(frozen=True)
class DelegationProposed(Event, tag="admin:delegation:proposed"):
    """Tasks at a site were written into the delegation log; in force once the principal investigator signed."""

    delegation: int
    username: str
    role: str
    site: str


@dataclass(frozen=True)
class DelegationApproved(Event, tag="person:delegation:approved"):
    """The principal investigator delegated the tasks, or the sponsor made somebody principal investigator. `basis` says how."""

    delegation: int
    basis: str
    digest: str


@dataclass(frozen=True)
class DelegationEnded(Event, tag="person:delegation:ended"):
    """The tasks are no longer delegated, from this moment."""

    delegation: int
    reason: str


@dataclass(frozen=True)
class SiteClosed(Event, tag="admin:site:closed"):
    """Nobody of the site writes any more; its investigators still read."""

    site: str
    reason: str


@dataclass(frozen=True)
class SiteReopened(Event, tag="admin:site:reopened"):
    """The site writes again."""

    site: str
    reason: str


@dataclass(frozen=True)
class IdentityVerified(Event, tag="admin:identity:verified"):
    """Somebody made sure who a person is before that person may sign electronically."""

    username: str
    how: str
    document: str


@dataclass(frozen=True)
class SigningRevoked(Event, tag="admin:signing:revoked"):
    """A person can no longer sign electronically. What was signed stays signed."""

    username: str
    reason: str


@dataclass(frozen=True)
class SignatureCertified(Event, tag="person:signing:certified"):
    """A person declared that the electronic signature binds as the handwritten one does (21 CFR 11.100(c))."""

    username: str
    version: str


@dataclass(frozen=True)
class AccessReviewed(Event, tag="person:access:reviewed"):
    """Everyone's access was looked through, and that was signed."""

    review: int
    people: int
    digest: str
    findings: str
