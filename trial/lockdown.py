"""The steps before a database lock (ICH E6(R3) 4.2.6; R44): each is counted, and all must be nothing before the list is signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from forms.text import _l

MEANING = _l("I confirm that the steps before the database lock are complete.")
STEPS: Mapping[str, str] = {
    "forms-owed": _l("Forms that are required and not entered"),
    "values-missing": _l("Required values without an answer"),
    "checks-open": _l("Checks that wait for an answer"),
    "queries-open": _l("Queries that are proposed, open or answered"),
    "values-unverified": _l("Values to be verified against their source"),
    "forms-unsigned": _l("Forms that must be signed and are not"),
    "casebooks-unsigned": _l("Participants whose casebook is not signed"),
    "terms-uncoded": _l("Terms that are not coded, or whose code waits for approval"),
    "sae-unreconciled": _l("Differences between adverse events and their serious reports"),
}
"""Each step, in the order it is worked off."""


@dataclass(frozen=True)
class Step:
    """One step: how much is left, and examples of where (addresses as text)."""

    id: str
    left: int
    where: tuple[str, ...] = ()


def digest(scope: str, steps: tuple[Step, ...], revisions: int) -> str:
    """What a signature under the list is bound to: the scope, every count, and how many revisions of forms there were."""
    said = json.dumps([scope, revisions, [[s.id, s.left] for s in steps]], separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
