"""Chapter: the steps before a database lock are counted, signed, and only then is the study locked (R44)."""

import pytest

from tests.actions.house import PASSWORD, House, furnish, open_house
from tests.actions.rooms import on_both
from tests.office.work import ask
from trial.actions import checklist, hold
from trial.actions.hold import Scope
from trial.errors import ContentChanged, NotAllowed, NotOpen, WrongPassword
from trial.lockdown import STEPS, Step, digest
from trial.reconcile import differences
from trial.roles import ROLES

SERIOUS = {
    "AESPID": "1",
    "AETERM": "Perforation",
    "AESTDAT": "2026-02-01",
    "AETOXGR": "3",
    "AESER": "Y",
    "AEOUT": "RECOVERED",
}


def left(house: House, site: str | None = None) -> dict[str, int]:
    return {s.id: s.left for s in checklist.count(house.reader, site, house.clock)}


def sign(
    house: House, by: str = "data_manager", password: str = PASSWORD, seen: str = "", site: str | None = None
) -> None:
    now = checklist.digest_of(house.reader, site, checklist.count(house.reader, site, house.clock))
    checklist.sign_checklist(site, seen=seen or now, password=password, uow=house.work(by))


@pytest.fixture
def empty(sqlite_template, tmp_path):
    """A study with sites and people and nobody enrolled: nothing is left to do."""
    import shutil

    shutil.copyfile(sqlite_template, tmp_path / "empty.sqlite3")
    made = furnish(open_house(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path / "files"))
    yield made
    made.engine.dispose()


@pytest.mark.requirement("R44")
@on_both
def test_every_step_is_counted_on_the_data_as_they_stand(either: House) -> None:
    before = left(either)
    assert before.keys() == STEPS.keys()
    assert before["forms-owed"] > 0 < before["values-unverified"]
    ask(either, "VG-01-0002")
    assert left(either) == before | {"queries-open": before["queries-open"] + 1}


def test_a_site_counts_its_own(house: House) -> None:
    one, two, both = left(house, "01"), left(house, "02"), left(house)
    assert {k: one[k] + two[k] for k in both} == both


@pytest.mark.requirement("R44")
def test_it_is_not_signed_while_anything_is_left(house: House) -> None:
    with pytest.raises(NotOpen) as told:
        sign(house)
    assert set(told.value.blockers) == {k for k, n in left(house).items() if n}


@pytest.mark.requirement("R44")
def test_signed_it_opens_the_lock_of_the_study_and_nothing_is_written_any_more(empty: House) -> None:
    sign(empty)
    hold.place("lock", Scope(), "final analysis", uow=empty.work("data_manager"))
    with pytest.raises(NotOpen) as told:
        empty.add()
    assert told.value.blockers == ("locked",)


def test_a_change_after_the_signature_asks_for_another(empty: House) -> None:
    sign(empty)
    empty.consented()
    with pytest.raises(NotOpen) as told:
        hold.place("lock", Scope(), "final analysis", uow=empty.work("data_manager"))
    assert told.value.blockers == ("checklist-not-signed",)


def test_the_same_counts_after_more_saves_are_not_the_same_list() -> None:
    steps = (Step("queries-open", 0),)
    assert digest("study", steps, 10) != digest("study", steps, 11) != digest("site 01", steps, 11)


def test_what_was_not_on_the_page_is_not_signed(empty: House) -> None:
    with pytest.raises(ContentChanged):
        sign(empty, seen="0" * 64)


@pytest.mark.requirement("R52")
def test_a_wrong_password_signs_nothing_and_is_recorded(empty: House) -> None:
    with pytest.raises(WrongPassword):
        sign(empty, password="not it")
    assert empty.reader.all("checklist") == []
    assert '"checklist"' in empty.journal("person:signature:refused")[-1]["body"]


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"data_manager"}))
def test_only_a_data_manager_signs_it(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        sign(house, by=by)


def test_a_locked_study_is_opened_again_only_with_a_reason(empty: House) -> None:
    sign(empty)
    number = hold.place("lock", Scope(), "final analysis", uow=empty.work("data_manager"))
    hold.lift(number, "a late death", uow=empty.work("data_manager"))
    assert empty.add()


# --- serious events and their reports -----------------------------------------------------------------------------------


def event(house: House, participant: str, number: int = 1, **changed: str) -> None:
    entry = house.entry(participant, "AE", SERIOUS | {"AESPID": str(number)} | changed, "ANY", occurrence=number)
    from trial.actions import enter

    said = enter.preview(entry, uow=house.work()).findings
    from dataclasses import replace

    confirmed = {f.key: "as reported" for f in said if f.level == "soft"}
    house.post(replace(entry, raw={**entry.raw, "confirmed": confirmed}))


def found(house: House, participant: str) -> list[tuple[str, str]]:
    return [(d.text, d.address) for d in differences(house.case(participant).bare)]


def test_a_serious_event_without_a_report_is_a_difference(house: House) -> None:
    participant = house.eligible()
    event(house, participant)
    assert found(house, participant) == [("A serious event has no report.", "AE/ANY/1")]
    assert left(house)["sae-unreconciled"] == 1


def test_an_event_that_is_not_serious_needs_none(house: House) -> None:
    participant = house.eligible()
    event(house, participant, AESER="N")
    assert found(house, participant) == []


def test_a_fatal_event_without_a_death_is_a_difference(house: House) -> None:
    participant = house.eligible()
    event(house, participant, AEOUT="FATAL", AETOXGR="5")
    assert ("An event was fatal and no death is entered.", "AE/ANY/1") in found(house, participant)
