"""The second factor: time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, 6 digits) and recovery codes.

A code counts in its own step of 30 seconds and in the one before and after, because clocks of telephones drift; the step that was
used is kept, so that a code that was looked over a shoulder is worth nothing a second later (RFC 6238 section 5.2).
Drawing a secret is the only chance here; it comes from the system and is written down nowhere but in the sealed row.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

import pyotp

SECRET_BYTES = 20
"""As long as the hash RFC 4226 is built on (section 4, R6)."""
STEP_SECONDS = 30
DRIFT = 1
"""Steps that a code may be early or late."""
DIGITS = 6
RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: these are copied by hand
_RECOVERY_LENGTH = 12


def fresh_secret() -> bytes:
    """A new secret, `SECRET_BYTES` long."""
    return secrets.token_bytes(SECRET_BYTES)


def as_text(secret: bytes) -> str:
    """The secret as an authenticator takes it by hand: base 32, without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, username: str, installation: str) -> str:
    """The otpauth address that the square code holds."""
    return _totp(secret).provisioning_uri(name=username, issuer_name=installation)


def step_of(instant: datetime) -> int:
    """The number of the step of 30 seconds since 1970 in which an instant lies."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The code of one step."""
    return str(_totp(secret).at(step * STEP_SECONDS))


def accepted(secret: bytes, typed: str, at: datetime, used: int | None) -> int | None:
    """The step whose code was typed, or None. `used`: the last step that was accepted; it and any before it count no more."""
    code, now, found = bare(typed), step_of(at), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        # Every step is compared, and in constant time, so that the answer takes as long whichever it is.
        right = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if right and found is None and (used is None or step > used):
            found = step
    return found


def bare(typed: str) -> str:
    """What was typed without the blanks and hyphens that people put in, small letters."""
    return "".join(c for c in typed.lower() if not c.isspace() and c != "-")


def recovery_codes() -> tuple[str, ...]:
    """Ten codes that each work once, of 59 bits, written in groups of four."""
    return tuple(_grouped(_drawn()) for _ in range(RECOVERY_CODES))


def recovery_digest(code: str, person_id: int) -> str:
    """What is kept of a recovery code. The codes are drawn, so no slow hash is needed; the person's id keeps two apart."""
    return hashlib.sha256(f"{person_id}:{bare(code)}".encode()).hexdigest()


def without(kept: Iterable[str], typed: str, person_id: int) -> list[str] | None:
    """The digests that are left once the typed recovery code is used up; None when it is none of them."""
    digest, known = recovery_digest(typed, person_id), list(kept)
    left = [d for d in known if not hmac.compare_digest(d, digest)]
    return left if len(left) < len(known) else None


def _drawn() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_RECOVERY_LENGTH))


def _grouped(code: str) -> str:
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def _totp(secret: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(as_text(secret), digits=DIGITS, interval=STEP_SECONDS)
