"""What every form of a participant lacks or is asked, after one of them was saved: a check may read other forms than its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from forms.answers import Crf
from forms.catalogue import definitions, kept
from forms.checks import everything
from forms.dependence import Dependence, dependence
from forms.findings import Finding
from forms.mirrors import answered_elsewhere
from forms.record import Record
from trial.amendments import releases
from trial.limits import READ_BY_LIMITS, limits
from trial.roles import SPONSOR_ITEMS


def form_of(key: str) -> str:
    """The form of FORM.ITEM."""
    return key.partition(".")[0]


OF_THE_SITE = frozenset({"event", "birth_year_only", "consent_versions", "taxon_tables"})
"""Facts that no saved form changes."""


@kept
def judged_forms() -> frozenset[str]:
    """Forms that eligibility is read from, under any version of the protocol."""
    return frozenset(form_of(key) for r in releases() for c in r.protocol.criteria for key in c.rule.keys())  # noqa: SIM118


@dataclass(frozen=True)
class Standing:
    """One instance as it stands now. `spoken`: its soft and hard findings, confirmed ones too; `missing`: open required answers."""

    crf: Crf
    missing: int
    spoken: tuple[Finding, ...]

    @property
    def asks(self) -> tuple[Finding, ...]:
        """What nobody has answered yet."""
        return tuple(f for f in self.spoken if not self.crf.answers.confirmed.get(f.key))


def of_the_site(crf: Crf, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without the blanks that are the sponsor's to fill: a report is complete, and signed, before it is judged."""
    return tuple(f for f in found if f.level != "missing" or f"{crf.form}.{f.item}" not in SPONSOR_ITEMS)


def standing(record: Record, crf: Crf) -> Standing:
    """One instance; `record` holds the facts of its event."""
    found = everything(record, crf)
    spoken = (*found, *limits(record, crf))
    missing = sum(f.level == "missing" for f in of_the_site(crf, found))
    return Standing(crf, missing, tuple(f for f in spoken if f.level == "hard" or _stands(record, crf, f)))


def _stands(record: Record, crf: Crf, finding: Finding) -> bool:
    """Whether a question is this form's: confirmed here, or answered nowhere."""
    own = bool(crf.answers.confirmed.get(finding.key))
    return finding.level == "soft" and (own or not answered_elsewhere(record, crf, finding))


@kept
def _dependence(form: str, version: int) -> Dependence:
    newest = {oid: each for (oid, _version), each in sorted(definitions().items())}
    found = dependence(definitions()[form, version], newest)
    judged = judged_forms() if "eligible" in definitions()[form, version].facts else frozenset()
    return Dependence(found.anywhere | READ_BY_LIMITS | judged, found.here)


def concerns(saved: Crf, crf: Crf) -> bool:
    """Whether the rules of an instance may say something else once another one was saved; facts apart."""
    if saved.address == crf.address:
        return True
    read = _dependence(crf.form, crf.version)
    return saved.form in read.anywhere or (saved.form in read.here and saved.event == crf.event)


def told(record: Record, crf: Crf) -> str | None:
    """A digest of the facts that the form was told and that the course may change; None for a form that asks for none."""
    wanted = sorted(definitions()[crf.form, crf.version].facts - OF_THE_SITE - {"eligible"})
    if not wanted:
        return None
    scope = record.scope(crf)
    return hashlib.sha256(repr([scope.fact(name) for name in wanted]).encode()).hexdigest()
