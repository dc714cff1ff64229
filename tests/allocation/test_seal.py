"""Chapter: the seed at rest (PROTOCOL 6: nobody reads seed or next draw while accrual is open; R54)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.allocation.plans import SEED, seeds
from trial.draws import SeedInvalid
from trial.seal import KeyInvalid, SealBroken, seal, unseal

KEY = bytes(range(100, 132))
NONCE = bytes(12)
SEALED = seal(SEED, key=KEY, study="VIGIL-1", nonce=NONCE)


@given(seeds, seeds, st.text(min_size=1), st.binary(min_size=12, max_size=12))
def test_a_sealed_seed_opens_to_itself(seed, key, study, nonce):
    study = study.encode("utf-8", "ignore").decode()
    assert unseal(seal(seed, key=key, study=study, nonce=nonce), key=key, study=study) == seed


def test_the_seed_cannot_be_read_in_the_sealed_one():
    assert not any(SEED[i : i + 4] in SEALED for i in range(29))


@pytest.mark.parametrize("position", range(len(SEALED)))
def test_one_changed_byte_breaks_the_seal(position):
    changed = bytearray(SEALED)
    changed[position] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(changed), key=KEY, study="VIGIL-1")


@pytest.mark.parametrize("sealed", [b"", SEALED[:-1], SEALED + b"\0", SEALED[1:]])
def test_a_sealed_seed_of_another_length_breaks(sealed):
    with pytest.raises(SealBroken):
        unseal(sealed, key=KEY, study="VIGIL-1")


def test_another_study_cannot_use_it():
    with pytest.raises(SealBroken, match="study"):
        unseal(SEALED, key=KEY, study="VIGIL-2")


def test_another_key_does_not_open_it():
    with pytest.raises(SealBroken):
        unseal(SEALED, key=bytes(32), study="VIGIL-1")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused_and_not_shown(length):
    key = b"k" * length
    for act in (
        lambda: seal(SEED, key=key, study="S", nonce=NONCE),
        lambda: unseal(SEALED, key=key, study="S"),
    ):
        with pytest.raises(KeyInvalid, match=f"not {length}$"):
            act()


def test_a_short_nonce_and_a_short_seed_are_refused():
    with pytest.raises(KeyInvalid, match="nonce"):
        seal(SEED, key=KEY, study="S", nonce=b"short")
    with pytest.raises(SeedInvalid):
        seal(b"short", key=KEY, study="S", nonce=NONCE)


def test_the_same_seed_under_another_nonce_looks_different():
    assert seal(SEED, key=KEY, study="VIGIL-1", nonce=b"x" * 12)[13:] != SEALED[13:]
