"""Dates and verdicts of the course: permanent stoma, regrowth, salvage, SUSAR."""

import calendar
import datetime
from collections.abc import Sequence

from forms.logic import derivation

PERMANENT_AFTER_MONTHS = 18


@derivation("permanent_stoma", version=1, takes_unknown=True)
def permanent_stoma(
    intended: str | None, formed: datetime.date | None, closed: datetime.date | None, today: datetime.date | None
) -> str | None:
    """Y, N, or None (cannot tell yet): meant to be permanent, or not closed within 18 months of being formed.

    A closure on the last day of the 18 months is in time; the month's last day stands for days it lacks.
    The event date is the date it was formed. Source: crf.csv STO.STOPERM.
    """
    if intended == "PERMANENT":
        return "Y"
    if formed is None:
        return None
    limit = months_later(formed, PERMANENT_AFTER_MONTHS)
    if closed is not None:
        in_time = "N" if intended == "TEMPORARY" else None
        return in_time if closed <= limit else "Y"
    return "Y" if today is not None and today > limit else None


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day some months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@derivation("regrowth_event_date", version=1)
def regrowth_event_date(outcome: str, suspected: datetime.date) -> datetime.date | None:
    """The date first suspected, once the regrowth is CONFIRMED; None while pending or not confirmed (PROTOCOL 7)."""
    return suspected if outcome == "CONFIRMED" else None


@derivation("salvage_date", version=1)
def salvage_date(operations: Sequence[datetime.date | None]) -> datetime.date | None:
    """The date of the one operation a salvage form points at; None without one (crf.csv SLV.SLVDAT)."""
    return operations[0] if len(operations) == 1 else None


@derivation("susar", version=1, takes_unknown=True)
def sae_susar(
    serious: str | None, expectedness: str | None, investigator: str | None, sponsor: str | None
) -> str | None:
    """Y, N or None: serious, related in either view, and unexpected; one certain "no" decides.

    A sponsor's "not related" never downgrades the investigator's "related"; without the sponsor's view the
    investigator's "not related" leaves it open. Source: ICH E2A II.A; PROTOCOL 9; crf.csv SAE.SAESUSAR.
    """
    views = (investigator, sponsor)
    related = True if "RELATED" in views else None if None in views else False
    parts = (
        {"Y": True, "N": False}.get(serious or ""),
        related,
        {"UNEXPECTED": True, "EXPECTED": False}.get(expectedness or ""),
    )
    return "N" if False in parts else None if None in parts else "Y"
