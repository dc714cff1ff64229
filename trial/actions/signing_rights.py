"""Who may sign electronically: identity verified by an administrator, then certified by the person (21 CFR 11.100(b), (c))."""

from __future__ import annotations

from datetime import date

from trial.actions.permission import permit
from trial.actions.signer import NOTHING, Identification, check_to_certify, signing_right
from trial.errors import AlreadyExists, ContentChanged, NotFound, Refused
from trial.happenings_people import IdentityVerified, SignatureCertified, SigningRevoked
from trial.signing_rights import CERTIFICATION, DOCUMENTS, HOW, VERSION
from trial.store.unit_of_work import UnitOfWork


def verify_identity(username: str, how: str, document: str, checked_on: date, *, uow: UnitOfWork) -> None:
    """Record that somebody made sure who a person is: how, by which kind of document, on which day; never its number.

    Raises Refused for an unknown way or document, a day to come, or one's own identity; AlreadyExists where a check stands.
    """
    with uow:
        permit(uow.actor, "users.manage")
        account = uow.the("person", username=username.lower())
        own = account["id"] == uow.actor.person_id
        if wrong := _wrong(how, document, checked_on, uow.clock.today(), own):
            raise Refused((wrong,))
        if signing_right(uow, account["id"]).identity is not None:
            raise AlreadyExists("identity_check", account["username"])
        told = {"how": how, "document": document, "checked_on": checked_on}
        uow.insert("identity_check", person_id=account["id"], **told, by=uow.actor.person_id, at=uow.clock.now())
        uow.record(IdentityVerified(account["username"], how, document))
        uow.commit()


def _wrong(how: str, document: str, checked_on: date, today: date, own: bool) -> str | None:
    if how not in HOW:
        return "how"
    if document not in DOCUMENTS:
        return "document"
    if checked_on > today:
        return "day-to-come"
    return "own-identity" if own else None


def certify(version: str, password: str, *, uow: UnitOfWork, also: Identification = NOTHING) -> None:
    """The person's own declaration, with the password; its words and version are kept. A second one changes nothing.

    Raises ContentChanged when another version was on the page, and what `check_to_certify` does.
    """
    if version != VERSION:
        raise ContentChanged(version, VERSION)
    check_to_certify(password, uow, also)
    with uow:
        account = uow.the("person", id=uow.actor.person_id)
        identity = signing_right(uow, account["id"]).identity
        if identity is None:
            raise NotFound("identity_check", {"person_id": account["id"]})
        declared = {"version": VERSION, "text": CERTIFICATION, "printed_name": account["full_name"]}
        if uow.ensure(
            "certification", identity=identity["id"], person_id=account["id"], **declared, at=uow.clock.now()
        ):
            uow.record(SignatureCertified(account["username"], VERSION))
        uow.commit()


def revoke_signing(username: str, reason: str, *, uow: UnitOfWork) -> None:
    """Trust was lost: the person signs nothing until verified and certified again. Raises Refused without a reason, NotFound."""
    if not reason.strip():
        raise Refused(("reason",))
    with uow:
        permit(uow.actor, "users.manage")
        account = uow.the("person", username=username.lower())
        identity = signing_right(uow, account["id"]).identity
        if identity is None:
            raise NotFound("identity_check", {"username": username})
        ended = {"revoked_by": uow.actor.person_id, "revoked_at": uow.clock.now(), "revoked_reason": reason.strip()}
        uow.update("identity_check", {"id": identity["id"]}, **ended)
        uow.record(SigningRevoked(account["username"], reason.strip()))
        uow.commit()
