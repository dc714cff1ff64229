"""Accounts and roles. What a role that was given is worth today is `trial.rights`; passwords are `trial.actions.credentials`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from trial import passwords, rights, roles
from trial.actions.permission import permit
from trial.actor import Actor
from trial.errors import AlreadyExists, Refused, SeenByArm
from trial.happenings import AccountClosed, PersonAdded, RoleGranted, RoleRevoked
from trial.rights import HELD_BACK, Evidence, Standing
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Person:
    """An account as a page needs it: never the hash. `standings`: every role given, with why it is not in force."""

    id: int
    username: str
    full_name: str
    must_change_password: bool
    standings: tuple[Standing, ...] = ()
    second_factor: bool = False
    password_set_at: datetime | None = None

    @property
    def roles(self) -> tuple[tuple[str, str | None], ...]:
        """Roles that can be acted in, with their sites: those in force, and those held back, which say why."""
        return tuple((s.role, s.site) for s in self.standings if set(s.why) <= HELD_BACK)

    def actor(self, role: str, *, session: str | None = None) -> Actor:
        """The person in one of the roles held. Raises KeyError for a role not held."""
        held = [s for s in self.standings if s.role == role and set(s.why) <= HELD_BACK]
        if not held:
            raise KeyError(role)
        sites = [s.site for s in held if s.reads_on]
        back = tuple((s.site, s.why) for s in held if not s.in_force)
        reached = None if None in sites else frozenset(map(str, sites))
        return Actor(self.id, self.full_name, role, reached, back, session)


def person(reader: Reader, person_id: int, *, on: date, gated: bool = True) -> Person:
    """The account with the roles that are not revoked, as they stand on a day. Raises NotFound.

    `gated` False: approval, training and delegation are kept and ask for nothing (setting VIGIL_DELEGATION=recorded).
    """
    return of_row(reader, reader.the("person", id=person_id), on=on, gated=gated)


def of_row(reader: Reader, row: Row, *, on: date, gated: bool = True) -> Person:
    """The same from the row of the account."""
    factor = reader.one("second_factor", person_id=row["id"])
    past = reader.all("password_past", order_by="id", person_id=row["id"])
    return Person(
        row["id"], row["username"], row["full_name"], row["must_change_password"], _standings(reader, row["id"], on, gated),
        bool(factor and factor["enrolled_at"]), past[-1]["set_at"] if past else row["created_at"],
    )  # fmt: skip


def _standings(reader: Reader, person_id: int, on: date, gated: bool) -> tuple[Standing, ...]:
    held = reader.all("assignment", order_by="id", person_id=person_id, revoked_at=None)
    if not gated:
        ever = _ever_held(reader, person_id)
        return tuple(Standing(a["role"], a["site_code"], rights.unblinded(a["role"], ever)) for a in held)
    evidence = evidence_of(reader, person_id, held)
    return tuple(standing for a in held for standing in rights.standings(a, evidence, on))


def evidence_of(reader: Reader, person_id: int, held: list[Row]) -> Evidence:
    """What is recorded about a person's access."""
    approvals = [row for a in held if (row := reader.one("access_approval", assignment=a["id"]))]
    sites = {a["site_code"] for a in held if a["site_code"]}
    return Evidence(
        approvals,
        reader.all("training", person_id=person_id),
        reader.all("delegation", person_id=person_id),
        [row for site in sorted(sites) for row in reader.all("site_closure", site_code=site)],
        _ever_held(reader, person_id),
    )


def _ever_held(reader: Reader, person_id: int) -> frozenset[str]:
    """Every role the person was ever given, those that ended as well."""
    return frozenset(a["role"] for a in reader.all("assignment", person_id=person_id))


def add_person(
    username: str,
    full_name: str,
    *,
    uow: UnitOfWork,
    email: str | None = None,
    password: str | None = None,
    quick: bool = False,
) -> tuple[Person, str]:
    """Create an account; return it with its first password, which must be changed unless it was given here.

    Raises AlreadyExists for a name ever used: names are not given twice.
    """
    first = password or passwords.fresh()
    hashed = passwords.hashed(first, quick=quick)
    with uow:
        permit(uow.actor, "users.manage")
        if uow.one("person", username=username.lower()):
            raise AlreadyExists("person", username.lower())
        row = uow.insert(
            "person",
            username=username.lower(),
            full_name=full_name,
            email=email,
            password_hash=hashed,
            active=True,
            must_change_password=password is None,
            created_at=uow.clock.now(),
        )
        uow.insert("password_past", person_id=row["id"], password_hash=hashed, set_at=uow.clock.now())
        uow.record(PersonAdded(row["username"]))
        added = of_row(uow, row, on=uow.clock.today())
        uow.commit()
    return added, first


def grant(username: str, role: str, site: str | None = None, *, uow: UnitOfWork) -> int:
    """Give a person a role, at one site or (None) wherever the role reaches; returns the id of the assignment. It is in force once
    approval, training and, at a site, delegation are recorded (`trial.actions.access`). Raises Refused for an unknown role, SeenByArm
    for a blinded one where another has shown outcomes by arm.
    """
    with uow:
        permit(uow.actor, "users.manage")
        row = granted_within(uow, uow.the("person", username=username.lower()), role, site)
        uow.commit()
    return int(row["id"])


def granted_within(uow: UnitOfWork, holder: Row, role: str, site: str | None) -> Row:
    """Write an assignment inside a unit of work that is open."""
    if role not in roles.ROLES:
        raise Refused((role,))
    if rights.unblinded(role, _ever_held(uow, holder["id"])):
        raise SeenByArm(holder["username"], role)
    given = {"granted_at": uow.clock.now(), "granted_by": uow.actor.person_id}
    row = uow.insert("assignment", person_id=holder["id"], role=role, site_code=site, **given)
    uow.record(RoleGranted(holder["username"], role, site))
    return row


def revoke(assignment_id: int, *, uow: UnitOfWork) -> None:
    """End one right and every session of its holder, at once."""
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("assignment", {"id": assignment_id}, revoked_at=uow.clock.now())
        holder = uow.the("person", id=row["person_id"])
        uow.record(RoleRevoked(holder["username"], row["role"], row["site_code"]))
        end_sessions(uow, holder["id"])
        uow.commit()


def close_account(username: str, *, uow: UnitOfWork) -> None:
    """End an account; its name stays taken."""
    with uow:
        permit(uow.actor, "users.manage")
        row = uow.update("person", {"username": username.lower()}, active=False)
        uow.record(AccountClosed(row["username"]))
        end_sessions(uow, row["id"])
        uow.commit()


def end_sessions(uow: UnitOfWork, person_id: int) -> None:
    """Sign a person out everywhere."""
    uow.drop("session", {"person_id": person_id})
