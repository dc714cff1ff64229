"""Functions of REDCap's calculated fields: rounding, roots, powers, and those of many values."""

from decimal import Decimal

import pytest

from forms.derivations import redcap
from forms.logic import FUNCTIONS

CASES = [
    ("redcap_number", ("12",), 12),
    ("redcap_number", (" -1.50 ",), Decimal("-1.50")),
    ("redcap_number", (".5",), Decimal("0.5")),
    ("redcap_number", ("ten",), None),
    ("redcap_number", ("١",), None),
    ("redcap_number", ("1e9",), None),
    ("redcap_number", ("",), None),
    ("redcap_round", (Decimal("2.5"),), 3),
    ("redcap_round", (Decimal("-2.5"),), -3),
    ("redcap_round", (Decimal("2.345"), Decimal(2)), Decimal("2.35")),
    ("redcap_round", (Decimal(1234), Decimal(-2)), 1200),
    ("redcap_round", (Decimal(1), Decimal("1.5")), None),
    ("redcap_round", (Decimal(1), Decimal(999)), None),
    ("redcap_round", (Decimal(10) ** 30, Decimal(12)), Decimal(10) ** 30),
    ("redcap_rounddown", (Decimal("-2.1"),), -3),
    ("redcap_roundup", (Decimal("-2.9"),), -2),
    ("redcap_sqrt", (Decimal(9),), 3),
    ("redcap_sqrt", (Decimal(-9),), None),
    ("redcap_power", (Decimal(2), Decimal(10)), 1024),
    ("redcap_power", (Decimal(2), Decimal(-1)), Decimal("0.5")),
    ("redcap_power", (Decimal(9), Decimal("0.5")), 3),
    ("redcap_power", (Decimal(-9), Decimal("0.5")), None),
    ("redcap_power", (Decimal(0), Decimal(0)), 1),
    ("redcap_power", (Decimal(0), Decimal(-1)), None),
    ("redcap_power", (Decimal(10), Decimal(10**9)), None),
    ("redcap_sum", (Decimal(1), None, Decimal(2)), 3),
    ("redcap_sum", (None, None), None),
    ("redcap_mean", (Decimal(1), None, Decimal(2)), Decimal("1.5")),
    ("redcap_median", (Decimal(1), Decimal(9), Decimal(2)), 2),
    ("redcap_min", (Decimal(1), None, Decimal(-2)), -2),
    ("redcap_max", (None, Decimal(-2)), -2),
]


@pytest.mark.parametrize(("name", "inputs", "expected"), CASES)
def test_a_function_gives_what_redcap_gives(name: str, inputs: tuple, expected: Decimal | None) -> None:
    found = FUNCTIONS[name](*inputs)
    assert found is None if expected is None else found == expected


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
def test_a_blank_alone_is_unknown(name: str) -> None:
    assert FUNCTIONS[name](None) is None


def test_rounding_is_registered_under_its_name() -> None:
    assert FUNCTIONS["redcap_round"].function(Decimal("0.5")) == redcap.redcap_round(Decimal("0.5")) == 1
