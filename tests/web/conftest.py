"""A house with two sites, people in every role, and a participant who gave consent; on SQLite, by a clock that stands."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from trial import rights, roles
from trial.actions import people, setup
from trial.actions.access import Approval, Course, admit
from trial.actions.delegation import Tasks
from trial.actions.participants import add_participant
from trial.actions.signing_rights import certify, verify_identity
from trial.actor import SYSTEM, Actor
from trial.clock import FixedClock
from trial.settings import Settings
from trial.signing_rights import VERSION
from wsgi import create_app

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
PASSWORD = "a password for tests"
VERSIONS = ({"version": "1.0", "valid_from": "2025-01-01", "valid_to": None},)


@dataclass
class World:
    """The application, its house, and a way in."""

    app: Flask
    clock: FixedClock

    @property
    def house(self) -> Any:
        return self.app.extensions["vigil"]

    def uow(self, actor: Actor = SYSTEM) -> Any:
        return self.house.writing(actor)

    def client(self, username: str | None = "coordinator") -> FlaskClient:
        client = self.app.test_client()
        if username:
            answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
            assert answer.status_code == 302, answer.text
        return client

    def save(self, path: str, client: FlaskClient | None = None, **fields: Any) -> Any:
        return (client or self.client()).post(f"/participants/{path}", data={"version": "1", "based_on": "", **fields})


def opened(folder: Path) -> World:
    """The application on the database in `folder`."""
    clock = FixedClock(NOW)
    url = f"sqlite:///{folder / 'vigil.sqlite3'}"
    settings = Settings(
        instance=folder,
        database_url=url,
        files=folder / "files",
        secret_key="s" * 64,
        sealing_key=b"k" * 32,
        https=False,
    )
    app = create_app(settings, clock=clock)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return World(app, clock)


def furnish(world: World) -> None:
    """Forms, two sites, a sealed seed, a person a role, a participant a site."""
    setup.release_definitions(uow=world.uow())
    for code in ("01", "02"):
        setup.open_site(code, f"Site {code}", uow=world.uow(), opened_on=date(2025, 1, 1), consent_versions=VERSIONS)
    setup.open_randomisation(b"k" * 32, uow=world.uow(), seed=b"r" * 32)
    for role in roles.ROLES.values():
        add(world, role.name, role.name, "01" if role.scope in ("own", "assigned") else None)
    for site in ("01", "02"):
        add_participant(site, uow=world.uow())


def add(world: World, username: str, role: str | None, site: str | None) -> None:
    people.add_person(username, f"{username.title()} Person", uow=world.uow(), password=PASSWORD, quick=True)
    if role:
        admitted(world, username, role, site)
        verify_identity(username, "in-person", "passport", NOW.date(), uow=world.uow())
        row = world.house.reading().the("person", username=username)
        certify(VERSION, PASSWORD, uow=world.uow(Actor(row["id"], row["full_name"], role)))


def admitted(world: World, username: str, role: str, site: str | None) -> None:
    """Give a role that is in force: approved, trained for, and delegated where it is a site's."""
    today = NOW.date()
    tasks = Tasks("All tasks of the role", today, None, role == "investigator", today)
    admit(
        username, role, site, uow=world.uow(), approval=Approval("The sponsor", today), course=Course("GCP", "R3", today),
        tasks=tasks if rights.delegated(role) and site else None,
    )  # fmt: skip


CONSENT = {"ICTYPE": "INITIAL", "ICDAT": "2026-03-01", "ICSIGN": "Y", "ICVER": "1.0", "ICSAMP": "Y", "ICFUT": "N"}
OURS, THEIRS = "VG-01-0001", "VG-02-0001"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A folder with the furnished house, to copy from."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copyfile(sqlite_template, folder / "vigil.sqlite3")
    world = opened(folder)
    furnish(world)
    with world.house.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    world.house.engine.dispose()
    return folder


@pytest.fixture
def world(tmp_path: Path, furnished: Path) -> Iterator[World]:
    shutil.copyfile(furnished / "vigil.sqlite3", tmp_path / "vigil.sqlite3")
    made = opened(tmp_path)
    yield made
    made.house.model.close()
    made.house.engine.dispose()


@pytest.fixture
def consented(world: World) -> World:
    assert world.save(f"{OURS}/SCR/IC", **CONSENT).status_code == 303
    return world
