"""Secrets at rest, the allocation seed first of all: AES-256-GCM under a key from outside the database, bound to their owner.

Layout of what is sealed: version byte 1, nonce of 12 bytes, ciphertext with its tag of 16 bytes. The owner (the study of a seed,
the person of a second factor) is associated data: what is moved to another row does not open (NIST SP 800-38D).
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trial.draws import SEED_BYTES, SeedInvalid
from trial.errors import VigilError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
VERSION = b"\x01"


@dataclass(eq=False)
class SealBroken(VigilError):
    """A sealed seed that was changed, belongs to another study, or was sealed under another key; `detail` says which it can be."""

    detail: str


class KeyInvalid(ValueError):
    """A sealing key or nonce of the wrong length. Never carries the key."""


def seal(seed: bytes, *, key: bytes, study: str, nonce: bytes) -> bytes:
    """Encrypt a seed. `nonce`: 12 bytes from the caller's random source, never used twice under one key.

    Raises SeedInvalid and KeyInvalid.
    """
    if len(seed) != SEED_BYTES:
        raise SeedInvalid(len(seed))
    return seal_secret(seed, key=key, owner=study, nonce=nonce)


def unseal(sealed: bytes, *, key: bytes, study: str) -> bytes:
    """The seed of a sealed one; raises SealBroken and KeyInvalid."""
    if len(sealed) != len(VERSION) + NONCE_BYTES + SEED_BYTES + TAG_BYTES:
        raise SealBroken("this is no sealed seed of version 1")
    return open_secret(sealed, key=key, owner=study)


def seal_secret(secret: bytes, *, key: bytes, owner: str, nonce: bytes) -> bytes:
    """Encrypt any secret of that owner; `nonce` as for a seed. Raises KeyInvalid."""
    if len(nonce) != NONCE_BYTES:
        raise KeyInvalid(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return VERSION + nonce + _cipher(key).encrypt(nonce, secret, owner.encode())


def open_secret(sealed: bytes, *, key: bytes, owner: str) -> bytes:
    """The secret of a sealed one; raises SealBroken and KeyInvalid."""
    body = sealed.removeprefix(VERSION)
    if len(sealed) < len(VERSION) + NONCE_BYTES + TAG_BYTES or len(body) == len(sealed):
        raise SealBroken("this is no sealed seed of version 1")
    try:
        return _cipher(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], owner.encode())
    except InvalidTag:
        raise SealBroken("the sealed seed was changed, or the key or the study is another one") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise KeyInvalid(f"a sealing key has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)
