"""Passwords: argon2id with the low-memory setting of RFC 9106, at most two hashes at a time."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
_TURN = BoundedSemaphore(2)  # 64 MiB each: a burst of sign-ins must not take the machine's memory
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hashed(password: str, *, quick: bool = False) -> str:
    """Return the hash to keep. `quick` is for invented people in simulated trials only."""
    with _TURN:
        return (_QUICK if quick else _HASHER).hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; False for an account without one."""
    with _TURN:
        try:
            _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def fresh() -> str:
    """A one-time password, to be changed at first use."""
    return secrets.token_urlsafe(12)


# Checked against when there is no such account, so that the answer takes as long as for one that exists.
_NOBODY = hashed(secrets.token_urlsafe(12))
