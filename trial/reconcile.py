"""Whether each serious adverse event and its report say the same: before a lock, and before a report leaves (ICH E2A; R44)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from forms.record import InstanceScope, Record
from forms.text import _l


@dataclass(frozen=True)
class Difference:
    """One difference, with the address of the CRF to look at."""

    text: str
    address: str


def differences(record: Record) -> Iterator[Difference]:
    """Serious events without a report, reports without a serious event, two reports of one event, deaths that only one of them knows."""
    events = {crf.address: record.scope(crf) for crf in record.all("AE")}
    reports = [record.scope(crf) for crf in record.all("SAE")]
    told = [scope.code("SAE.SAEAENO") for scope in reports]
    for address, event in events.items():
        if event.code("AE.AESER") == "Y" and address not in told:
            yield Difference(_l("A serious event has no report."), address)
    for report, target in zip(reports, told, strict=True):
        yield from _of(report, events.get(target), target, told)
    yield from _deaths(record, events)


def _of(
    report: InstanceScope, event: InstanceScope | None, target: str | None, told: list[str | None]
) -> Iterator[Difference]:
    if event is None:
        yield Difference(_l("A report names no event that exists."), report.crf.address)
    elif event.code("AE.AESER") != "Y":
        yield Difference(_l("The event of a report is not serious."), report.crf.address)
    if target is not None and told.count(target) > 1:
        yield Difference(_l("One event has two reports."), report.crf.address)


def _deaths(record: Record, events: dict[str, InstanceScope]) -> Iterator[Difference]:
    fatal = [a for a, e in events.items() if e.code("AE.AEOUT") == "FATAL" or e.code("AE.AETOXGR") == 5]
    if fatal and record.latest("DTH") is None:
        yield Difference(_l("An event was fatal and no death is entered."), fatal[0])
