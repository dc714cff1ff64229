"""What the data office does, as events: queries, verification, holds, casebooks, checklists, reviews of the trail."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class QueryRaised(Event, tag="person:query:raised"):
    """A question about a value, a form, a visit or a participant; by a person, or by the system where the actor is none."""

    query: int
    place: str
    path: str
    rule: str | None


@dataclass(frozen=True)
class QueryMoved(Event, tag="person:query:moved"):
    """Answered, closed, reopened, cancelled, remarked on, assigned, or resolved by the system."""

    query: int
    act: str
    state: str


@dataclass(frozen=True)
class Verified(Event, tag="person:data:verified"):
    """Values were compared with their source; `paths` of each form."""

    forms: tuple[str, ...]
    values: int


@dataclass(frozen=True)
class VerificationReset(Event, tag="system:verification:reset"):
    """Verified values changed: they must be compared with their source again."""

    crf: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class ReviewPlanSet(Event, tag="person:plan:set"):
    """Which values are verified against their source from now on."""

    number: int
    kind: str


@dataclass(frozen=True)
class HoldPlaced(Event, tag="person:hold:placed"):
    """A form, a participant, a site or the study was frozen or locked."""

    hold: int
    kind: str
    scope: str
    reason: str


@dataclass(frozen=True)
class HoldLifted(Event, tag="person:hold:lifted"):
    """It was opened again, with a reason."""

    hold: int
    kind: str
    scope: str
    reason: str


@dataclass(frozen=True)
class CasebookSigned(Event, tag="person:casebook:signed"):
    """The investigator signed everything entered of one participant."""

    forms: int
    meaning: str


@dataclass(frozen=True)
class CasebookVoided(Event, tag="system:casebook:voided"):
    """Something in a signed casebook changed."""

    crf: str
    reason: str


@dataclass(frozen=True)
class ChecklistSigned(Event, tag="person:checklist:signed"):
    """The steps before a database lock were found done, and that was signed."""

    scope: str
    digest: str


@dataclass(frozen=True)
class TrailReviewed(Event, tag="person:trail:reviewed"):
    """Entries of the audit trail were reviewed, with findings."""

    review: int
    scope: str
    entries: int


@dataclass(frozen=True)
class DerivedAgain(Event, tag="system:due:derived"):
    """What is due was derived by another release than before: the digest of its rules, and for how many participants."""

    rules: str
    participants: int
