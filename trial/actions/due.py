"""Which forms are expected and when, kept as rows so that a work list is one query. Derived: it can be rebuilt at any time."""

from __future__ import annotations

from forms.answers import Crf
from trial import schedule
from trial.actions.case import Case, load
from trial.store.unit_of_work import UnitOfWork


def refresh(case: Case, crfs: tuple[Crf, ...], uow: UnitOfWork) -> None:
    """Replace the participant's expected rows by what the schedule says of these instances."""
    uow.drop("due", {"participant": case.id})
    for due in schedule.expected(case.protocol, case.record("ANY", crfs), case.allocation):
        uow.put(
            "due",
            participant=case.id,
            event=due.event,
            form=due.form,
            occurrence=due.occurrence,
            due_from=due.due_from,
            due_on=due.due_on,
            due_to=due.due_to,
        )


def rebuild(*, uow: UnitOfWork) -> int:
    """Rebuild the expected rows of every participant; returns how many participants."""
    with uow:
        rows = uow.all("participant", order_by="id")
        for row in rows:
            case = load(uow, row, uow.clock)
            refresh(case, case.crfs, uow)
        uow.commit()
    return len(rows)
