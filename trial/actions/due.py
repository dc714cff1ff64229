"""One row a form that is expected or entered: its state, what it lacks, what is asked of it, what is left to verify.

A work list, "missing", "overdue" and "% complete" are one query on these rows. They are derived: a save makes them again, and they can be
rebuilt at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from forms.answers import Crf
from trial import schedule
from trial.actions.case import Case, load
from trial.schedule import Due, Status
from trial.standing import Standing, standings
from trial.store import office
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork
from trial.verification import Plan, left, plan_of, required

DAYS = ("due_from", "due_on", "due_to", "given_up_from")
STATES: Mapping[Status, str] = {
    Status.DUE: "required",
    Status.CANCELLED: "not_required",
    Status.ENTERED: "entered",
    Status.NOT_DONE: "not_done",
}
KEY = ("event", "form", "occurrence")


def refresh(
    case: Case, crfs: tuple[Crf, ...], uow: UnitOfWork, saved: str | None = None, plan: Plan | None = None
) -> dict[str, Standing]:
    """Replace the participant's rows by what the schedule and the checks say of these instances.

    `saved`: the form that changed, None to look at every one. Returns address to standing of the instances that were looked at.
    """
    stood = standings(crfs, saved, lambda event: case.record(event, crfs))
    expected = schedule.standing(case.protocol, case.record("ANY", crfs), case.allocation)
    stored = {_key(r): r for r in uow.all("due", participant=case.id)}
    told = _Told(case, {c.address: c for c in crfs}, stood, uow, plan)
    wanted = {_key(d): told.row(d, stored.get(_key(d))) for d in expected}
    for event, form, occurrence in stored.keys() - wanted.keys():
        uow.drop("due", {"participant": case.id, "event": event, "form": form, "occurrence": occurrence})
    uow.put_all("due", [row for key, row in wanted.items() if stored.get(key) != row])
    return stood


def _key(row: Any) -> tuple[str, str, int]:
    read = row.__getitem__ if isinstance(row, Mapping) else lambda name: getattr(row, name)
    return read("event"), read("form"), read("occurrence")


class _Told:
    """What makes the rows of one participant."""

    def __init__(
        self, case: Case, crfs: Mapping[str, Crf], stood: Mapping[str, Standing], uow: UnitOfWork, plan: Plan | None
    ) -> None:
        self._case, self._crfs, self._stood = case, crfs, stood
        self._plan = plan or plan_of(office.plan_in_force(uow))
        self._verified = {
            (r["form"], r["event"], r["occurrence"]): r["paths"] for r in uow.all("verification", participant=case.id)
        }

    def row(self, d: Due, stored: Row | None) -> Row:
        """The row of one form; what was not looked at stands as stored."""
        values = dict(zip(KEY, _key(d), strict=True)) | {name: getattr(d, name) for name in DAYS}
        state = {"state": STATES[d.status], "reason": d.reason, "because": d.because}
        return {"participant": self._case.id, **values, **state, **self._lacks(d, stored)}

    def _lacks(self, d: Due, stored: Row | None) -> Row:
        crf = self._crfs.get(d.address)
        if crf is None or d.status not in (Status.ENTERED, Status.NOT_DONE):
            return {"missing": 0, "asks": 0, "to_verify": 0}
        verified = self._verified.get((crf.form, crf.event, crf.occurrence), {})
        to_verify = left(required(self._plan, self._case.id, crf), verified)
        if stood := self._stood.get(d.address):
            return {"missing": stood.missing, "asks": len(stood.asks), "to_verify": to_verify}
        known = stored or {"missing": 0, "asks": 0}
        return {"missing": known["missing"], "asks": known["asks"], "to_verify": to_verify}


def refresh_one(participant: str, uow: UnitOfWork) -> None:
    """Make a participant's rows again inside an open unit of work, after something besides answers changed."""
    case = load(uow, uow.the("participant", id=participant), uow.clock)
    refresh(case, case.crfs, uow, saved="")


def rebuild(*, uow: UnitOfWork) -> int:
    """Rebuild the rows of every participant; returns how many participants."""
    with uow:
        rows = uow.all("participant", order_by="id")
        rebuild_within(rows, uow)
        uow.commit()
    return len(rows)


def rebuild_within(rows: list[Row], uow: UnitOfWork) -> None:
    """Rebuild the rows of some participants inside an open unit of work."""
    plan = plan_of(office.plan_in_force(uow))
    for row in rows:
        case = load(uow, row, uow.clock)
        refresh(case, case.crfs, uow, plan=plan)
