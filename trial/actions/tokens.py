"""Tokens: a person lets a program or a calendar act in one role of theirs, until a day; it never signs (21 CFR 11.10(d); R02).

What a token may do is what the person may do in that role at that moment: a role that ends, an account that closes, a lost delegation
end it too. A token of scope "read" changes nothing, one of scope "calendar" opens the calendar feed and nothing else.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.people import Person, person
from trial.errors import NotAllowed, NotFound, Refused
from trial.happenings_access import TokenMade, TokenRevoked
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

PREFIX = "vgl_"
"""What every token begins with, so that one that leaked into a file is found by a search."""
LONGEST = timedelta(days=366)
SCOPES = ("read", "write", "calendar")
WHAT_FOR = _l("Say what the token is for.")
WHEN = _l("A token ends after today, and within a year.")


@dataclass(frozen=True)
class Wanted:
    """What is asked for: what it is for, its scope, its last day."""

    label: str
    scope: str
    expires_on: date


def make_token(wanted: Wanted, *, uow: UnitOfWork) -> tuple[Row, str]:
    """Make a token for the actor's own role; returns its row and the token, which is shown once. Raises Refused, NotAllowed."""
    with uow:
        if uow.actor.person_id is None:
            raise NotAllowed(uow.actor.role, "token")
        label = _label(wanted.label)
        if wanted.scope not in SCOPES or not uow.clock.today() < wanted.expires_on <= uow.clock.today() + LONGEST:
            raise Refused((Finding("problem", "token:until", WHEN),))
        secret = PREFIX + secrets.token_urlsafe(32)
        row = uow.insert(
            "token", person=uow.actor.person_id, role=uow.actor.role, scope=wanted.scope, label=label, sha256=hashed(secret),
            created_at=uow.clock.now(), expires_on=wanted.expires_on, revoked_at=None, by_administrator=False,
        )  # fmt: skip
        uow.record(TokenMade(row["id"], row["role"], row["scope"], row["expires_on"].isoformat()))
        uow.commit()
    return row, secret


def _label(text: str) -> str:
    try:
        words = read_words(text)
    except Unreadable as problem:
        raise Refused((Finding("problem", "token:label", problem.message, args=dict(problem.args_)),)) from problem
    if not words:
        raise Refused((Finding("problem", "token:label", WHAT_FOR),))
    return words[:200]


def revoke_token(number: int, *, uow: UnitOfWork) -> None:
    """End one of the actor's own tokens; again does nothing more. Raises NotFound."""
    with uow:
        row = uow.lock("token", {"id": number})
        if row["person"] != uow.actor.person_id:
            raise NotFound("token", {"id": number})
        if row["revoked_at"] is None:
            uow.update("token", {"id": number}, revoked_at=uow.clock.now())
            uow.record(TokenRevoked(number))
        uow.commit()


def hashed(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(reader: Reader, secret: str, today: date, *, gated: bool = True) -> tuple[Row, Person] | None:
    """The token's row and its person, while the token, the account and the role stand; None otherwise."""
    row = reader.one("token", sha256=hashed(secret)) if secret.startswith(PREFIX) else None
    if row is None or row["revoked_at"] is not None or row["expires_on"] < today:
        return None
    account = reader.the("person", id=row["person"])
    found = person(reader, row["person"], on=today, gated=gated)
    stands = account["active"] and row["role"] in {role for role, _site in found.roles}
    return (row, found) if stands else None
