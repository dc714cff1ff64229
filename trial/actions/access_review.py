"""Looking through who has access, and signing that it was done (R08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from trial import rights
from trial.access_review import MEANING, Held, Line, digest
from trial.actions.people import evidence_of
from trial.actions.permission import permit
from trial.actions.signer import NOTHING, Identification, check_own_password, signing_right
from trial.errors import ContentChanged, Refused
from trial.happenings_people import AccessReviewed
from trial.store.people import last_sign_ins
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


def lines(reader: Reader, today: date) -> tuple[Line, ...]:
    """Every account that is open, and every closed one that held a role, by user name."""
    accounts = reader.all("person", order_by="username")
    names = {row["id"]: row["full_name"] for row in accounts}
    signed_in = last_sign_ins(reader)
    return tuple(_line(reader, row, names, signed_in, today) for row in accounts)


def _line(reader: Reader, account: Row, names: dict[int, str], signed_in: dict[str, datetime], today: date) -> Line:
    factor, right = reader.one("second_factor", person_id=account["id"]), signing_right(reader, account["id"])
    return Line(
        account["username"],
        account["full_name"],
        account["active"],
        tuple(_held(reader, account["id"], names, today)),
        signed_in.get(account["username"]),
        bool(factor and factor["enrolled_at"]),
        right.identity["checked_on"] if right.identity else None,
        right.certification is not None,
    )


def _held(reader: Reader, person_id: int, names: dict[int, str], today: date) -> Iterator[Held]:
    held = reader.all("assignment", order_by="id", person_id=person_id, revoked_at=None)
    evidence = evidence_of(reader, person_id, held)
    for row in held:
        giver = names.get(row["granted_by"], "Vigil")
        for s in rights.standings(row, evidence, today):
            last = rights.until(s.role, s.site, evidence.delegations, today)
            yield Held(s.role, s.site, giver, row["granted_at"], s.why, last)


def sign_review(findings: str, *, seen: str, password: str, uow: UnitOfWork, also: Identification = NOTHING) -> None:
    """Sign that everyone's access was reviewed, with what was found. `seen` is the digest on the page.

    Raises Refused without findings ("none" is one), ContentChanged, and what `trial.actions.signer.check_own_password` does.
    """
    if not findings.strip():
        raise Refused(("findings",))
    check_own_password("access review", password, "access.review", uow, also)
    with uow:
        permit(uow.actor, "access.review")
        listed = lines(uow, uow.clock.today())
        found = digest(listed)
        if found != seen:
            raise ContentChanged(seen, found)
        who = {"signer": uow.actor.person_id, "printed_name": uow.actor.name, "role": uow.actor.role}
        told = {"people": len(listed), "content_digest": found, "findings": findings.strip(), "meaning": MEANING}
        row = uow.insert("access_review", **told, **who, at=uow.clock.now())
        uow.record(AccessReviewed(row["id"], len(listed), found, findings.strip()))
        uow.commit()
