"""Visits that are due as a calendar feed (RFC 5545): participant number and visit, nothing else of a participant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event


@dataclass(frozen=True)
class Visit:
    """One visit: from its first to its last day, both included; `words` are the visit's, `late` when its window is over."""

    participant: str
    event: str
    words: str
    opens: date
    closes: date
    url: str = ""


def feed(visits: Iterable[Visit], *, name: str, made_at: datetime) -> bytes:
    """The feed. A visit keeps its UID, so that a calendar that is read again moves it instead of adding another."""
    calendar = Calendar()
    calendar.add("prodid", "-//Vigil//visits//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval;value=duration", "PT6H")
    for visit in visits:
        calendar.add_component(_event(visit, made_at))
    return bytes(calendar.to_ical())


def _event(visit: Visit, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{visit.participant}-{visit.event}@vigil")
    event.add("dtstamp", made_at)
    event.add("dtstart", visit.opens)
    event.add("dtend", visit.closes + timedelta(days=1))  # RFC 5545: the end is the day after the last
    event.add("summary", f"{visit.participant} {visit.words}")
    event.add("transp", "TRANSPARENT")  # a window of weeks keeps nobody busy
    if visit.url:
        event.add("url", visit.url)
    return event
