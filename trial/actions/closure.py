"""Closing a site, and opening it again: its people stop writing at once, its investigators read on (ICH E6(R3) 4.3.8(b); R07)."""

from __future__ import annotations

from trial.actions.permission import permit
from trial.errors import AlreadyExists, NotFound, Refused
from trial.happenings_people import SiteClosed, SiteReopened
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


def close_site(code: str, reason: str, *, uow: UnitOfWork) -> None:
    """Close a site from today. Raises Refused without a reason, AlreadyExists where it is closed, NotFound."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        permit(uow.actor, "users.manage")
        uow.lock("site", {"code": code})
        if closure(uow, code) is not None:
            raise AlreadyExists("site_closure", code)
        told = {"closed_on": uow.clock.today(), "reason": reason.strip()}
        uow.insert("site_closure", site_code=code, **told, by=uow.actor.person_id, at=uow.clock.now())
        uow.record(SiteClosed(code, reason.strip()))
        uow.commit()


def reopen_site(code: str, reason: str, *, uow: UnitOfWork) -> None:
    """Let a closed site write again. Raises Refused without a reason, NotFound where it is not closed."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        permit(uow.actor, "users.manage")
        row = closure(uow, code)
        if row is None:
            raise NotFound("site_closure", {"site_code": code})
        told = {"reopened_by": uow.actor.person_id, "reopened_at": uow.clock.now(), "reopened_reason": reason.strip()}
        uow.update("site_closure", {"id": row["id"]}, **told)
        uow.record(SiteReopened(code, reason.strip()))
        uow.commit()


def closure(reader: Reader, code: str) -> Row | None:
    """The closure of a site that stands."""
    return next(iter(reader.all("site_closure", site_code=code, reopened_at=None)), None)
