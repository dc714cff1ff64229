"""Chapter: the migration of a trial that lives: rows, references and numbers survive both ways, on both engines."""

from datetime import date

from sqlalchemy import insert, inspect, text, update

from tests.store.house import NOON, House, decide, furnish
from trial.store import engine
from trial.store.tables import participant
from trial.store.tables_participants import transfer

HERE = "20261128_0013"


def lived_in(url: str) -> House:
    house = House(url)
    engine.migrate(house.engine)
    return furnish(house)


LATER = {"contributions", "problem"}
"""Columns that later migrations brought, and that go on the way down."""


def rows(house: House, table: str) -> list[tuple]:
    names = [c["name"] for c in inspect(house.engine).get_columns(table) if c["name"] not in LATER]
    chosen = ", ".join(f'"{name}"' for name in names)
    with house.engine.connect() as connection:
        return sorted(tuple(r) for r in connection.execute(text(f"SELECT {chosen} FROM {table}")))  # names from below


def test_participants_and_what_points_at_them_survive_down_and_up(engine_url: str) -> None:
    house = lived_in(engine_url)
    decide(house)
    place = {"participant": "VG-01-0001", "event": "SCR", "form": "AA", "occurrence": 1}
    house.write("crf", **place, status="entered", revision=1, complete=True, signed=False, first_entered_at=NOON)
    before = {name: rows(house, name) for name in ("participant", "crf", "allocation", "prediction", "journal")}
    assert all(before.values())
    engine.unmigrate(house.engine, f"{HERE}-1")
    assert {name: rows(house, name) for name in before} == before
    assert [u["name"] for u in inspect(house.engine).get_unique_constraints("participant")] == [
        "uq_participant_site_code_number"
    ]
    engine.migrate(house.engine)
    assert {name: rows(house, name) for name in before} == before
    assert inspect(house.engine).get_unique_constraints("participant") == []
    house.engine.dispose()


def test_who_was_moved_goes_back_to_the_site_that_gave_the_number(engine_url: str) -> None:
    house = lived_in(engine_url)
    house.write("site", code="02", name="Second", consent_versions=[], birth_year_only=False)
    house.write("participant", id="VG-02-0001", site_code="02", number=1, created_at=NOON, created_by=1)
    with house.engine.begin() as connection:
        moved = {
            "from_site": "01",
            "to_site": "02",
            "on": date(2026, 3, 1),
            "reason": "moved",
            "agreed_by": 1,
            "at": NOON,
        }
        connection.execute(insert(transfer).values(participant="VG-01-0001", **moved))
        connection.execute(update(participant).where(participant.c.id == "VG-01-0001").values(site_code="02"))
    engine.unmigrate(house.engine, f"{HERE}-1")
    with house.engine.connect() as connection:
        found = dict(connection.execute(text("SELECT id, site_code FROM participant")).all())
    assert found == {"VG-01-0001": "01", "VG-01-0002": "01", "VG-02-0001": "02"}
    engine.migrate(house.engine)
    house.engine.dispose()
