"""Chapter: the random numbers behind an allocation, which a third party can repeat."""

import hashlib
import hmac
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tests.allocation.plans import OTHER_SEED, SEED, seeds
from trial.draws import SeedInvalid, below, bits, commitment, draw


def test_the_keyed_hash_is_the_one_of_rfc_4231_case_2():
    found = hmac.digest(b"Jefe", b"what do ya want for nothing?", "sha256").hex()
    assert found == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_the_keyed_hash_is_the_one_of_rfc_4231_case_1():
    found = hmac.digest(b"\x0b" * 20, b"Hi There", "sha256").hex()
    assert found == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"


def test_a_draw_is_the_first_53_bits_of_the_digest_written_out_by_hand():
    digest = hmac.new(SEED, b"VIGIL-1:17", hashlib.sha256).digest()
    first_53 = "".join(f"{byte:08b}" for byte in digest)[:53]
    assert bits(SEED, "VIGIL-1", 17) == int(first_53, 2)
    assert draw(SEED, "VIGIL-1", 17) == int(first_53, 2) / 9007199254740992


def test_a_draw_of_a_list_has_the_name_of_the_list_in_its_message():
    digest = hmac.new(SEED, b"VIGIL-1:response=CCR;regimen=IO:3", hashlib.sha256).digest()
    assert bits(SEED, "VIGIL-1", 3, "response=CCR;regimen=IO") == int.from_bytes(digest, "big") >> (256 - 53)


def test_the_message_is_utf_8_where_a_study_id_is_not_ascii():
    digest = hmac.new(SEED, "试验:1".encode(), hashlib.sha256).digest()
    assert bits(SEED, "试验", 1) == int.from_bytes(digest, "big") >> 203


# Computed with openssl: printf 'VIGIL-1:1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102...1f
OPENSSL = "f57777bee9ccd986706188bc7e225230dddfc6868ae6de6928f7b1413933590c"


def test_the_first_draw_agrees_with_openssl():
    assert bits(SEED, "VIGIL-1", 1) == int(OPENSSL[:14], 16) >> 3


@given(seeds, st.integers(1, 10_000), st.integers(1, 12))
def test_every_draw_lies_in_its_range(seed, n, limit):
    assert 0 <= draw(seed, "S", n) < 1
    assert 0 <= below(limit, seed, "S", n, "list") < limit


@given(seeds, st.integers(1, 10_000), st.integers(1, 12))
def test_a_whole_number_is_the_floor_of_the_draw_times_its_limit(seed, n, limit):
    exact = bits(seed, "S", n, "list") * limit // 2**53
    assert below(limit, seed, "S", n, "list") == exact
    assert abs(exact - math.floor(draw(seed, "S", n, "list") * limit)) <= 1


def test_draws_are_spread_evenly_over_twenty_bins():
    found = [int(draw(SEED, "VIGIL-1", n) * 20) for n in range(1, 10_001)]
    assert stats.chisquare([found.count(i) for i in range(20)]).pvalue > 0.001


def test_neighbouring_draws_are_not_correlated():
    found = [draw(SEED, "VIGIL-1", n) for n in range(1, 10_001)]
    assert abs(stats.pearsonr(found[:-1], found[1:]).statistic) < 0.03


def test_another_seed_another_study_and_another_list_give_other_draws():
    mine = [bits(SEED, "A", n) for n in range(1, 50)]
    assert not set(mine) & {bits(OTHER_SEED, "A", n) for n in range(1, 50)}
    assert not set(mine) & {bits(SEED, "B", n) for n in range(1, 50)}
    assert not set(mine) & {bits(SEED, "A", n, "list") for n in range(1, 50)}


@pytest.mark.parametrize("seed", [b"", b"short", bytes(31), bytes(33)])
def test_a_seed_that_is_not_256_bits_is_refused_and_not_shown(seed):
    for act in (lambda: draw(seed, "S", 1), lambda: commitment(seed)):
        with pytest.raises(SeedInvalid, match=f"not {len(seed)}$") as refused:
            act()
        assert refused.value.length == len(seed)


@pytest.mark.parametrize("n", [0, -1])
def test_draws_count_from_one(n):
    with pytest.raises(ValueError, match="count from 1"):
        draw(SEED, "S", n)


def test_the_commitment_is_the_sha_256_of_the_seed():
    # NIST CAVP SHA-256 short messages (SHA256ShortMsg.rsp), Len = 256.
    message = bytes.fromhex("09fc1accc230a205e4a208e64a8f204291f581a12756392da4b8c0cf5ef02b95")
    assert commitment(message) == "4f44c1c7fbebb6f9601829f3897bfd650c56fa07844be76489076356ac1886a4"


def test_one_changed_bit_changes_the_commitment():
    assert commitment(SEED) != commitment(bytes([SEED[0] ^ 1]) + SEED[1:])
