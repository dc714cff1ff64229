"""Access comes into force by approval, training and delegation, and ends at once: through the actions, on both engines."""

from datetime import timedelta

import pytest

from tests.access.people import APPROVAL, COURSE, Newcomer, begin_session, oneself, standing
from tests.actions.house import CONSENTED, ELSEWHERE, PASSWORD, SCREENED, SCREENING, TODAY, House
from tests.actions.rooms import on_both
from trial.actions import access, closure, delegation, people
from trial.actions.access import Approval, Course
from trial.actions.delegation import Tasks
from trial.actions.participants import add_participant
from trial.actions.permission import participant_for
from trial.actions.signing_rights import certify, verify_identity
from trial.actor import Actor
from trial.errors import (
    AlreadyExists,
    ContentChanged,
    NotAllowed,
    NotFound,
    Refused,
    RightsHeldBack,
    SigningNotEnabled,
    WrongPassword,
)
from trial.rights import APPROVAL as NO_APPROVAL
from trial.rights import CLOSED, DELEGATION, ENDED, TRAINING
from trial.signing_rights import VERSION
from trial.store.verify import verify

TASKS = Tasks("Data entry", TODAY)


# --- coming into force --------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R06", "R75")
@on_both
def test_a_role_comes_into_force_step_by_step(either: House) -> None:
    new = Newcomer(either)
    held = people.grant(new.username, "coordinator", "01", uow=either.work("administrator"))
    assert new.why == (NO_APPROVAL, TRAINING, DELEGATION)
    access.approve(held, APPROVAL, uow=either.work("administrator"))
    assert new.why == (TRAINING, DELEGATION)
    access.train(new.username, "coordinator", COURSE, uow=either.work("administrator"))
    assert new.why == (DELEGATION,)
    with pytest.raises(KeyError):
        new.actor()
    number = delegation.delegate(new.username, "coordinator", "01", TASKS, uow=either.work("administrator"))
    assert new.why == (DELEGATION,), "nobody signed it yet"
    sign(either, number)
    assert new.why == ()
    assert add_participant("01", uow=either.work(new.actor()))
    assert [f for f in verify(either.engine) if f.kind != "definition"] == []


@pytest.mark.requirement("R06")
@on_both
def test_one_go_records_all_of_it(either: House) -> None:
    new = Newcomer(either).admitted()
    assert new.why == ()
    for tag in ("admin:role:granted", "admin:access:approved", "admin:training:recorded", "person:delegation:approved"):
        assert either.journal(tag), tag


def test_recording_more_later_gives_the_role_once(house: House) -> None:
    new = Newcomer(house)
    first = new.record(approval=APPROVAL)
    assert new.record(course=COURSE, approval=APPROVAL) == first
    assert len(house.reader.all("assignment", person_id=new.person.id)) == 1
    assert new.why == (DELEGATION,)


@pytest.mark.parametrize(
    "what",
    [
        {"approval": Approval(" ", TODAY)},
        {"approval": Approval("The sponsor", TODAY + timedelta(1))},
        {"course": Course(" ", "1", TODAY)},
        {"course": Course("GCP", "1", TODAY + timedelta(1))},
        {"tasks": Tasks(" ", TODAY)},
        {"tasks": Tasks("Entry", TODAY, TODAY - timedelta(1))},
        {"tasks": Tasks("Entry", TODAY, principal=True)},
        {"tasks": Tasks("Entry", TODAY, on_paper=TODAY + timedelta(1))},
    ],
)
def test_what_cannot_be_is_refused_and_the_role_is_not_given_either(house: House, what: dict) -> None:
    new = Newcomer(house)
    with pytest.raises(Refused):
        new.record(**what)
    assert new.person.standings == ()


@pytest.mark.parametrize(("role", "site"), [("monitor", "01"), ("coordinator", None), ("data_manager", None)])
def test_only_a_sites_own_staff_is_delegated_and_at_a_site(house: House, role: str, site: str | None) -> None:
    with pytest.raises(Refused):
        Newcomer(house, role=role, site=site).record(tasks=TASKS)


@pytest.mark.requirement("R06")
def test_roles_of_the_sponsor_need_approval_and_training_and_no_delegation(house: House) -> None:
    new = Newcomer(house, role="data_manager", site=None)
    new.record(approval=APPROVAL)
    assert new.why == (TRAINING,)
    new.record(course=COURSE)
    assert new.why == ()


def test_an_approval_is_recorded_once(house: House) -> None:
    held = Newcomer(house).record(approval=APPROVAL)
    with pytest.raises(AlreadyExists):
        access.approve(held, APPROVAL, uow=house.work("administrator"))


@pytest.mark.requirement("R06")
def test_nobody_but_an_administrator_records_any_of_it(house: House) -> None:
    new = Newcomer(house)
    held = new.record()
    for role in ("coordinator", "investigator", "monitor", "data_manager", "auditor"):
        for act in (
            lambda uow: access.approve(held, APPROVAL, uow=uow),
            lambda uow: access.train(new.username, "coordinator", COURSE, uow=uow),
            lambda uow: delegation.delegate(new.username, "coordinator", "01", TASKS, uow=uow),
            lambda uow: closure.close_site("01", "done", uow=uow),
        ):
            with pytest.raises(NotAllowed):
                act(house.work(role))
    assert new.why == (NO_APPROVAL, TRAINING, DELEGATION)


def test_where_it_is_only_recorded_a_role_is_in_force_without(house: House) -> None:
    new = Newcomer(house)
    new.record()
    row = house.reader.the("person", username=new.username)
    assert people.person(house.reader, row["id"], on=TODAY, gated=False).actor("coordinator").sites == {"01"}


# --- the principal investigator signs -----------------------------------------------------------------------------------


def sign(house: House, number: int, by: str | Actor = "investigator", site: str = "01", **options: str) -> None:
    seen = options.pop("seen", house.reader.the("delegation", id=number)["content_digest"])
    password = options.pop("password", PASSWORD)
    delegation.sign_delegation(number, seen=seen, password=password, uow=house.work(by, site))


@pytest.fixture
def proposed(house: House) -> int:
    Newcomer(house).record(approval=APPROVAL, course=COURSE)
    return delegation.delegate("newcomer", "coordinator", "01", TASKS, uow=house.work("administrator"))


@pytest.mark.requirement("R46", "R48")
def test_the_signature_names_who_signed_and_is_bound_to_the_content(house: House, proposed: int) -> None:
    with pytest.raises(ContentChanged):
        sign(house, proposed, seen="0" * 64)
    sign(house, proposed)
    row = house.reader.the("delegation", id=proposed)
    assert (row["approved_by"], row["basis"], row["approved_on"]) == ("Investigator01", "signed", TODAY)
    with pytest.raises(AlreadyExists):
        sign(house, proposed)


def test_a_wrong_password_delegates_nothing(house: House, proposed: int) -> None:
    with pytest.raises(WrongPassword):
        sign(house, proposed, password="wrong")
    assert house.reader.the("delegation", id=proposed)["approved_at"] is None


def test_another_sites_principal_investigator_does_not_find_it(house: House, proposed: int) -> None:
    with pytest.raises(NotFound):
        sign(house, proposed, "investigator", "02")


@pytest.mark.requirement("R06")
def test_an_investigator_who_is_not_principal_delegates_nothing(house: House, proposed: int) -> None:
    second = Newcomer(house, username="second", role="investigator").admitted()
    with pytest.raises(SigningNotEnabled):
        sign(house, proposed, second.actor())
    verify_identity("second", "video", "passport", TODAY, uow=house.work("administrator"))
    certify(VERSION, PASSWORD, uow=house.work(oneself(house, "second")))
    with pytest.raises(NotAllowed):
        sign(house, proposed, second.actor())
    for role in ("coordinator", "administrator", "data_manager"):
        with pytest.raises(NotAllowed):
            sign(house, proposed, role)


# --- ending -------------------------------------------------------------------------------------------------------------


@pytest.mark.requirement("R07")
@on_both
def test_the_day_after_its_last_a_delegation_lets_nothing_more_be_entered(either: House) -> None:
    new = Newcomer(either).admitted(to_on=TODAY)
    either.save(CONSENTED, "DM", SCREENING["DM"], by=new.actor())
    either.clock.advance(timedelta(days=1))
    with pytest.raises(RightsHeldBack) as refused:
        either.save(CONSENTED, "MH", SCREENING["MH"], by=new.actor())
    assert refused.value.why == (ENDED,)
    with pytest.raises(NotAllowed):
        add_participant("01", uow=either.work(new.actor()))


@pytest.mark.requirement("R07")
def test_a_delegation_that_is_ended_ends_at_once(house: House) -> None:
    new = Newcomer(house).admitted()
    house.save(CONSENTED, "DM", SCREENING["DM"], by=new.actor())
    (row,) = house.reader.all("delegation", person_id=new.person.id)
    delegation.end_delegation(row["id"], "left the site", uow=house.work("investigator"))
    with pytest.raises(RightsHeldBack):
        house.save(CONSENTED, "MH", SCREENING["MH"], by=new.actor())
    with pytest.raises(AlreadyExists):
        delegation.end_delegation(row["id"], "again", uow=house.work("administrator"))


def test_ending_takes_a_reason_and_the_right(house: House) -> None:
    new = Newcomer(house).admitted()
    (row,) = house.reader.all("delegation", person_id=new.person.id)
    with pytest.raises(Refused):
        delegation.end_delegation(row["id"], " ", uow=house.work("administrator"))
    with pytest.raises(NotFound):
        delegation.end_delegation(row["id"], "not mine", uow=house.work("investigator", "02"))
    for role in ("coordinator", "monitor", "auditor"):
        with pytest.raises(NotAllowed):
            delegation.end_delegation(row["id"], "not mine", uow=house.work(role))
    assert new.why == ()


@pytest.mark.requirement("R07")
@on_both
def test_an_investigator_whose_delegation_ended_reads_the_own_data_and_changes_nothing(either: House) -> None:
    (row,) = either.reader.all("delegation", person_id=either.actor("investigator").person_id)
    delegation.end_delegation(row["id"], "retired", uow=either.work("administrator"))
    actor = either.actor("investigator")
    for verb in ("participant.read", "crf.read", "audit.read", "query.read"):
        assert participant_for(either.reader, actor, SCREENED, verb)
    for verb in ("crf.write", "crf.sign", "query.answer", "randomise", "file.upload", "model.call"):
        with pytest.raises(RightsHeldBack):
            participant_for(either.reader, actor, SCREENED, verb)
    with pytest.raises(RightsHeldBack):
        either.sign(SCREENED, "MRI0")
    with pytest.raises(NotFound):
        participant_for(either.reader, actor, ELSEWHERE, "participant.read")


@pytest.mark.requirement("R07")
def test_a_coordinator_whose_delegation_ended_reads_nothing_more(house: House) -> None:
    (row,) = house.reader.all("delegation", person_id=house.actor().person_id)
    delegation.end_delegation(row["id"], "retired", uow=house.work("administrator"))
    assert house.actor().sites == frozenset()
    with pytest.raises(RightsHeldBack):
        participant_for(house.reader, house.actor(), SCREENED, "participant.read")


@pytest.mark.requirement("R07")
@on_both
def test_a_closed_site_writes_nothing_and_its_investigator_reads_on(either: House) -> None:
    closure.close_site("01", "last participant left", uow=either.work("administrator"))
    for role in ("coordinator", "investigator", "laboratory"):
        with pytest.raises(RightsHeldBack) as refused:
            either.save(SCREENED, "MOL", {"MOLDAT": "2026-02-01"}, by=either.actor(role))
        assert refused.value.why == (CLOSED,)
    assert participant_for(either.reader, either.actor("investigator"), SCREENED, "crf.read")
    assert participant_for(either.reader, either.actor("monitor"), SCREENED, "query.raise")
    assert add_participant("02", uow=either.work("coordinator", "02")), "the other site goes on"


@pytest.mark.requirement("R07")
def test_a_site_that_is_opened_again_writes_again(house: House) -> None:
    closure.close_site("01", "by mistake", uow=house.work("administrator"))
    with pytest.raises(AlreadyExists):
        closure.close_site("01", "twice", uow=house.work("administrator"))
    closure.reopen_site("01", "it was a mistake", uow=house.work("administrator"))
    with pytest.raises(NotFound):
        closure.reopen_site("01", "twice", uow=house.work("administrator"))
    house.save(CONSENTED, "DM", SCREENING["DM"])
    closure.close_site("01", "now it is over", uow=house.work("administrator"))
    assert len(house.reader.all("site_closure")) == 2


@pytest.mark.parametrize("act", [closure.close_site, closure.reopen_site])
def test_closing_and_opening_take_a_reason_and_a_site(house: House, act) -> None:
    with pytest.raises(Refused):
        act("01", " ", uow=house.work("administrator"))
    with pytest.raises(NotFound):
        act("77", "there is none", uow=house.work("administrator"))


@pytest.mark.requirement("R07")
def test_a_session_that_is_open_is_not_needed_to_end(house: House) -> None:
    """The next act is refused with the reason; nobody is thrown out in the middle of a form."""
    new = Newcomer(house).admitted(to_on=TODAY)
    begin_session(house, new.actor())
    house.clock.advance(timedelta(days=1))
    assert house.reader.all("session", person_id=new.person.id)
    assert standing(house, "newcomer").actor("coordinator").held_back == (("01", (ENDED,)),)


def test_two_sites_one_of_which_ended(house: House) -> None:
    new = Newcomer(house).admitted(to_on=TODAY)
    there = Tasks("Entry", TODAY, on_paper=TODAY)
    access.admit("newcomer", "coordinator", "02", uow=house.work("administrator"), approval=APPROVAL, tasks=there)
    assert new.person.actor("coordinator").sites == {"01", "02"}
    house.clock.advance(timedelta(days=1))
    actor = standing(house, "newcomer").actor("coordinator")
    assert actor.sites == {"02"}
    assert add_participant("02", uow=house.work(actor))
    with pytest.raises(RightsHeldBack):
        house.save(CONSENTED, "DM", SCREENING["DM"], by=actor)
