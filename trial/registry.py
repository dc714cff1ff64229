"""The registry: people treated before the trial, entered on the same forms under a waiver of consent (PROTOCOL 1, cohort REGISTRY).

Their number begins with RG, and that is what tells them apart everywhere: a number never changes, and a trial's begins with VG. They are
in no denominator of the trial, are never randomised, never put to the model, and start no clock of the safety desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from forms.findings import Finding
from forms.text import _l
from trial.roles import NEVER_IMPORTED

COHORT = "REGISTRY"
PREFIX = "RG-"
"""How the number of a historical patient begins: RG-01-0007."""
NEVER = frozenset({"IC", "ELIG", "PRE", "SAE", "DV"})
"""Forms that say something only the trial has: consent, eligibility, the estimate before the model, expedited reports, deviations."""
LONGEST = 200
CLOSED = "not-in-registry"
"""Why a step of the trial is not open to a historical patient."""
CLOSED_WORDS = _l("This is a historical patient of the registry, who takes no such step of the trial.")


@dataclass(frozen=True)
class Waiver:
    """The decision of an ethics committee that lets the data of historical patients be used without their consent."""

    committee: str
    reference: str
    granted_on: date


def historical(participant: str) -> bool:
    """Whether a number is that of a historical patient."""
    return participant.startswith(PREFIX)


def number_of(site: str, number: int) -> str:
    """The number of the n-th historical patient of a site."""
    return f"{PREFIX}{site}-{number:04d}"


def barred_from_files(participant: str, form: str) -> bool:
    """Whether a form comes from no file. A decision of the past is a fact of an old chart, and no act of anybody now."""
    return form in (NEVER if historical(participant) else NEVER_IMPORTED)


def asked(participant: str, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What a save asks. Whoever was treated before the protocol did not depart from it: its windows are not asked about."""
    if not historical(participant):
        return tuple(found)
    return tuple(f for f in found if f.level != "soft" or f.deviation is None)
