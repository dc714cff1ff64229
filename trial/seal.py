"""The allocation seed at rest: AES-256-GCM under a key from outside the database, bound to its study.

Layout of a sealed seed: version byte 1, nonce of 12 bytes, ciphertext with its tag of 16 bytes. The study id is
associated data: a sealed seed moved to another study does not open (NIST SP 800-38D).
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trial.draws import SEED_BYTES, SeedInvalid
from trial.errors import VigilError

KEY_BYTES = 32
NONCE_BYTES = 12
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
    if len(nonce) != NONCE_BYTES:
        raise KeyInvalid(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return VERSION + nonce + _cipher(key).encrypt(nonce, seed, study.encode())


def unseal(sealed: bytes, *, key: bytes, study: str) -> bytes:
    """The seed of a sealed one; raises SealBroken and KeyInvalid."""
    body = sealed.removeprefix(VERSION)
    if len(sealed) != len(VERSION) + NONCE_BYTES + SEED_BYTES + 16 or len(body) == len(sealed):
        raise SealBroken("this is no sealed seed of version 1")
    try:
        return _cipher(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], study.encode())
    except InvalidTag:
        raise SealBroken("the sealed seed was changed, or the key or the study is another one") from None


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY_BYTES:
        raise KeyInvalid(f"a sealing key has {KEY_BYTES} bytes, not {len(key)}")
    return AESGCM(key)
