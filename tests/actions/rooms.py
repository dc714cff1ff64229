"""Databases with the populated trial in them, made once a run by the real actions and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, delete, func, insert, make_url, select, text

from tests.actions.house import KEY, PASSWORD, House, open_house, populate
from tests.conftest import _created
from trial import cli
from trial.clock import FixedClock
from trial.settings import Settings
from trial.store.engine import make_engine
from trial.store.tables import metadata
from trial.store.tables_journal import journal_head
from wsgi import create_app

SERIALS = (
    "person",
    "assignment",
    "signature",
    "login_attempt",
    "password_past",
    "training",
    "delegation",
    "identity_check",
)


@pytest.fixture(scope="session")
def populated(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the populated trial; nobody writes to it."""
    folder = tmp_path_factory.mktemp("populated")
    path = folder / "vigil.sqlite3"
    shutil.copyfile(sqlite_template, path)
    house = populate(open_house(f"sqlite:///{path}", folder / "files"))
    with house.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    house.engine.dispose()
    return path


@pytest.fixture(scope="session")
def populated_postgres(populated: Path, postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The same rows in PostgreSQL: a database to copy from, to which nobody may be connected."""
    with _created(postgres_url, template=str(make_url(postgres_template).database)) as address:
        source, target = make_engine(f"sqlite:///{populated}"), make_engine(address)
        pour(source, target)
        source.dispose()
        target.dispose()
        yield address


def pour(source: Engine, target: Engine) -> None:
    """Copy every row from one migrated database to another that is empty, and set its counters."""
    with source.connect().execution_options(vigil_read_only=True) as here, target.begin() as there:
        there.execute(delete(journal_head))
        for table in metadata.sorted_tables:
            if rows := [dict(row) for row in here.execute(select(table)).mappings()]:
                there.execute(insert(table), rows)
        for name in SERIALS:
            highest = there.execute(select(func.max(metadata.tables[name].c.id))).scalar() or 0
            there.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :next, false)"),
                {"name": name, "next": highest + 1},
            )


@pytest.fixture
def house(populated: Path, tmp_path: Path) -> Iterator[House]:
    """The populated trial on SQLite."""
    yield from _opened(copied(populated, tmp_path), tmp_path)


@pytest.fixture
def house_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the populated trial on the engine that `either` was given."""
    if request.param == "sqlite":
        yield copied(request.getfixturevalue("populated"), tmp_path)
        return
    server = request.getfixturevalue("postgres_url")
    template = make_url(request.getfixturevalue("populated_postgres")).database
    with _created(server, template=str(template)) as address:
        yield address


@pytest.fixture
def either(house_url: str, tmp_path: Path) -> Iterator[House]:
    """The populated trial, on SQLite and then on PostgreSQL."""
    yield from _opened(house_url, tmp_path)


def on_both(function):
    """Run a test that takes `either` (or `house_url`) on both engines."""
    engines = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
    return pytest.mark.parametrize("house_url", engines, indirect=True)(function)


def copied(populated: Path, folder: Path, name: str = "vigil.sqlite3") -> str:
    """The address of a copy of the populated SQLite file."""
    shutil.copyfile(populated, folder / name)
    return f"sqlite:///{folder / name}"


def _opened(url: str, folder: Path) -> Iterator[House]:
    house = open_house(url, folder / "files")
    yield house
    house.engine.dispose()


@pytest.fixture
def enter(house: House, tmp_path: Path) -> Iterator[Callable[[str], FlaskClient]]:
    """Somebody's client on the populated trial."""
    app = create_app(_settings(house, tmp_path), clock=house.clock, model=house.model)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)

    def somebody(username: str) -> FlaskClient:
        client = app.test_client()
        assert client.post("/sign-in", data={"username": username, "password": PASSWORD}).status_code == 302
        return client

    yield somebody
    app.extensions["vigil"].engine.dispose()


@pytest.fixture
def run(house: House, tmp_path: Path) -> Iterator[Callable[..., tuple[int, str]]]:
    """`vigil` on the populated trial, with the commands of the analysis: exit code and what was said."""
    from analysis.cli import register

    made: list[Flask] = []

    def factory() -> Flask:
        # The clock as it stands now: a test may have moved it since the last command.
        made.append(create_app(_settings(house, tmp_path), clock=FixedClock(house.clock.now()), model=house.model))
        return made[-1]

    commands = cli.commands(factory)
    register(commands)

    def go(*arguments: object) -> tuple[int, str]:
        found = CliRunner().invoke(commands, [str(each) for each in arguments])
        return found.exit_code, found.output

    yield go
    for app in made:
        app.extensions["vigil"].engine.dispose()


def _settings(house: House, folder: Path) -> Settings:
    return Settings(
        instance=folder,
        database_url=house.engine.url.render_as_string(hide_password=False),
        files=folder / "files",
        secret_key="s" * 64,
        sealing_key=KEY,
        https=False,
    )
