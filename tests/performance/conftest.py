"""A trial of seventy: one who went through every step, copied, each with a prediction and a specimen of their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from analysis.cli import register
from forms.answers import Answers, Crf
from tests.actions.house import CONSENT, KEY, PASSWORD, READY, House
from tests.actions.rooms import either, enter, house, house_url, populated, populated_postgres
from tests.store.house import Happened
from trial import cli
from trial.actor import SYSTEM
from trial.clock import FixedClock
from trial.settings import Settings
from trial.store import crfs
from wsgi import create_app

__all__ = ["either", "enter", "house", "house_url", "populated", "populated_postgres"]

PEOPLE = 60
LATER = datetime(2027, 7, 1, 9, tzinfo=UTC)
"""More than a year after everybody's decision."""
OPERATED = CONSENT + timedelta(days=150)


@dataclass(frozen=True)
class Judged:
    """What was planted: participant, probability, whether the specimen showed nothing left."""

    participant: str
    probability: float
    complete: bool


def plant(house: House, n: int = PEOPLE) -> tuple[Judged, ...]:
    """`n` people with outcomes beside those of the house, and the clock moved on."""
    chance = random.Random(7)
    case = house.case(READY)
    (call,) = house.reader.all("prediction", participant=READY)
    made = []
    for k in range(n):
        p = round(chance.uniform(0.05, 0.95), 6)
        made.append(Judged(f"VG-01-{1000 + k:04d}", p, chance.random() < p))
        with (uow := house.work(SYSTEM)):
            _copy(uow, case, call, made[-1])
            uow.record(Happened("copied", participant=made[-1].participant))
            uow.commit()
    house.clock = FixedClock(LATER)
    return tuple(made)


def _copy(uow: Any, case: Any, call: dict[str, Any], each: Judged) -> None:
    """The same forms; a call of their own; an operation after the decision and its specimen."""
    name = each.participant
    uow.insert("participant", id=name, site_code="01", number=int(name[-4:]), created_at=uow.clock.now())
    classified = "POSITIVE" if each.probability >= 0.5 else "NEGATIVE"
    own = {"participant": name, "probability": f"{each.probability:.6f}", "classification": classified}
    uow.insert("prediction", **(call | own))
    operation = Crf("SUR", 1, "SUR", 1, 1, Answers({"SURDAT": OPERATED, "SURPROC": "LAR", "SUROPNO": 1}))
    stage = {"YPT": "ypT0" if each.complete else "ypT2", "YPN": "ypN0"}
    specimen = Crf("YP", 1, "SUR", 1, 1, Answers({"YPSUR": operation.address, "RSTAT": "R0"} | stage))
    for crf in (*case.crfs, operation, specimen):
        crfs.append_revision(uow, name, crf, based_on=None, reason="planted", source="test")


@pytest.fixture
def planted(house: House) -> tuple[Judged, ...]:
    """The people planted in the house of this test."""
    return plant(house)


@pytest.fixture
def client(house: House, tmp_path: Path) -> Iterator[Callable[[str], FlaskClient]]:
    """A client of somebody on the pages; made after the clock was moved on."""
    apps = []

    def somebody(username: str) -> FlaskClient:
        apps.append(create_app(_settings(house, tmp_path), clock=house.clock, model=house.model))
        apps[-1].config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        made = apps[-1].test_client()
        assert made.post("/sign-in", data={"username": username, "password": PASSWORD}).status_code == 302
        return made

    yield somebody
    for app in apps:
        app.extensions["vigil"].engine.dispose()


def _settings(house: House, folder: Path) -> Settings:
    url = house.engine.url.render_as_string(hide_password=False)
    return Settings(
        instance=folder, database_url=url, files=folder / "files", secret_key="s" * 64, sealing_key=KEY, https=False
    )


@pytest.fixture
def vigil(house: House, tmp_path: Path, capsys, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run a command on the house: exit code, what it said, what it complained of."""
    monkeypatch.setenv("VIGIL_DATABASE_URL", house.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("VIGIL_INSTANCE", str(tmp_path))
    commands = cli.commands(lambda: create_app(_settings(house, tmp_path), clock=house.clock, model=house.model))
    register(commands)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["vigil", *map(str, arguments)])
        code = cli.run(commands)
        told = capsys.readouterr()
        return code, told.out, told.err

    return call
