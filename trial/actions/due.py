"""Which forms are expected and when, kept as rows so that a work list is one query. Derived: it can be rebuilt at any time."""

from __future__ import annotations

from forms.answers import Crf
from trial import schedule
from trial.actions.case import Case, load
from trial.store.unit_of_work import UnitOfWork

DAYS = ("due_from", "due_on", "due_to", "given_up_from")


def refresh(case: Case, crfs: tuple[Crf, ...], uow: UnitOfWork) -> None:
    """Replace the participant's expected rows by what the schedule says of these instances."""
    expected = schedule.expected(case.protocol, case.record("ANY", crfs), case.allocation)
    wanted = {(d.event, d.form, d.occurrence): tuple(getattr(d, name) for name in DAYS) for d in expected}
    stored = {
        (r["event"], r["form"], r["occurrence"]): tuple(r[name] for name in DAYS)
        for r in uow.all("due", participant=case.id)
    }
    for event, form, occurrence in stored.keys() - wanted.keys():
        uow.drop("due", {"participant": case.id, "event": event, "form": form, "occurrence": occurrence})
    names = ("event", "form", "occurrence", *DAYS)
    changed = [dict(zip(names, (*key, *days), strict=True)) for key, days in wanted.items() if stored.get(key) != days]
    uow.put_all("due", [{"participant": case.id, **row} for row in changed])


def rebuild(*, uow: UnitOfWork) -> int:
    """Rebuild the expected rows of every participant; returns how many participants."""
    with uow:
        rows = uow.all("participant", order_by="id")
        for row in rows:
            case = load(uow, row, uow.clock)
            refresh(case, case.crfs, uow)
        uow.commit()
    return len(rows)
