import sqlite3

import pytest
from sqlalchemy import exc

from tests.store.house import RELEASED, House, furnish
from trial.errors import AlreadyExists, Busy, ConstraintBroken, StorageFull, StorageUnavailable, VigilError
from trial.store.engine import make_engine
from trial.store.failures import explained, retrying
from trial.store.reading import Reading
from trial.store.verify import verify


class PgSays(Exception):
    def __init__(self, sqlstate):
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


def lite(name):
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


@pytest.mark.parametrize(
    ("kind", "original", "expected"),
    [
        (exc.OperationalError, PgSays("40001"), Busy),
        (exc.OperationalError, PgSays("40P01"), Busy),
        (exc.OperationalError, PgSays("55P03"), Busy),
        (exc.OperationalError, lite("SQLITE_BUSY"), Busy),
        (exc.OperationalError, lite("SQLITE_BUSY_SNAPSHOT"), Busy),
        (exc.OperationalError, lite("SQLITE_LOCKED"), Busy),
        (exc.OperationalError, PgSays("53100"), StorageFull),
        (exc.OperationalError, lite("SQLITE_FULL"), StorageFull),
        (exc.OperationalError, lite("SQLITE_IOERR_WRITE"), StorageFull),
        (exc.IntegrityError, PgSays("23505"), AlreadyExists),
        (exc.IntegrityError, lite("SQLITE_CONSTRAINT_PRIMARYKEY"), AlreadyExists),
        (exc.IntegrityError, lite("SQLITE_CONSTRAINT_CHECK"), ConstraintBroken),
        (exc.IntegrityError, PgSays("23503"), ConstraintBroken),
        (exc.DataError, PgSays("22003"), ConstraintBroken),
        (exc.InternalError, PgSays("P0001"), ConstraintBroken),
        (exc.OperationalError, PgSays("57P01"), StorageUnavailable),
        (exc.OperationalError, PgSays(None), StorageUnavailable),
        (exc.OperationalError, lite("SQLITE_CANTOPEN"), StorageUnavailable),
    ],
)
def test_each_complaint_becomes_the_error_that_says_what_to_do(kind, original, expected):
    with pytest.raises(VigilError) as caught, explained("site"):
        raise kind("statement", {}, original)
    assert type(caught.value) is expected


@pytest.mark.parametrize("kind", [exc.ProgrammingError, exc.InterfaceError])
def test_a_mistake_in_our_own_sql_is_not_disguised(kind):
    with pytest.raises(kind), explained("site"):
        raise kind("statement", {}, PgSays("42P01"))


def test_an_exhausted_pool_is_busy():
    with pytest.raises(Busy), explained("opening"):
        raise exc.TimeoutError("QueuePool limit")


def test_what_is_busy_is_tried_again_until_it_is_not():
    calls, pauses = [], []

    def action():
        calls.append(1)
        if len(calls) < 4:
            raise Busy("locked")
        return "done"

    assert retrying(action, sleep=pauses.append) == "done"
    assert len(calls) == 4
    assert len(pauses) == 3
    assert all(0 <= pause <= 0.02 * 2**n for n, pause in enumerate(pauses, start=1))


def test_trying_ends_after_eight_times():
    calls = []

    def action():
        calls.append(1)
        raise Busy("locked")

    with pytest.raises(Busy):
        retrying(action, sleep=lambda _: None)
    assert len(calls) == 8


def test_another_error_is_not_tried_again():
    calls = []

    def action():
        calls.append(1)
        raise StorageFull("disk")

    with pytest.raises(StorageFull):
        retrying(action, sleep=lambda _: None)
    assert len(calls) == 1


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/x.db", "postgresql://x@/x?host=/nowhere/at/all"])
def test_a_database_that_is_not_there_is_unavailable(url):
    with pytest.raises(StorageUnavailable):
        Reading(make_engine(url)).all("site")


def test_another_kind_of_database_is_refused():
    with pytest.raises(ValueError, match="mysql"):
        make_engine("mysql://x/y")


def test_an_error_says_its_name_and_its_data():
    assert str(AlreadyExists("site", "01")) == "AlreadyExists(what='site', detail='01')"
    assert len({Busy("a"), Busy("a")}) == 2


def test_a_full_disk_keeps_what_was_saved_and_saves_again_when_there_is_room(sqlite_migrated):
    """A page limit of the file stands for a full disk: SQLite reports both alike."""
    house = House(sqlite_migrated)
    furnish(house)
    with house.engine.connect().execution_options(vigil_read_only=True) as connection:
        pages = connection.connection.execute("PRAGMA page_count").fetchone()[0]
        connection.connection.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(StorageFull):
        house.write("setting", key="long", value="x" * 100_000)
    assert house.reader.all("setting") == []
    house.engine.dispose()
    house.write("setting", key="long", value="x" * 100_000)
    assert verify(house.engine, released=RELEASED) == []
    house.engine.dispose()
