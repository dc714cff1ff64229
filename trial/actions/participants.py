"""A new participant: a number, nothing else. Names and national ids never enter the system."""

from __future__ import annotations

from trial.actions import due
from trial.actions.case import load
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import permit
from trial.errors import NotOpen
from trial.happenings import ParticipantAdded
from trial.holds import HELD, held
from trial.store import office, participants
from trial.store.unit_of_work import UnitOfWork


def add_participant(site: str, *, uow: UnitOfWork, key: str | None = None) -> str:
    """Give the next number of a site. Raises NotOpen before the site is opened, NotAllowed, NotFound."""
    with uow:
        permit(uow.actor, "participant.create", site)
        place = uow.lock("site", {"code": site})
        # After the lock: the second of two clicks waited there for the first.
        if earlier := earlier_answer(uow, key, "add_participant"):
            return str(earlier["id"])
        if place["opened_on"] is None or place["opened_on"] > uow.clock.today():
            raise NotOpen("participant", ("site-not-open",))
        if kind := held(office.holds_over(uow, site, None), site, None):
            raise NotOpen("participant", (HELD[kind],))
        number = participants.next_number(uow, site)
        name = f"VG-{site}-{number:04d}"
        row = uow.insert(
            "participant",
            id=name,
            site_code=site,
            number=number,
            created_at=uow.clock.now(),
            created_by=uow.actor.person_id,
        )
        uow.record(ParticipantAdded(site, participant=name))
        due.refresh(load(uow, row, uow.clock), (), uow)
        remember(uow, key, "add_participant", {"id": name})
        uow.commit()
    return name
