"""A laboratory result against its reference range. Limits come as arguments: they differ by site, sex and date."""

from decimal import Decimal

from forms.logic import derivation

LOW, NORMAL, HIGH = "LOW", "NORMAL", "HIGH"


@derivation("si_value", version=1)
def si_value(value: Decimal, factor: Decimal) -> Decimal:
    """The result in the SI unit: value x factor of its unit. Exact."""
    return value * factor


def exceeds(operator: str, value: Decimal, limit: Decimal | None) -> bool | None:
    """Whether the true result lies above a limit: None where a censored result ("<", ">") leaves it open."""
    if limit is None:
        return None
    if operator == "<":
        return False if value <= limit else None
    return (True if value >= limit else None) if operator == ">" else value > limit


def reaches(operator: str, value: Decimal, limit: Decimal | None) -> bool | None:
    """Whether the true result lies at or above a limit: None where a censored result leaves it open."""
    if limit is None:
        return None
    if operator == "<":
        return False if value <= limit else None
    return (True if value >= limit else None) if operator == ">" else value >= limit


def falls_below(operator: str, value: Decimal, limit: Decimal | None) -> bool | None:
    """Whether the true result lies below a limit: None where a censored result leaves it open."""
    if limit is None:
        return None
    if operator == ">":
        return False if value >= limit else None
    return (True if value <= limit else None) if operator == "<" else value < limit


@derivation("reference_indicator", version=1, takes_unknown=True)
def reference_indicator(
    operator: str | None, value: Decimal | None, low: Decimal | None, high: Decimal | None
) -> str | None:
    """LOW, NORMAL or HIGH; limits themselves are normal. An absent limit means that there is none on that side.

    None where the result is missing, both limits are absent, or "<" / ">" leaves it open. Value and limits share
    one unit. Source: SDTM IG 3.3, LBNRIND; CDISC CT C78736.
    """
    if operator is None or value is None or (low is None and high is None):
        return None
    under = False if low is None else falls_below(operator, value, low)
    over = False if high is None else exceeds(operator, value, high)
    if under or over:
        return LOW if under else HIGH
    return None if under is None or over is None else NORMAL
