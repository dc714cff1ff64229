"""What every form of a participant lacks or is asked, after one of them was saved: a check may read other forms than its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from forms.answers import Crf
from forms.catalogue import definitions
from forms.checks import everything, outside_items
from forms.findings import Finding
from forms.record import Record
from trial.limits import limits

OF_THE_SITE = frozenset({"event", "birth_year_only", "consent_versions", "taxon_tables", "laboratory_ranges"})
"""Facts that no saved form changes."""


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


def standing(record: Record, crf: Crf) -> Standing:
    """One instance; `record` holds the facts of its event."""
    found = everything(record, crf)
    spoken = (*found, *limits(record, crf))
    missing = sum(f.level == "missing" for f in found)
    return Standing(crf, missing, tuple(f for f in spoken if f.level in ("soft", "hard")))


@cache
def read_by(form: str) -> frozenset[str]:
    """Forms whose checks may say something else once `form` was saved: itself, those that read it, those that ask for the course."""
    return frozenset(oid for (oid, _version), each in definitions().items() if oid == form or _reads(each, form))


def _reads(each: object, form: str) -> bool:
    outside = {key.partition(".")[0] for key in outside_items(each)}  # type: ignore[arg-type]
    return form in outside or bool(each.facts - OF_THE_SITE)  # type: ignore[attr-defined]


def standings(crfs: Iterable[Crf], saved: str | None, record_at: Callable[[str], Record]) -> dict[str, Standing]:
    """Address to standing, of every instance that counts and may have changed when `saved` was; of every one where it is None.

    `record_at`: an event to the record with its facts; asked once an event.
    """
    concerned = None if saved is None else read_by(saved)
    at = cache(record_at)
    return {
        c.address: standing(at(c.event), c) for c in crfs if c.counts and (concerned is None or c.form in concerned)
    }
