"""Passwords and signing in: the first password, its change, its age and history, the code after it, and credentials that were lost."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from trial import passwords
from trial.actions import attempts
from trial.actions.attempts import refuse_if_locked
from trial.actions.people import Person, end_sessions, of_row
from trial.actions.permission import permit
from trial.actions.second_factor import enrolled, forgotten, right_code
from trial.actor import SYSTEM
from trial.errors import CodeNeeded, NotAllowed, Refused, WrongPassword
from trial.happenings import PasswordChanged, SignedIn, SignInFailed
from trial.happenings_people import CredentialVoided
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

REMEMBERED = 5
"""How many passwords of the past are refused again, unless the installation says otherwise (R10)."""


@dataclass(frozen=True)
class Way:
    """How a sign-in goes at this installation: the key of sealed secrets, and whether delegation and training gate the roles."""

    key: bytes
    gated: bool = True
    address: str | None = None


def change_password(old: str, new: str, *, uow: UnitOfWork, remembered: int = REMEMBERED) -> None:
    """The person's own change. Raises WrongPassword, or Refused when the new one is too short or one of the last `remembered`."""
    if len(new) < passwords.SHORTEST or new == old:
        raise Refused(("password",))
    hashed = passwords.hashed(new)
    with uow:
        row = uow.the("person", id=uow.actor.person_id)
        if not passwords.matches(row["password_hash"], old):
            raise WrongPassword(row["username"])
        if any(passwords.matches(kept, new) for kept in _last(uow, row["id"], remembered)):
            raise Refused(("password",))
        _set(uow, row, hashed, must_change=False)
        uow.commit()


def _last(reader: Reader, person_id: int, remembered: int) -> list[str]:
    past = reader.all("password_past", order_by="id", person_id=person_id)
    return [row["password_hash"] for row in past[-remembered:]] if remembered else []


def _set(uow: UnitOfWork, row: Row, hashed: str, *, must_change: bool) -> None:
    uow.update("person", {"id": row["id"]}, password_hash=hashed, must_change_password=must_change)
    uow.insert("password_past", person_id=row["id"], password_hash=hashed, set_at=uow.clock.now())
    uow.record(PasswordChanged(row["username"], must_change=must_change))


def reset_password(username: str, *, uow: UnitOfWork) -> str:
    """A new one-time password; it must be changed at first use, and every session ends."""
    first = passwords.fresh()
    hashed = passwords.hashed(first)
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.the("person", username=username.lower())
        _set(uow, row, hashed, must_change=True)
        end_sessions(uow, row["id"])
        uow.commit()
    return first


def set_password(username: str, password: str, *, uow: UnitOfWork) -> None:
    """Set a password that need not be changed: installations that show their passwords, such as the demo. The system's alone:
    a password an administrator knows signs nothing (21 CFR 11.200(a)(3)).
    """
    hashed = passwords.hashed(password)
    if uow.actor != SYSTEM:
        raise NotAllowed(uow.actor.role, "users.manage")
    with uow:
        _set(uow, uow.the("person", username=username.lower()), hashed, must_change=False)
        uow.commit()


def void_credentials(username: str, reason: str, *, uow: UnitOfWork) -> None:
    """Password and second factor were lost, or others know them: neither works from now on, and every session ends (R13)."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("person", {"username": username.lower()}, password_hash=None, must_change_password=True)
        forgotten(uow, row["id"])
        uow.record(CredentialVoided(row["username"], reason.strip()))
        end_sessions(uow, row["id"])
        uow.commit()


def sign_in(username: str, password: str, *, uow: UnitOfWork, way: Way) -> Person:
    """Check name and password. Raises TooManyAttempts, WrongPassword for a wrong name, password or closed account alike, and
    CodeNeeded when both are right and the person has a second factor.
    """
    name = username.strip().lower()[:150]
    with uow:
        refuse_if_locked(uow, name)
        found = uow.one("person", username=name)
    right = passwords.matches(found["password_hash"] if found else None, password)
    if found is None or not right or not found["active"]:
        raise _refused(name, "sign-in", uow, way)
    with uow:
        if enrolled(uow, found["id"]):
            raise CodeNeeded(found["id"], name, _print(found))
        return _signed_in(uow, found, way)


def enter_code(asked: CodeNeeded, code: str, *, uow: UnitOfWork, way: Way) -> Person:
    """The second step: a code of the second factor, or a recovery code. Raises WrongPassword (recorded) and TooManyAttempts; so it does
    when the password was changed or the account closed meanwhile.
    """
    with uow:
        refuse_if_locked(uow, asked.username)
        found = uow.the("person", id=asked.person_id)
        if found["active"] and _print(found) == asked.password and right_code(uow, found, code, "sign-in", way.key):
            return _signed_in(uow, found, way)
    raise _refused(asked.username, "second factor", uow, way)


def _signed_in(uow: UnitOfWork, found: Row, way: Way) -> Person:
    attempts.succeeded(uow, found["username"], way.address)
    signed = of_row(uow, found, on=uow.clock.today(), gated=way.gated)
    uow.record(SignedIn(found["username"]))
    uow.commit()
    return signed


def _refused(name: str, purpose: str, uow: UnitOfWork, way: Way) -> WrongPassword:
    with uow:
        attempts.failed(uow, name, SignInFailed(name, purpose), purpose, way.address)
        uow.commit()
    return WrongPassword(name)


def _print(account: Row) -> str:
    """Names the password that was checked, so that a code typed after a change of it opens nothing."""
    return hashlib.sha256(str(account["password_hash"]).encode()).hexdigest()[:32]
