"""Many writers at once: none lost, none doubled, the chain without a gap; and the proof that the test can fail."""

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from tests.store.house import NOON, RELEASED, Happened, settle
from trial.clock import SystemClock
from trial.errors import Busy, StaleRevision
from trial.store import journal, participants, tables_journal
from trial.store.engine import make_engine
from trial.store.failures import retrying
from trial.store.unit_of_work import UnitOfWork
from trial.store.verify import verify

WRITERS = 16
EACH = 3


def together(count, work):
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def intact(house, entries):
    seqs = [row["seq"] for row in house.reader.all("journal", order_by="seq")]
    assert seqs == list(range(1, entries + 1))
    assert verify(house.engine, released=RELEASED) == []


@pytest.mark.requirement("R19")
def test_sixteen_writers_lose_nothing_and_leave_no_gap(house):
    before = journal.head(house.reader)[0]

    def write(writer):
        for turn in range(EACH):
            retrying(lambda name=f"{writer}-{turn}": settle(house, name))

    together(WRITERS, write)
    assert len(house.reader.all("setting")) == WRITERS * EACH
    intact(house, before + WRITERS * EACH)


PROGRAM = """
import sys
from tests.store.house import House, settle
from trial.store.failures import retrying
house = House(sys.argv[1])
for turn in range(int(sys.argv[3])):
    retrying(lambda: settle(house, f"{sys.argv[2]}-{turn}"))
"""


def start(house, *arguments, program=PROGRAM):
    root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen([sys.executable, "-c", program, house.url, *arguments], cwd=root, stdout=subprocess.PIPE)


def test_processes_lose_nothing_and_leave_no_gap(house):
    before = journal.head(house.reader)[0]
    children = [start(house, str(n), "10") for n in range(3)]
    assert [child.wait(120) for child in children] == [0, 0, 0]
    for child in children:
        child.stdout.close()
    assert len(house.reader.all("setting")) == 30
    intact(house, before + 30)


def test_two_who_ask_for_a_number_get_two(house):
    def register(_):
        with (uow := UnitOfWork(house.engine, SystemClock(), house.actor)):
            number = participants.next_number(uow, "01")
            row = uow.insert("participant", id=f"VG-01-{number:04d}", site_code="01", number=number, created_at=NOON)
            uow.record(Happened("registered", participant=row["id"]))
            uow.commit()
        return number

    assert sorted(together(WRITERS, register)) == list(range(3, 3 + WRITERS))
    assert len(participants.at_sites(house.reader, frozenset({"01"}))) == 2 + WRITERS
    assert len(participants.at_sites(house.reader, None)) == 2 + WRITERS
    assert participants.at_sites(house.reader, frozenset()) == []


@pytest.mark.requirement("R36")
def test_of_many_editors_of_one_form_one_saves_and_the_others_see_what_he_saved(house):
    def save(editor):
        try:
            return house.save(WORD=f"editor {editor}")
        except StaleRevision as error:
            return error

    results = together(WRITERS, save)
    saved = [r for r in results if not isinstance(r, StaleRevision)]
    assert len(saved) == 1
    assert {r.theirs["items"]["WORD"] for r in results if isinstance(r, StaleRevision)} == {
        saved[0]["answers"]["items"]["WORD"]
    }
    assert len(house.reader.all("crf_revision")) == 1


def stratum(house, key):
    house.write(
        "randomisation", study="S", method="b", parameters={}, seed_sealed="s", commitment="c" * 64, opened_at=NOON
    )
    house.write("stratum", study="S", key=key, used=0)


def draw(house, read):
    """The next slot of the list, counted on from what `read` finds."""
    with (uow := UnitOfWork(house.engine, SystemClock(), house.actor)):
        slot = read(uow)["used"] + 1
        uow.update("stratum", {"key": "k"}, used=slot)
        uow.record(Happened("drawn"))
        uow.commit()
    return slot


def test_slots_counted_under_a_lock_are_distinct(house):
    stratum(house, "k")
    slots = together(WRITERS, lambda _: draw(house, lambda uow: uow.lock("stratum", {"key": "k"})))
    assert sorted(slots) == list(range(1, WRITERS + 1))


def test_without_the_lock_two_get_the_same_slot(house):
    """The proof that the test above can fail. SQLite lets in one writer at a time: there, no second one reads."""
    stratum(house, "k")
    alone = house.engine.dialect.name == "sqlite"
    both_have_read = threading.Barrier(1 if alone else 2)

    def read(uow):
        found = uow.one("stratum", key="k")
        both_have_read.wait(30)
        return found

    assert sorted(together(2, lambda _: draw(house, read))) == ([1, 2] if alone else [1, 1])


@pytest.mark.parametrize("same", [True, False])
def test_a_row_ensured_by_many_is_written_and_journalled_once(house, same):
    def ensure(writer):
        with (uow := UnitOfWork(house.engine, SystemClock(), house.actor)):
            wrote = uow.ensure("setting", key="one" if same else f"k{writer}", value="1")
            uow.record(Happened("ensured"))
            uow.commit()
        return wrote

    assert Counter(together(WRITERS, ensure))[True] == (1 if same else WRITERS)
    assert verify(house.engine, released=RELEASED) == []


def test_a_writer_who_cannot_get_in_is_busy_and_a_reader_is_not(house, monkeypatch):
    monkeypatch.setattr("trial.store.unit_of_work.WAIT_SECONDS", 0.2)
    with house.work() as holding:
        holding.update("site", {"code": "01"}, name="uncommitted")

        def attempt(_):
            assert house.reader.the("site", code="01")["name"] == "First"
            engine = make_engine(house.url)
            try:
                with (uow := UnitOfWork(engine, house.clock, house.actor)):
                    if engine.dialect.name == "postgresql":
                        uow.scalar(select(func.set_config("lock_timeout", "200ms", True)))
                    uow.update("site", {"code": "01"}, name="me too")
            except Busy as error:
                return error
            finally:
                engine.dispose()

        assert [type(result) for result in together(1, attempt)] == [Busy]


def test_a_journal_head_that_another_holds_is_busy_at_commit_and_nothing_is_kept(bare):
    if bare.engine.dialect.name == "sqlite":
        other = sqlite3.connect(bare.engine.url.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with bare.engine.connect().execution_options(vigil_read_only=True) as connection:
            connection.connection.execute("PRAGMA busy_timeout=50")
        with pytest.raises(Busy), bare.work():
            pass
    else:
        other = bare.engine.connect()
        other.execute(select(tables_journal.journal_head).with_for_update())
        with bare.work() as uow:
            uow.scalar(select(func.set_config("lock_timeout", "50ms", True)))
            uow.insert("setting", key="k", value="1")
            uow.record(Happened())
            with pytest.raises(Busy):
                uow.commit()
    other.close()
    assert bare.reader.all("setting") == []


CRASHING = """
import sys, time
from tests.store.house import Happened, House, NOON
from trial.store import journal
house = House(sys.argv[1])
point = sys.argv[2]
def reached(name):
    if name == point:
        print(name, flush=True)
        time.sleep(600)
uow = house.work()
appended = journal.append
def append(connection, bodies):
    appended(connection, bodies)
    reached("chain appended")
journal.append = append
with uow:
    uow.insert("setting", key="half", value="1")
    uow.put("login_attempt", username="x", at=NOON, success=False)
    reached("rows written")
    uow.record(Happened("half"))
    reached("event recorded")
    uow.commit()
    reached("committed")
"""


@pytest.mark.parametrize("point", ["rows written", "event recorded", "chain appended", "committed"])
def test_a_process_killed_inside_leaves_all_or_nothing(house, point):
    before = journal.head(house.reader)[0]
    child = start(house, point, program=CRASHING)
    assert child.stdout.readline().decode().strip() == point
    child.kill()
    child.wait()
    child.stdout.close()
    kept = 1 if point == "committed" else 0
    assert len(house.reader.all("setting")) == kept
    assert len(house.reader.all("login_attempt")) == kept
    retrying(lambda: settle(house, "next"))
    intact(house, before + kept + 1)


def test_appending_reads_the_head_and_never_the_journal(house):
    said = []

    @event.listens_for(house.engine, "before_cursor_execute")
    def note(connection, cursor, statement, parameters, context, many):
        said.append(" ".join(statement.split()))

    house.clock.advance(timedelta(days=1))
    settle(house, "one")
    event.remove(house.engine, "before_cursor_execute", note)
    about = [s for s in said if "journal" in s]
    assert [s.split("(")[0].split(" SET")[0].split(" FROM")[0].split("journal")[0] for s in about] == [
        "SELECT ",
        "INSERT INTO ",
        "UPDATE ",
    ]
    assert "FROM journal_head" in about[0]
