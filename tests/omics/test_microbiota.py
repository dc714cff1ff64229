"""Chapter: the sums over the taxa of one sample, against values worked out by hand."""

import math
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forms.derivations.diversity import shannon_index
from trial.omics.microbiota import WHY, NoComposition, clr, composition, detection, without_zeros

COUNTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 100_000), min_size=2, max_size=12)


def test_counts_become_shares_and_the_reads_are_their_sum() -> None:
    made = composition({"A": 30, "B": 10, "C": 0})
    assert (made.kind, made.reads, made.shares) == ("counts", 40, {"A": 0.75, "B": 0.25, "C": 0.0})


def test_shares_stay_and_tell_no_reads() -> None:
    made = composition({"A": 0.75, "B": 0.25})
    assert (made.kind, made.reads, made.shares) == ("shares", None, {"A": 0.75, "B": 0.25})


def test_a_single_taxon_of_share_one_is_a_share() -> None:
    assert composition({"A": 1.0, "B": 0.0}).kind == "shares"


@pytest.mark.parametrize(
    ("values", "why", "taxon"),
    [
        ({"A": -1, "B": 2}, "negative", "A"),
        ({"A": math.nan, "B": 1}, "negative", "A"),
        ({"A": 1, "B": math.inf}, "negative", "B"),
        ({"A": 0, "B": 0}, "empty", ""),
        ({}, "empty", ""),
        ({"A": 0.5, "B": 0.4}, "unclosed", ""),
        ({"A": 1.5, "B": 2}, "unclosed", ""),
        ({"A": 0.5, "B": 0.500002}, "unclosed", ""),
    ],
)
def test_what_is_no_whole_is_refused_and_why(values: dict[str, float], why: str, taxon: str) -> None:
    with pytest.raises(NoComposition) as told:
        composition(values)
    assert (told.value.why, told.value.taxon) == (why, taxon)
    assert why in WHY


def test_closure_is_met_on_both_sides_of_a_millionth() -> None:
    assert composition({"A": 0.5, "B": 0.5000009}).kind == "shares"
    assert composition({"A": 0.5, "B": 0.4999991}).kind == "shares"


def test_zeros_are_replaced_and_ratios_stay() -> None:
    """(0.5, 0.5, 0) with delta 0.01: the zero is 0.01, the others 0.5 * (1 - 0.01) = 0.495."""
    assert without_zeros({"A": 0.5, "B": 0.5, "C": 0.0}, 0.01) == {"A": 0.495, "B": 0.495, "C": 0.01}
    assert without_zeros({"A": 0.25, "B": 0.75}, 0.01) == {"A": 0.25, "B": 0.75}


@pytest.mark.parametrize("delta", [0.0, -0.1, 0.5, 1.0])
def test_a_replacement_that_cannot_be_is_an_error(delta: float) -> None:
    with pytest.raises(ValueError, match="delta"):
        without_zeros({"A": 1.0, "B": 0.0, "C": 0.0}, delta)


def test_the_centred_log_ratio_by_hand() -> None:
    """(0.125, 0.5, 0.25, 0.125): ln of 2^-3, 2^-1, 2^-2, 2^-3; mean -9/4 ln 2; so -3/4, 5/4, 1/4, -3/4 of ln 2 = 0.693147."""
    made = clr({"A": 0.125, "B": 0.5, "C": 0.25, "D": 0.125}, 0.01)
    assert made == pytest.approx({"A": -0.5198604, "B": 0.8664340, "C": 0.1732868, "D": -0.5198604}, abs=1e-7)


def test_the_centred_log_ratio_with_a_zero_by_hand() -> None:
    """(0.495, 0.495, 0.01): ln -0.7031975, -0.7031975, -4.6051702; mean -2.0038551; so 1.3006576 twice and -2.6013151."""
    made = clr({"A": 0.5, "B": 0.5, "C": 0.0}, 0.01)
    assert made == pytest.approx({"A": 1.3006576, "B": 1.3006576, "C": -2.6013151}, abs=1e-6)


@given(COUNTS)
def test_the_centred_log_ratio_sums_to_nothing_and_keeps_the_order(counts: dict[str, int]) -> None:
    assume(sum(counts.values()) > 1)
    made = composition(counts)
    ratios = clr(made.shares, detection(made.reads) / len(counts))
    assert math.fsum(ratios.values()) == pytest.approx(0, abs=1e-8)
    assert all(ratios[a] <= ratios[b] + 1e-9 for a in counts for b in counts if counts[a] < counts[b])


@given(COUNTS, st.integers(2, 9))
def test_the_centred_log_ratio_does_not_depend_on_depth(counts: dict[str, int], times: int) -> None:
    assume(sum(counts.values()) > 1)
    deeper = {name: value * times for name, value in counts.items()}
    one, other = (clr(composition(each).shares, 1e-7) for each in (counts, deeper))
    assert one == pytest.approx(other, abs=1e-9)


def test_the_shannon_index_of_counts_by_hand() -> None:
    """(0.5, 0.25, 0.25): 0.5 ln 2 + 2 * 0.25 ln 4 = 1.5 ln 2 = 1.0397; a taxon of 0 adds nothing."""
    shares = composition({"A": 20, "B": 10, "C": 10, "D": 0}).shares
    assert shannon_index([Decimal(repr(v)) for v in shares.values()]) == Decimal("1.0397")


def test_half_a_read_is_what_could_just_not_be_seen() -> None:
    assert detection(10_000) == 0.00005
    assert detection(None) == 5e-7
