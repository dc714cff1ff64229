"""Passwords that were used before, passwords that were lost, and the alert after too many failures (21 CFR 11.300)."""

import json
from itertools import pairwise

import pytest

from tests.access.people import WAY, Telephone, begin_session, oneself
from tests.actions.house import PASSWORD, House
from tests.actions.rooms import on_both
from trial.actions import credentials
from trial.actions.attempts import MOST_FAILURES
from trial.actor import SYSTEM
from trial.errors import NotAllowed, NotFound, Refused, WrongPassword

WHO = "coordinator01"


def change(house: House, old: str, new: str, **options: int) -> None:
    credentials.change_password(old, new, uow=house.work(oneself(house, WHO)), **options)


@pytest.mark.requirement("R10")
@on_both
def test_the_last_passwords_are_not_taken_again(either: House) -> None:
    words = [PASSWORD, "the second password", "the third password"]
    for old, new in pairwise(words):
        change(either, old, new)
    for former in words[:-1]:
        with pytest.raises(Refused):
            change(either, words[-1], former)


@pytest.mark.requirement("R10")
@pytest.mark.parametrize(("remembered", "again"), [(2, False), (1, True), (0, True)])
def test_how_many_are_remembered_is_a_setting(house: House, remembered: int, again: bool) -> None:
    change(house, PASSWORD, "the second password")
    if again:
        change(house, "the second password", PASSWORD, remembered=remembered)
    else:
        with pytest.raises(Refused):
            change(house, "the second password", PASSWORD, remembered=remembered)


@pytest.mark.requirement("R10")
@pytest.mark.parametrize(("new", "long_enough"), [("eleven char", False), ("twelve chars", True)])
def test_a_password_has_at_least_twelve_characters(house: House, new: str, long_enough: bool) -> None:
    if long_enough:
        change(house, PASSWORD, new)
    else:
        with pytest.raises(Refused):
            change(house, PASSWORD, new)


@pytest.mark.requirement("R10")
def test_no_password_of_the_past_is_readable_in_the_journal(house: House) -> None:
    change(house, PASSWORD, "the second password")
    kept = [row["password_hash"] for row in house.reader.all("password_past")]
    journal = "".join(row["body"] for row in house.reader.all("journal"))
    assert "the second password" not in journal
    assert not [each for each in kept if each in journal]


@pytest.mark.requirement("R52")
@pytest.mark.parametrize("role", ["administrator", "investigator", "data_manager"])
def test_nobody_sets_a_password_that_need_not_be_changed(house: House, role: str) -> None:
    with pytest.raises(NotAllowed):
        credentials.set_password(WHO, "known to somebody else", uow=house.work(role))


@pytest.mark.requirement("R13")
@on_both
def test_credentials_that_were_lost_are_void_at_once_and_every_session_ends(either: House) -> None:
    phone = Telephone.enrolled(either, WHO)
    begin_session(either, either.actor())
    credentials.void_credentials(WHO, "telephone and notebook stolen", uow=either.work("administrator"))
    assert either.reader.all("session", person_id=phone.person["id"]) == []
    with pytest.raises(WrongPassword):
        credentials.sign_in(WHO, PASSWORD, uow=either.work(SYSTEM), way=WAY)
    (told,) = either.journal("admin:credential:voided")
    assert json.loads(told["body"])["event"]["reason"] == "telephone and notebook stolen"


@pytest.mark.requirement("R13")
def test_after_that_only_a_new_one_time_password_lets_in_and_must_be_changed(house: House) -> None:
    credentials.void_credentials(WHO, "stolen", uow=house.work("administrator"))
    first = credentials.reset_password(WHO, uow=house.work("administrator"))
    person = credentials.sign_in(WHO, first, uow=house.work(SYSTEM), way=WAY)
    assert person.must_change_password
    assert not person.second_factor


@pytest.mark.parametrize(("reason", "username", "error"), [(" ", WHO, Refused), ("lost", "nobody", NotFound)])
def test_voiding_takes_a_reason_and_a_person(house: House, reason: str, username: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        credentials.void_credentials(username, reason, uow=house.work("administrator"))
    assert house.journal("admin:credential:voided") == []


def test_nobody_but_an_administrator_voids(house: House) -> None:
    for role in ("coordinator", "monitor", "auditor"):
        with pytest.raises(NotAllowed):
            credentials.void_credentials(WHO, "because", uow=house.work(role))


@pytest.mark.requirement("R11", "R52")
def test_the_failure_that_closes_a_name_raises_one_alert(house: House) -> None:
    for count in range(1, MOST_FAILURES + 1):
        assert house.journal("system:attempts:alerted") == []
        with pytest.raises(WrongPassword):
            credentials.sign_in(WHO, f"wrong {count}", uow=house.work(SYSTEM), way=WAY)
    assert len(house.journal("system:attempts:alerted")) == 1
