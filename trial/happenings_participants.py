"""What happens at the participants' desk, as events: breaches found, the pre-consent log, transfers, what a site tells."""

from __future__ import annotations

from dataclasses import dataclass

from trial.events import Event


@dataclass(frozen=True)
class BreachFound(Event, tag="system:breach:found"):
    """The system found a breach that nobody had raised, and wrote a deviation form. `key` names what was breached."""

    key: str
    because: str
    deviation: str


@dataclass(frozen=True)
class LoggedBeforeConsent(Event, tag="site:screening:logged"):
    """Somebody who was not approached, or declined, was counted; `replaces` an earlier line, which was wrong."""

    line: int
    site: str
    replaces: int | None
    void: bool


@dataclass(frozen=True)
class Transferred(Event, tag="person:participant:transferred"):
    """A participant is followed at another site from now on; the new site's investigator agreed."""

    transfer: int
    from_site: str
    to_site: str
    on: str
    agreed_by: str


@dataclass(frozen=True)
class EmergencyPhoneSet(Event, tag="person:site:telephoned"):
    """The number a site answers at any hour."""

    site: str


@dataclass(frozen=True)
class ConsentVersionApproved(Event, tag="person:site:approved"):
    """A consent form version is valid at a site from a day on; `mandatory_from`: who signed an older one must sign again by then."""

    site: str
    version: str
    valid_from: str
    mandatory_from: str | None
