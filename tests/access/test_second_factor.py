"""Enrolling, using, replacing and losing a second factor; wrong codes are attempts like wrong passwords."""

import json
from datetime import timedelta

import pytest

from tests.access.people import WAY, Telephone
from tests.actions.house import KEY, PASSWORD, House
from tests.actions.rooms import on_both
from trial import second_factor as codes
from trial.actions import credentials, second_factor
from trial.actions.attempts import MOST_FAILURES
from trial.actor import SYSTEM
from trial.errors import CodeNeeded, NotAllowed, NotFound, Refused, TooManyAttempts, WrongPassword
from trial.seal import SealBroken
from trial.store.verify import verify

WHO = "investigator01"


def first_step(house: House, password: str = PASSWORD) -> CodeNeeded:
    with pytest.raises(CodeNeeded) as asked:
        credentials.sign_in(WHO, password, uow=house.work(SYSTEM), way=WAY)
    return asked.value


def second_step(house: House, asked: CodeNeeded, code: str) -> object:
    return credentials.enter_code(asked, code, uow=house.work(SYSTEM), way=WAY)


@pytest.mark.requirement("R14")
@on_both
def test_a_code_is_asked_after_the_password_and_lets_in(either: House) -> None:
    phone = Telephone.enrolled(either, WHO)
    asked = first_step(either)
    assert second_step(either, asked, phone.next_code()).username == WHO
    used = either.journal("person:factor:used")[-1]
    assert json.loads(used["body"])["event"] == {"username": WHO, "purpose": "sign-in", "recovery": None}
    assert [f for f in verify(either.engine) if f.kind != "definition"] == []


def test_without_a_second_factor_the_password_lets_in(house: House) -> None:
    assert credentials.sign_in(WHO, PASSWORD, uow=house.work(SYSTEM), way=WAY).username == WHO


def test_the_wrong_password_is_not_told_that_there_is_a_second_factor(house: House, telephone: Telephone) -> None:
    with pytest.raises(WrongPassword):
        credentials.sign_in(WHO, "wrong", uow=house.work(SYSTEM), way=WAY)


@pytest.mark.requirement("R14")
def test_the_code_that_enrolled_does_not_sign_in_as_well(house: House, telephone: Telephone) -> None:
    with pytest.raises(WrongPassword):
        second_step(house, first_step(house), telephone.code())


@pytest.mark.requirement("R14")
def test_a_code_signs_in_once(house: House, telephone: Telephone) -> None:
    code = telephone.next_code()
    second_step(house, first_step(house), code)
    with pytest.raises(WrongPassword):
        second_step(house, first_step(house), code)


@pytest.mark.requirement("R11")
def test_wrong_codes_close_the_name_and_the_right_password_between_them_opens_nothing(
    house: House, telephone: Telephone
) -> None:
    for _ in range(MOST_FAILURES):
        asked = first_step(house)
        with pytest.raises(WrongPassword):
            second_step(house, asked, "000000")
    with pytest.raises(TooManyAttempts):
        second_step(house, asked, telephone.next_code())
    with pytest.raises(TooManyAttempts):
        credentials.sign_in(WHO, PASSWORD, uow=house.work(SYSTEM), way=WAY)
    (alert,) = house.journal("system:attempts:alerted")
    assert json.loads(alert["body"])["event"] == {
        "username": WHO,
        "purpose": "second factor",
        "failures": MOST_FAILURES,
    }
    house.clock.advance(timedelta(minutes=15))
    assert second_step(house, first_step(house), telephone.next_code()).username == WHO


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(house: House, telephone: Telephone) -> None:
    second_step(house, first_step(house), telephone.recovery[2])
    assert second_factor.recovery_left(house.reader, telephone.person["id"]) == 9
    with pytest.raises(WrongPassword):
        second_step(house, first_step(house), telephone.recovery[2])
    second_step(house, first_step(house), telephone.recovery[9].upper())


def test_a_code_typed_after_the_password_changed_opens_nothing(house: House, telephone: Telephone) -> None:
    asked = first_step(house)
    credentials.reset_password(WHO, uow=house.work("administrator"))
    with pytest.raises(WrongPassword):
        second_step(house, asked, telephone.next_code())


# --- the secret -----------------------------------------------------------------------------------------------------------


def test_the_secret_is_sealed_and_the_journal_holds_neither_it_nor_a_recovery_code(
    house: House, telephone: Telephone
) -> None:
    row = house.reader.the("second_factor", person_id=telephone.person["id"])
    journal = "".join(e["body"] for e in house.reader.all("journal"))
    everything = journal + repr(row)
    for secret in (telephone.secret.hex(), codes.as_text(telephone.secret), *map(codes.bare, telephone.recovery)):
        assert secret not in everything
    assert row["sealed"] not in journal


def test_a_sealed_secret_moved_to_another_person_does_not_open(house: House, telephone: Telephone) -> None:
    other = Telephone.enrolled(house, "investigator02")
    stolen = house.reader.the("second_factor", person_id=telephone.person["id"])["sealed"]
    with house.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE second_factor SET sealed = ? WHERE person_id = ?", (stolen, other.person["id"])
        )
    with pytest.raises(CodeNeeded) as asked:
        credentials.sign_in("investigator02", PASSWORD, uow=house.work(SYSTEM), way=WAY)
    with pytest.raises(SealBroken):
        second_step(house, asked.value, telephone.next_code())


# --- enrolling and removing -----------------------------------------------------------------------------------------------


def test_nothing_counts_before_a_code_confirmed_it(house: House) -> None:
    phone = Telephone(house, WHO)
    second_factor.begin(uow=phone.work(), key=KEY)
    assert not second_factor.enrolled(house.reader, phone.person["id"])
    assert credentials.sign_in(WHO, PASSWORD, uow=house.work(SYSTEM), way=WAY).username == WHO
    with pytest.raises(WrongPassword):
        second_factor.confirm("000000", uow=phone.work(), key=KEY)
    assert not second_factor.enrolled(house.reader, phone.person["id"])


def test_confirming_what_was_not_begun(house: House) -> None:
    with pytest.raises(NotFound):
        second_factor.confirm("000000", uow=Telephone(house, WHO).work(), key=KEY)


@pytest.mark.requirement("R14")
@pytest.mark.parametrize("wrong", ["password", "code"])
@pytest.mark.parametrize("act", [second_factor.begin, second_factor.remove])
def test_replacing_and_removing_take_password_and_code(house: House, telephone: Telephone, act, wrong: str) -> None:
    given = {"password": PASSWORD, "code": telephone.next_code()}
    before = house.reader.the("second_factor", person_id=telephone.person["id"])
    with pytest.raises(WrongPassword):
        act(**given | {wrong: "000000"}, uow=telephone.work(), key=KEY)
    assert house.reader.the("second_factor", person_id=telephone.person["id"]) == before
    assert house.journal("person:session:refused")
    act(**given, uow=telephone.work(), key=KEY)


def test_the_old_telephone_counts_until_the_new_one_is_confirmed(house: House, telephone: Telephone) -> None:
    new = Telephone(house, WHO)
    second_factor.begin(uow=new.work(), key=KEY, password=PASSWORD, code=telephone.next_code())
    second_step(house, first_step(house), telephone.next_code())
    new.scan()
    new.recovery = second_factor.confirm(new.code(), uow=new.work(), key=KEY)
    with pytest.raises(WrongPassword):
        second_step(house, first_step(house), telephone.next_code())
    with pytest.raises(WrongPassword):
        second_step(house, first_step(house), telephone.recovery[0])
    second_step(house, first_step(house), new.next_code())


def test_after_removal_the_password_lets_in(house: House, telephone: Telephone) -> None:
    second_factor.remove(PASSWORD, telephone.next_code(), uow=telephone.work(), key=KEY)
    assert credentials.sign_in(WHO, PASSWORD, uow=house.work(SYSTEM), way=WAY).username == WHO
    with pytest.raises(NotFound):
        second_factor.remove(PASSWORD, "", uow=telephone.work(), key=KEY)


def test_an_administrator_takes_it_away_with_a_reason_that_is_kept(house: House, telephone: Telephone) -> None:
    with pytest.raises(Refused):
        second_factor.reset(WHO, "  ", uow=house.work("administrator"))
    second_factor.reset(WHO, "telephone lost", uow=house.work("administrator"))
    (removed,) = house.journal("person:factor:removed")
    assert json.loads(removed["body"])["event"] == {"username": WHO, "reason": "telephone lost"}
    assert credentials.sign_in(WHO, PASSWORD, uow=house.work(SYSTEM), way=WAY).username == WHO
    with pytest.raises(NotFound):
        second_factor.reset(WHO, "again", uow=house.work("administrator"))


def test_nobody_else_takes_it_away(house: House, telephone: Telephone) -> None:
    for role in ("coordinator", "investigator", "data_manager", "auditor"):
        with pytest.raises(NotAllowed):
            second_factor.reset(WHO, "because", uow=house.work(role))
    assert second_factor.enrolled(house.reader, telephone.person["id"])
