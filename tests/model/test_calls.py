"""Chapter: what a stored call says. Contributions in log odds, completeness, flags, and what a second call changed."""

import hashlib
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial import calls
from trial.calls import Change, Known


def given_input(name, value, modality="clinical", note=None):
    return {
        "name": name,
        "modality": modality,
        "value": value,
        "unit": None,
        "source": None,
        "note": note,
        "age_days": None,
    }


def call(*inputs, digest="5" * 64, manifest="7" * 64, probability="0.630000", contributions=None):
    return {"inputs": list(inputs), "digest": digest, "versions": {"manifest": manifest}, "probability": probability,
            "contributions": contributions}  # fmt: skip


@pytest.mark.parametrize(
    ("p", "without", "turn", "log_odds"),
    [
        # ln(0.63/0.37) - ln(0.41/0.59) = 0.532217 + 0.363965 = 0.896182
        ("0.630000", "0.410000", "raised", 0.896182),
        # ln(0.5/0.5) - ln(0.8/0.2) = 0 - 1.386294
        ("0.500000", "0.800000", "lowered", -1.386294),
        ("0.500000", "0.500000", "same", 0.0),
        ("0.500000", None, "missing", None),
        # A probability of 1 is taken as 0.999999: ln(999999) = 13.815510; without it 0.5.
        ("1.000000", "0.500000", "raised", 13.81551),
        ("0.000000", "0.500000", "lowered", -13.81551),
    ],
)
def test_a_contribution_is_a_difference_of_log_odds(p, without, turn, log_odds):
    (found,) = calls.contributions(call(probability=p, contributions=[{"modality": "radiomics", "without": without}]))
    assert found.turn == turn
    assert found.log_odds == (None if log_odds is None else pytest.approx(log_odds, abs=1e-5))


@pytest.mark.parametrize(("probability", "contributions"), [(None, None), ("0.5", None), ("0.5", [])])
def test_a_call_that_kept_none_has_none(probability, contributions):
    assert calls.contributions(call(probability=probability, contributions=contributions)) == ()


def test_a_call_older_than_contributions_has_none():
    older = call()
    del older["contributions"]
    assert calls.contributions(older) == ()


@given(st.integers(1, 999_999), st.integers(1, 999_999))
def test_what_one_modality_gives_another_call_would_take_back(p, q):
    there, back = (calls.Contribution("m", Decimal(a) / 1_000_000, Decimal(b) / 1_000_000) for a, b in ((p, q), (q, p)))
    assert math.isclose(there.log_odds, -back.log_odds, abs_tol=1e-12)
    assert (there.turn == "raised") == (there.log_odds > 0)


def test_completeness_counts_each_modality_in_the_order_of_the_model():
    inputs = [
        given_input("a", "1.0"), given_input("b", None), given_input("c", "0.0", "radiomics"), given_input("d", None, "ctDNA"),
    ]  # fmt: skip
    assert calls.completeness(inputs) == (Known("clinical", 1, 2), Known("radiomics", 1, 1), Known("ctDNA", 0, 1))


def test_zero_is_known():
    assert calls.completeness([given_input("a", "0.0")]) == (Known("clinical", 1, 1),)


def test_only_what_is_out_of_range_is_flagged_so():
    inputs = [
        given_input("a", "999.0", note="out-of-range"),
        given_input("b", None, note="not-done"),
        given_input("c", "1.0"),
    ]
    assert [each["name"] for each in calls.out_of_range(inputs)] == ["a"]


def test_the_first_call_changed_nothing():
    assert calls.changes(None, call(given_input("a", "1.0"))) == ()


@pytest.mark.parametrize(
    ("then", "now", "found"),
    [
        ("60.0", "60.0", ()),
        ("60.0", "55.0", (Change("a", "60.0", "55.0"),)),
        ("60.0", None, (Change("a", "60.0", None),)),
        (None, "55.0", (Change("a", None, "55.0"),)),
        (None, None, ()),
    ],
)
def test_a_change_names_the_input_with_both_numbers(then, now, found):
    assert calls.changes(call(given_input("a", then)), call(given_input("a", now))) == found


def test_an_input_of_one_model_only_is_a_change():
    found = calls.changes(call(given_input("a", "1.0")), call(given_input("b", "2.0")))
    assert found == (Change("b", None, "2.0"), Change("a", "1.0", None))


def test_a_call_whose_manifest_could_not_be_read_is_compared_with_nothing():
    answered, unread = call(given_input("a", "1.0")), call()
    assert calls.compared_with([answered, unread]) is answered
    assert calls.compared_with([unread]) is None
    assert calls.changes(answered, unread) == ()


@pytest.mark.parametrize(
    ("digest", "manifest", "other"),
    [("5" * 64, "7" * 64, False), ("6" * 64, "7" * 64, True), ("5" * 64, "8" * 64, True)],
)
def test_another_model_is_told_by_its_weights_or_its_manifest(digest, manifest, other):
    assert calls.another_model(call(), digest, manifest) is other


def test_a_call_that_did_not_keep_its_manifest_is_told_by_its_weights():
    older = call() | {"versions": {}}
    assert not calls.another_model(older, "5" * 64, "8" * 64)
    assert calls.another_model(older, "6" * 64, "8" * 64)


def test_the_digest_of_a_vector_is_that_of_its_names_and_numbers():
    inputs = [given_input("a", "1.0"), given_input("b", None, note="not-done")]
    assert calls.vector_digest(inputs) == hashlib.sha256(b'[["a","1.0"],["b",null]]').hexdigest()


def test_another_order_another_number_or_another_name_is_another_vector():
    a, b = given_input("a", "1.0"), given_input("b", None)
    found = {calls.vector_digest(v) for v in ([a, b], [b, a], [a], [a | {"value": "1.1"}, b], [a | {"name": "c"}, b])}
    assert len(found) == 5
    assert calls.vector_digest([a, b | {"note": "not-done"}]) == calls.vector_digest([a, b])
