"""The strategy that was actually begun, as known at a cut: what "as treated" means (PROTOCOL 5 and 6, form MGT)."""

from __future__ import annotations

from datetime import date

from forms.record import Record


def strategy_begun(record: Record, cut_on: date) -> str | None:
    """WW, TME, LE, OTHER or NONE; None where nothing is recorded, or it was begun after the cut. "None" has no date and stands."""
    on = record.value("MGT.MGTDAT")
    found: str | None = record.value("MGT.MGTSTRT") if on is None or on <= cut_on else None
    return found
