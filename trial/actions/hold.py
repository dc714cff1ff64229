"""Freezing, locking and opening again: a form, a participant, a site, the study (R43)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trial.actions.checklist import count, digest_of
from trial.actions.permission import participant_for, permit
from trial.errors import AlreadyExists, NotFound, NotOpen, ReasonNeeded
from trial.happenings_office import HoldLifted, HoldPlaced
from trial.holds import LOCK, scope_of
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Scope:
    """What is held: nothing named is the study; a site; a participant; a form of a participant."""

    site: str | None = None
    participant: str | None = None
    event: str | None = None
    form: str | None = None
    occurrence: int | None = None

    def columns(self) -> dict[str, Any]:
        """As the table keeps it."""
        return {"site": self.site, "participant": self.participant, "event": self.event, "form": self.form,
                "occurrence": self.occurrence}  # fmt: skip


def place(kind: str, scope: Scope, reason: str, *, uow: UnitOfWork) -> int:
    """Freeze or lock; returns the number of the hold.

    A lock of the study needs a checklist that was signed and still says the same of the data as they are now.
    Raises NotAllowed, NotFound, ReasonNeeded, AlreadyExists (held that way already), NotOpen (no signed checklist).
    """
    with uow:
        _permitted(scope, uow)
        if not reason.strip():
            raise ReasonNeeded(())
        if kind == LOCK and scope == Scope():
            _signed_off(uow)
        if uow.all("hold", kind=kind, lifted_at=None, **scope.columns()):
            raise AlreadyExists("hold", kind)
        by = {"by": uow.actor.person_id, "role": uow.actor.role, "at": uow.clock.now()}
        row = uow.insert("hold", kind=kind, **scope.columns(), reason=reason.strip(), **by)
        uow.record(HoldPlaced(row["id"], kind, scope_of(row), reason.strip(), participant=scope.participant))
        uow.commit()
    return int(row["id"])


def _permitted(scope: Scope, uow: UnitOfWork) -> None:
    if scope.participant is None:
        permit(uow.actor, "crf.freeze", scope.site)
        _hold_all(scope.site, uow)
        return
    participant_for(uow, uow.actor, scope.participant, "crf.freeze")
    uow.lock("participant", {"id": scope.participant})
    if scope.form is not None:
        uow.the("crf", participant=scope.participant, event=scope.event, form=scope.form, occurrence=scope.occurrence)


def _hold_all(site: str | None, uow: UnitOfWork) -> None:
    """Wait for every save that is under way in the scope; the next one finds the hold."""
    if site is not None:
        uow.the("site", code=site)
    where = {} if site is None else {"site_code": site}
    for row in uow.all("participant", order_by="id", **where):
        uow.lock("participant", {"id": row["id"]})


def _signed_off(uow: UnitOfWork) -> None:
    signed = uow.all("checklist", order_by="id", site=None)
    now = digest_of(uow, None, count(uow, None, uow.clock))
    if not signed or signed[-1]["content_digest"] != now:
        raise NotOpen("lock", ("checklist-not-signed",))


def lift(number: int, reason: str, *, uow: UnitOfWork) -> Row:
    """Open again what was held, with a reason. Raises NotAllowed, NotFound, ReasonNeeded."""
    with uow:
        row = uow.lock("hold", {"id": number})
        _permitted(Scope(**{name: row[name] for name in Scope().columns()}), uow)
        if row["lifted_at"] is not None:
            raise NotFound("hold", {"id": number})
        if not reason.strip():
            raise ReasonNeeded(())
        by = {"lifted_at": uow.clock.now(), "lifted_by": uow.actor.person_id, "lifted_because": reason.strip()}
        opened = uow.update("hold", {"id": number}, **by)
        uow.record(HoldLifted(number, row["kind"], scope_of(row), reason.strip(), participant=row["participant"]))
        uow.commit()
    return opened
