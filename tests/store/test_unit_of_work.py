from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select

from tests.store.house import NOON, Happened, House
from trial.errors import AlreadyExists, ConstraintBroken, NotFound, UnitOfWorkMisused, UnstorableText
from trial.store import journal, tables
from trial.store.reading import Reading


def count(house: House, table) -> int:
    return house.reader.scalar(select(func.count()).select_from(tables.table_named(table)))


def test_a_committed_row_is_read_back_typed(house):
    house.write(
        "site",
        code="02",
        name="Zweite",
        consent_versions=[{"version": "1.0"}],
        birth_year_only=True,
        opened_on=date(2026, 2, 1),
    )
    assert house.reader.the("site", code="02") == {
        "code": "02",
        "name": "Zweite",
        "consent_versions": [{"version": "1.0"}],
        "birth_year_only": True,
        "opened_on": date(2026, 2, 1),
        "target": None,
        "emergency_phone": None,
    }


def test_an_instant_is_the_same_microsecond_on_both_engines_whatever_its_zone(house):
    shanghai = datetime(2026, 3, 1, 20, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    row = house.write("person", username="bo", full_name="Bo", active=True, created_at=shanghai)
    assert row["created_at"] == shanghai
    assert house.reader.the("person", username="bo")["created_at"] == datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused(house):
    with pytest.raises(Exception, match="without a zone"):
        house.write("person", username="bo", full_name="Bo", active=True, created_at=datetime(2026, 3, 1))
    assert house.reader.one("person", username="bo") is None


def test_leaving_without_commit_leaves_no_trace(house):
    before = journal.head(house.reader)
    with house.work() as uow:
        uow.insert("site", code="02", name="x", consent_versions=[], birth_year_only=False)
        uow.put("login_attempt", username="ada", at=NOON, success=False)
        uow.record(Happened())
    assert house.reader.one("site", code="02") is None
    assert count(house, "login_attempt") == 0
    assert journal.head(house.reader) == before


def test_an_error_inside_takes_everything_back(house):
    before = journal.head(house.reader)

    def fail():
        with house.work() as uow:
            uow.insert("site", code="02", name="x", consent_versions=[], birth_year_only=False)
            uow.record(Happened())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert house.reader.one("site", code="02") is None
    assert journal.head(house.reader) == before


def test_a_unit_of_work_is_used_again_after_it_ended_well_or_badly(house):
    uow = house.work()
    for code, commits in (("02", False), ("03", True), ("04", True)):
        with uow:
            uow.insert("site", code=code, name="x", consent_versions=[], birth_year_only=False)
            uow.record(Happened(code))
            if commits:
                uow.commit()
    assert [row["code"] for row in house.reader.all("site", order_by="code")] == ["01", "03", "04"]
    assert [e["body"]["event"]["what"] for e in journal.entries(house.reader)][-2:] == ["03", "04"]


def test_nested_use_is_refused_and_the_outer_one_goes_on(house):
    with house.work() as uow:
        uow.insert("site", code="02", name="x", consent_versions=[], birth_year_only=False)
        with pytest.raises(UnitOfWorkMisused), uow:
            pass
        with pytest.raises(UnitOfWorkMisused), house.work():
            pass
        uow.record(Happened())
        uow.commit()
    assert house.reader.the("site", code="02")["name"] == "x"


def test_nothing_is_read_or_written_outside_or_after_commit(house):
    uow = house.work()
    with pytest.raises(UnitOfWorkMisused):
        uow.one("site", code="01")
    with uow:
        uow.commit()
        with pytest.raises(UnitOfWorkMisused):
            uow.one("site", code="01")
        with pytest.raises(UnitOfWorkMisused):
            uow.commit()


@pytest.mark.requirement("R18")
def test_commit_refuses_a_row_that_no_event_vouches_for(house):
    with house.work() as uow:
        uow.record(Happened())
        uow.update("site", {"code": "01"}, name="after the event")
        with pytest.raises(UnitOfWorkMisused, match="site"):
            uow.commit()
    assert house.reader.the("site", code="01")["name"] == "First"


def test_each_event_takes_the_rows_written_since_the_one_before(house):
    with house.work() as uow:
        uow.record(Happened("alone"))
        uow.insert("setting", key="a", value="1")
        uow.insert("setting", key="b", value="2")
        uow.record(Happened("two"))
        uow.update("setting", {"key": "a"}, value="3")
        uow.record(Happened("one"))
        uow.commit()
    told = [
        (e["body"]["event"]["what"], [w["key"] for w in e["body"]["writes"]])
        for e in journal.entries(house.reader)[-3:]
    ]
    assert told == [("alone", []), ("two", [{"key": "a"}, {"key": "b"}]), ("one", [{"key": "a"}])]


def test_an_entry_tells_the_row_after_and_the_values_before(house):
    house.change("site", {"code": "01"}, name="Renamed", target=30)
    (write,) = journal.entries(house.reader)[-1]["body"]["writes"]
    assert write["was"] == {"name": "First", "target": None}
    assert write["row"] | {"name": "First", "target": None} == {
        "code": "01", "name": "First", "consent_versions": [], "birth_year_only": False, "opened_on": None, "target": None,
        "emergency_phone": None,
    }  # fmt: skip


@pytest.mark.requirement("R16")
def test_an_entry_tells_who_in_which_role_when_and_about_whom(house):
    with house.work() as uow:
        uow.record(Happened("seen", participant="VG-01-0001"))
        uow.commit()
    entry = journal.entries(house.reader, participant="VG-01-0001")[-1]
    assert (entry["actor"], entry["role"], entry["tag"]) == (
        house.actor.person_id,
        "coordinator",
        "test:thing:happened",
    )
    assert entry["body"]["name"] == "Ada L"
    assert entry["at"] == house.clock.now()


def test_what_is_the_same_already_is_not_journalled(house):
    assert house.change("site", {"code": "01"}, name="First")["name"] == "First"
    assert journal.entries(house.reader)[-1]["body"]["writes"] == []


def test_an_update_changes_exactly_one_row_or_none(house):
    house.write("site", code="02", name="First", consent_versions=[], birth_year_only=False)
    with house.work() as uow:
        with pytest.raises(NotFound):
            uow.update("site", {"code": "99"}, name="x")
        with pytest.raises(UnitOfWorkMisused, match="2 rows"):
            uow.update("site", {"name": "First"}, target=1)
        with pytest.raises(UnitOfWorkMisused, match="no column"):
            uow.update("site", {"code": "01"}, colour="red")
        with pytest.raises(UnitOfWorkMisused, match="never change"):
            uow.update("site", {"code": "01"}, code="07")


@pytest.mark.parametrize("table", sorted(tables.INSERT_ONLY))
def test_what_is_written_once_is_not_updated(standing, table):
    with standing.work() as uow, pytest.raises(UnitOfWorkMisused):
        uow.update(table, {"form": "AA"})


@pytest.mark.parametrize("table", sorted(tables.LEDGER))
def test_the_journal_is_written_by_commit_alone(standing, table):
    with standing.work() as uow:
        for act in (
            lambda: uow.insert(table),
            lambda: uow.update(table, {"one": 1}),
            lambda: uow.put(table),
            lambda: uow.drop(table, {"one": 1}),
        ):
            with pytest.raises(UnitOfWorkMisused):
                act()


@pytest.mark.requirement("R18")
@pytest.mark.parametrize("table", [t.name for t in tables.JOURNALLED])
def test_the_record_is_never_overwritten_nor_dropped(standing, table):
    with standing.work() as uow:
        for act in (lambda: uow.put(table, at=NOON), lambda: uow.drop(table, {"at": NOON})):
            with pytest.raises(UnitOfWorkMisused, match="part of the record"):
                act()


def test_convenience_is_put_overwritten_and_dropped_without_an_event(house):
    key = {"person": house.actor.person_id, "participant": "VG-01-0001", "event": "SCR", "form": "AA", "occurrence": 1}
    before = journal.head(house.reader)
    for typed in ("a", "ab"):
        with house.work() as uow:
            uow.put("draft", **key, form_version=1, base_revision=None, raw={"WORD": typed}, at=NOON)
            uow.commit()
    assert house.reader.the("draft", **key)["raw"] == {"WORD": "ab"}
    with house.work() as uow:
        assert uow.drop("draft", key) == 1
        assert uow.drop("draft", key) == 0
        with pytest.raises(UnitOfWorkMisused, match="which rows"):
            uow.drop("draft", {})
        uow.commit()
    assert journal.head(house.reader) == before


def test_a_row_that_is_there_already_is_ensured_silently_and_refused_loudly(house):
    with house.work() as uow:
        assert uow.ensure("setting", key="k", value="1")
        assert not uow.ensure("setting", key="k", value="2")
        uow.record(Happened())
        uow.commit()
    assert house.reader.the("setting", key="k")["value"] == "1"
    with pytest.raises(AlreadyExists):
        house.write("setting", key="k", value="3")


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("participant", {"id": "VG-99-0001", "site_code": "99", "number": 1, "created_at": NOON}),
        ("site", {"code": "02", "consent_versions": [], "birth_year_only": False}),
        ("person", {"username": "Ada", "full_name": "Look-alike", "active": True, "created_at": NOON}),
        ("site", {"code": "02", "name": "x", "consent_versions": [], "birth_year_only": False, "target": -1}),
        ("site", {"code": "0" * 9, "name": "x", "consent_versions": [], "birth_year_only": False}),
    ],
    ids=["no parent", "a blank", "capitals", "below zero", "too long"],
)
def test_the_database_refuses_what_cannot_be(house, table, values):
    with pytest.raises(ConstraintBroken):
        house.write(table, **values)


@pytest.mark.parametrize("where", ["text", "json", "json key", "event", "looked for", "draft"])
@pytest.mark.parametrize("bad", ["a\x00b", "half \ud83d"])
def test_text_no_database_can_keep_is_refused_in_the_same_way_on_both(standing, bad, where):
    key = {
        "person": standing.actor.person_id,
        "participant": "VG-01-0001",
        "event": "SCR",
        "form": "AA",
        "occurrence": 1,
    }
    acts = {
        "text": lambda u: u.insert("setting", key="k", value=bad),
        "json": lambda u: u.update("site", {"code": "01"}, consent_versions=[{"version": [bad]}]),
        "json key": lambda u: u.update("site", {"code": "01"}, consent_versions=[{bad: "1"}]),
        "event": lambda u: u.record(Happened(bad)),
        "looked for": lambda u: u.one("person", username=bad),
        "draft": lambda u: u.put("draft", **key, form_version=1, raw={"WORD": bad}, at=NOON),
    }
    with standing.work() as uow, pytest.raises(UnstorableText) as caught:
        acts[where](uow)
    assert caught.value.character in bad


def test_text_in_any_script_comes_back_as_it_was(house):
    text = '直肠癌 \u202eRTL\u202c 𠮷 é e\u0301 "quoted" \\ \n 1,5'
    house.write("setting", key="k", value=text)
    house.change("site", {"code": "01"}, consent_versions=[{text: text}])
    assert house.reader.the("setting", key="k")["value"] == text
    assert house.reader.the("site", code="01")["consent_versions"] == [{text: text}]


def test_a_secret_enters_the_journal_as_a_salted_digest_only(house):
    house.change("person", {"username": "ada"}, password_hash="the new secret")
    bodies = "".join(row["body"] for row in house.reader.all("journal"))
    assert "the new secret" not in bodies
    assert "x" * 40 not in bodies
    write = journal.entries(house.reader)[-1]["body"]["writes"][0]
    assert write["was"] == {"password_hash": {"secret": True}}
    assert write["row"]["password_hash"] == journal.salted("the new secret", write["row"]["password_hash"]["salt"])


def test_the_same_secret_twice_does_not_look_the_same(house):
    for name in ("bo", "cy"):
        house.write("person", username=name, full_name=name, password_hash="same", active=True, created_at=NOON)
    first, second = (
        e["body"]["writes"][0]["row"]["password_hash"]["sha256"] for e in journal.entries(house.reader)[-2:]
    )
    assert first != second


def test_within_with_a_reading_sees_one_moment(house):
    with Reading(house.engine) as still:
        before = still.all("site")
        house.change("site", {"code": "01"}, name="Renamed")
        assert still.all("site") == before
    assert house.reader.the("site", code="01")["name"] == "Renamed"


def test_a_reading_cannot_write_on_postgresql_and_has_no_way_to_on_either(house):
    assert not {"insert", "update", "put", "drop", "commit", "record"} & set(dir(house.reader))


def test_unknown_is_looked_for_as_unknown(house):
    assert [r["code"] for r in house.reader.all("site", opened_on=None)] == ["01"]
    assert house.reader.one(select(tables.site), opened_on=date(2026, 1, 1)) is None
    with pytest.raises(NotFound):
        house.reader.the("site", code="77")
