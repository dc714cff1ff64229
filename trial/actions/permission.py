"""Every action asks again what the page has asked already: a page that forgets must not open a door."""

from __future__ import annotations

from trial import roles
from trial.actor import SYSTEM, Actor
from trial.errors import NotAllowed, NotFound, RightsHeldBack
from trial.store.reading import Reader, Row


def permit(actor: Actor, verb: str, site: str | None = None) -> None:
    """Raise NotAllowed unless the actor's role has the verb and reaches the site; RightsHeldBack where it does and is not in force."""
    if actor == SYSTEM:
        return
    if not (roles.may(actor.role, verb, site, actor.sites) and actor.reaches(site)):
        raise NotAllowed(actor.role, verb, site)
    if verb not in roles.READING and (why := actor.why_not(site)):
        raise RightsHeldBack(actor.role, verb, site, why)


def participant_for(reader: Reader, actor: Actor, participant: str, verb: str) -> Row:
    """The participant's row. Another site's participant is not there at all: NotFound, not NotAllowed."""
    row: Row = reader.the("participant", id=participant)
    if not actor.reaches(row["site_code"]):
        if why := actor.why_not(row["site_code"]):  # the own site until its delegation ended: what is there was known
            raise RightsHeldBack(actor.role, verb, row["site_code"], why)
        raise NotFound("participant", {"id": participant})
    permit(actor, verb, row["site_code"])
    return row
