"""Who saw outcomes by arm never works blinded again, whatever an administrator gives them later (PROTOCOL 10; ICH E9 2.3)."""

import pytest

from tests.access.people import APPROVAL, COURSE, Newcomer
from tests.actions.house import House
from trial import rights, roles
from trial.actions import people
from trial.actions.access import admit
from trial.errors import SeenByArm
from trial.rights import UNBLINDED

BLINDED = sorted(name for name, role in roles.ROLES.items() if role.blinded)
OTHERS = sorted(set(roles.ROLES) - set(BLINDED))


def test_the_roles_that_compare_arms_are_those_of_the_protocol():
    assert {"unblinded_statistician", "dsmb_member"} == roles.COMPARES
    assert BLINDED == ["data_manager", "statistician"]


@pytest.mark.requirement("R57")
@pytest.mark.parametrize("role", sorted(roles.ROLES))
@pytest.mark.parametrize("held", [*sorted(roles.ROLES), None])
def test_a_blinded_role_is_lost_to_whoever_ever_held_one_that_compares(role, held):
    expected = (UNBLINDED,) if role in BLINDED and held in roles.COMPARES else ()
    assert rights.unblinded(role, [held] if held else []) == expected


def test_a_role_that_nobody_declared_is_no_blinded_one():
    assert rights.unblinded("nobody", ["dsmb_member"]) == ()


@pytest.mark.parametrize("seen", sorted(roles.COMPARES))
@pytest.mark.parametrize("role", BLINDED)
def test_a_blinded_role_is_refused_after_the_other_ended(house: House, seen: str, role: str) -> None:
    new = Newcomer(house)
    given = people.grant(new.username, seen, None, uow=house.work("administrator"))
    people.revoke(given, uow=house.work("administrator"))
    with pytest.raises(SeenByArm):
        people.grant(new.username, role, None, uow=house.work("administrator"))
    with pytest.raises(SeenByArm):
        admit(new.username, role, None, uow=house.work("administrator"), approval=APPROVAL, course=COURSE)
    assert [a["role"] for a in house.reader.all("assignment", person_id=new.person.id)] == [seen]


@pytest.mark.parametrize("gated", [True, False])
def test_a_blinded_role_held_ends_the_moment_another_shows_the_arms(house: House, gated: bool) -> None:
    new = Newcomer(house)
    admit(new.username, "statistician", None, uow=house.work("administrator"), approval=APPROVAL, course=COURSE)
    assert now(house, new, gated).actor("statistician").role == "statistician"
    admit(
        new.username, "unblinded_statistician", None, uow=house.work("administrator"), approval=APPROVAL, course=COURSE
    )
    held = now(house, new, gated)
    assert [s.why for s in held.standings if s.role == "statistician"] == [(UNBLINDED,)]
    assert [role for role, _site in held.roles] == ["unblinded_statistician"]
    with pytest.raises(KeyError):
        held.actor("statistician")


def test_other_roles_are_given_as_before(house: House) -> None:
    new = Newcomer(house)
    people.grant(new.username, "dsmb_member", None, uow=house.work("administrator"))
    for role in OTHERS:
        people.grant(new.username, role, "01", uow=house.work("administrator"))


def test_the_page_says_why_the_role_is_not_given(enter, house: House) -> None:
    new = Newcomer(house)
    people.grant(new.username, "dsmb_member", None, uow=house.work("administrator"))
    client = enter("administrator")
    answer = client.post(f"/admin/people/{new.username}/grant", data={"role": "statistician", "site": ""})
    assert answer.status_code == 422
    assert "can never be blinded again" in answer.text


def now(house: House, new: Newcomer, gated: bool) -> people.Person:
    return people.person(house.reader, new.person.id, on=house.clock.today(), gated=gated)
