"""What a signature asks for: all components at the first of a session, the password afterwards; who is verified and declared only."""

import json
from datetime import timedelta

import pytest

from tests.access.people import Newcomer, Telephone, begin_session, oneself
from tests.actions.house import KEY, PASSWORD, SCREENED, TODAY, House
from tests.actions.rooms import on_both
from trial.actions import credentials, sign
from trial.actions.signer import Identification, asked, signing_right
from trial.actions.signing_rights import certify, revoke_signing, verify_identity
from trial.actor import SYSTEM, Actor
from trial.errors import (
    AlreadyExists,
    ComponentMissing,
    ContentChanged,
    NotAllowed,
    NotFound,
    Refused,
    SigningNotEnabled,
    TooManyAttempts,
    WrongPassword,
)
from trial.signing_rights import CERTIFICATION, CERTIFIED, IDENTITY, VERSION
from trial.signing_rights import PASSWORD as OWN_PASSWORD

WHO = "investigator01"


def sitting(house: House, name: str = "a" * 64) -> Actor:
    """The investigator, just signed in."""
    return begin_session(house, house.actor("investigator"), name)


def signs(house: House, actor: Actor, form: str = "MRI0", password: str = PASSWORD, **also: str) -> sign.Signed:
    seen = sign.content(house.case(SCREENED), "SCR", form).digest
    given = Identification(key=KEY, **also)
    return sign.sign_crf(SCREENED, "SCR", form, 1, seen=seen, password=password, uow=house.work(actor), also=given)


# --- components ---------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R47")
@on_both
def test_the_first_signature_of_a_session_takes_the_user_name_and_later_ones_the_password(either: House) -> None:
    actor = sitting(either)
    assert asked(either.reader, actor).username
    with pytest.raises(ComponentMissing) as missing:
        signs(either, actor)
    assert missing.value.wanted == ("username",)
    signs(either, actor, username=WHO)
    assert not asked(either.reader, actor).username
    signs(either, actor, "CT0")


@pytest.mark.requirement("R47")
def test_a_new_session_asks_for_everything_again(house: House) -> None:
    signs(house, sitting(house), username=WHO)
    again = sitting(house, "b" * 64)
    with pytest.raises(ComponentMissing):
        signs(house, again, "CT0")
    signs(house, again, "CT0", username=WHO)


@pytest.mark.requirement("R47")
def test_a_session_that_ended_meanwhile_vouches_for_nobody(house: House) -> None:
    actor = sitting(house)
    signs(house, actor, username=WHO)
    with house.work(SYSTEM) as uow:
        uow.drop("session", {"person_id": actor.person_id})
        uow.commit()
    with pytest.raises(ComponentMissing):
        signs(house, actor, "CT0")


@pytest.mark.requirement("R14", "R47")
def test_a_second_factor_is_asked_at_the_first_signature_only(house: House, telephone: Telephone) -> None:
    actor = sitting(house)
    assert asked(house.reader, actor).code
    with pytest.raises(ComponentMissing) as missing:
        signs(house, actor)
    assert missing.value.wanted == ("username", "code")
    signs(house, actor, username=WHO, code=telephone.next_code())
    assert not asked(house.reader, actor).code
    signs(house, actor, "CT0")


@pytest.mark.requirement("R52")
@pytest.mark.parametrize("wrong", ["username", "code", "password"])
def test_one_wrong_component_signs_nothing_and_is_recorded(house: House, telephone: Telephone, wrong: str) -> None:
    actor = sitting(house)
    given = {"username": WHO, "code": telephone.next_code(), "password": PASSWORD}
    other = {"username": "coordinator01", "code": "000000", "password": "wrong"}
    with pytest.raises(WrongPassword):
        signs(house, actor, **given | {wrong: other[wrong]})
    assert [s for s in house.case(SCREENED).signatures if s["form"] == "MRI0"] == []
    (refused,) = house.journal("person:signature:refused", SCREENED)
    assert refused["actor"] == actor.person_id
    assert asked(house.reader, actor).username, "a failed attempt does not count as the first signature"


def test_a_wrong_password_does_not_use_the_code_up(house: House, telephone: Telephone) -> None:
    actor, code = sitting(house), telephone.next_code()
    with pytest.raises(WrongPassword):
        signs(house, actor, username=WHO, code=code, password="wrong")
    signs(house, actor, username=WHO, code=code)


def test_a_field_that_was_left_blank_is_no_attempt(house: House) -> None:
    actor = sitting(house)
    for _ in range(6):
        with pytest.raises(ComponentMissing):
            signs(house, actor)
    assert house.journal("person:signature:refused") == []
    signs(house, actor, username=" Investigator01 ")


@pytest.mark.requirement("R11", "R52")
def test_failed_signatures_close_the_name_and_raise_an_alert(house: House) -> None:
    actor = sitting(house)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            signs(house, actor, username=WHO, password="wrong")
    with pytest.raises(TooManyAttempts):
        signs(house, actor, username=WHO)
    (alert,) = house.journal("system:attempts:alerted")
    assert json.loads(alert["body"])["event"]["purpose"] == "signature"


# --- who may ------------------------------------------------------------------------------------------------------------


def newcomer(house: House) -> Newcomer:
    return Newcomer(house, role="investigator").admitted()


@pytest.mark.requirement("R51")
@on_both
def test_nobody_signs_before_identity_is_verified_and_the_signature_certified(either: House) -> None:
    new = newcomer(either)
    for expected, step in (
        (
            (IDENTITY, CERTIFIED),
            lambda: verify_identity(new.username, "in-person", "passport", TODAY, uow=either.work("administrator")),
        ),
        ((CERTIFIED,), lambda: certify(VERSION, PASSWORD, uow=either.work(oneself(either, new.username)))),
    ):
        with pytest.raises(SigningNotEnabled) as refused:
            signs(either, new.actor())
        assert refused.value.missing == expected
        step()
    assert signs(either, new.actor()).printed_name == "New Comer"


@pytest.mark.requirement("R51")
def test_the_words_of_the_certification_are_kept_with_their_version(house: House) -> None:
    right = signing_right(house.reader, house.actor("investigator").person_id)
    assert (right.certification["text"], right.certification["version"]) == (CERTIFICATION, VERSION)
    assert right.certification["printed_name"] == "Investigator01"
    assert "legally binding equivalent of my handwritten signature" in right.certification["text"]


@pytest.mark.requirement("R51")
def test_only_words_that_were_read_are_certified(house: House) -> None:
    new = newcomer(house)
    verify_identity(new.username, "video", "passport", TODAY, uow=house.work("administrator"))
    with pytest.raises(ContentChanged):
        certify("0.9", PASSWORD, uow=house.work(oneself(house, new.username)))


def test_certifying_takes_the_password_and_identity_first(house: House) -> None:
    new = newcomer(house)
    with pytest.raises(SigningNotEnabled):
        certify(VERSION, PASSWORD, uow=house.work(oneself(house, new.username)))
    verify_identity(new.username, "video", "passport", TODAY, uow=house.work("administrator"))
    with pytest.raises(WrongPassword):
        certify(VERSION, "wrong", uow=house.work(oneself(house, new.username)))
    assert signing_right(house.reader, new.person.id).certification is None


def test_certifying_twice_is_certifying_once(house: House) -> None:
    before = house.reader.all("certification")
    certify(VERSION, PASSWORD, uow=house.work(oneself(house, WHO)))
    assert house.reader.all("certification") == before


@pytest.mark.requirement("R51")
@pytest.mark.parametrize(
    ("how", "document", "later"),
    [("by hearsay", "passport", 0), ("video", "library-card", 0), ("video", "passport", 1)],
)
def test_how_identity_was_verified_is_one_of_the_ways_and_not_to_come(
    house: House, how: str, document: str, later: int
) -> None:
    new = newcomer(house)
    with pytest.raises(Refused):
        verify_identity(new.username, how, document, TODAY + timedelta(later), uow=house.work("administrator"))
    assert signing_right(house.reader, new.person.id).identity is None


@pytest.mark.requirement("R51", "R52")
def test_nobody_verifies_the_own_identity_nor_without_being_an_administrator(house: House) -> None:
    admin = Newcomer(house, role="administrator", site=None)
    admin.record(approval=None, course=None)
    actor = Actor(admin.house.reader.the("person", username="newcomer")["id"], "New Comer", "administrator", None)
    with pytest.raises(Refused):
        verify_identity("newcomer", "video", "passport", TODAY, uow=house.work(actor))
    for role in ("investigator", "monitor", "data_manager"):
        with pytest.raises(NotAllowed):
            verify_identity("newcomer", "video", "passport", TODAY, uow=house.work(role))


def test_a_check_that_stands_is_not_made_twice(house: House) -> None:
    with pytest.raises(AlreadyExists):
        verify_identity(WHO, "video", "passport", TODAY, uow=house.work("administrator"))


@pytest.mark.requirement("R51")
def test_trust_that_was_lost_ends_signing_and_begins_again_from_the_start(house: House) -> None:
    signs(house, house.actor("investigator"))
    with pytest.raises(Refused):
        revoke_signing(WHO, " ", uow=house.work("administrator"))
    revoke_signing(WHO, "left the hospital", uow=house.work("administrator"))
    with pytest.raises(SigningNotEnabled) as refused:
        signs(house, house.actor("investigator"), "CT0")
    assert refused.value.missing == (IDENTITY, CERTIFIED)
    kept = [s for s in house.case(SCREENED).signatures if s["form"] == "MRI0"]
    assert [s["voided_at"] for s in kept] == [None]
    verify_identity(WHO, "eid", "eid", TODAY, uow=house.work("administrator"))
    with pytest.raises(SigningNotEnabled) as refused:
        signs(house, house.actor("investigator"), "CT0")
    assert refused.value.missing == (CERTIFIED,)
    certify(VERSION, PASSWORD, uow=house.work(oneself(house, WHO)))
    signs(house, house.actor("investigator"), "CT0")


def test_what_does_not_stand_is_not_revoked(house: House) -> None:
    with pytest.raises(NotFound):
        revoke_signing(newcomer(house).username, "never mind", uow=house.work("administrator"))


@pytest.mark.requirement("R52")
def test_a_password_an_administrator_set_signs_nothing_until_it_is_changed(house: House) -> None:
    first = credentials.reset_password(WHO, uow=house.work("administrator"))
    with pytest.raises(SigningNotEnabled) as refused:
        signs(house, house.actor("investigator"), password=first)
    assert refused.value.missing == (OWN_PASSWORD,)
    credentials.change_password(first, "known to me alone", uow=house.work(oneself(house, WHO)))
    signs(house, house.actor("investigator"), password="known to me alone")


@pytest.mark.requirement("R52")
def test_an_administrator_signs_for_nobody(house: House) -> None:
    with pytest.raises(NotAllowed):
        signs(house, house.actor("administrator"))
