"""Where a specimen or aliquot is, what may happen to it next, and whether the consent covers that. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.record import Record
from forms.text import _l
from trial.consents import standing
from trial.limits import closed_by

COLLECTED, SHIPPED, RECEIVED, STORED, THAWED, USED = "collected", "shipped", "received", "stored", "thawed", "used"
TO_DESTROY, DESTROYED = "to-destroy", "destroyed"
MOVES: Mapping[str, str] = {
    SHIPPED: _l("shipped"),
    RECEIVED: _l("received"),
    STORED: _l("stored"),
    THAWED: _l("thawed"),
    USED: _l("used up"),
    TO_DESTROY: _l("to be destroyed"),
    DESTROYED: _l("destroyed"),
}
"""What can happen to it, in words."""
STATES: Mapping[str, str] = {COLLECTED: _l("collected"), **MOVES}
_AWAY = {TO_DESTROY, DESTROYED}
NEXT: Mapping[str, frozenset[str]] = {
    COLLECTED: frozenset({SHIPPED, RECEIVED, STORED, USED, *_AWAY}),
    SHIPPED: frozenset({RECEIVED, *_AWAY}),
    RECEIVED: frozenset({SHIPPED, STORED, USED, *_AWAY}),
    STORED: frozenset({SHIPPED, STORED, THAWED, USED, *_AWAY}),
    THAWED: frozenset({STORED, USED, *_AWAY}),
    USED: frozenset(),
    TO_DESTROY: frozenset({SHIPPED, RECEIVED, DESTROYED}),
    DESTROYED: frozenset(),
}
"""From each state the moves that can follow. What was used up or destroyed is gone; what is to be destroyed may be sent there first."""
NEEDS_CONSENT = frozenset({THAWED, USED})
"""Moves that use a specimen; the others keep it, or do away with it."""
WHY: Mapping[str, str] = {
    "no-consent": _l("No consent of the participant is on file."),
    "no-samples": _l("The participant did not agree to biological samples."),
    "withdrawn": _l("Consent for this was withdrawn on %(day)s. What is left is to be destroyed."),
    "no-future": _l("The participant did not agree to research beyond this study."),
    "consent-not-valid": _l("The consent form that was signed was not valid at the site on its day."),
}
"""Why a use is not covered, in words."""
NOT_NEXT = _l("“%(label)s” is %(state)s: it cannot be %(move)s now.")
BEFORE = _l("“%(label)s” was %(state)s on %(since)s: nothing can have happened to it before that day.")
AHEAD = _l("The day lies in the future.")


@dataclass(frozen=True)
class Custody:
    """How one label stands. `state` since the day `since`; `place` and `temperature` as last said; `thaws`: how often it was thawed."""

    label: str
    state: str
    since: date
    place: str | None
    temperature: str | None
    thaws: int
    left: bool

    @property
    def next(self) -> tuple[str, ...]:
        """What may happen now, in the order of MOVES."""
        return tuple(move for move in MOVES if move in NEXT[self.state])


def custody(
    label: str, collected: date, received: date | None, stored: str | None, moves: Iterable[Mapping[str, Any]]
) -> Custody:
    """The state of a label from its form (SPCOLL, SPRECV, SPSTORE) and what was recorded of it since, oldest first."""
    state, since = (COLLECTED, collected) if received is None else (RECEIVED, received)
    place, temperature, thaws = None, stored, 0
    for each in moves:
        state, since = each["move"], each["moved_on"]
        place, temperature = each["place"] or place, each["temperature"] or temperature
        thaws += state == THAWED
    return Custody(label, state, since, place, temperature, thaws, state not in (USED, DESTROYED))


def refused_move(now: Custody, move: str, on: date, today: date) -> tuple[str, dict[str, str]] | None:
    """Why a move cannot have happened: a msgid and its values; None where it can. KeyError for a move there is not."""
    if move not in NEXT[now.state]:
        return NOT_NEXT, {"label": now.label, "state": STATES[now.state], "move": MOVES[move]}
    if on > today:
        return AHEAD, {}
    if on < now.since:
        return BEFORE, {"label": now.label, "state": STATES[now.state], "since": now.since.isoformat()}
    return None


def uncovered(
    record: Record, forms: Sequence[str], today: date, *, future: bool = False
) -> tuple[str, dict[str, str]] | None:
    """Why the consent does not cover a use today of what these forms hold, as a key of WHY and its values; None where it does.

    A sample (SPEC, MIC, LBX) needs the consent to samples; images, slides and reports need the consent to the study. `future`: research
    beyond the study, which is asked apart (IC.ICFUT). A withdrawal counts by its scope, as for entering (`trial.limits.closed_by`).
    """
    found = standing(record, today)
    if found.consent is None:
        return "no-consent", {}
    if found.withdrawn_on is not None and any(closed_by(found.withdrawn_from, form) for form in forms):
        return "withdrawn", {"day": found.withdrawn_on.isoformat()}
    if found.consent.valid is False:
        return "consent-not-valid", {}
    if {"SPEC", "MIC", "LBX"} & set(forms) and found.consent.samples is not True:
        return "no-samples", {}
    return ("no-future", {}) if future and found.consent.future is not True else None
