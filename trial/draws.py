"""Random numbers that a third party can repeat: HMAC-SHA256 of a counter under a secret seed (PROTOCOL 6; RFC 2104).

The bytes, so that any language can replay a draw:

1. key: the seed, 32 bytes;
2. message: `study`, a colon, `n` in decimal without leading zeros, as UTF-8, for example `VIGIL-1:17`; a draw that belongs
   to a list of its own has the name of the list between them, `study:list:n`. Draws count from 1;
3. digest: HMAC-SHA256 of the message, 32 bytes; its first 8 bytes are read as a big-endian integer and shifted right by 11.

That leaves an integer of 53 bits, which a double holds exactly; the draw is this integer divided by 2**53, in [0, 1).
"""

import hashlib
import hmac

SEED_BYTES = 32
BITS = 53
SCALE = 1 << BITS


class SeedInvalid(ValueError):
    """A seed that is not 256 bits. Never carries the seed."""

    def __init__(self, length: int) -> None:
        super().__init__(f"a seed has {SEED_BYTES} bytes, not {length}")
        self.length = length


def bits(seed: bytes, study: str, n: int, name: str | None = None) -> int:
    """The 53 random bits of draw `n` (from 1), as an integer in [0, 2**53); raises SeedInvalid."""
    if len(seed) != SEED_BYTES:
        raise SeedInvalid(len(seed))
    if n < 1:
        raise ValueError(f"draws count from 1, not {n}")
    label = study if name is None else f"{study}:{name}"
    digest = hmac.digest(seed, f"{label}:{n}".encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> (64 - BITS)


def draw(seed: bytes, study: str, n: int, name: str | None = None) -> float:
    """Draw `n` (from 1) as a number in [0, 1), exact in a double; raises SeedInvalid."""
    return bits(seed, study, n, name) / SCALE


def below(limit: int, seed: bytes, study: str, n: int, name: str) -> int:
    """Draw `n` as a whole number in 0..limit-1: floor(bits * limit / 2**53), in integers, so that no rounding can differ."""
    return (bits(seed, study, n, name) * limit) >> BITS


def commitment(seed: bytes) -> str:
    """SHA-256 of the seed in hex: published when the trial opens, compared when the seed is revealed; raises SeedInvalid."""
    if len(seed) != SEED_BYTES:
        raise SeedInvalid(len(seed))
    return hashlib.sha256(seed).hexdigest()
