"""What every test may ask for: an empty database on each engine, a browser; and the record of which requirement a test proves."""

import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url

from tests import traceability
from tests.long import LONG
from tests.postgres import NoPostgres, running
from tests.web.node import playwrights, refusal
from trial.store.engine import make_engine, migrate

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def absent(what: str, required_by: str) -> None:
    """Skip with a reason; where the environment says that the thing must be there, fail instead."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{what} ({required_by}=1)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server, as a superuser; one server a run."""
    with ExitStack() as stack:
        try:
            address = stack.enter_context(running())
        except NoPostgres as error:
            absent(str(error), "VIGIL_REQUIRE_POSTGRES")
        yield address


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped after the test."""
    with _created(postgres_url) as address:
        yield address


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The address of a database with the current schema, to copy from; nothing else may connect to it."""
    with _created(postgres_url) as address:
        _migrate(address)
        yield address


@pytest.fixture
def postgres_migrated(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with the current schema and no rows, dropped after the test."""
    with _created(postgres_url, template=str(make_url(postgres_template).database)) as address:
        yield address


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'vigil.sqlite3'}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the current schema, to copy from."""
    path = tmp_path_factory.mktemp("template") / "vigil.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_migrated(sqlite_template: Path, sqlite_database: str) -> str:
    """The address of an SQLite database with the current schema and no rows."""
    shutil.copyfile(sqlite_template, str(make_url(sqlite_database).database))
    return sqlite_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, on SQLite and then on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_database")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with the current schema and no rows, on SQLite and then on PostgreSQL."""
    return request.getfixturevalue(f"{request.param}_migrated")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium under Playwright (synchronous); one a run, a new context is a new person."""
    playwright_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if why := refusal(playwrights() or ""):
        absent(f"Playwright does not start (Debian: apt install libatomic1): {why}", "VIGIL_REQUIRE_BROWSER")
    with playwright_api.sync_playwright() as playwright:
        path = CHROMIUM if CHROMIUM.exists() else Path(playwright.chromium.executable_path)
        if not path.exists():
            absent("no browser: install chromium, or run `playwright install chromium`", "VIGIL_REQUIRE_BROWSER")
        chromium = playwright.chromium.launch(executable_path=str(path), args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@contextmanager
def _created(server: str, template: str = "template0") -> Iterator[str]:
    """A database on `server` for as long as it is needed. The names are ours, so that quoting cannot go wrong."""
    name = f"vigil_{uuid.uuid4().hex[:12]}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by fixture and by file, so that `-m "not browser"` and `-m long` need no second spelling in each test."""
    for item in items:
        driven = "browser" in getattr(item, "fixturenames", ())
        if driven:
            item.add_marker(pytest.mark.browser)
        if driven or item.nodeid.startswith(LONG):
            item.add_marker(pytest.mark.long)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a requirement whose number is not written as in the list of requirements."""
    for name in traceability.requirements_of(item):
        if not re.fullmatch(r"R\d{2,3}", name):
            pytest.fail(f"{name!r} is not the number of a requirement")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let each report say which requirements its test proves."""
    outcome = yield
    traceability.carry(item, outcome.get_result())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Hand each outcome to the record of requirements."""
    traceability.note(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the traceability matrix of this run where it was asked for."""
    of_a_part = hasattr(session.config, "workerinput")
    if os.environ.get("VIGIL_WRITE_DOCS") == "1" and not of_a_part:
        traceability.write(Path(session.config.rootpath) / "docs" / "generated" / "traceability.md")


SHARED_HOUSES = ("tests/simulate/", "tests/blinding/")
"""Folders whose files read one dear thing made once: under xdist they stay with one worker, or each worker would make its own."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """A file stays with one worker, and so does a folder of `SHARED_HOUSES`."""
    from xdist.scheduler import LoadFileScheduling

    class ByHouse(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file: str = super()._split_scope(nodeid)
            return next((folder for folder in SHARED_HOUSES if file.startswith(folder)), file)

        def _assign_work_unit(self, node: object) -> None:
            # What takes longest begins first, or the last minutes of a run wait for one worker.
            waiting = (scope for long in (SHARED_HOUSES, LONG) for scope in self.workqueue if scope.startswith(long))
            if (scope := next(waiting, None)) is not None:
                self.workqueue.move_to_end(scope, last=False)
            super()._assign_work_unit(node)

    return ByHouse(config, log) if config.getvalue("dist") == "loadfile" else None
