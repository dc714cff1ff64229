"""Sixty-four requests at once: sixty-four slots for as many people, one for one; and what happens without the lock."""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from tests.actions.crowd import crowd
from tests.actions.house import KEY, READY, SEED, STUDY, House, open_house
from tests.actions.rooms import on_both
from tests.faults.parallel import failures, together
from tests.store.house import Happened
from trial.actions import allocate as actions_allocate
from trial.actions.allocate import Certificate, earlier_allocations, request_randomisation
from trial.actor import SYSTEM, Actor
from trial.allocation import allocate
from trial.clock import FixedClock
from trial.errors import AlreadyExists, Busy
from trial.protocol import PROTOCOL, plan_for
from trial.store import unit_of_work
from trial.store.engine import make_engine
from trial.store.reading import Row
from trial.store.unit_of_work import UnitOfWork
from trial.store.verify import verify

MANY = 64


def unlocked(uow: UnitOfWork, study: str) -> Row:
    """The study's row as anybody may read it: the version without the lock."""
    return uow.the("randomisation", study=study)


def request(house: House, participant: str, **options):
    actor = house.actor()
    return lambda: request_randomisation(
        participant, uow=UnitOfWork(house.engine, house.clock, actor), key=KEY, **options
    )


def blocks(house: House) -> None:
    """The other method, as a parameter of the protocol would set it."""
    with (uow := house.work(SYSTEM)):
        uow.update("randomisation", {"study": STUDY}, method="blocks")
        uow.record(Happened("method"))
        uow.commit()


def rows(house: House) -> list[Row]:
    return house.reader.all("allocation", order_by="number")


def replayed(house: House) -> bool:
    """Whether the seed gives every allocation again, in the order of the draws."""
    study = house.reader.the("randomisation", study=STUDY)
    plan, made = plan_for(study["method"], study["parameters"]), earlier_allocations(house.reader)
    return all(allocate(plan, SEED, made[:n], g.factors, n + 1).arm == g.arm for n, g in enumerate(made))


@on_both
def test_sixty_four_requests_for_sixty_four_participants_take_sixty_four_draws(either: House) -> None:
    people = crowd(either, MANY)
    given = together([request(either, p) for p in people])
    assert failures(given) == []
    assert sorted(c.number for c in given) == list(range(1, MANY + 1))
    assert {c.participant: c.arm for c in given} == {r["participant"]: r["arm"] for r in rows(either)}
    assert len(either.journal("system:participant:allocated")) == MANY
    assert replayed(either)
    assert verify(either.engine) == []


@on_both
def test_under_permuted_blocks_they_take_sixty_four_places_of_their_strata(either: House) -> None:
    blocks(either)
    people = crowd(either, MANY)
    given = together([request(either, p) for p in people])
    assert failures(given) == []
    slots = [(r["stratum"], r["slot"]) for r in rows(either)]
    assert len(set(slots)) == MANY
    assert sorted(slot for _, slot in slots) == list(range(1, MANY + 1)), "one stratum, no place left out"
    assert replayed(either)


@on_both
def test_sixty_four_requests_for_one_participant_make_one_allocation(either: House) -> None:
    given = together([request(either, READY, request=f"click-{n}") for n in range(MANY)])
    assert failures(given) == []
    assert len(set(map(repr, given))) == 1
    assert [r["number"] for r in rows(either)] == [1]
    assert len(either.journal("system:participant:allocated")) == 1


# --- the same requests from several processes, as several web workers would make them ------------------------------------


def _work(url: str, folder: str, actor: Actor, instant, people: list[str]) -> list[tuple[str, int]]:
    engine = make_engine(url)
    clock = FixedClock(instant)
    given = [request_randomisation(p, uow=UnitOfWork(engine, clock, actor), key=KEY) for p in people]
    engine.dispose()
    return [(c.participant, c.number) for c in given]


@on_both
def test_processes_take_turns_as_threads_do(either: House, tmp_path: Path) -> None:
    people = crowd(either, 16)
    url = either.engine.url.render_as_string(hide_password=False)
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        shares = [[*people[n:16:4], READY] for n in range(4)]
        done = [pool.submit(_work, url, str(tmp_path), either.actor(), either.clock.now(), share) for share in shares]
        given = [pair for each in done for pair in each.result(timeout=120)]
    assert len(set(given)) == 17, "READY was asked for by each process and got one answer"
    assert sorted({number for _, number in given}) == list(range(1, 18))
    assert verify(either.engine) == []


# --- proof that these tests can fail --------------------------------------------------------------------------------------


@contextmanager
def without_turns(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Nobody waits for anybody or asks again: no lock on rows, no queue of threads, on SQLite a transaction begun as a reader."""
    gate = unit_of_work._Gate(exclusive=False)
    monkeypatch.setattr(actions_allocate, "PATIENCE", 1)
    monkeypatch.setattr(unit_of_work, "_gate", lambda engine: gate)
    monkeypatch.setattr(UnitOfWork, "lock", lambda uow, table, key: uow.the(table, **key))
    url = house.engine.url.render_as_string(hide_password=False)
    free = open_house(url, house.files.root, pool_size=MANY)
    if free.engine.dialect.name == "sqlite":
        # The listener of the engine runs first: what it began as a writer is taken back and begun as a reader.
        event.listen(free.engine, "begin", lambda connection: connection.exec_driver_sql("COMMIT"))
        event.listen(free.engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    free.clock = house.clock
    yield free
    free.engine.dispose()


def refused_by_the_database(given: list) -> list[Exception]:
    problems = failures(given)
    assert all(isinstance(each, AlreadyExists | Busy) for each in problems), problems
    return problems


def once_two_have_read():
    """No lock, and the first two requests wait for each other after reading: the race happens in every run, not by luck."""
    meeting, turns = threading.Barrier(2, timeout=20), itertools.count()

    def lock(uow, study):
        if next(turns) < 2:
            meeting.wait()
        return unlocked(uow, study)

    return lock


@on_both
def test_without_the_lock_the_same_requests_do_not_all_get_a_draw(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(either, MANY)
    with without_turns(either, monkeypatch) as free:
        meeting = once_two_have_read()
        given = together([request(free, p, lock=meeting) for p in people])
    assert refused_by_the_database(given), "two requests computed one draw, and the unique key is the second wall"
    taken = [r["number"] for r in rows(either)]
    assert len(taken) == len(set(taken)) == MANY - len(failures(given))


@on_both
def test_without_the_lock_one_participant_asked_for_many_times_is_refused_to_some(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with without_turns(either, monkeypatch) as free:
        meeting = once_two_have_read()
        given = together([request(free, READY, lock=meeting) for _ in range(MANY)])
    assert refused_by_the_database(given)
    assert len(rows(either)) == 1, "the key of the table still holds"


@pytest.mark.postgres
@pytest.mark.parametrize("house_url", ["postgres"], indirect=True)
def test_without_the_lock_and_without_the_unique_key_draws_are_given_twice(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(either, MANY)
    with either.engine.begin() as connection:
        names = (
            connection.execute(
                text("SELECT conname FROM pg_constraint WHERE conrelid = 'allocation'::regclass AND contype = 'u'")
            )
            .scalars()
            .all()
        )
        for name in names:
            connection.exec_driver_sql(f"ALTER TABLE allocation DROP CONSTRAINT {name}")
    with without_turns(either, monkeypatch) as free:
        given = [c for c in together([request(free, p, lock=unlocked) for p in people]) if isinstance(c, Certificate)]
    assert len({c.number for c in given}) < len(given), "the test above would have seen it"


def test_the_protocol_names_the_method_these_tests_run_first() -> None:
    assert PROTOCOL.randomisation.method == "minimisation"
