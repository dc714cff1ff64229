"""The consent in force on a day: its version, whether that was valid at the site, what was agreed to, and whether a new one is overdue.

A site approves versions of its consent form. One with `mandatory_from` must have been signed by then by everybody who is still
followed; until the participant signs it, or a later one, what is done is done without a valid consent: it can have happened, so it is
asked about and is a deviation (PROTOCOL 2). Entering what consent was withdrawn from, or never given for, would itself be the breach:
that is refused elsewhere (`trial/limits.py`, `forms/crfs/words.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from forms.record import InstanceScope, Record
from trial.criteria import consent_version_valid


@dataclass(frozen=True)
class Consent:
    """One signed consent form. `samples`, `future`: what was agreed to.

    `valid`: its version was valid at the site on its day; None where that is not known.
    """

    version: str | None
    on: date
    initial: bool
    address: str
    valid: bool | None
    samples: bool | None
    future: bool | None


@dataclass(frozen=True)
class Standing:
    """How a participant stands on a day. `overdue`: the version that should have been signed by now, with the day it became mandatory."""

    consent: Consent | None
    overdue: tuple[str, date] | None
    withdrawn_on: date | None
    withdrawn_from: tuple[str, ...]

    @property
    def valid(self) -> bool | None:
        """Whether what the study asks for may go on as far as consent goes; None where it cannot be told."""
        if (
            self.consent is None
            or self.overdue is not None
            or (self.withdrawn_on is not None and not self.withdrawn_from)
        ):
            return False
        return self.consent.valid


def consents(record: Record) -> tuple[Consent, ...]:
    """Every dated consent form, in time; worked out once a record, for every form asks."""
    return record.once(consents, lambda: tuple(sorted(_read(record), key=lambda c: c.on)))


def _read(record: Record) -> Iterator[Consent]:
    known = record.facts.get("consent_validity")
    for scope in map(record.scope, record.all("IC")):
        on, version = scope.item("IC.ICDAT"), scope.code("IC.ICVER")
        if on is not None:
            valid = None if version is None or known is None else bool(consent_version_valid(version, on, known))
            initial = scope.code("IC.ICTYPE") != "RECONSENT"
            yield Consent(
                version, on, initial, scope.crf.address, valid, _agreed(scope, "ICSAMP"), _agreed(scope, "ICFUT")
            )


def _agreed(scope: InstanceScope, item: str) -> bool | None:
    return {"Y": True, "N": False}.get(str(scope.code(f"IC.{item}")))


def in_force(record: Record, day: date) -> Consent | None:
    """The last consent signed by that day."""
    return next((c for c in reversed(consents(record)) if c.on <= day), None)


def overdue(record: Record, day: date) -> tuple[str, date] | None:
    """The newest version that was mandatory by that day and that neither was signed by then, nor a later one; None where all is well.

    Fact: `consent_mandatory`, the site's versions from old to new, each with the day it became mandatory (None: it never did).
    Before a first consent nothing is overdue: other rules speak of that.
    """
    versions = record.facts.get("consent_mandatory") or ()
    signed = [c.version for c in consents(record) if c.on <= day]
    if not signed:
        return None
    order = [code for code, _mandatory in versions]
    newest = max((order.index(v) for v in signed if v in order), default=-1)
    later = [(code, since) for code, since in versions[newest + 1 :] if since is not None and since <= day]
    return later[-1] if later else None


def standing(record: Record, day: date) -> Standing:
    """How the participant stands on a day, withdrawal included."""
    # A later consent opens again what was withdrawn before it (decision 0003).
    consent = in_force(record, day)
    gone = [(s.item("IC.ICWDAT"), s.code("IC.ICWSCOPE") or ()) for s in map(record.scope, record.all("IC"))]
    since = sorted((on, tuple(scope)) for on, scope in gone if on is not None and on <= day)
    last = since[-1] if since and not (consent is not None and consent.on > since[-1][0]) else (None, ())
    return Standing(consent, overdue(record, day), *last)
