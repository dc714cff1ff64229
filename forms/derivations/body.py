"""Body measures, age at consent, and the interval from radiotherapy to operation."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

from forms.dates import AnyDate, PartialDate, completed_years, days_between
from forms.logic import derivation

ONE_PLACE = Decimal("0.1")


@derivation("bmi", version=1)
def bmi(height_cm: Decimal, weight_kg: Decimal) -> Decimal | None:
    """Body mass index, kg/m2, one place, halves away from zero: weight / (height in m)^2.

    None where the height is not above zero. Source: Quetelet index, WHO Technical Report 894 (2000).
    """
    if height_cm <= 0:
        return None
    return (weight_kg * 10_000 / (height_cm * height_cm)).quantize(ONE_PLACE, ROUND_HALF_UP)


@derivation("age_at_consent", version=1)
def age_at_consent(born: PartialDate, consented: AnyDate) -> tuple[int, int]:
    """Lowest and highest possible age in completed years on the consent date (PROTOCOL 2, IN7)."""
    return completed_years(born, consented)


@derivation("weeks_since_radiotherapy", version=1)
def weeks_since_radiotherapy(last_fraction: datetime.date, operation: datetime.date) -> Decimal | None:
    """Weeks from the last fraction to the operation, one place, negative where the operation came first.

    None where either date is partial. Source: PROTOCOL 7, timing of surgery.
    """
    days = days_between(last_fraction, operation)
    return None if days is None else (Decimal(days) / 7).quantize(ONE_PLACE, ROUND_HALF_UP)
