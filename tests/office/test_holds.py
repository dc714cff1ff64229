"""Chapter: freeze and lock by form, participant, site and study (R43): nobody writes there until it is opened again, with a reason."""

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, READY, SCREENED, SCREENING, House
from tests.actions.rooms import on_both
from trial.actions import enter, hold
from trial.actions.hold import Scope
from trial.errors import AlreadyExists, CrfLocked, NotAllowed, NotFound, NotOpen, ReasonNeeded
from trial.holds import FREEZE, LOCK, covers, held, scope_of
from trial.roles import ROLES, may_write_form

MRI = SCREENING["MRI0"]
FORM = Scope(None, SCREENED, "SCR", "MRI0", 1)
SCOPES = {"form": FORM, "participant": Scope(None, SCREENED), "site": Scope("01")}


def place(
    house: House, kind: str = LOCK, scope: Scope = FORM, by: str = "data_manager", reason: str = "cleaned"
) -> int:
    return hold.place(kind, scope, reason, uow=house.work(by))


def correct(house: House, participant: str = SCREENED, by: str = "coordinator") -> None:
    house.save(participant, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"}, by=by)


@pytest.mark.requirement("R43")
@on_both
@pytest.mark.parametrize("kind", [FREEZE, LOCK])
@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_is_written_where_it_is_held(either: House, kind: str, scope: str) -> None:
    place(either, kind, SCOPES[scope])
    with pytest.raises(CrfLocked) as told:
        correct(either)
    assert told.value.kind == kind
    assert len(either.revisions(SCREENED, "MRI0")) == 1


@pytest.mark.requirement("R43")
@pytest.mark.parametrize("role", [r for r in ROLES if may_write_form(r, "MRI0")])
def test_a_lock_takes_the_right_to_edit_from_every_role(house: House, role: str) -> None:
    place(house)
    with pytest.raises(CrfLocked):
        correct(house, by=role)


@pytest.mark.parametrize("scope", SCOPES)
def test_what_was_not_entered_yet_is_held_too(house: House, scope: str) -> None:
    if scope == "form":
        with pytest.raises(NotFound):
            place(house, LOCK, Scope(None, CONSENTED, "SCR", "MRI0", 1))
        return
    place(house, LOCK, SCOPES[scope])
    with pytest.raises(CrfLocked):
        house.save(SCREENED, "CM", {"CMTRT": "Aspirin"}, "ANY")


@pytest.mark.requirement("R34")
@pytest.mark.parametrize("scope", SCOPES)
def test_what_lies_outside_goes_on(house: House, scope: str) -> None:
    place(house, LOCK, SCOPES[scope])
    house.save(ELSEWHERE, "CM", {"CMTRT": "Aspirin"}, "ANY")
    if scope != "site":
        house.save(CONSENTED, "DM", SCREENING["DM"])


def test_a_removal_is_a_change(house: House) -> None:
    place(house)
    with pytest.raises(CrfLocked):
        enter.remove_crf(house.entry(SCREENED, "MRI0"), "another person's", uow=house.work())


def test_nobody_is_randomised_enrolled_or_predicted_where_it_is_held(house: House) -> None:
    place(house, FREEZE, Scope("01"))
    for step in (lambda: house.randomise(READY), lambda: house.ask(READY), lambda: house.add("01")):
        with pytest.raises(NotOpen) as told:
            step()
        assert told.value.blockers == ("frozen",)
    assert house.add("02")


def test_a_frozen_form_is_signed_a_locked_one_is_not(house: House) -> None:
    place(house, FREEZE)
    house.sign(SCREENED, "MRI0")
    place(house, LOCK, Scope(None, SCREENED, "SCR", "CT0", 1))
    with pytest.raises(NotOpen) as told:
        house.sign(SCREENED, "CT0")
    assert told.value.blockers == ("locked",)


@pytest.mark.requirement("R43")
@on_both
def test_opening_again_needs_a_reason_and_the_role_and_leaves_a_trail(either: House) -> None:
    number = place(either)
    with pytest.raises(ReasonNeeded):
        hold.lift(number, " ", uow=either.work("data_manager"))
    with pytest.raises(NotAllowed):
        hold.lift(number, "wrong scan", uow=either.work("monitor"))
    hold.lift(number, "wrong scan", uow=either.work("data_manager"))
    correct(either)
    row = either.reader.the("hold", id=number)
    assert (row["lifted_because"], row["lifted_at"] is not None) == ("wrong scan", True)
    placed, lifted = either.journal("person:hold:placed", SCREENED), either.journal("person:hold:lifted", SCREENED)
    assert (len(placed), len(lifted), lifted[0]["role"]) == (1, 1, "data_manager")


def test_what_was_opened_is_not_opened_twice(house: House) -> None:
    number = place(house)
    hold.lift(number, "wrong scan", uow=house.work("data_manager"))
    with pytest.raises(NotFound):
        hold.lift(number, "again", uow=house.work("data_manager"))


def test_a_form_is_held_once_a_kind(house: House) -> None:
    place(house)
    with pytest.raises(AlreadyExists):
        place(house)
    place(house, FREEZE)


def test_lifting_a_narrow_hold_leaves_the_wide_one(house: House) -> None:
    narrow = place(house)
    place(house, LOCK, Scope("01"))
    hold.lift(narrow, "wrong scan", uow=house.work("data_manager"))
    with pytest.raises(CrfLocked):
        correct(house)


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"data_manager"}))
@pytest.mark.parametrize("scope", SCOPES)
def test_only_a_data_manager_holds(house: House, by: str, scope: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        place(house, LOCK, SCOPES[scope], by)


def test_a_hold_needs_a_reason(house: House) -> None:
    with pytest.raises(ReasonNeeded):
        place(house, reason=" ")


def test_the_study_is_not_locked_without_a_signed_checklist(house: House) -> None:
    with pytest.raises(NotOpen) as told:
        place(house, LOCK, Scope())
    assert told.value.blockers == ("checklist-not-signed",)
    place(house, FREEZE, Scope())


HELD = {"site": None, "participant": None, "event": None, "form": None, "occurrence": None, "lifted_at": None}
PLACE = ("MRI0", "SCR", 1)
COVERED = [
    ({}, True, True, True),
    ({"site": "01"}, True, True, True),
    ({"site": "02"}, False, False, False),
    ({"participant": "P1"}, False, True, True),
    ({"participant": "P2"}, False, False, False),
    ({"participant": "P1", "event": "SCR", "form": "MRI0", "occurrence": 1}, False, False, True),
    ({"participant": "P1", "event": "SCR", "form": "MRI0", "occurrence": 2}, False, False, False),
    ({"participant": "P2", "event": "SCR", "form": "MRI0", "occurrence": 1}, False, False, False),
    ({"lifted_at": 1}, False, False, False),
]


@pytest.mark.parametrize(("hold_", "site", "participant", "form"), COVERED)
def test_what_a_hold_covers(hold_: dict, site: bool, participant: bool, form: bool) -> None:
    row = HELD | hold_
    found = (covers(row, "01", None, None), covers(row, "01", "P1", None), covers(row, "01", "P1", PLACE))
    assert found == (site, participant, form)


def test_the_strictest_hold_counts() -> None:
    rows = [HELD | {"kind": FREEZE}, HELD | {"kind": LOCK, "participant": "P1"}]
    assert (held(rows, "01", "P1"), held(rows, "01", "P2"), held([], "01", "P1")) == (LOCK, FREEZE, None)


@pytest.mark.parametrize(
    ("scope", "words"),
    [({}, "study"), ({"site": "01"}, "site 01"), ({"participant": "P1"}, "P1"),
     ({"participant": "P1", "form": "MRI0", "event": "SCR", "occurrence": 1}, "P1 MRI0/SCR/1")],
)  # fmt: skip
def test_a_scope_in_words(scope: dict, words: str) -> None:
    assert scope_of(HELD | scope) == words
