"""What is due: form by form, when, and how it stands on a day (PROTOCOL 3; trial/data/soa.csv).

`expected` needs no clock and is what the store keeps as rows; `due` adds the status on a day. Death cancels what falls due
after it, a withdrawal what its scope excludes, a screening failure everything later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from forms.answers import Crf
from forms.dates import before
from forms.record import Record
from forms.text import _l
from trial.course import Allocation, Course, course
from trial.evidence import WholeRecord
from trial.limits import ALWAYS_OPEN, SAMPLES, closed_by
from trial.opened import opened
from trial.protocol import Protocol
from trial.visits import Visit, visits

__all__ = ["Due", "Status", "Visit", "due", "expected", "on_day", "standing", "visits"]


class Status(StrEnum):
    """How a due form stands. OVERDUE: the window has passed, it can still be entered. MISSED: the next visit took its place."""

    NOT_YET = "not_yet"
    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"
    ENTERED = "entered"
    NOT_DONE = "not_done"
    CANCELLED = "cancelled"


STATUS_WORDS = {
    Status.NOT_YET: _l("not yet due"),
    Status.DUE: _l("due"),
    Status.OVERDUE: _l("overdue"),
    Status.MISSED: _l("missed"),
    Status.ENTERED: _l("entered"),
    Status.NOT_DONE: _l("not done"),
    Status.CANCELLED: _l("cancelled"),
}
"""As a person reads them."""

DEATH = _l("The participant died before it fell due.")
WITHDRAWAL = _l("Consent was withdrawn for it.")
SCREEN_FAILURE = _l("Screening ended without enrolment.")
END_OF_STUDY = _l("The study ended for this participant.")


@dataclass(frozen=True)
class Due:
    """One form that the schedule expects. Dates are None where time zero is unknown or the form is owed at once.

    `cancelled` is the reason in words, "" while it is owed; `because` the address of the CRF that opened it, if one did.
    """

    event: str
    form: str
    occurrence: int
    due_from: date | None
    due_on: date | None
    due_to: date | None
    status: Status = Status.NOT_YET
    reason: str = ""
    because: str | None = None
    given_up_from: date | None = None

    @property
    def address(self) -> str:
        """FORM/EVENT/OCCURRENCE."""
        return f"{self.form}/{self.event}/{self.occurrence}"


def expected(protocol: Protocol, record: Record, allocation: Allocation | None = None) -> tuple[Due, ...]:
    """Forms that are owed or were owed, entered ones included; cancelled ones, and visits whose time zero lies ahead, left out."""
    found = _all(protocol, record, allocation)
    c = course(record, allocation)
    return tuple(d for d in found if _entered(record, d) or not (_cancelled(d, c) or _ahead(d)))


def standing(protocol: Protocol, record: Record, allocation: Allocation | None = None) -> tuple[Due, ...]:
    """A row for every form that is owed, was owed, or was entered without being expected; only what lies ahead is left out.

    The status is the part of the truth that needs no clock: DUE (owed), CANCELLED with its reason, ENTERED or NOT_DONE.
    """
    c = course(record, allocation)
    planned = _all(protocol, record, allocation)
    known = {d.address for d in planned}
    extra = (Due(i.event, i.form, i.occurrence, None, None, None) for i in record.crfs if i.address not in known)
    stood = (_without_clock(d, record, c) for d in (*planned, *extra))
    return tuple(d for d in stood if d is not None)


def _without_clock(d: Due, record: Record, c: Course) -> Due | None:
    crf = _instance(record, d)
    if crf is not None:
        return replace(d, status=Status.NOT_DONE if crf.answers.not_done else Status.ENTERED)
    if reason := _cancelled(d, c):
        return replace(d, status=Status.CANCELLED, reason=reason)
    removed = record.at(d.form, d.event, d.occurrence) is not None and d.due_on is None and d.because is None
    return None if _ahead(d) or removed else replace(d, status=Status.DUE)


def due(protocol: Protocol, record: Record, allocation: Allocation | None, today: date) -> tuple[Due, ...]:
    """Every form of the schedule with its status on a day, in the order of the course."""
    c = course(record, allocation)
    return tuple(_stand(d, record, c, today) for d in _all(protocol, record, allocation))


def on_day(due_from: date | None, due_to: date | None, given_up_from: date | None, today: date) -> Status:
    """How a form that is owed and not entered stands on a day. Without dates it is owed at once."""
    if due_from is not None and today < due_from:
        return Status.NOT_YET
    if due_to is None or today <= due_to:
        return Status.DUE
    return Status.MISSED if given_up_from is not None and today >= given_up_from else Status.OVERDUE


def _all(protocol: Protocol, record: Record, allocation: Allocation | None) -> tuple[Due, ...]:
    seen: dict[str, Due] = {}
    for each in (*_scheduled(protocol, record, allocation), *_opened(record)):
        seen.setdefault(each.address, each)
    return tuple(seen.values())


def _scheduled(protocol: Protocol, record: Record, allocation: Allocation | None) -> Iterator[Due]:
    for visit in visits(protocol, record, allocation):
        for form in visit.forms:
            if asked(form, record):
                yield Due(
                    visit.event, form, 1, visit.window_from, visit.due_on, visit.window_to,
                    given_up_from=visit.given_up_from,
                )  # fmt: skip


def _opened(record: Record) -> Iterator[Due]:
    for each in opened(record):
        yield Due(
            each.event, each.form, each.occurrence, each.on, each.on, None, reason=each.reason, because=each.because
        )


def asked(form: str, record: Record) -> bool:
    """Whether the form's own condition ("form due only when") holds. Until it is known the form is not asked for.

    A form that the participant's version of the protocol does not have is asked of nobody.
    """
    if record.versions is not None and form not in record.versions:
        return False
    newest = record.newest.get(form)
    rule = newest.due_if if newest is not None else None
    return rule is None or rule.value(WholeRecord(record)) is True


def _entered(record: Record, d: Due) -> bool:
    return _instance(record, d) is not None


def _instance(record: Record, d: Due) -> Crf | None:
    crf = record.at(d.form, d.event, d.occurrence)
    return crf if crf is not None and crf.answers.removed is None else None


def _stand(d: Due, record: Record, c: Course, today: date) -> Due:
    crf = _instance(record, d)
    if crf is not None:
        return replace(d, status=Status.NOT_DONE if crf.answers.not_done else Status.ENTERED)
    if reason := _cancelled(d, c):
        return replace(d, status=Status.CANCELLED, reason=reason)
    if _ahead(d):
        return replace(d, status=Status.NOT_YET)
    return replace(d, status=on_day(d.due_from, d.due_to, d.given_up_from, today))


def _ahead(d: Due) -> bool:
    """Whether nobody can say yet when it falls due. Consent begins everything; what an answer opened is owed at once."""
    return d.due_from is None and d.due_on is None and d.because is None and d.form != "IC"


def _cancelled(d: Due, c: Course) -> str:
    """Why a form that was not entered is no longer owed; "" while it is."""
    if d.form in ALWAYS_OPEN:
        return ""
    if c.screen_failed and d.form != "ELIG":
        return SCREEN_FAILURE
    if c.died_on is not None and before(c.died_on, d.due_on) is True:
        return DEATH
    if c.withdrawn_on is not None and (d.due_on is None or d.due_on > c.withdrawn_on) and withdrawn(c, d.form):
        return WITHDRAWAL
    if c.ended_on is not None and (d.due_on is None or d.due_on > c.ended_on):
        return END_OF_STUDY
    return ""


def withdrawn(c: Course, form: str) -> bool:
    """Whether a form is no longer owed after the withdrawal: what it closes, and samples, which are taken at visits."""
    scope = c.withdrawn_from
    return closed_by(scope, form) or (form in SAMPLES and "VISITS" in scope)
