"""Reviewing the audit trail as a recorded activity, and handing a copy of it out (ICH E6(R3) 4.2.3; R23, R24)."""

from __future__ import annotations

from forms.findings import Finding
from forms.reading import Unreadable, read_words
from forms.text import _l
from trial.actions.permission import permit
from trial.errors import NotOpen, Refused
from trial.happenings import DataTaken
from trial.happenings_office import TrailReviewed
from trial.store import journal
from trial.store.journal import Sought
from trial.store.unit_of_work import UnitOfWork


def review(scope: str, sought: Sought, findings: str, *, uow: UnitOfWork) -> int:
    """Record that the entries of a scope were reviewed, and what was found ("none" is a finding too). Returns its number.

    Raises NotAllowed, Refused (no words), NotOpen (no entry in that scope).
    """
    with uow:
        permit(uow.actor, "audit.review")
        words = _words(findings)
        first, last, count = journal.extent(uow, sought)
        if not count:
            raise NotOpen("review", ("nothing-to-review",))
        who = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        row = uow.insert("audit_review", scope=scope, first=first, last=last, looked_at=count, findings=words, **who)
        uow.record(TrailReviewed(row["id"], scope, count))
        uow.commit()
    return int(row["id"])


def _words(text: str) -> str:
    try:
        words = read_words(text)
    except Unreadable as problem:
        raise Refused((Finding("problem", "review:words", problem.message, args=dict(problem.args_)),)) from problem
    if not words:
        raise Refused((Finding("problem", "review:words", _l("Say what was found, also if it is nothing.")),))
    return words


def taken(scope: str, digest: str, *, uow: UnitOfWork) -> None:
    """Record that a copy of the trail left the system."""
    with uow:
        permit(uow.actor, "audit.read")
        uow.record(DataTaken(f"audit trail: {scope}", digest))
        uow.commit()
