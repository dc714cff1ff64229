"""The second factor of a person: enrolled by its owner with a code, removed by its owner with password and code, or by an administrator."""

from __future__ import annotations

import secrets

from trial import passwords, second_factor
from trial.actions import attempts
from trial.actions.permission import permit
from trial.errors import NotFound, Refused, WrongPassword
from trial.happenings import SignInFailed
from trial.happenings_people import SecondFactorBegun, SecondFactorEnrolled, SecondFactorRemoved, SecondFactorUsed
from trial.seal import NONCE_BYTES, open_secret, seal_secret
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

TABLE = "second_factor"
PURPOSE = "second factor"


def enrolled(reader: Reader, person_id: int) -> bool:
    """Whether a person signs in with a code."""
    row = reader.one(TABLE, person_id=person_id)
    return row is not None and row["enrolled_at"] is not None


def begin(*, uow: UnitOfWork, key: bytes, password: str = "", code: str = "") -> None:
    """Make a secret for who asks; it counts once `confirm` had a code of it. Where another counts already, password and code of that
    one are asked first. Raises WrongPassword (recorded) and TooManyAttempts.
    """
    secret = second_factor.fresh_secret()
    _prove_if_enrolled(uow, password, code, key)
    with uow:
        account = uow.the("person", id=uow.actor.person_id)
        sealed = seal_secret(secret, key=key, owner=_owner(account["id"]), nonce=secrets.token_bytes(NONCE_BYTES)).hex()
        if uow.one(TABLE, person_id=account["id"]) is None:
            uow.insert(TABLE, person_id=account["id"], pending=sealed)
        else:
            uow.update(TABLE, {"person_id": account["id"]}, pending=sealed)
        uow.record(SecondFactorBegun(account["username"]))
        uow.commit()


def pending(reader: Reader, person_id: int, key: bytes) -> bytes:
    """The secret that waits for its first code. Raises NotFound where none does."""
    row = reader.one(TABLE, person_id=person_id)
    if row is None or row["pending"] is None:
        raise NotFound(TABLE, {"person_id": person_id})
    return _opened(row, "pending", key)


def confirm(code: str, *, uow: UnitOfWork, key: bytes) -> tuple[str, ...]:
    """Prove that the telephone holds the secret; returns the recovery codes, which are shown once and kept hashed.

    Raises WrongPassword (recorded as an attempt), TooManyAttempts, NotFound when nothing was begun.
    """
    codes = second_factor.recovery_codes()
    with uow:
        account = uow.the("person", id=uow.actor.person_id)
        attempts.refuse_if_locked(uow, account["username"])
        secret, now = pending(uow, account["id"], key), uow.clock.now()
        row = uow.the(TABLE, person_id=account["id"])
        step = second_factor.accepted(secret, code, now, None)
        if step is not None:
            kept = [second_factor.recovery_digest(each, account["id"]) for each in codes]
            told = {
                "sealed": row["pending"],
                "pending": None,
                "enrolled_at": now,
                "last_step": step,
                "recovery": " ".join(kept),
            }
            uow.update(TABLE, {"person_id": account["id"]}, **told)
            uow.record(SecondFactorEnrolled(account["username"], len(codes)))
            uow.commit()
            return codes
    raise _refused(account, uow)


def remove(password: str, code: str, *, uow: UnitOfWork, key: bytes) -> None:
    """The owner's own removal. Raises WrongPassword (recorded), TooManyAttempts, NotFound where there is none."""
    _prove_if_enrolled(uow, password, code, key)
    with uow:
        account = uow.the("person", id=uow.actor.person_id)
        if not forgotten(uow, account["id"]):
            raise NotFound(TABLE, {"person_id": account["id"]})
        uow.record(SecondFactorRemoved(account["username"], "by its owner"))
        uow.commit()


def reset(username: str, reason: str, *, uow: UnitOfWork) -> None:
    """An administrator takes a second factor away, because the telephone was lost; the reason is kept. Raises Refused without one."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        permit(uow.actor, "users.manage")
        account = uow.the("person", username=username.lower())
        if not forgotten(uow, account["id"]):
            raise NotFound(TABLE, {"username": username})
        uow.record(SecondFactorRemoved(account["username"], reason.strip()))
        uow.commit()


def forgotten(uow: UnitOfWork, person_id: int) -> bool:
    """Empty the row of a person inside a unit of work; whether there was anything."""
    row = uow.one(TABLE, person_id=person_id)
    if row is None or (row["sealed"] is None and row["pending"] is None):
        return False
    nothing = {"pending": None, "sealed": None, "enrolled_at": None, "last_step": None, "recovery": None}
    uow.update(TABLE, {"person_id": person_id}, **nothing)
    return True


def right_code(uow: UnitOfWork, account: Row, typed: str, purpose: str, key: bytes) -> bool:
    """Whether a code, or a recovery code, is right; it is used up in the unit of work that is open. False for who has no second factor."""
    row = uow.one(TABLE, person_id=account["id"])
    if row is None or row["sealed"] is None:
        return False
    uow.lock(TABLE, {"person_id": account["id"]})
    row = uow.the(TABLE, person_id=account["id"])
    step = second_factor.accepted(_opened(row, "sealed", key), typed, uow.clock.now(), row["last_step"])
    left = None if step is not None else second_factor.without(_left(row), typed, account["id"])
    if step is None and left is None:
        return False
    used = {"last_step": step} if left is None else {"recovery": " ".join(left)}
    uow.update(TABLE, {"person_id": account["id"]}, **used)
    uow.record(SecondFactorUsed(account["username"], purpose, None if left is None else len(left)))
    return True


def _prove_if_enrolled(uow: UnitOfWork, password: str, code: str, key: bytes) -> None:
    with uow:
        account = uow.the("person", id=_own(uow))
        attempts.refuse_if_locked(uow, account["username"])
        if not enrolled(uow, account["id"]):
            return
    right = passwords.matches(account["password_hash"], password)
    with uow:
        if right and right_code(uow, account, code, PURPOSE, key):
            uow.commit()
            return
    raise _refused(account, uow)


def _refused(account: Row, uow: UnitOfWork) -> WrongPassword:
    with uow:
        attempts.failed(uow, account["username"], SignInFailed(account["username"], PURPOSE), PURPOSE)
        uow.commit()
    return WrongPassword(account["username"])


def _left(row: Row) -> list[str]:
    return (row["recovery"] or "").split()


def recovery_left(reader: Reader, person_id: int) -> int:
    """How many recovery codes of a person were not used."""
    row = reader.one(TABLE, person_id=person_id)
    return 0 if row is None else len(_left(row))


def _own(uow: UnitOfWork) -> int:
    assert uow.actor.person_id is not None, "the system has no second factor"
    return uow.actor.person_id


def _opened(row: Row, column: str, key: bytes) -> bytes:
    return open_secret(bytes.fromhex(row[column]), key=key, owner=_owner(row["person_id"]))


def _owner(person_id: int) -> str:
    return f"second-factor:{person_id}"
