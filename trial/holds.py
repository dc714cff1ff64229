"""Freezing and locking: what stands still, and for whom (ICH E6(R3) 4.2.6; requirement R43).

A freeze stops data entry while queries, verification and signatures go on; a lock stops everything. Either holds a form, a participant,
a site or the study: what is wider holds all that is inside, also what is entered later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from forms.text import _l

FREEZE, LOCK = "freeze", "lock"
KIND_WORDS: Mapping[str, str] = {FREEZE: _l("frozen"), LOCK: _l("locked")}
HELD: Mapping[str, str] = {FREEZE: "frozen", LOCK: "locked"}
"""A hold as a blocker."""
PLACE = ("form", "event", "occurrence")


def covers(hold: Mapping[str, Any], site: str, participant: str | None, place: tuple[str, str, int] | None) -> bool:
    """Whether a hold that was not lifted covers a place: FORM, EVENT, OCCURRENCE of a participant, or the participant itself."""
    if hold["lifted_at"] is not None:
        return False
    if hold["participant"] is None:
        return hold["site"] in (None, site)
    if hold["participant"] != participant:
        return False
    return hold["form"] is None or tuple(hold[name] for name in PLACE) == place


def held(
    holds: Iterable[Mapping[str, Any]], site: str, participant: str | None, place: tuple[str, str, int] | None = None
) -> str | None:
    """LOCK, FREEZE or None: the strictest hold that covers a place."""
    kinds = {hold["kind"] for hold in holds if covers(hold, site, participant, place)}
    return LOCK if LOCK in kinds else FREEZE if FREEZE in kinds else None


def scope_of(hold: Mapping[str, Any]) -> str:
    """A hold's scope as one text: "study", "site 01", a participant's number, or number and FORM/EVENT/OCCURRENCE."""
    if hold["participant"] is None:
        return f"site {hold['site']}" if hold["site"] else "study"
    if hold["form"] is None:
        return str(hold["participant"])
    return f"{hold['participant']} {'/'.join(str(hold[name]) for name in PLACE)}"
