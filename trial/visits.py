"""Which visits a participant has, and when: windows from their time zeros (PROTOCOL 3)."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from forms.dates import earliest
from forms.record import Record
from trial import soa
from trial.course import TME, Allocation, Course, course
from trial.protocol import Protocol, Regimen, Window

Days = tuple[date | None, date | None, date | None]
"""First day, planned day and last day of a window."""


@dataclass(frozen=True)
class Visit:
    """One event of one participant.

    `window_from`, `due_on`, `window_to`: None where their time zero is not known. `given_up_from`: the day from which a
    visit that never took place counts as missed, because the next one takes its place; None: it never does.
    `forms` are due there, `items` (FORM.ITEM) are asked of forms that hold scheduled items.
    """

    event: str
    window_from: date | None
    due_on: date | None
    window_to: date | None
    forms: tuple[str, ...]
    items: tuple[str, ...] = ()
    given_up_from: date | None = None


def visits(protocol: Protocol, record: Record, allocation: Allocation | None = None) -> tuple[Visit, ...]:
    """Every visit of the course as it stands, in the order of the schedule.

    Before enrolment there is screening only; after it follow-up, from the decision or, until there is one, from the planned one.
    A window that closed before the participant came under this version stays what it was: nobody could have met the new one.
    """
    planned = _planned(protocol, record, allocation)
    if protocol.formerly:
        planned = _with_closed(planned, protocol, record, allocation)
    return tuple(sorted(planned, key=lambda v: (soa.position(v.event), soa.number(v.event))))


def _with_closed(
    planned: list[Visit], protocol: Protocol, record: Record, allocation: Allocation | None
) -> list[Visit]:
    found = {_which(v): v for v in planned}
    for day, former in reversed(protocol.formerly):
        earlier = {_which(v): v for v in _planned(former, record, allocation)}
        closed = {k: v for k, v in earlier.items() if _closed(v, day) or (k in found and _closed(found[k], day))}
        found = {k: v for k, v in found.items() if k in earlier or not _closed(v, day)} | closed
    return list(found.values())


def _which(visit: Visit) -> tuple[str, tuple[str, ...]]:
    return visit.event, visit.forms


def _closed(visit: Visit, day: date) -> bool:
    return visit.window_to is not None and visit.window_to < day


def _planned(protocol: Protocol, record: Record, allocation: Allocation | None) -> list[Visit]:
    c = course(record, allocation)
    found = [*_screening(protocol, c)]
    if c.enrolled:
        found += _therapy(protocol, record, c)
        found += _restaging(protocol, record, c)
        found += _operations(protocol, c)
        found += _follow_up(protocol, record, c)
    found += _end(protocol, c)
    return found


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later; the last day where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after(day: date | None, window: Window) -> Days:
    """First day, planned day and last day of a window after a time zero."""
    if day is None:
        return None, None, None
    return day + timedelta(window.low), day + timedelta(window.due), day + timedelta(window.high)


def _screening(protocol: Protocol, c: Course) -> Iterator[Visit]:
    yield Visit("SCR", *after(c.consented_on, protocol.windows.screening), forms=soa.forms_at("SCR"))


def _regimen(protocol: Protocol, c: Course) -> Regimen | None:
    return protocol.regimens.get(c.regimen or "")


def _therapy(protocol: Protocol, record: Record, c: Course) -> Iterator[Visit]:
    given = {e.event: s for e in record.all("EX") if (s := record.scope(e).item("EX.EXSTDT"))}
    yield from _cycles(protocol, record, c, given)
    days = after(planned_end(protocol, record, c), protocol.windows.end_of_therapy)
    yield Visit("EOT", *days, forms=soa.forms_at("EOT"), given_up_from=c.restaged_on)


def _cycles(protocol: Protocol, record: Record, c: Course, given: dict[str, date]) -> Iterator[Visit]:
    """Cycles that were given, and the next one while therapy runs. A cycle gives way to the next."""
    starts = dict(sorted(given.items(), key=lambda e: soa.number(e[0])))
    plan = _regimen(protocol, c)
    upcoming = record.value("PLAN.PLANSTDT")
    following = [*list(starts.values())[1:], c.restaged_on] if starts else []
    for (event, start), gone in zip(starts.items(), following, strict=True):
        yield Visit(event, *after(start, protocol.windows.cycle), forms=soa.forms_at("NAT"), given_up_from=gone)
        upcoming = start + timedelta(plan.cycle_days) if plan else None
    if plan and upcoming and not therapy_over(protocol, record, c) and len(starts) < plan.cycles:
        yield Visit(f"NAT-{len(starts) + 1}", *after(upcoming, protocol.windows.cycle), forms=soa.forms_at("NAT"))


def therapy_over(protocol: Protocol, record: Record, c: Course) -> bool:
    """Whether neoadjuvant therapy has ended: restaged, seen at the end, or radiotherapy and every planned cycle given."""
    if record.latest("RST") is not None or record.at("LB", "EOT") is not None:
        return True
    plan = _regimen(protocol, c)
    given = {crf.event for crf in record.all("EX")}
    stopped = any("STOPPED" in (record.scope(crf).item("EX.EXADJ") or ()) for crf in record.all("EX"))
    return record.latest("RT") is not None and (plan is None or stopped or len(given) >= plan.cycles)


def planned_end(protocol: Protocol, record: Record, c: Course) -> date | None:
    """The end of therapy: as recorded once it is over, until then as the regimen plans it; None before it began."""
    if c.therapy_started_on is None or therapy_over(protocol, record, c):
        return c.therapy_ended_on
    plan = _regimen(protocol, c)
    ends = [c.therapy_ended_on, c.therapy_started_on + timedelta(plan.days) if plan else None]
    return max((e for e in ends if e is not None), default=None)


def restaging_window(protocol: Protocol, record: Record, c: Course) -> Days:
    """8 to 12 weeks after the last fraction when radiotherapy came last, 3 to 5 weeks after the last dose otherwise."""
    radiotherapy_last = c.radiotherapy_last
    plan = _regimen(protocol, c)
    if plan is not None and not therapy_over(protocol, record, c):
        radiotherapy_last = plan.radiotherapy_days >= plan.cycles * plan.cycle_days
    return _restaging_from(protocol, planned_end(protocol, record, c), radiotherapy_last is not False)


def _restaging_from(protocol: Protocol, end: date | None, radiotherapy_last: bool) -> Days:
    w = protocol.windows
    return after(end, w.restaging_after_radiotherapy if radiotherapy_last else w.restaging_after_drugs)


def _restaging(protocol: Protocol, record: Record, c: Course) -> Iterator[Visit]:
    w = protocol.windows
    first = record.at("RST", "RST")
    restaged_on = record.scope(first).item("RST.RSTDAT") if first and first.counts else None
    second = _reassessment(protocol, record, c, restaged_on)
    yield Visit("RST", *restaging_window(protocol, record, c), forms=soa.forms_at("RST"), given_up_from=c.decided_on)
    if second:
        yield second
    opens, due, closes = after(c.restaged_on or restaged_on, w.decision)
    if second and c.restaging != "RST2" and second.window_to and not _skipped(record):
        # A near-complete response may be decided on at once or after the re-assessment.
        due = closes = second.window_to + timedelta(w.decision.high)
    yield Visit("DEC", opens, due, closes, forms=soa.forms_at("DEC"))


def _skipped(record: Record) -> bool:
    second = record.at("RST", "RST2")
    return second is not None and not second.counts


def _reassessment(protocol: Protocol, record: Record, c: Course, restaged_on: date | None) -> Visit | None:
    """Once, after a near-complete response; not when it was decided without one."""
    first, second = record.at("RST", "RST"), record.at("RST", "RST2")
    near = first is not None and first.counts and record.scope(first).item("RST.RESP") == "NCR"
    if second is None and not (near and c.decided_on is None):
        return None
    days = after(restaged_on, protocol.windows.reassessment)
    return Visit("RST2", *days, forms=soa.forms_at("RST2"), given_up_from=c.decided_on)


def _operations(protocol: Protocol, c: Course) -> Iterator[Visit]:
    """The planned operation, those that were done, their post-operative visits, regrowths and what follows from them."""
    w = protocol.windows
    planned = c.management == TME or (c.management is None and c.arm is not None and not c.watching)
    if planned and not c.operations:
        yield Visit("SUR-1", *after(c.decided_on, w.operation), forms=("SUR",))
    for operation in c.operations:
        if soa.series(operation.event) != "SLV":
            yield Visit(operation.event, operation.on, operation.on, operation.on, forms=("SUR",))
            yield Visit(operation.event, *after(operation.on, w.pathology), forms=("YP",))
        for event in ("PO30", "PO90"):
            yield Visit(
                f"{event}-{operation.number}", *after(operation.on, w.postoperative[event]),
                forms=soa.forms_at(event, operated=True),
                given_up_from=after(operation.on, w.postoperative["PO90"])[0] if event == "PO30" else None,
            )  # fmt: skip
    yield from _salvage(protocol, c)


def _salvage(protocol: Protocol, c: Course) -> Iterator[Visit]:
    """A confirmed regrowth opens the salvage operation, unless salvage was refused or is impossible."""
    by_event = {o.event: o for o in c.operations}
    for place, regrowth in enumerate(c.regrowths, start=1):
        if regrowth.outcome != "CONFIRMED" or regrowth.salvage in ("REFUSED", "NOTRES", "UNFIT"):
            continue
        event = f"SLV-{soa.number(regrowth.event) or place}"
        window = after(regrowth.salvage_decided_on or regrowth.confirmed_on, protocol.windows.salvage)
        elsewhere = [o for o in c.operations if o.salvage and o.event != event and soa.series(o.event) != "SLV"]
        yield Visit(event, *window, forms=("SLV",) if elsewhere else ("SUR", "SLV"))
        if event in by_event:
            yield Visit(event, *after(by_event[event].on, protocol.windows.pathology), forms=("YP",))


def time_zero_of_follow_up(protocol: Protocol, c: Course) -> date | None:
    """The decision; for who has none yet, the planned one: 16 weeks after the last dose, or after consent without therapy."""
    if c.decided_on is not None:
        return c.decided_on
    start = c.therapy_ended_on or c.therapy_started_on or c.consented_on
    return start + timedelta(protocol.windows.planned_decision_days) if start else None


def _follow_up(protocol: Protocol, record: Record, c: Course) -> Iterator[Visit]:
    zero = time_zero_of_follow_up(protocol, c)
    planned = [*_regular(protocol, zero), *_near_complete(protocol, c)]
    planned.sort(key=lambda p: (p[1][1] or date.max, p[0]))
    opening = [days[0] for event, days in planned if event.startswith("FU")]
    for event, days in planned:
        later = next((o for o in opening if o and days[0] and o > days[0]), None)
        yield _follow_up_visit(record, c, event, days, later)
    if c.decided_on is not None:
        days = after(c.decided_on, protocol.windows.management)
        yield Visit("ANY", *days, forms=("MGT",))
    for event in sorted({e.event for e in record.crfs if soa.series(e.event) == "UNS"}, key=soa.number):
        yield _follow_up_visit(record, c, event, (None, None, None), None, forms=())


def _regular(protocol: Protocol, zero: date | None) -> Iterator[tuple[str, Days]]:
    for months in protocol.windows.follow_up_months:
        tolerance = protocol.windows.follow_up_tolerance(months)
        planned = months_after(zero, months) if zero else None
        yield f"FU{months:02d}", after(planned, Window(-tolerance, 0, tolerance))


def _near_complete(protocol: Protocol, c: Course) -> Iterator[tuple[str, Days]]:
    if c.decided_on is not None and c.watching and c.near_complete:
        for event, window in protocol.windows.near_complete.items():
            yield event, after(c.decided_on, window)


def _follow_up_visit(
    record: Record, c: Course, event: str, days: Days, given_up: date | None, forms: tuple[str, ...] | None = None
) -> Visit:
    # "From the next FU": a visit that took place before the operation keeps the examinations it had.
    on = visit_date(record, event) or days[2]
    watching = c.watching if on is None else c.watching_on(on)
    state = {"watching": watching, "near_complete": c.near_complete}
    due = soa.forms_at(event, **state) if forms is None else forms
    return Visit(event, *days, forms=due, items=soa.items_at(event, **state), given_up_from=given_up)


def visit_date(record: Record, event: str) -> date | None:
    """The date of a follow-up visit that took place."""
    crf = record.at("FU", event)
    return record.scope(crf).item("FU.FUDAT") if crf is not None and crf.counts else None


def _end(protocol: Protocol, c: Course) -> Iterator[Visit]:
    """The end of study form, once there is a reason for it."""
    last = time_zero_of_follow_up(protocol, c)
    reasons = [
        earliest(c.died_on) if c.died_on else None,
        c.withdrawn_on if {"VISITS", "SURVIVAL"} <= set(c.withdrawn_from) or not c.withdrawn_from else None,
        (c.eligible_on or c.consented_on) if c.screen_failed else None,
        months_after(last, max(protocol.windows.follow_up_months)) if last and c.enrolled else None,
    ]
    on = min((r for r in reasons if r), default=None)
    yield Visit("EOS", on, on, None, forms=("EOS",))
