"""One-time passwords by RFC 6238, with its own test vectors; each code counts once, within one step of 30 seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial import second_factor as sf

SECRET = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
}
"""RFC 6238, appendix B, SHA-1: eight digits; ours are the last six."""
NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
NOW = sf.step_of(NOON)


@pytest.mark.requirement("R14")
@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_codes_are_those_of_the_rfc(seconds, code):
    assert sf.code_at(SECRET, sf.step_of(datetime.fromtimestamp(seconds, UTC))) == code[2:]


@pytest.mark.parametrize(("step", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_one_step_early_and_one_step_late(step, counts):
    found = sf.accepted(SECRET, sf.code_at(SECRET, NOW + step), NOON, None)
    assert found == (NOW + step if counts else None)


@pytest.mark.parametrize(("seconds", "counts"), [(0, True), (59, True), (60, False), (-30, True), (-31, False)])
def test_a_code_dies_at_the_second(seconds, counts):
    """A step begins at noon: its code counts from 30 seconds before until 59 after."""
    at = NOON + timedelta(seconds=seconds)
    assert (sf.accepted(SECRET, sf.code_at(SECRET, NOW), at, None) is not None) is counts


@pytest.mark.requirement("R14")
def test_a_code_is_accepted_once():
    code = sf.code_at(SECRET, NOW)
    used = sf.accepted(SECRET, code, NOON, None)
    assert sf.accepted(SECRET, code, NOON, used) is None
    assert sf.accepted(SECRET, sf.code_at(SECRET, NOW - 1), NOON, used) is None
    assert sf.accepted(SECRET, sf.code_at(SECRET, NOW + 1), NOON, used) == NOW + 1


@pytest.mark.parametrize("typed", ["{} {}", " {}{} ", "{}-{}", "{}\t{}"])
def test_blanks_and_hyphens_do_not_matter(typed):
    code = sf.code_at(SECRET, NOW)
    assert sf.accepted(SECRET, typed.format(code[:3], code[3:]), NOON, None) == NOW


@pytest.mark.parametrize("typed", ["", "0", "abcdef", "12345", "1234567", "١٢٣٤٥٦", "é" * 6])
def test_anything_else_is_no_code(typed):
    assert sf.accepted(SECRET, typed, NOON, None) is None


@given(st.binary(min_size=sf.SECRET_BYTES, max_size=sf.SECRET_BYTES), st.integers(1, 8 * 10**9), st.integers(-1, 1))
def test_whatever_the_secret_a_code_within_the_drift_counts_and_leads_forward(secret, step, away):
    at = datetime.fromtimestamp(step * sf.STEP_SECONDS, UTC)
    # Two steps of one secret may show the same six digits: the earliest that is new is taken.
    found = sf.accepted(secret, sf.code_at(secret, step + away), at, None)
    assert found is not None
    assert abs(found - step) <= 1
    assert sf.accepted(secret, sf.code_at(secret, found), at, step + 1) is None


def test_a_secret_is_as_long_as_the_hash_and_never_the_same():
    secrets = {sf.fresh_secret() for _ in range(50)}
    assert {len(s) for s in secrets} == {20}
    assert len(secrets) == 50


def test_the_address_names_the_installation_and_the_person():
    address = sf.address(SECRET, "ada", "Vigil VIGIL-1")
    assert address.startswith("otpauth://totp/Vigil%20VIGIL-1:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    assert "issuer=Vigil%20VIGIL-1" in address


@pytest.mark.requirement("R14")
def test_ten_recovery_codes_that_can_be_copied_by_hand():
    codes = sf.recovery_codes()
    assert len(set(codes)) == sf.RECOVERY_CODES == 10
    assert {len(sf.bare(code)) for code in codes} == {12}
    assert not set("".join(codes)) & set("il0o1")


def test_a_recovery_code_is_used_up_and_belongs_to_one_person():
    codes = sf.recovery_codes()
    kept = [sf.recovery_digest(code, 7) for code in codes]
    assert sf.without(kept, codes[3], 8) is None
    left = sf.without(kept, codes[3].upper().replace("-", " "), 7)
    assert left == [k for n, k in enumerate(kept) if n != 3]
    assert sf.without(left, codes[3], 7) is None
    assert sf.without([], codes[0], 7) is None


def test_what_is_kept_shows_no_code():
    codes = sf.recovery_codes()
    kept = " ".join(sf.recovery_digest(code, 1) for code in codes)
    assert not [code for code in codes if sf.bare(code) in kept]
