"""Accounts, roles, sign-in. Attempts are counted in the database, so that a restart forgives nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from trial import passwords, roles
from trial.actions.permission import permit
from trial.actor import Actor
from trial.errors import AlreadyExists, Refused, TooManyAttempts, WrongPassword
from trial.happenings import (
    AccountClosed,
    PasswordChanged,
    PersonAdded,
    RoleGranted,
    RoleRevoked,
    SignedIn,
    SignInFailed,
)
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
"""Requirement R11: slow down, then lock for at most 15 minutes."""


@dataclass(frozen=True)
class Person:
    """An account as a page needs it: never the hash."""

    id: int
    username: str
    full_name: str
    must_change_password: bool
    roles: tuple[tuple[str, str | None], ...]

    def actor(self, role: str) -> Actor:
        """The person in one of the roles held. Raises KeyError for a role not held."""
        sites = [site for held, site in self.roles if held == role]
        if not sites:
            raise KeyError(role)
        return Actor(self.id, self.full_name, role, None if None in sites else frozenset(map(str, sites)))


def person(reader: Reader, person_id: int) -> Person:
    """The account with the roles that are not revoked. Raises NotFound."""
    return _person(reader, reader.the("person", id=person_id))


def _person(reader: Reader, row: Row) -> Person:
    held = reader.all("assignment", order_by="id", person_id=row["id"], revoked_at=None)
    pairs = tuple((a["role"], a["site_code"]) for a in held)
    return Person(row["id"], row["username"], row["full_name"], row["must_change_password"], pairs)


def add_person(
    username: str,
    full_name: str,
    *,
    uow: UnitOfWork,
    email: str | None = None,
    password: str | None = None,
    quick: bool = False,
) -> tuple[Person, str]:
    """Create an account; return it with its first password, which must be changed unless it was given here.

    Raises AlreadyExists for a name ever used: names are not given twice.
    """
    first = password or passwords.fresh()
    hashed = passwords.hashed(first, quick=quick)
    with uow:
        permit(uow.actor, "users.manage")
        if uow.one("person", username=username.lower()):
            raise AlreadyExists("person", username.lower())
        row = uow.insert(
            "person",
            username=username.lower(),
            full_name=full_name,
            email=email,
            password_hash=hashed,
            active=True,
            must_change_password=password is None,
            created_at=uow.clock.now(),
        )
        uow.record(PersonAdded(row["username"]))
        added = _person(uow, row)
        uow.commit()
    return added, first


def grant(username: str, role: str, site: str | None = None, *, uow: UnitOfWork) -> None:
    """Let a person act in a role, at one site or (None) wherever the role reaches. Raises Refused for an unknown role."""
    with uow:
        permit(uow.actor, "users.manage")
        if role not in roles.ROLES:
            raise Refused((role,))
        found = uow.the("person", username=username.lower())
        now = uow.clock.now()
        uow.insert(
            "assignment",
            person_id=found["id"],
            role=role,
            site_code=site,
            granted_at=now,
            granted_by=uow.actor.person_id,
        )
        uow.record(RoleGranted(found["username"], role, site))
        uow.commit()


def revoke(assignment_id: int, *, uow: UnitOfWork) -> None:
    """End one right and every session of its holder, at once."""
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("assignment", {"id": assignment_id}, revoked_at=uow.clock.now())
        holder = uow.the("person", id=row["person_id"])
        uow.record(RoleRevoked(holder["username"], row["role"], row["site_code"]))
        _end_sessions(uow, holder["id"])
        uow.commit()


def close_account(username: str, *, uow: UnitOfWork) -> None:
    """End an account; its name stays taken."""
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("person", {"username": username.lower()}, active=False)
        uow.record(AccountClosed(row["username"]))
        _end_sessions(uow, row["id"])
        uow.commit()


def change_password(old: str, new: str, *, uow: UnitOfWork) -> None:
    """The person's own change. Raises WrongPassword, or Refused when the new one is too short or the old one again."""
    if len(new) < passwords.SHORTEST or new == old:
        raise Refused(("password",))
    hashed = passwords.hashed(new)
    with uow:
        row = uow.the("person", id=uow.actor.person_id)
        if not passwords.matches(row["password_hash"], old):
            raise WrongPassword(row["username"])
        uow.update("person", {"id": row["id"]}, password_hash=hashed, must_change_password=False)
        uow.record(PasswordChanged(row["username"], must_change=False))
        uow.commit()


def reset_password(username: str, *, uow: UnitOfWork) -> str:
    """A new one-time password; it must be changed at first use, and every session ends."""
    first = passwords.fresh()
    hashed = passwords.hashed(first)
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("person", {"username": username.lower()}, password_hash=hashed, must_change_password=True)
        uow.record(PasswordChanged(row["username"], must_change=True))
        _end_sessions(uow, row["id"])
        uow.commit()
    return first


def set_password(username: str, password: str, *, uow: UnitOfWork) -> None:
    """Set a password that need not be changed: installations that show their passwords, such as the demo."""
    hashed = passwords.hashed(password)
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("person", {"username": username.lower()}, password_hash=hashed, must_change_password=False)
        uow.record(PasswordChanged(row["username"], must_change=False))
        uow.commit()


def sign_in(username: str, password: str, *, uow: UnitOfWork, address: str | None = None) -> Person:
    """Check name and password. Raises TooManyAttempts, or WrongPassword for a wrong name, password or closed account alike."""
    name = username.strip().lower()[:150]
    with uow:
        refuse_if_locked(uow, name)
        found = uow.one("person", username=name)
    right = passwords.matches(found["password_hash"] if found else None, password)
    with uow:
        if not _attempt(uow, name, right and found is not None and found["active"], address):
            uow.record(SignInFailed(name, "sign-in"))
            uow.commit()
            raise WrongPassword(name)
        assert found is not None
        signed = _person(uow, found)
        uow.record(SignedIn(name))
        uow.commit()
    return signed


def _attempt(uow: UnitOfWork, name: str, success: bool, address: str | None) -> bool:
    uow.put("login_attempt", username=name, at=uow.clock.now(), success=success, address=address)
    return success


def refuse_if_locked(uow: UnitOfWork, name: str) -> None:
    """Raise TooManyAttempts while the last failures of that name, unbroken by a success, are too many and too recent."""
    since = uow.clock.now() - LOCKED_FOR
    recent = [a for a in uow.all("login_attempt", order_by="at", username=name) if a["at"] > since]
    failures: list[Row] = []
    for attempt in recent:
        failures = [] if attempt["success"] else [*failures, attempt]
    if len(failures) >= MOST_FAILURES:
        raise TooManyAttempts(name, failures[-1]["at"] + LOCKED_FOR)


def _end_sessions(uow: UnitOfWork, person_id: int) -> None:
    uow.drop("session", {"person_id": person_id})
