"""Functions of REDCap's calculated fields, on decimals; round halves away from zero, as REDCap's server does.

A blank makes the result unknown, except in those of many values (sum, mean, min, max), which pass over blanks as REDCap does
and are unknown only when every value is blank. Source: REDCap help and FAQ, "Special Functions".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from statistics import mean, median

from forms.logic import derivation

MOST_PLACES = 12
MOST_DIGITS = 25
"""More than a decimal keeps (28) cannot be rounded to, and has nothing to round."""
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})", re.ASCII)


@derivation("redcap_number", version=1)
def redcap_number(text: str) -> Decimal | None:
    """The number a text or a code stands for; None where it stands for none."""
    return Decimal(text) if _NUMBER.fullmatch(text.strip()) else None


def _rounded(rounding: str) -> Callable[..., Decimal | None]:
    def rounded(value: Decimal, places: Decimal = Decimal(0)) -> Decimal | None:
        if places != int(places) or abs(places) > MOST_PLACES:
            return None
        if Decimal(value).adjusted() + places > MOST_DIGITS:
            return value
        return Decimal(value).quantize(Decimal(1).scaleb(-int(places)), rounding)

    return rounded


redcap_round = derivation("redcap_round", version=1)(_rounded(ROUND_HALF_UP))
redcap_rounddown = derivation("redcap_rounddown", version=1)(_rounded(ROUND_FLOOR))
redcap_roundup = derivation("redcap_roundup", version=1)(_rounded(ROUND_CEILING))


@derivation("redcap_sqrt", version=1)
def redcap_sqrt(value: Decimal) -> Decimal | None:
    """The square root; None of a negative number."""
    return None if value < 0 else Decimal(value).sqrt()


@derivation("redcap_power", version=1)
def redcap_power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """`base` to the `exponent`; None where that is no number or one of more than 50 digits."""
    if base == 0 and exponent <= 0:
        return Decimal(1) if exponent == 0 else None
    if base < 0 and exponent != int(exponent):
        return None
    if base and abs(Decimal(base).adjusted() + 1) * abs(exponent) > 50:
        return None
    return Decimal(Decimal(base) ** Decimal(exponent))


def _of_known(name: str, conclude: Callable[[list[Decimal]], Decimal]) -> Callable[..., Decimal | None]:
    def of_known(*values: Decimal | None) -> Decimal | None:
        known = [Decimal(value) for value in values if value is not None]
        return conclude(known) if known else None

    return derivation(name, version=1, takes_unknown=True)(of_known)


redcap_sum = _of_known("redcap_sum", lambda values: sum(values, Decimal(0)))
redcap_mean = _of_known("redcap_mean", mean)
redcap_median = _of_known("redcap_median", median)
redcap_min = _of_known("redcap_min", min)
redcap_max = _of_known("redcap_max", max)
