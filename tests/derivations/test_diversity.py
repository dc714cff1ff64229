"""Shannon index of a relative-abundance table."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.derivations.diversity import shannon_index
from forms.logic import FUNCTIONS

D = Decimal


def table(*abundances: str | None) -> tuple[Decimal | None, ...]:
    return tuple(None if a is None else D(a) for a in abundances)


@pytest.mark.parametrize(
    ("abundances", "index"),
    [
        (table("1"), "0"),
        (table("0.5", "0.5"), "0.6931"),  # ln 2
        (table("0.25", "0.25", "0.25", "0.25"), "1.3863"),  # ln 4
        (table("0.5", "0.25", "0.25"), "1.0397"),  # 1.5 ln 2
        (table("0.5", "0.5", "0", "0"), "0.6931"),
        (table("0.9", "0.1"), "0.3251"),
        (table("0.5", "0.501"), "0.6928"),  # within the tolerance of 0.001
    ],
)
def test_the_index_agrees_with_the_formula(abundances: tuple[Decimal | None, ...], index: str) -> None:
    assert shannon_index(abundances) == D(index)


@pytest.mark.parametrize(
    "abundances",
    [(), table("0.5", None), table("0.5", "0.4"), table("0.5", "0.502"), table("1.1", "-0.1"), table(None), table("0")],
)
def test_a_table_that_is_no_distribution_has_no_index(abundances: tuple[Decimal | None, ...]) -> None:
    assert shannon_index(abundances) is None


def test_no_table_has_no_index() -> None:
    assert FUNCTIONS["shannon_index"](None) is None


counts = st.lists(st.integers(0, 10_000), min_size=1, max_size=40).filter(lambda c: sum(c) > 0)


@given(counts, st.randoms(use_true_random=False))
def test_the_index_lies_between_0_and_the_log_of_the_taxa_in_any_order(counts: list[int], random: object) -> None:
    shares = [D(c) / sum(counts) for c in counts]
    index = shannon_index(shares)
    assert index is not None
    assert 0 <= index <= D(math.log(len(counts))) + D("0.0001")
    random.shuffle(shares)  # type: ignore[attr-defined]
    assert shannon_index(shares) == index
