"""Who signs, and with what: the one place that decides what a signature asks for (21 CFR 11.100, 11.200; ICH E6(R3) 4.2.2).

The first signature of a session takes user name, password and, where there is one, the code of the second factor; later ones the password.
A new sign-in is a new session. A program that acts for somebody has no session: who runs it signed in with all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from trial import passwords
from trial.actions import attempts
from trial.actions.permission import participant_for, permit
from trial.actions.second_factor import enrolled, right_code
from trial.actor import Actor
from trial.errors import ComponentMissing, SigningNotEnabled, WrongPassword
from trial.events import Event
from trial.happenings import SignatureRefused
from trial.signing_rights import SigningRight, right
from trial.store.reading import Reader, Row
from trial.store.unit_of_work import UnitOfWork

PURPOSE = "signature"


@dataclass(frozen=True)
class Identification:
    """What the first signature of a session takes besides the password. `key` opens the second factor."""

    username: str = ""
    code: str = ""
    key: bytes = b""


NOTHING = Identification()


@dataclass(frozen=True)
class Asked:
    """What a page asks of who is about to sign: the fields besides the password, and what must be seen to before anything is signed."""

    username: bool
    code: bool
    missing: tuple[str, ...]


def signing_right(reader: Reader, person_id: int) -> SigningRight:
    """The check of identity and the certification in force for a person."""
    checks = reader.all("identity_check", order_by="id", person_id=person_id)
    return right(checks, reader.all("certification", person_id=person_id))


def asked(reader: Reader, actor: Actor) -> Asked:
    """What a signature of this actor takes now."""
    account = reader.the("person", id=actor.person_id)
    first = _first(reader, actor)
    missing = tuple(signing_right(reader, account["id"]).missing(account))
    return Asked(first, first and enrolled(reader, account["id"]), missing)


def check_password(
    participant: str, address: str, password: str, uow: UnitOfWork, also: Identification = NOTHING
) -> None:
    """Let who is about to sign something of a participant prove who it is.

    Raises SigningNotEnabled, ComponentMissing, WrongPassword with the attempt recorded, TooManyAttempts after too many.
    """
    with uow:
        participant_for(uow, uow.actor, participant, "crf.sign")
        person = _enabled(uow)
    _prove(person, SignatureRefused(address, participant=participant), password, also, uow)


def check_own_password(what: str, password: str, verb: str, uow: UnitOfWork, also: Identification = NOTHING) -> None:
    """The same for what is signed about no participant in particular."""
    with uow:
        permit(uow.actor, verb)
        person = _enabled(uow)
    _prove(person, SignatureRefused(what), password, also, uow)


def check_to_certify(password: str, uow: UnitOfWork, also: Identification = NOTHING) -> None:
    """The same for the declaration itself, which comes before anything else can be signed."""
    with uow:
        person = uow.the("person", id=uow.actor.person_id)
        if missing := [m for m in signing_right(uow, person["id"]).missing(person) if m != "certification"]:
            raise SigningNotEnabled(person["username"], tuple(missing))
        attempts.refuse_if_locked(uow, person["username"])
    _prove(person, SignatureRefused("certification"), password, also, uow)


def _enabled(uow: UnitOfWork) -> Row:
    person = uow.the("person", id=uow.actor.person_id)
    if missing := tuple(signing_right(uow, person["id"]).missing(person)):
        raise SigningNotEnabled(person["username"], missing)
    attempts.refuse_if_locked(uow, person["username"])
    return person


def _prove(person: Row, refused: Event, password: str, also: Identification, uow: UnitOfWork) -> None:
    right = passwords.matches(person["password_hash"], password)
    with uow:
        if not _first(uow, uow.actor):
            if right:
                return
        else:
            _refuse_incomplete(uow, person, also)
            if right and _identified(uow, person, also):
                _signs(uow)
                uow.commit()
                return
    with uow:
        attempts.failed(uow, person["username"], refused, PURPOSE)
        uow.commit()
    raise WrongPassword(person["username"])


def _refuse_incomplete(reader: Reader, person: Row, also: Identification) -> None:
    """A field that was left out is no attempt to be somebody else: it is asked for."""
    wanted = [] if also.username.strip() else ["username"]
    if not also.code.strip() and enrolled(reader, person["id"]):
        wanted.append("code")
    if wanted:
        raise ComponentMissing(person["username"], tuple(wanted))


def _identified(uow: UnitOfWork, person: Row, also: Identification) -> bool:
    if also.username.strip().lower() != person["username"]:
        return False
    return not enrolled(uow, person["id"]) or right_code(uow, person, also.code, PURPOSE, also.key)


def _first(reader: Reader, actor: Actor) -> bool:
    """Whether nothing was signed in this session yet; a session that ended meanwhile vouches for nobody."""
    if actor.session is None:
        return False
    row = reader.one("session", id=actor.session)
    return row is None or row["signed_at"] is None


def _signs(uow: UnitOfWork) -> None:
    row = uow.one("session", id=uow.actor.session)
    if row is not None:
        uow.put("session", **row | {"signed_at": uow.clock.now()})
