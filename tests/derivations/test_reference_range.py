"""LOW, NORMAL, HIGH against a reference range, with censored results and absent limits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.derivations.reference_range import exceeds, falls_below, reaches, reference_indicator, si_value

D = Decimal
amounts = st.decimals(0, 50, places=2)


def number(text: str | None) -> Decimal | None:
    return None if text is None else D(text)


@pytest.mark.parametrize(
    ("operator", "value", "low", "high", "indicator"),
    [
        ("=", "3.9", "4", "10", "LOW"),
        ("=", "4", "4", "10", "NORMAL"),
        ("=", "10", "4", "10", "NORMAL"),
        ("=", "10.01", "4", "10", "HIGH"),
        ("=", "0", "4", "10", "LOW"),
        ("<", "4", "4", "10", "LOW"),
        ("<", "3", "4", "10", "LOW"),
        ("<", "5", "4", "10", None),
        ("<", "20", "4", "10", None),
        (">", "10", "4", "10", "HIGH"),
        (">", "11", "4", "10", "HIGH"),
        (">", "9", "4", "10", None),
        (">", "3", "4", "10", None),
        ("=", "5", None, "5", "NORMAL"),
        ("=", "5.1", None, "5", "HIGH"),
        ("<", "0.5", None, "5", "NORMAL"),
        ("<", "5", None, "5", "NORMAL"),
        ("<", "6", None, "5", None),
        (">", "1000", None, "5", "HIGH"),
        ("=", "3", "4", None, "LOW"),
        ("=", "5", "4", None, "NORMAL"),
        (">", "4", "4", None, "NORMAL"),
        ("=", "5", None, None, None),
        ("=", None, "4", "10", None),
        (None, "5", "4", "10", None),
        (None, None, None, None, None),
    ],
)
def test_a_result_is_judged_only_where_every_value_it_stands_for_agrees(
    operator: str | None, value: str | None, low: str | None, high: str | None, indicator: str | None
) -> None:
    assert reference_indicator(operator, number(value), number(low), number(high)) == indicator


@given(amounts, amounts, amounts, amounts)
def test_a_censored_verdict_holds_for_every_value_it_stands_for(
    limit: Decimal, true_value: Decimal, one: Decimal, other: Decimal
) -> None:
    low, high = sorted((one, other))
    operator = "<" if true_value < limit else ">"
    if true_value != limit:
        censored = reference_indicator(operator, limit, low, high)
        assert censored in (None, reference_indicator("=", true_value, low, high))


@given(st.sampled_from(("=", "<", ">")), amounts, amounts)
def test_no_result_lies_on_both_sides_of_a_limit(operator: str, value: Decimal, limit: Decimal) -> None:
    assert not (exceeds(operator, value, limit) and falls_below(operator, value, limit))
    assert exceeds(operator, value, None) is falls_below(operator, value, None) is None


@pytest.mark.parametrize(
    ("value", "factor", "si"), [("13.2", "10", "132"), ("1.0", "88.42", "88.42"), ("0", "17.104", "0")]
)
def test_conversion_to_si_is_exact(value: str, factor: str, si: str) -> None:
    assert si_value(D(value), D(factor)) == D(si)


@pytest.mark.parametrize(
    ("operator", "value", "reached"),
    [
        ("=", "9.99", False),
        ("=", "10", True),
        ("<", "10", False),
        ("<", "10.01", None),
        (">", "10", True),
        (">", "9.99", None),
    ],
)
def test_a_limit_is_reached_at_the_limit(operator: str, value: str, reached: bool | None) -> None:
    assert reaches(operator, D(value), D(10)) is reached
    assert reaches(operator, D(value), None) is None
