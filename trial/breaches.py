"""Deviations nobody raised: what the schedule, the record and the allocation say was not done as the protocol has it (PROTOCOL 2, 3, 6).

Pure: a record and a day in, breaches out. The key of a breach names what was breached and never a date, so that it is raised once, also
when dates are corrected later. Late entry is no deviation: a visit is missed from the day on which the next one takes its place; where none
does, from the day after its window.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from forms.answers import Crf
from forms.record import Record
from forms.text import _l
from trial import soa
from trial.blinding import HIDDEN_EVENTS, HIDDEN_FORMS, HIDDEN_ITEMS
from trial.course import Allocation, course
from trial.eligibility import failed
from trial.limits import ALWAYS_OPEN
from trial.protocol import Protocol
from trial.randomisable import allocation_factors
from trial.safety import site_deadline
from trial.schedule import Due, Status, due
from trial.standing import judged_forms

KINDS = WINDOW, OMITTED, NOT_DONE, STRATUM, ELIGIBILITY, REPORT = (
    "window",
    "omitted",
    "notdone",
    "stratum",
    "eligibility",
    "report",
)
ALLOCATION = "allocation"
"""What a breach of randomisation follows from: for whoever must not see an arm, that there was one says enough."""
AVAILABLE = frozenset({"RAD", "MIC", "LBX", "MOL", "SPEC"})
"""Forms of what a site may have no laboratory for; the model takes a missing modality (PROTOCOL 5)."""
BY_COURSE = frozenset({"SUR", "YP", "SLV", "STO", "RGW", "MGT", "PRE", "ELIG"})
"""Forms whose absence is another matter than a missed assessment: what was done instead is recorded with its reason."""
BY_VISIT: Mapping[str, tuple[str, str]] = {
    "SUR": ("TREATMENT", "MAJOR"),
    "NAT": ("TREATMENT", "MINOR"),
    "DEC": ("ASSESSMENT", "MAJOR"),
}
"""Category and importance by the series of the visit that was missed; any other is an assessment, minor."""


@dataclass(frozen=True)
class Breach:
    """One deviation. `message` and `args` as of a Finding; `because` what it follows from; `on` its day; codes of DV.DVCAT and DV.DVSEV."""

    key: str
    category: str
    severity: str
    on: date
    because: str
    message: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """The words, untranslated."""
        return self.message % dict(self.args) if self.args else self.message


def breaches(
    protocol: Protocol,
    record: Record,
    allocation: Allocation | None,
    *,
    today: date,
    site: str = "",
    kinds: Collection[str] = KINDS,
) -> tuple[Breach, ...]:
    """Every breach of these kinds that stands on a day. `record` holds the facts of a form of screening (`consent_validity`)."""
    found: Mapping[str, Callable[[], Iterable[Breach]]] = {
        WINDOW: lambda: missed(due(protocol, record, allocation, today), today),
        NOT_DONE: lambda: not_done(record, today),
        STRATUM: lambda: wrong_stratum(protocol, record, allocation, site),
        ELIGIBILITY: lambda: found_ineligible(protocol, record, today),
        REPORT: lambda: reported_late(protocol, record),
    }
    # A visit of which nothing was entered and a form left out of one are two answers to one question.
    asked = {WINDOW if kind == OMITTED else kind for kind in kinds}
    every = (breach for kind, look in found.items() if kind in asked for breach in look())
    return tuple(breach for breach in every if kind_of(breach.key) in kinds)


def shown_by(saved: Crf) -> frozenset[str]:
    """The kinds of breach that a save can reveal at once; that time passes reveals the others."""
    stratum = {STRATUM} if saved.form in ("RST", "MRI0", "EX") else set()
    judged = {ELIGIBILITY} if saved.form in judged_forms() | {"ELIG"} else set()
    safety = {REPORT} if saved.form == "SAE" else set()
    return frozenset(stratum | judged | safety | ({NOT_DONE} if saved.answers.not_done else set()))


def kind_of(key: str) -> str:
    """The kind of a breach by its key."""
    return key.partition(":")[0]


def reveals(because: str) -> bool:
    """Whether knowing of a deviation that follows from this would tell an arm (PROTOCOL 10)."""
    place, _, item = because.partition("#")
    form, _, rest = place.partition("/")
    if place == ALLOCATION:
        return True
    event = soa.series(rest.partition("/")[0] if rest else place)
    return form in HIDDEN_FORMS or event in HIDDEN_EVENTS or f"{form}.{item}" in HIDDEN_ITEMS


# --- what time reveals ------------------------------------------------------------------------------------------------


def missed(planned: Iterable[Due], today: date) -> Iterator[Breach]:
    """Visits of which nothing was entered, and forms that were left out of a visit that took place, once nobody can make up for it."""
    ordered = sorted(planned, key=lambda d: (soa.position(d.event), soa.number(d.event)))
    for event, forms in groupby(ordered, key=lambda d: d.event):
        yield from _of_visit(event, list(forms), today)


def _assessed(d: Due) -> bool:
    return d.because is None and d.form not in ALWAYS_OPEN and d.event not in ("ANY", "EOS")


def _of_visit(event: str, forms: list[Due], today: date) -> Iterator[Breach]:
    owed = [d for d in forms if _assessed(d) and d.status in (Status.OVERDUE, Status.MISSED)]
    if not owed:
        return
    if any(d.status in (Status.ENTERED, Status.NOT_DONE) for d in forms):
        gone = (d for d in owed if d.status is Status.MISSED and d.form not in AVAILABLE | BY_COURSE)
        yield from (_omitted(d) for d in gone)
    elif all(_too_late(d, today) for d in owed):
        yield _window(event, owed)


def _too_late(d: Due, today: date) -> bool:
    return d.status is Status.MISSED or (d.given_up_from is None and d.due_to is not None and d.due_to < today)


def _missed_on(d: Due) -> date:
    assert d.due_to is not None
    return max(d.given_up_from or date.min, d.due_to + timedelta(1))


def _window(event: str, owed: list[Due]) -> Breach:
    category, severity = BY_VISIT.get(soa.series(event), ("ASSESSMENT", "MINOR"))
    first = min(d.due_from for d in owed if d.due_from) if any(d.due_from for d in owed) else None
    last = max(d.due_to for d in owed if d.due_to)
    message = _l("Nothing was entered for the visit %(event)s; its window was %(first)s to %(last)s.")
    args = {"event": event, "first": str(first or "—"), "last": str(last)}
    return Breach(f"{WINDOW}:{event}", category, severity, max(map(_missed_on, owed)), event, message, args)


def _omitted(d: Due) -> Breach:
    message = _l("The visit %(event)s took place, and %(form)s was neither entered nor marked as not done.")
    args = {"event": d.event, "form": d.form}
    return Breach(f"{OMITTED}:{d.address}", "ASSESSMENT", "MINOR", _missed_on(d), d.address, message, args)


# --- what a save reveals ----------------------------------------------------------------------------------------------


def not_done(record: Record, today: date) -> Iterator[Breach]:
    """Assessments the schedule asks for that were marked as not done, as a whole form."""
    for crf in record.crfs:
        absent = crf.answers.not_done
        if absent is not None and crf.answers.removed is None and _expected(crf):
            message = _l("%(form)s of the visit %(event)s was not done: %(reason)s")
            args = {"form": crf.form, "event": crf.event, "reason": absent.reason}
            on = min(absent.on or today, today)
            yield Breach(f"{NOT_DONE}:{crf.address}", "ASSESSMENT", "MINOR", on, crf.address, message, args)


def _expected(crf: Crf) -> bool:
    asked = bool(soa.cell(crf.form, crf.event)) and soa.series(crf.event) not in ("ANY", "EOS")
    return asked and crf.form not in AVAILABLE | BY_COURSE | ALWAYS_OPEN


def wrong_stratum(protocol: Protocol, record: Record, allocation: Allocation | None, site: str) -> Iterator[Breach]:
    """Factors the allocation was drawn with that the record now says were others on that day. The allocation stays as drawn (R58).

    What came later is no error: a new restaging, a later cycle. The site of a participant who moved stays the one of the draw.
    """
    if allocation is None or "factors" not in allocation:
        return
    drawn, on = allocation["factors"], allocation["at"].date()
    now = allocation_factors(protocol, _known_on(record, on), site)
    for name in sorted(now.keys() - {"site"}):
        if now[name] is not None and name in drawn and now[name] != drawn[name]:
            message = _l("Randomised with %(factor)s = %(drawn)s; the record now says %(now)s. The allocation stays.")
            args = {"factor": name, "drawn": str(drawn[name]), "now": str(now[name])}
            yield Breach(f"{STRATUM}:{name}", "RANDOMISATION", "MAJOR", on, ALLOCATION, message, args)


_DATED = {"RST": "RST.RSTDAT", "EX": "EX.EXSTDT"}


def _known_on(record: Record, day: date) -> Record:
    kept = [c for c in record.crfs if c.form not in _DATED or (record.scope(c).item(_DATED[c.form]) or day) <= day]
    return record if len(kept) == len(record.crfs) else Record(tuple(kept), record.definitions, record.facts)


def found_ineligible(protocol: Protocol, record: Record, today: date) -> Iterator[Breach]:
    """Criteria that an enrolled participant is known not to pass: there are no waivers, who is enrolled stays (PROTOCOL 2)."""
    if course(record).eligible is not True:
        return
    on = min(course(record).eligible_on or today, today)
    for line in failed(protocol, record):
        message = _l("Enrolled, and %(criterion)s does not let the participant in: %(text)s.")
        args = {"criterion": line.id, "text": line.text}
        because = next((s.address for s in line.sources if s.address), "ELIG/SCR/1")
        yield Breach(f"{ELIGIBILITY}:{line.id}", "ELIGIBILITY", "MAJOR", on, because, message, args)


def reported_late(protocol: Protocol, record: Record) -> Iterator[Breach]:
    """Serious events that reached the sponsor more than 24 hours after the site knew (PROTOCOL 9)."""
    for crf in record.all("SAE"):
        scope = record.scope(crf)
        aware, received = scope.item("SAE.SAEAWARE"), scope.item("SAE.SAESPON")
        if aware and received and received > site_deadline(protocol, aware):
            message = _l("The sponsor was told of a serious event %(hours)s hours after the site knew; 24 are allowed.")
            args = {"hours": f"{(received - aware).total_seconds() / 3600:.0f}"}
            yield Breach(f"{REPORT}:{crf.address}", "SAFETY", "MAJOR", received.date(), crf.address, message, args)
