"""People of the house as these tests need them: a telephone with codes, a newcomer, a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.actions.house import KEY, PASSWORD, TODAY, House
from trial import second_factor as codes
from trial.actions import people, second_factor
from trial.actions.access import Approval, Course, admit
from trial.actions.credentials import Way
from trial.actions.delegation import Tasks
from trial.actor import SYSTEM, Actor
from trial.store.unit_of_work import UnitOfWork

WAY = Way(KEY)
APPROVAL, COURSE = Approval("The sponsor", TODAY), Course("Protocol and system", "1.0", TODAY)


@dataclass
class Telephone:
    """Holds the secret; shows a code nobody saw before. `recovery` are the codes that were printed."""

    house: House
    username: str
    secret: bytes = b""
    recovery: tuple[str, ...] = ()

    @classmethod
    def enrolled(cls, house: House, username: str) -> Telephone:
        phone = cls(house, username)
        second_factor.begin(uow=phone.work(), key=KEY)
        phone.scan()
        phone.recovery = second_factor.confirm(phone.code(), uow=phone.work(), key=KEY)
        return phone

    def scan(self) -> None:
        self.secret = second_factor.pending(self.house.reader, self.person["id"], KEY)

    @property
    def person(self) -> Any:
        return self.house.reader.the("person", username=self.username)

    def work(self) -> UnitOfWork:
        return self.house.work(oneself(self.house, self.username))

    def code(self, steps: int = 0) -> str:
        """The code now, or so many steps away."""
        return codes.code_at(self.secret, codes.step_of(self.house.clock.now()) + steps)

    def next_code(self) -> str:
        """A code after the one that was used."""
        self.house.clock.advance(timedelta(seconds=codes.STEP_SECONDS))
        return self.code()


def oneself(house: House, username: str) -> Actor:
    row = house.reader.the("person", username=username)
    return Actor(row["id"], row["full_name"], "person")


def standing(house: House, username: str, on: date | None = None) -> people.Person:
    """The person as the roles stand on a day."""
    row = house.reader.the("person", username=username)
    return people.person(house.reader, row["id"], on=on or house.clock.today())


@dataclass
class Newcomer:
    """Somebody without a right yet, and what is recorded step by step."""

    house: House
    username: str = "newcomer"
    role: str = "coordinator"
    site: str | None = "01"
    first: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        people.add_person(self.username, "New Comer", uow=self.house.work(SYSTEM), password=PASSWORD, quick=True)

    def record(self, **what: Any) -> int:
        return admit(self.username, self.role, self.site, uow=self.house.work("administrator"), **what)

    def admitted(self, **tasks: Any) -> Newcomer:
        """In force, but for what `tasks` say otherwise."""
        given = {"words": "Data entry", "from_on": TODAY, "on_paper": TODAY} | tasks
        self.record(approval=APPROVAL, course=COURSE, tasks=Tasks(**given))
        return self

    @property
    def person(self) -> people.Person:
        return standing(self.house, self.username)

    @property
    def why(self) -> tuple[str, ...]:
        (only,) = self.person.standings
        return only.why

    def actor(self) -> Actor:
        return self.person.actor(self.role)


def begin_session(house: House, actor: Actor, name: str = "a" * 64) -> Actor:
    """The actor on the pages of a session that was just opened."""
    now = house.clock.now()
    with house.work(SYSTEM) as uow:
        opened = {"created_at": now, "seen_at": now, "password_at": now, "revoked_at": None, "signed_at": None}
        uow.put("session", id=name, person_id=actor.person_id, **opened)
        uow.commit()
    return Actor(actor.person_id, actor.name, actor.role, actor.sites, actor.held_back, name)
