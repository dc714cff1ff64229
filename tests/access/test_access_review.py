"""The periodic review of access: who, what, since when, last here; signed with what was found (ICH E6(R3) 4.3.8(b))."""

import csv
import io
import json
from datetime import timedelta

import pytest

from tests.access.people import WAY, Newcomer, Telephone
from tests.actions.house import PASSWORD, TODAY, House
from tests.actions.rooms import on_both
from trial.access_review import COLUMNS, Line, digest, rows
from trial.actions import access_review, credentials, people
from trial.actor import SYSTEM
from trial.errors import ContentChanged, NotAllowed, Refused, WrongPassword
from trial.rights import ENDED


def lines(house: House) -> dict[str, Line]:
    return {line.username: line for line in access_review.lines(house.reader, house.clock.today())}


def sign(
    house: House, findings: str = "None", by: str = "administrator", password: str = PASSWORD, seen: str = ""
) -> None:
    now = seen or digest(access_review.lines(house.reader, house.clock.today()))
    access_review.sign_review(findings, seen=now, password=password, uow=house.work(by))


@pytest.mark.requirement("R08")
@on_both
def test_the_list_tells_of_each_person_all_that_a_reviewer_asks(either: House) -> None:
    credentials.sign_in("coordinator01", PASSWORD, uow=either.work(SYSTEM), way=WAY)
    at = either.clock.now()
    Telephone.enrolled(either, "monitor01")
    Newcomer(either).admitted(to_on=TODAY + timedelta(days=30))
    told = lines(either)
    assert told["coordinator01"].last_sign_in == at
    assert told["investigator01"].last_sign_in is None
    assert (told["monitor01"].second_factor, told["coordinator01"].second_factor) == (True, False)
    assert (told["newcomer"].identity_checked_on, told["newcomer"].certified) == (None, False)
    assert (told["investigator01"].identity_checked_on, told["investigator01"].certified) == (TODAY, True)
    (held,) = told["newcomer"].roles
    assert (held.role, held.site, held.granted_by) == ("coordinator", "01", "Administrator")
    assert held.delegated_until == TODAY + timedelta(days=30)
    assert set(told) == {row["username"] for row in either.reader.all("person")}


@pytest.mark.requirement("R08")
def test_a_role_that_is_not_in_force_and_an_account_that_is_closed_say_so(house: House) -> None:
    Newcomer(house).admitted(to_on=TODAY)
    house.clock.advance(timedelta(days=1))
    people.close_account("laboratory01", uow=house.work("administrator"))
    told = lines(house)
    assert told["newcomer"].roles[0].why == (ENDED,)
    assert told["laboratory01"].active is False


@pytest.mark.requirement("R08", "R46")
@on_both
def test_the_review_is_signed_with_what_was_found(either: House) -> None:
    sign(either, "Dr X left in May; role taken back")
    (row,) = either.reader.all("access_review")
    assert (row["printed_name"], row["role"]) == ("Administrator", "administrator")
    assert row["people"] == len(either.reader.all("person"))
    (told,) = either.journal("person:access:reviewed")
    assert json.loads(told["body"])["event"]["findings"] == "Dr X left in May; role taken back"


@pytest.mark.requirement("R08")
def test_what_changed_since_it_was_read_is_not_signed(house: House) -> None:
    seen = digest(access_review.lines(house.reader, house.clock.today()))
    credentials.sign_in("coordinator01", PASSWORD, uow=house.work(SYSTEM), way=WAY)
    Newcomer(house)
    with pytest.raises(ContentChanged):
        sign(house, seen=seen)
    assert house.reader.all("access_review") == []


def test_a_sign_in_meanwhile_changes_nothing_that_is_signed(house: House) -> None:
    seen = digest(access_review.lines(house.reader, house.clock.today()))
    credentials.sign_in("coordinator01", PASSWORD, uow=house.work(SYSTEM), way=WAY)
    sign(house, seen=seen)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"findings": " "}, Refused),
        ({"password": "wrong"}, WrongPassword),
        ({"by": "auditor"}, NotAllowed),
        ({"by": "data_manager"}, NotAllowed),
        ({"by": "investigator"}, NotAllowed),
    ],
)
def test_what_signs_no_review(house: House, options: dict, error: type[Exception]) -> None:
    with pytest.raises(error):
        sign(house, **options)
    assert house.reader.all("access_review") == []


@pytest.mark.requirement("R05", "R08")
def test_the_table_has_a_row_a_role_and_one_for_who_holds_none(house: House) -> None:
    Newcomer(house)
    text = io.StringIO()
    csv.writer(text).writerows(rows(access_review.lines(house.reader, house.clock.today())))
    table = [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(io.StringIO(text.getvalue()))]
    held = [a for a in house.reader.all("assignment") if a["revoked_at"] is None]
    assert len(table) == len(held) + 1
    (none,) = [row for row in table if row["user name"] == "newcomer"]
    assert (none["role"], none["last sign-in"]) == ("", "never")
    (one,) = [row for row in table if row["user name"] == "investigator02"]
    assert (one["site"], one["in force"], one["signature certified"]) == ("02", "yes", "yes")
