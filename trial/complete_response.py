"""Complete response by 12 months after the decision: what the model predicts, and the only place that says so.

Days are counted from the decision, day 0. True, False, or None: cannot be told (yet). Source: PROTOCOL 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms.dates import DAYS_PER_MONTH
from forms.derivations.specimen import pathological_complete_response
from trial.protocol import PROTOCOL

DAYS = round(PROTOCOL.design.response_months * DAYS_PER_MONTH)
"""The last day that is "within 12 months": 365."""
CLEAR_FROM = PROTOCOL.design.response_clear_day
"""Endoscopy and MRI that are both clear count from this day on."""

SPECIMEN, REGROWTH, CLEAR, METASTASIS, DEATH = "SPECIMEN", "REGROWTH", "CLEAR", "METASTASIS", "DEATH"


@dataclass(frozen=True)
class Resected:
    """An operation that removed the primary's site: its day, and ypT and ypN as coded, None until reported."""

    day: int
    ypt: str | None
    ypn: str | None


@dataclass(frozen=True)
class Response:
    """Whether there was a complete response, and what told it: SPECIMEN, REGROWTH, CLEAR, METASTASIS, DEATH; None: nothing did."""

    complete: bool | None
    told_by: str | None = None


def complete_response(
    *,
    resected: Iterable[Resected] = (),
    confirmed: Iterable[int] = (),
    suspected: Iterable[int] = (),
    clear: Iterable[int] = (),
    metastases: Iterable[int] = (),
    died: int | None = None,
) -> Response:
    """The outcome of one participant.

    `confirmed`: days on which regrowths were confirmed. `suspected`: first suspicions that were confirmed or are still worked
    up, not those that came to nothing. `clear`: days on which endoscopy and MRI were both clear.
    The specimen of an operation within 12 months rules, then a regrowth confirmed within 12 months; without either the first of
    a clear examination, a metastasis and death: what happens after it changes nothing. An operation on the day of a confirmation
    is not before it.
    """
    operation = min(resected, key=lambda each: each.day, default=None)
    grown = min(confirmed, default=None)
    if operation and operation.day <= DAYS and (grown is None or grown > operation.day):
        return _of_specimen(operation)
    if _within(grown) is not None:
        return Response(False, REGROWTH)
    settled = _first_clear(clear, operation, suspected)
    return _undisturbed(settled, _within(min(metastases, default=None)), _within(died))


def _undisturbed(settled: int | None, spread: int | None, died: int | None) -> Response:
    """Neither operated nor grown again within 12 months: the first of a clear examination, a metastasis, and death."""
    found = ((spread, METASTASIS), (died, DEATH), (settled, CLEAR))
    known = [(day, told) for day, told in found if day is not None]
    if not known:
        return Response(None)
    _, told = min(known, key=lambda each: each[0])
    return Response(told == CLEAR, told)


def _of_specimen(operation: Resected) -> Response:
    answer = pathological_complete_response(operation.ypt, operation.ypn)
    if answer is None:
        return Response(None)
    return Response(answer == "Y", SPECIMEN)


def _first_clear(clear: Iterable[int], operation: Resected | None, suspected: Iterable[int]) -> int | None:
    """The first clear examination that counts, if nothing was removed or suspected until then."""
    first = min((day for day in clear if day >= CLEAR_FROM), default=None)
    if first is None or (operation and operation.day <= first) or any(day <= first for day in suspected):
        return None
    return first


def _within(day: int | None) -> int | None:
    return day if day is not None and day <= DAYS else None
