"""Safety clocks and reporting periods (PROTOCOL 9; ICH E2A, E2D): hours and calendar days, never working days.

Day 0 is the day the sponsor became aware, at the trial's zone; a report is in time on the last day itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from forms.answers import Crf
from forms.dates import AnyDate, earliest, latest
from forms.derivations.course import sae_susar
from forms.record import Record
from forms.text import _l
from trial.course import Course
from trial.protocol import Protocol

URGENT_CRITERIA = frozenset({"DEATH", "LIFETHREAT"})


class ClockState(StrEnum):
    """RUNNING until the deadline has passed, then OVERDUE; MET in time, LATE after it; WAITING before its day 0 is known."""

    WAITING = "waiting"
    RUNNING = "running"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"


@dataclass(frozen=True)
class SafetyClock:
    """One obligation for one serious adverse event. `due` is an instant: for calendar days the end of the last day."""

    name: str
    label: str
    due: datetime | None
    done: datetime | None
    state: ClockState


def site_deadline(protocol: Protocol, aware: datetime) -> datetime:
    """The site tells the sponsor within 24 hours of becoming aware."""
    return aware + timedelta(hours=protocol.safety.site_hours)


def authority_deadline(protocol: Protocol, sponsor_aware: date, *, urgent: bool) -> date:
    """The last day to report a SUSAR: 7 days where fatal or life-threatening, else 15. Day 0 is awareness."""
    return sponsor_aware + timedelta(protocol.safety.urgent_days if urgent else protocol.safety.other_days)


def follow_up_deadline(protocol: Protocol, sponsor_aware: date, reported: date | None) -> date:
    """The last day of the follow-up to an urgent report: 8 days after it, after its deadline while it is not sent."""
    start = reported or authority_deadline(protocol, sponsor_aware, urgent=True)
    return start + timedelta(protocol.safety.urgent_follow_up_days)


def is_susar(record: Record, sae: Crf) -> bool | None:
    """Serious, related in either view, unexpected; None while an answer that decides is missing."""
    scope, event = record.scope(sae), adverse_event(record, sae)
    serious = record.scope(event).code("AE.AESER") if event else None
    answers = (scope.code(f"SAE.{name}") for name in ("SAEEXP", "SAECAUSI", "SAECAUSS"))
    return {"Y": True, "N": False, None: None}[sae_susar(serious, *answers)]


def is_urgent(record: Record, sae: Crf) -> bool | None:
    """Fatal or life-threatening: by criterion, outcome or grade 5; None before the adverse event is known."""
    event = adverse_event(record, sae)
    if event is None:
        return None
    scope = record.scope(event)
    criteria = set(scope.code("AE.AESCRIT") or ())
    return bool(criteria & URGENT_CRITERIA) or scope.code("AE.AEOUT") == "FATAL" or scope.code("AE.AETOXGR") == 5


def adverse_event(record: Record, sae: Crf) -> Crf | None:
    """The adverse event a serious report is about."""
    address = record.scope(sae).code("SAE.SAEAENO")
    return next((c for c in record.all("AE") if c.address == address), None)


def clocks(protocol: Protocol, record: Record, sae: Crf, now: datetime, zone: tzinfo = UTC) -> tuple[SafetyClock, ...]:
    """Every clock of a serious event. While it is unknown whether it is a SUSAR, the clock of one runs: late is worse than early."""
    scope = record.scope(sae)
    aware, sponsor = scope.item("SAE.SAEAWARE"), scope.item("SAE.SAESPON")
    due = site_deadline(protocol, aware) if aware else None
    found = [_clock("site", _l("Site to sponsor, 24 hours"), due, sponsor, now)]
    if is_susar(record, sae) is not False:
        found += _authority(protocol, record, sae, sponsor, now, zone)
    return tuple(found)


def _authority(
    protocol: Protocol, record: Record, sae: Crf, sponsor: datetime | None, now: datetime, zone: tzinfo
) -> Iterator[SafetyClock]:
    scope = record.scope(sae)
    urgent = is_urgent(record, sae) is not False
    label = _l("SUSAR, 7 days") if urgent else _l("SUSAR, 15 days")
    day = sponsor.astimezone(zone).date() if sponsor else None
    deadline = authority_deadline(protocol, day, urgent=urgent) if day else None
    sent = scope.item("SAE.SAERPTA")
    yield _clock("authority", label, _end_of(deadline, zone), sent, now)
    yield _clock("ethics", _l("Ethics committee"), _end_of(deadline, zone), scope.item("SAE.SAERPTE"), now)
    if urgent:
        reported = sent.astimezone(zone).date() if sent else None
        last = follow_up_deadline(protocol, day, reported) if day else None
        yield _clock("follow-up", _l("Follow-up report, 8 days"), _end_of(last, zone), scope.item("SAE.SAERPTF"), now)


def _end_of(day: date | None, zone: tzinfo) -> datetime | None:
    """The last instant of a calendar day at the trial's zone."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(1), datetime.min.time(), zone).astimezone(UTC) - timedelta(microseconds=1)


def _clock(name: str, label: str, due: datetime | None, done: datetime | None, now: datetime) -> SafetyClock:
    return SafetyClock(name, label, due, done, clock_state(due, done, now))


def clock_state(due: datetime | None, done: datetime | None, now: datetime) -> ClockState:
    """How a clock stands: the deadline itself is still in time."""
    if due is None:
        return ClockState.WAITING
    if done is not None:
        return ClockState.MET if done <= due else ClockState.LATE
    return ClockState.RUNNING if now <= due else ClockState.OVERDUE


# --- which adverse events are reported ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A period in which every adverse event is reported; `to` None: still open."""

    name: str
    since: date
    to: date | None


def reporting_periods(protocol: Protocol, c: Course) -> tuple[Period, ...]:
    """Consent to 30 days after the last neoadjuvant dose (immunotherapy: 90); 90 days from the decision; 90 days from
    any operation. Every cohort alike.
    """
    s, found = protocol.safety, []
    if c.consented_on:
        tail = s.after_immunotherapy if c.immunotherapy else s.after_chemoradiotherapy
        found.append(
            Period("therapy", c.consented_on, c.therapy_ended_on + timedelta(tail) if c.therapy_ended_on else None)
        )
    if c.decided_on:
        found.append(Period("decision", c.decided_on, c.decided_on + timedelta(s.after_decision)))
    found += [Period("operation", o.on, o.on + timedelta(s.after_operation)) for o in c.operations if o.on]
    return tuple(found)


def reportable(protocol: Protocol, c: Course, event: Any) -> bool | None:
    """Whether an adverse event must be reported. None: cannot tell (a partial onset, a missing grade or relation).

    In a period all are; outside, until the end of study, those related, of grade 3 or more, and every serious related one.
    """
    onset, grade, related = event.item("AE.AESTDAT"), event.item("AE.AETOXGR"), event.item("AE.AEREL")
    inside = in_period(reporting_periods(protocol, c), onset)
    later = _any(
        None if related is None else "NONE" not in related,
        None if grade is None else grade >= protocol.safety.later_grade,
    )
    started = None if onset is None or c.consented_on is None else latest(onset) >= c.consented_on
    return False if started is False else _any(inside, later)


def in_period(periods: tuple[Period, ...], onset: AnyDate | None) -> bool | None:
    """Whether an onset lies in one of the periods, ends included; None where its unknown part decides."""
    if onset is None:
        return None
    first, last = earliest(onset), latest(onset)
    if any(p.since <= first and (p.to is None or last <= p.to) for p in periods):
        return True
    return None if any(p.since <= last and (p.to is None or first <= p.to) for p in periods) else False


def _any(*truths: bool | None) -> bool | None:
    return True if True in truths else None if None in truths else False
