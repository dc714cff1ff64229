"""Chapter: the migration of calls that were made. They survive both ways, stay append-only, and a call without a manifest finds a place."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.store.house import NOON, House, decide, furnish
from trial.errors import ConstraintBroken
from trial.store import engine
from trial.store.verify import verify

HERE = "20261128_0020"
UNREAD = {
    "participant": "VG-01-0002", "number": 1, "model": None, "version": None, "threshold": None, "digest": "d" * 64, "inputs": [],
    "probability": None, "classification": None, "refused": ["model-unavailable: ModelCorrupt"], "versions": {}, "at": NOON,
    "problem": "manifest.json has SHA-256 0, released was 1",
}  # fmt: skip


@pytest.fixture
def house(engine_url):
    made = House(engine_url)
    engine.migrate(made.engine)
    decide(furnish(made))
    yield made
    made.engine.dispose()


def calls(house):
    with house.engine.connect() as connection:
        found = connection.execute(text("SELECT participant, number, model, threshold, probability FROM prediction"))
        return sorted(tuple(row) for row in found)


def test_calls_survive_down_and_up(house):
    house.write("prediction", **UNREAD)
    before = calls(house)
    assert before == [("VG-01-0001", 1, "m", "0.5", "0.7"), ("VG-01-0002", 1, None, None, None)]
    engine.unmigrate(house.engine, f"{HERE}-1")
    # The older release takes a name and a threshold for granted.
    assert calls(house) == [before[0], ("VG-01-0002", 1, "", "", None)]
    engine.migrate(house.engine)
    assert calls(house)[0] == before[0]


def test_a_call_made_before_is_vouched_for_by_the_journal_afterwards(house):
    engine.unmigrate(house.engine, f"{HERE}-1")
    engine.migrate(house.engine)
    assert [f for f in verify(house.engine) if f.kind == "prediction"] == []


@pytest.mark.parametrize("way", ["new", "down and up"])
@pytest.mark.parametrize("change", ["UPDATE prediction SET probability = '0.8'", "DELETE FROM prediction"])
def test_calls_are_never_changed_whichever_way_the_table_came(house, way, change):
    if way == "down and up":
        engine.unmigrate(house.engine, f"{HERE}-1")
        engine.migrate(house.engine)
    with house.engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(change))


def test_a_probability_without_a_model_is_refused_by_the_database(house):
    answered = UNREAD | {"probability": "0.7", "classification": "positive", "refused": None, "problem": None}
    with pytest.raises(ConstraintBroken):
        house.write("prediction", **answered)
