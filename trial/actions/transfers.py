"""A participant moves to another site: the number stays, who enters and reads changes, what was drawn and counted does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from forms.findings import Finding
from forms.text import _l
from trial.actions import due
from trial.actions.case import load, refuse_if_held
from trial.actions.once import earlier_answer, remember
from trial.actions.permission import participant_for
from trial.actor import Actor
from trial.errors import NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.happenings_participants import Transferred
from trial.holds import HELD, held
from trial.queries import LIVE
from trial.roles import may
from trial.store import office, transfers
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Order:
    """Who moves where, since which day, why, and the user name of the investigator there who agreed."""

    participant: str
    to_site: str
    on: date | None
    reason: str
    agreed_by: str


def transfer(order: Order, *, uow: UnitOfWork, key: str | None = None) -> int:
    """Move a participant; returns the number of the transfer.

    From then on the new site reads and writes everything, the old one nothing: it keeps its copy (`copy_of`). The allocation, its
    factors and accrual stay with the site that enrolled. Raises NotFound, NotAllowed, ReasonNeeded, Refused (a day ahead or before the
    last transfer, the same site), NotOpen (the site is not open or frozen, nobody there agreed).
    """
    with uow:
        participant_for(uow, uow.actor, order.participant, "participant.transfer")
        row = uow.lock("participant", {"id": order.participant})
        if (earlier := earlier_answer(uow, key, "transfer")) is not None:
            return int(earlier)
        refuse_if_held(load(uow, row, uow.clock), "transfer")
        agreed = _checked(order, row, uow)
        number = _move(order, row, agreed, uow)
        remember(uow, key, "transfer", number)
        uow.commit()
    return number


def _checked(order: Order, row: Row, uow: UnitOfWork) -> Row:
    """The investigator of the new site, once all else is in order."""
    there = uow.the("site", code=order.to_site)
    if not order.reason.strip():
        raise ReasonNeeded(())
    if found := tuple(_problems(order, row, uow)):
        raise Refused(found)
    blockers = [HELD[kind]] if (kind := held(office.holds_over(uow, order.to_site, None), order.to_site, None)) else []
    if there["opened_on"] is None or there["opened_on"] > uow.clock.today():
        blockers.append("site-not-open")
    agreed = _investigator(order.agreed_by, order.to_site, uow)
    if agreed is None:
        blockers.append("nobody-agreed")
    if blockers or agreed is None:
        raise NotOpen("transfer", tuple(blockers))
    return agreed


def _problems(order: Order, row: Row, uow: UnitOfWork) -> list[Finding]:
    last = max((m["on"] for m in transfers.moves(uow, row["id"])), default=row["created_at"].date())
    found = []
    if order.on is None or not last <= order.on <= uow.clock.today():
        found.append(
            Finding(
                "problem", "transfer:on", _l("Give the day of the transfer: not ahead, not before the one before it.")
            )
        )
    if order.to_site == row["site_code"]:
        found.append(Finding("problem", "transfer:to", _l("The participant is at that site already.")))
    return found


def _investigator(username: str, site: str, reader: Reader) -> Row | None:
    person = reader.one("person", username=username.strip().lower()) if username.strip() else None
    if person is None or not person["active"]:
        return None
    granted = reader.all("assignment", person_id=person["id"], role="investigator", revoked_at=None)
    return person if any(a["site_code"] in (None, site) for a in granted) else None


def _move(order: Order, row: Row, agreed: Row, uow: UnitOfWork) -> int:
    assert order.on is not None
    places = {"from_site": row["site_code"], "to_site": order.to_site, "on": order.on}
    by = {"agreed_by": agreed["id"], "by": uow.actor.person_id, "at": uow.clock.now()}
    made = uow.insert("transfer", participant=row["id"], **places, reason=order.reason.strip(), **by)
    moved = uow.update("participant", {"id": row["id"]}, site_code=order.to_site)
    _unassigned(row["id"], uow)
    uow.record(
        Transferred(
            made["id"], row["site_code"], order.to_site, order.on.isoformat(), agreed["username"], participant=row["id"]
        )
    )
    case = load(uow, moved, uow.clock)
    due.refresh(case, case.crfs, uow, every=True)
    return int(made["id"])


def _unassigned(participant: str, uow: UnitOfWork) -> None:
    """Questions go along; who was to answer them at the old site is not there to do it."""
    for query in uow.all("query", order_by="id", participant=participant):
        if query["state"] in LIVE and query["assigned"] is not None:
            uow.update("query", {"id": query["id"]}, assigned=None)


@dataclass(frozen=True)
class Copy:
    """What a site had entered and read until a participant left it."""

    participant: str
    site: str
    left_at: datetime
    revisions: tuple[Row, ...]


def copy_of(number: int, *, reader: Reader, actor: Actor) -> Copy:
    """The record as it stood when a participant left the actor's site (ICH E6(R3) 3.16.1(k), R60): a copy that no sponsor hands out.

    It ends at the transfer: what is entered later is the new site's. Raises NotFound for a transfer away from another site, NotAllowed.
    """
    row: Row = reader.the("transfer", id=number)
    if not actor.reaches(row["from_site"]):
        raise NotFound("transfer", {"id": number})
    if not may(actor.role, "crf.sign", row["from_site"], actor.sites):
        raise NotAllowed(actor.role, "crf.sign", row["from_site"])
    kept: tuple[dict[str, Any], ...] = tuple(transfers.written_until(reader, row["participant"], row["at"]))
    return Copy(row["participant"], row["from_site"], row["at"], kept)
