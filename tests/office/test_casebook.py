"""Chapter: the investigator endorses everything of one participant (R50), and any later change voids it (R49)."""

import pytest

from tests.actions.house import PASSWORD, SCREENED, SCREENING, House
from tests.actions.rooms import on_both
from tests.office.work import act, ask
from trial import casebook as pure
from trial.actions import casebook, hold
from trial.actions.hold import Scope
from trial.actions.sign import Signed
from trial.errors import ContentChanged, NotAllowed, NotFound, NotOpen, WrongPassword
from trial.roles import ROLES
from trial.store import office

MRI = SCREENING["MRI0"]


def seen(house: House, participant: str = SCREENED) -> str:
    return pure.digest(participant, casebook.forms_of(house.case(participant)))


def sign(
    house: House, participant: str = SCREENED, *, by: str = "investigator", password: str = PASSWORD, digest: str = ""
) -> Signed:
    return casebook.sign_casebook(
        participant, seen=digest or seen(house, participant), password=password, uow=house.work(by, participant[3:5])
    )


def valid(house: House, participant: str = SCREENED) -> list[dict]:
    return house.reader.all("casebook", participant=participant, voided_at=None)


@pytest.mark.requirement("R50")
@on_both
def test_one_signature_stands_under_every_form(either: House) -> None:
    signed = sign(either)
    (row,) = valid(either)
    assert (row["printed_name"], row["meaning"], row["at"]) == (signed.printed_name, signed.meaning, signed.at)
    assert row["forms"].keys() == {f"{form}/SCR/1" for form in SCREENING}


@pytest.mark.requirement("R49")
@on_both
@pytest.mark.parametrize("form", ["MRI0", "CM"])
def test_a_change_or_a_new_form_voids_it_in_the_same_save(either: House, form: str) -> None:
    sign(either)
    if form == "MRI0":
        either.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"})
    else:
        either.save(SCREENED, "CM", {"CMTRT": "Aspirin"}, "ANY")
    assert valid(either) == []
    assert either.journal("system:casebook:voided", SCREENED)


@pytest.mark.requirement("R50")
def test_who_is_not_endorsed_is_listed(house: House) -> None:
    before = {r["id"]: r["signed_at"] for r in office.casebooks(house.reader, frozenset({"01"}))}
    signed = sign(house)
    after = {r["id"]: r["signed_at"] for r in office.casebooks(house.reader, frozenset({"01"}))}
    assert before[SCREENED] is None
    assert after == before | {SCREENED: signed.at}


@pytest.mark.requirement("R48")
def test_a_casebook_that_changed_since_it_was_seen_is_not_signed(house: House) -> None:
    digest = seen(house)
    house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"})
    with pytest.raises(ContentChanged):
        sign(house, digest=digest)


@pytest.mark.requirement("R48")
def test_the_same_forms_of_another_participant_have_another_digest() -> None:
    forms = {"DM/SCR/1": "a" * 64}
    assert pure.digest("VG-01-0001", forms) != pure.digest("VG-01-0002", forms)


@pytest.mark.requirement("R52")
def test_a_wrong_password_is_recorded_and_signs_nothing(house: House) -> None:
    with pytest.raises(WrongPassword):
        sign(house, password="not it")
    assert valid(house) == []
    assert '"casebook"' in house.journal("person:signature:refused", SCREENED)[-1]["body"]


@pytest.mark.requirement("R52")
@pytest.mark.parametrize("by", sorted(set(ROLES) - {"investigator"}))
def test_nobody_else_endorses_an_administrator_least_of_all(house: House, by: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        sign(house, by=by)


def test_what_is_open_stands_in_the_way_and_is_named(house: House) -> None:
    query = ask(house, SCREENED)
    house.save(SCREENED, "LB", {}, groups={"R": [{"LBTEST": "CEA"}]})
    with pytest.raises(NotOpen) as told:
        sign(house)
    assert {(b.id, b.address) for b in told.value.blockers} == {
        ("casebook-query", "MRI0/SCR/1"),
        ("casebook-missing", "LB/SCR/1"),
    }
    act(house, query, "answer")
    house.save(SCREENED, "LB", not_done={"reason": "no blood taken", "on": ""}, reasons={"": "not taken"})
    sign(house)


def test_a_form_that_must_be_signed_is_signed_first(house: House) -> None:
    from tests.actions.house import ELIGIBLE

    house.save(SCREENED, "ELIG", ELIGIBLE)
    with pytest.raises(NotOpen) as told:
        sign(house)
    assert [(b.id, b.address) for b in told.value.blockers] == [("casebook-unsigned", "ELIG/SCR/1")]
    house.sign(SCREENED, "ELIG")
    sign(house)


def test_a_locked_participant_is_not_signed(house: House) -> None:
    hold.place("lock", Scope(None, SCREENED), "done", uow=house.work("data_manager"))
    with pytest.raises(NotOpen) as told:
        sign(house)
    assert told.value.blockers == ("locked",)
