"""A small trial to write into: one site, one person, two form versions, made through the unit of work as anybody would."""

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from forms.answers import Answers, Crf
from forms.language import FormDef, Item
from trial.actor import SYSTEM, Actor
from trial.clock import FixedClock, SystemClock
from trial.events import Event
from trial.store import crfs
from trial.store.engine import make_engine
from trial.store.reading import Reading
from trial.store.unit_of_work import UnitOfWork

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDY = "VIGIL"
FORMS = {
    ("AA", 1): FormDef(
        "AA", 1, "Form A", items=(Item("text", "Word", oid="WORD"), Item("decimal", "Size", oid="SIZE"))
    ),
    ("SP", 1): FormDef("SP", 1, "Specimen", items=(Item("text", "Specimen id", oid="SPID", form="SP", unique=True),)),
}
RELEASED = {key: hashlib.sha256(key[0].encode()).hexdigest() for key in FORMS}


@dataclass(frozen=True)
class Happened(Event, tag="test:thing:happened"):
    """Whatever a test needs to have happened."""

    what: str = "something"


class House:
    """An engine with its clock and a coordinator; `work` gives a unit of work."""

    def __init__(self, url: str, actor: Actor = SYSTEM, **options) -> None:
        self.url, self.actor = url, actor
        self.engine = make_engine(url, **options)
        self.clock = FixedClock(NOON)
        self.reader = Reading(self.engine)

    def work(self, actor: Actor | None = None) -> UnitOfWork:
        self.clock.advance(timedelta(seconds=1))
        return UnitOfWork(self.engine, self.clock, actor or self.actor)

    @contextmanager
    def writing(self):
        """Several rows, an event each, one transaction."""
        with (uow := self.work()):

            def write(table, **values):
                row = uow.insert(table, **values)
                uow.record(Happened(table))
                return row

            yield write
            uow.commit()

    def write(self, table, **values):
        """One row, one event, one transaction."""
        with self.writing() as write:
            return write(table, **values)

    def change(self, table, key, **values):
        with (uow := self.work()):
            row = uow.update(table, key, **values)
            uow.record(Happened(table))
            uow.commit()
        return row

    def save(self, participant="VG-01-0001", form="AA", occurrence=1, based_on=None, reason="typing error", **items):
        with (uow := self.work()):
            crf = Crf(form, 1, "SCR", occurrence, (based_on or 0) + 1, Answers(items))
            row = crfs.append_revision(uow, participant, crf, based_on=based_on, reason=reason, source="screen")
            uow.record(Happened("save", participant=participant))
            uow.commit()
        return row


def furnish(house: House) -> House:
    """Site 01, Ada the coordinator as the actor, participants 1 and 2, and the form versions."""
    with house.writing() as write:
        write("site", code="01", name="First", consent_versions=[], birth_year_only=False)
        ada = write("person", username="ada", full_name="Ada L", password_hash="x" * 40, active=True, created_at=NOON)
        for (form, version), digest in RELEASED.items():
            write("definition", form=form, version=version, json=form, sha256=digest)
        for number in (1, 2):
            place = {"id": f"VG-01-{number:04d}", "site_code": "01", "number": number}
            write("participant", **place, created_at=NOON, created_by=ada["id"])
    house.actor = Actor(ada["id"], "Ada L", "coordinator", frozenset({"01"}))
    return house


def decide(house: House) -> None:
    """A randomisation with one allocation, a stratum, and a model call."""
    sealed = {"seed_sealed": "5ea1", "commitment": "c" * 64, "parameters": {"bias": "0.80"}}
    place = {"study": STUDY, "stratum": "cCR;IO", "slot": 1, "number": 1, "arm": "WW", "method": "minimisation"}
    call = {"model": "m", "version": "1", "digest": "d" * 64, "inputs": [], "threshold": "0.5", "versions": {}}
    answer = {"probability": "0.7", "classification": "positive"}
    with house.writing() as write:
        write("randomisation", study=STUDY, method="minimisation", opened_at=NOON, **sealed)
        write("stratum", study=STUDY, key="cCR;IO", used=1)
        write("allocation", participant="VG-01-0001", factors={"site": "01"}, detail={}, at=NOON, **place)
        write("prediction", participant="VG-01-0001", number=1, at=NOON, **call, **answer)


def settle(house: House, name: str) -> None:
    """One row under the real clock, as one of many writers."""
    with (uow := UnitOfWork(house.engine, SystemClock(), house.actor)):
        uow.insert("setting", key=name, value="1")
        uow.record(Happened(name))
        uow.commit()
