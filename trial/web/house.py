"""What every page stands on: the database, the clock, the files, the frozen model, the settings. Made once, in wsgi.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from flask import current_app, g

from trial.actions.credentials import Way
from trial.actor import Actor
from trial.clock import Clock
from trial.settings import Settings
from trial.store.files import Files
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from trial.actions.people import Person


@dataclass(frozen=True)
class House:
    """One installation at work. `engine` is the database's; `model` answers `trial.actions.predict.FrozenModel`."""

    engine: Any
    clock: Clock
    files: Files
    model: Any
    settings: Settings

    def reading(self) -> Reading:
        """A reader."""
        return Reading(self.engine)

    @property
    def gated(self) -> bool:
        """Whether approval, training and delegation decide which roles are in force."""
        return self.settings.delegation == "required"

    def way(self, address: str | None) -> Way:
        """How signing in goes here."""
        return Way(self.settings.sealing_key, self.gated, address)

    def writing(self, actor: Actor) -> UnitOfWork:
        """A unit of work in that actor's name."""
        return UnitOfWork(self.engine, self.clock, actor)


def house() -> House:
    """The installation that serves this request."""
    return cast(House, current_app.extensions["vigil"])


def actor() -> Actor:
    """Who asks. The gate has made sure there is somebody."""
    return cast(Actor, g.actor)


def someone() -> Person:
    """The person who asks, with the roles held."""
    return cast("Person", g.person)


def as_oneself() -> UnitOfWork:
    """A unit of work in the name of who asks, in no role: what everybody does with the own account."""
    person = someone()
    return house().writing(Actor(person.id, person.full_name, "person", session=session_id()))


def session_id() -> str | None:
    """The session behind this request."""
    return cast("str | None", g.get("session_id"))


def reading() -> Reading:
    """A reader for this request."""
    return house().reading()


def writing() -> UnitOfWork:
    """A unit of work in the name of who asks."""
    return house().writing(actor())
