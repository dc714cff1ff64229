"""The delegation log of a site: tasks are proposed, and delegated by its principal investigator (ICH E6(R3) 2.3; 21 CFR 11.70)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from trial import rights, roles
from trial.actions.permission import permit
from trial.actions.signer import NOTHING, Identification, check_own_password
from trial.actor import Actor
from trial.errors import AlreadyExists, ContentChanged, NotAllowed, NotFound, Refused
from trial.happenings_people import DelegationApproved, DelegationEnded, DelegationProposed
from trial.rights import delegation_digest
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Tasks:
    """What is delegated, from which day to which (None: until the end). `principal`: the investigator who answers for the site.

    `on_paper`: the principal investigator signed the paper log, on that day; None: is asked to sign here.
    """

    words: str
    from_on: date
    to_on: date | None = None
    principal: bool = False
    on_paper: date | None = None


def delegate(username: str, role: str, site: str, tasks: Tasks, *, uow: UnitOfWork) -> int:
    """Write tasks into the delegation log of a site; returns the delegation's id. Raises Refused, NotFound."""
    with uow:
        permit(uow.actor, "users.manage")
        row = proposed_within(uow, uow.the("person", username=username.lower()), role, site, tasks)
        uow.commit()
    return int(row["id"])


def sign_delegation(
    delegation: int, *, seen: str, password: str, uow: UnitOfWork, also: Identification = NOTHING
) -> None:
    """The principal investigator of the site delegates. `seen` is the digest on the page.

    Raises what `trial.actions.signer.check_own_password` does, NotAllowed for anybody else (nobody signs the own delegation),
    ContentChanged, AlreadyExists, NotFound.
    """
    check_own_password(f"delegation {delegation}", password, "delegation.sign", uow, also)
    with uow:
        row = _at_own_site(uow, delegation, "delegation.sign")
        if not is_principal(uow, uow.actor.person_id, row["site_code"], uow.clock.today()) or row["principal"]:
            raise NotAllowed(uow.actor.role, "delegation.sign", row["site_code"])
        if row["approved_at"] is not None or row["ended_at"] is not None:
            raise AlreadyExists("delegation", str(delegation))
        if row["content_digest"] != seen:
            raise ContentChanged(seen, row["content_digest"])
        _accepted(uow, row, "signed", uow.clock.today(), uow.actor.name, uow.actor.person_id)
        uow.commit()


def end_delegation(delegation: int, reason: str, *, uow: UnitOfWork) -> None:
    """End a delegation from this moment: by an administrator, or by the site's principal investigator. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        row = uow.the("delegation", id=delegation)
        if roles.may(uow.actor.role, "delegation.sign"):
            row = _at_own_site(uow, delegation, "delegation.sign")
            if not is_principal(uow, uow.actor.person_id, row["site_code"], uow.clock.today()):
                raise NotAllowed(uow.actor.role, "delegation.sign", row["site_code"])
        else:
            permit(uow.actor, "users.manage")
        if row["ended_at"] is not None:
            raise AlreadyExists("delegation", str(delegation))
        uow.update("delegation", {"id": delegation}, ended_at=uow.clock.now(), ended_reason=reason.strip())
        uow.record(DelegationEnded(delegation, reason.strip()))
        uow.commit()


def waiting(reader: Reader, actor: Actor, today: date) -> list[Row]:
    """Delegations that wait for the signature of this principal investigator."""
    own = principal_at(reader, actor, today)
    found = [d for code in own for d in reader.all("delegation", site_code=code, approved_at=None, ended_at=None)]
    return [d for d in found if not d["principal"]]


def principal_at(reader: Reader, actor: Actor, today: date) -> list[str]:
    """The sites whose principal investigator acts."""
    if not roles.may(actor.role, "delegation.sign"):
        return []
    codes = [site["code"] for site in reader.all("site", order_by="code") if actor.reaches(site["code"])]
    return [code for code in codes if is_principal(reader, actor.person_id, code, today)]


def is_principal(reader: Reader, person_id: int | None, site: str, today: date) -> bool:
    """Whether a person is a principal investigator of a site today."""
    rows = reader.all("delegation", person_id=person_id, site_code=site, role="investigator", principal=True)
    return any(rights.covers(row, today) for row in rows)


def _at_own_site(uow: UnitOfWork, delegation: int, verb: str) -> Row:
    """The delegation, at a site the actor reaches; another site's is not there at all."""
    row = uow.lock("delegation", {"id": delegation})
    if not uow.actor.reaches(row["site_code"]):
        raise NotFound("delegation", {"id": delegation})
    permit(uow.actor, verb, row["site_code"])
    return row


def proposed_within(uow: UnitOfWork, holder: Row, role: str, site: str | None, tasks: Tasks) -> Row:
    if site is None or (wrong := _wrong(role, tasks, uow.clock.today())):
        raise Refused(("delegation" if site is None else wrong,))
    basis = "sponsor" if tasks.principal else "signed" if tasks.on_paper is None else "paper"
    content: dict[str, Any] = {
        "person_id": holder["id"], "site_code": uow.the("site", code=site)["code"], "role": role, "tasks": tasks.words.strip(),
        "principal": tasks.principal, "from_on": tasks.from_on, "to_on": tasks.to_on,
    }  # fmt: skip
    made = {"proposed_by": uow.actor.person_id, "proposed_at": uow.clock.now()}
    row = uow.insert("delegation", **content, basis=basis, content_digest=delegation_digest(content), **made)
    uow.record(DelegationProposed(row["id"], holder["username"], role, site))
    if basis != "signed":
        _accepted(uow, row, basis, tasks.on_paper or uow.clock.today(), uow.actor.name, None)
    return row


def _wrong(role: str, tasks: Tasks, today: date) -> str | None:
    if not rights.delegated(role) or not tasks.words.strip():
        return "delegation"
    if tasks.principal and role != "investigator":
        return "principal"
    if tasks.to_on is not None and tasks.to_on < tasks.from_on:
        return "delegation-days"
    return "day-to-come" if tasks.on_paper is not None and tasks.on_paper > today else None


def _accepted(uow: UnitOfWork, row: Row, basis: str, on: date, name: str, approver: int | None) -> None:
    told = {"approved_by": name, "approver": approver, "approved_on": on, "approved_at": uow.clock.now()}
    uow.update("delegation", {"id": row["id"]}, **told)
    uow.record(DelegationApproved(row["id"], basis, row["content_digest"]))
