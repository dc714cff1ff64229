"""Serious events as a safety officer works them off: what each is, what is still to judge, which clock runs (PROTOCOL 9; ICH E2A)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from forms.answers import Crf
from forms.dates import AnyDate, earliest
from forms.record import Record
from forms.text import _l
from trial.protocol import Protocol
from trial.safety import ClockState, SafetyClock, adverse_event, clocks, is_susar, is_urgent

TO_DO: Mapping[str, str] = {
    "causality": _l("causality by the investigator"),
    "signature": _l("signature of the investigator"),
    "expectedness": _l("expectedness"),
    "sponsor": _l("causality by the sponsor"),
    "reference": _l("no reference information was valid at onset"),
    "authority": _l("report to the authority"),
    "ethics": _l("report to the ethics committee"),
    "follow-up": _l("follow-up report"),
}
"""What may still be missing, in words."""
CLOCK_OF = {"authority": "authority", "ethics": "ethics", "follow-up": "follow-up"}
_ORDER = {ClockState.OVERDUE: 0, ClockState.RUNNING: 1, ClockState.WAITING: 2, ClockState.LATE: 3, ClockState.MET: 4}


@dataclass(frozen=True)
class Serious:
    """One serious report as it stands. `related`, `unexpected` and `susar` are None while an answer is missing."""

    participant: str
    sae: Crf
    term: str | None
    onset: AnyDate | None
    grade: int | None
    criteria: tuple[str, ...]
    investigator: str | None
    sponsor: str | None
    expected: str | None
    susar: bool | None
    urgent: bool | None
    clocks: tuple[SafetyClock, ...]
    to_do: tuple[str, ...]

    @property
    def next(self) -> SafetyClock | None:
        """The clock that ends first of those that run or have run out; None where nothing is owed."""
        owed = [c for c in self.clocks if c.state in (ClockState.OVERDUE, ClockState.RUNNING) and c.due]
        return min(owed, key=lambda c: c.due.isoformat() if c.due else "", default=None)

    @property
    def open(self) -> bool:
        """Whether anything is still to be done about it."""
        return bool(self.to_do) or self.next is not None


def serious(
    protocol: Protocol,
    participant: str,
    record: Record,
    sae: Crf,
    now: datetime,
    zone: tzinfo,
    *,
    signed: bool,
    references: Sequence[Mapping[str, Any]],
) -> Serious:
    """One report. `signed`: whether its current revision carries the investigator's signature; `references`: rows of their table."""
    scope, event = record.scope(sae), adverse_event(record, sae)
    told = record.scope(event) if event else None
    running = clocks(protocol, record, sae, now, zone)
    susar = is_susar(record, sae)
    said = {name: scope.code(f"SAE.SAE{name}") for name in ("CAUSI", "CAUSS", "EXP")}
    judged_against = tuple(valid_at_onset(record, sae, references))
    return Serious(
        participant, sae, told.code("AE.AETERM") if told else None, told.code("AE.AESTDAT") if told else None,
        told.code("AE.AETOXGR") if told else None, tuple(told.code("AE.AESCRIT") or ()) if told else (), said["CAUSI"], said["CAUSS"],
        said["EXP"], susar, is_urgent(record, sae), running, tuple(_to_do(said, signed, susar, running, judged_against)),
    )  # fmt: skip


def _to_do(
    said: Mapping[str, str | None],
    signed: bool,
    susar: bool | None,
    running: tuple[SafetyClock, ...],
    against: tuple[Mapping[str, Any], ...],
) -> Iterable[str]:
    if said["CAUSI"] is None:
        yield "causality"
    elif not signed:
        yield "signature"
    if said["EXP"] is None:
        yield "expectedness"
        if not against:
            yield "reference"
    if said["CAUSS"] is None:
        yield "sponsor"
    if susar:
        open_ = {c.name for c in running if c.done is None}
        yield from (name for name in CLOCK_OF if name in open_)


def valid_at_onset(record: Record, sae: Crf, references: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    """Of each suspect product the newest reference information that was valid on the (earliest possible) day of onset.

    Without a suspect product nothing is: expectedness is judged against the information of a product.
    """
    event = adverse_event(record, sae)
    onset = record.scope(event).code("AE.AESTDAT") if event else None
    if onset is None:
        return
    day = earliest(onset)
    for product in record.scope(sae).code("SAE.SAEDRUG") or ():
        valid = [r for r in references if r["product"] == product and r["valid_from"] <= day]
        if valid:
            newest = max(valid, key=lambda r: (r["valid_from"], r["id"]))
            yield {name: newest[name] for name in ("product", "document", "version", "valid_from")}


def in_order(lines: Iterable[Serious]) -> list[Serious]:
    """What is overdue first, then what ends soonest, then what waits for a judgement, then what is done."""

    def key(line: Serious) -> tuple[int, int, str]:
        clock = line.next
        return (
            0 if line.open else 1,
            _ORDER[clock.state] if clock else 2,
            clock.due.isoformat() if clock and clock.due else "9",
        )

    return sorted(lines, key=key)
