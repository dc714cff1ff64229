"""Why a step is not open: reasons in words, each with the place to look at. Shared by the decision point and randomisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.answers import Crf
from forms.record import Record
from forms.text import _l
from trial.eligibility import Verdict, assess
from trial.protocol import Protocol

Signatures = Iterable[Mapping[str, Any]]
"""Rows of the signature table, voided ones included."""


@dataclass(frozen=True)
class Blocker:
    """One reason why a step is not open. `address`: the CRF to look at, or None; `what`: an item, a criterion, a factor."""

    id: str
    text: str
    address: str | None = None
    what: str | None = None

    def __str__(self) -> str:
        return self.id


def signed(record: Record, signatures: Signatures, crf: Crf | None) -> bool:
    """Whether the current revision of a CRF carries a valid signature."""
    return crf is not None and any(
        (s["form"], s["event"], s["occurrence"], s["revision"]) == (crf.form, crf.event, crf.occurrence, crf.number)
        and s["voided_at"] is None
        for s in signatures
    )


def not_eligible(protocol: Protocol, record: Record) -> Iterator[Blocker]:
    for line in assess(protocol, record).lines:
        if line.verdict is Verdict.CANNOT_TELL:
            yield Blocker("criterion-open", _l("A criterion cannot be told yet."), None, line.id)
        elif not line.verdict.passes:
            yield Blocker("criterion-failed", _l("A criterion is not satisfied."), None, line.id)
