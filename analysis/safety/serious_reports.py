"""Reports of serious events as a listing needs them: what was reported when, whether it is a SUSAR, and how its clocks stood at the cut."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from analysis.safety.events import SafetyEvent
from forms.answers import Crf
from trial.protocol import PROTOCOL
from trial.safety import SafetyClock, clocks, is_susar
from trial.store.extract import Extracted


@dataclass(frozen=True)
class SeriousReport:
    """A serious event with its report; `susar` None: cannot be told yet. `aware` None: no report is on file."""

    event: SafetyEvent
    criteria: tuple[str, ...]
    aware: datetime | None = None
    susar: bool | None = None
    clocks: tuple[SafetyClock, ...] = ()


def serious_reports(row: Extracted, events: tuple[SafetyEvent, ...], cut_on: date) -> tuple[SeriousReport, ...]:
    """Every serious event of one participant; reports and clocks as they stood when the day of the cut was over, in UTC."""
    record = row.record()
    over = datetime.combine(cut_on, time(), UTC) + timedelta(1)
    reports = {record.scope(sae).code("SAE.SAEAENO"): sae for sae in record.all("SAE")}
    criteria = {crf.address: tuple(record.scope(crf).code("AE.AESCRIT") or ()) for crf in record.all("AE")}
    found = []
    for event in (e for e in events if e.what.serious):
        sae = reports.get(event.address)
        if sae is None or _later(sae.answers.items.get("SAEAWARE"), over):
            found.append(SeriousReport(event, criteria[event.address]))
        else:
            then = _before(sae, over)
            aware, ran = record.scope(then).item("SAE.SAEAWARE"), clocks(PROTOCOL, record, then, over)
            found.append(SeriousReport(event, criteria[event.address], aware, is_susar(record, then), ran))
    return tuple(found)


def _before(sae: Crf, over: datetime) -> Crf:
    """The report without what was sent or learnt only after the cut: it met no clock at the cut."""
    items = {name: value for name, value in sae.answers.items.items() if not _later(value, over)}
    return replace(sae, answers=replace(sae.answers, items=items))


def _later(value: object, over: datetime) -> bool:
    return isinstance(value, datetime) and value >= over
