"""The course of one participant as a line: points and stretches with places in per mille, lanes so that labels do not collide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from forms.dates import earliest
from trial.course import Course

WIDTH = 1000
LETTER = 6.6
"""Width of a letter of a label, in units of the drawing."""
LANES = 4


@dataclass(frozen=True)
class Mark:
    """A point, or a stretch when `to` is later. `x`, `width` in units of WIDTH; `lane` counts from the line outwards."""

    words: str
    on: date
    to: date | None
    kind: str
    x: float
    width: float
    lane: int
    anchor: str


@dataclass(frozen=True)
class Timeline:
    """Marks and the ticks of the axis (place, text)."""

    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float
    lanes: int


def timeline(course: Course, today: date) -> Timeline | None:
    """Draw a course; None before anything is dated."""
    found = sorted(_events(course), key=lambda e: (e[1], e[0]))
    if not found:
        return None
    start = found[0][1] - timedelta(days=7)
    end = max(today, *((to or on) for _w, on, to, _k in found)) + timedelta(days=14)
    scale = WIDTH / (end - start).days
    marks = _laid(found, start, scale)
    return Timeline(
        tuple(marks), tuple(_ticks(start, end, scale)), (today - start).days * scale, max(m.lane for m in marks) + 1
    )


def _events(c: Course) -> Iterator[tuple[str, date, date | None, str]]:
    points: tuple[tuple[str, date | None, str], ...] = (
        (_("Consent"), c.consented_on, "step"), (_("Eligible"), c.eligible_on if c.eligible else None, "step"),
        (_("Restaging"), c.restaged_on, "step"), (_("Decision"), c.decided_on, "decision"),
        (_("Randomised: %(arm)s", arm=c.arm or ""), c.allocated_on, "decision"), (_("Withdrawn"), c.withdrawn_on, "bad"),
        (_("Death"), earliest(c.died_on) if c.died_on else None, "bad"), (_("End of study"), c.ended_on, "step"),
    )  # fmt: skip
    yield from ((words, on, None, kind) for words, on, kind in points if on)
    if c.therapy_started_on:
        yield _("Therapy"), c.therapy_started_on, c.therapy_ended_on or c.therapy_started_on, "therapy"
    yield from ((_("Operation"), o.on, None, "operation") for o in c.operations if o.on)
    yield from ((_("Regrowth") if r.outcome == "CONFIRMED" else _("Regrowth?"), r.suspected_on, None, "bad") for r in c.regrowths
                if r.suspected_on and r.outcome != "NOTCONF")  # fmt: skip
    for words, days in (
        (_("Metastasis"), c.metastases_on),
        (_("Recurrence"), c.recurrences_on),
        (_("Second primary"), c.second_primaries_on),
    ):
        yield from ((words, day, None, "bad") for day in days)


def _laid(found: list[tuple[str, date, date | None, str]], start: date, scale: float) -> list[Mark]:
    free = [-1000.0] * LANES
    marks = []
    for words, on, to, kind in found:
        x = (on - start).days * scale
        length = len(words) * LETTER
        anchor = "end" if x + length > WIDTH else "start"
        left, right = (x - length, x) if anchor == "end" else (x, x + length)
        lane = next((n for n in range(LANES) if free[n] < left), min(range(LANES), key=lambda n: free[n]))
        free[lane] = right + LETTER
        marks.append(Mark(words, on, to, kind, x, ((to or on) - on).days * scale, lane, anchor))
    return marks


def _ticks(start: date, end: date, scale: float) -> Iterator[tuple[float, str]]:
    months = (end.year - start.year) * 12 + end.month - start.month
    step = next((s for s in (1, 3, 6, 12) if months / s <= 12), 24)
    for n in range(months + 1):
        year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
        day = date(year, month + 1, 1)
        if month % step == 0 and start <= day <= end:
            yield (day - start).days * scale, f"{day:%Y-%m}"
