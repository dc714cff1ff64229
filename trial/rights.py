"""Whether a role that was given is in force today: approval, training, delegation, an open site.

Sources: ICH E6(R3) 4.3.2, 4.3.8(b); 21 CFR 11.10(i); EMA 2023, 6.6.

A role is *awaited* until its approval and a training for it are recorded and, at a site, the principal investigator delegated it. It is
*held back* once the delegation ended or the site closed: nothing more is written, and an investigator still reads the site's own data.
Pure: rows in, a `Standing` out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.text import _l
from trial.events import plain
from trial.roles import COMPARES, ROLES

Row = Mapping[str, Any]

APPROVAL, TRAINING, DELEGATION, UNBLINDED = "approval", "training", "delegation", "unblinded"
NOT_YET, ENDED, CLOSED = "delegation-later", "delegation-ended", "site-closed"
WHY: Mapping[str, str] = {
    APPROVAL: _l("The approval of this access is not recorded yet."),
    TRAINING: _l("No training for this role is recorded yet."),
    DELEGATION: _l("The principal investigator has not delegated this role at the site yet."),
    UNBLINDED: _l("Another role has shown this person outcomes by arm: a blinded role never comes into force again."),
    NOT_YET: _l("The delegation at the site has not begun yet."),
    ENDED: _l("The delegation at the site has ended."),
    CLOSED: _l("The site is closed."),
}
"""Why a role is not in force, in words."""
HELD_BACK = frozenset({ENDED, CLOSED})
"""Reasons that come after a role was in force."""


@dataclass(frozen=True)
class Evidence:
    """What is recorded about one person: rows of `access_approval`, `training`, `delegation` and `site_closure`.

    `held`: every role ever given, those revoked as well: what was seen cannot be unseen.
    """

    approvals: Iterable[Row] = ()
    trainings: Iterable[Row] = ()
    delegations: Iterable[Row] = ()
    closures: Iterable[Row] = ()
    held: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """A role at a site (None: wherever it reaches) and why it is not in force; nothing in `why`: it is."""

    role: str
    site: str | None
    why: tuple[str, ...] = ()

    @property
    def in_force(self) -> bool:
        return not self.why

    @property
    def reads_on(self) -> bool:
        """Whether its holder still reads: the investigator of a site, the data of that site (EMA 2023, 6.6)."""
        return self.in_force or (self.role in READS_ON and set(self.why) <= HELD_BACK)


READS_ON = frozenset({"investigator"})


def delegated(role: str) -> bool:
    """Whether a role is delegated at a site by its principal investigator: the roles of the site's own staff."""
    return role in ROLES and ROLES[role].scope == "own"


def of_a_site(role: str) -> bool:
    """Whether a role writes what a site reports, and stops when the site closes."""
    return role in ROLES and ROLES[role].scope in ("own", "assigned") and "crf.write" in ROLES[role].verbs


def standings(assignment: Row, evidence: Evidence, today: date) -> Iterator[Standing]:
    """What a row of `assignment` gives today. A site's role that was given everywhere is in force where it was delegated."""
    role, site = assignment["role"], assignment["site_code"]
    sites = (site,) if site is not None or not delegated(role) else _delegated_at(role, evidence)
    for each in sites or (None,):
        missing = _missing(assignment["id"], role, each, evidence, today)
        yield Standing(role, each, (*unblinded(role, evidence.held), *missing))


def unblinded(role: str, held: Iterable[str]) -> tuple[str, ...]:
    """Whether a role may no longer be had because of others ever held: who saw outcomes by arm never works blinded again (PROTOCOL 10)."""
    return (UNBLINDED,) if role in ROLES and ROLES[role].blinded and COMPARES & set(held) else ()


def _delegated_at(role: str, evidence: Evidence) -> tuple[str, ...]:
    return tuple(sorted({d["site_code"] for d in evidence.delegations if d["role"] == role}))


def _missing(assignment: int, role: str, site: str | None, evidence: Evidence, today: date) -> Iterator[str]:
    if not any(a["assignment"] == assignment and a["approved_on"] <= today for a in evidence.approvals):
        yield APPROVAL
    if not any(t["role"] == role and t["taken_on"] <= today for t in evidence.trainings):
        yield TRAINING
    if delegated(role):
        yield from _undelegated(role, site, evidence.delegations, today)
    if of_a_site(role) and site is not None and closed(site, evidence.closures, today):
        yield CLOSED


def _undelegated(role: str, site: str | None, delegations: Iterable[Row], today: date) -> Iterator[str]:
    given = [d for d in delegations if (d["role"], d["site_code"]) == (role, site) and d["approved_at"] is not None]
    if any(covers(d, today) for d in given):
        return
    if not given:
        yield DELEGATION
    else:
        yield ENDED if any(_begun(d, today) for d in given) else NOT_YET


def covers(delegation: Row, today: date) -> bool:
    """Whether a delegation was signed, has begun and has not ended; both days count."""
    last = delegation["to_on"]
    signed, ended = delegation["approved_at"] is not None, delegation["ended_at"] is not None
    return signed and not ended and delegation["from_on"] <= today and (last is None or today <= last)


def _begun(delegation: Row, today: date) -> bool:
    return bool(delegation["from_on"] <= today)


def closed(site: str, closures: Iterable[Row], today: date) -> bool:
    """Whether a site is closed today: from the day of its closure, unless it was opened again."""
    return any(c["site_code"] == site and c["reopened_at"] is None and c["closed_on"] <= today for c in closures)


def until(role: str, site: str | None, delegations: Iterable[Row], today: date) -> date | None:
    """The last day of the delegation in force; None without an end, or without a delegation."""
    held = [d["to_on"] for d in delegations if (d["role"], d["site_code"]) == (role, site) and covers(d, today)]
    return None if not held or None in held else max(held)


def delegation_digest(delegation: Row) -> str:
    """SHA-256 of what is delegated, to whom, where and for how long: what the principal investigator's signature is bound to."""
    names = ("person_id", "site_code", "role", "tasks", "principal", "from_on", "to_on")
    said = json.dumps([plain(delegation[name]) for name in names], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
