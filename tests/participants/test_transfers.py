"""Chapter: a participant moves to another site. The number, the draw and the count stay; who reads and writes changes from that moment."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from analysis.courses import course_rows
from tests.actions.house import CONSENTED, ELSEWHERE, KEY, READY, SCREENED, SCREENING, TODAY, House
from tests.actions.rooms import on_both
from tests.office.work import act, ask, state
from trial.actions import hold, people
from trial.actions.allocate import request_randomisation
from trial.actions.enter import save_crf
from trial.actions.hold import Scope
from trial.actions.permission import participant_for
from trial.actions.transfers import Order, copy_of, transfer
from trial.eligibility import assess
from trial.errors import NotAllowed, NotFound, NotOpen, ReasonNeeded, Refused
from trial.happenings_participants import EmergencyPhoneSet
from trial.protocol import PROTOCOL
from trial.store import extract, transfers
from trial.store.verify import verify

MOVE = Order(READY, "02", TODAY, "moved house", "investigator02")
MRI = SCREENING["MRI0"] | {"LENGTH": "43"}


def move(house: House, order: Order = MOVE, by: str = "data_manager", **options) -> int:
    return transfer(order, uow=house.work(by), **options)


def save_at(house: House, site: str, participant: str = READY) -> None:

    entry = house.entry(participant, "MRI0", MRI, reasons={"": "remeasured"})
    save_crf(entry, uow=house.work("coordinator", site))


def reads(house: House, site: str, participant: str = READY) -> bool:
    try:
        participant_for(house.reader, house.actor("coordinator", site), participant, "crf.read")
    except NotFound:
        return False
    return True


@on_both
def test_the_new_site_reads_and_writes_everything_the_old_one_nothing(either: House) -> None:
    assert (reads(either, "01"), reads(either, "02")) == (True, False)
    move(either)
    assert (reads(either, "01"), reads(either, "02")) == (False, True)
    save_at(either, "02")
    with pytest.raises(NotFound):
        save_at(either, "01")
    assert [f for f in verify(either.engine, released={}) if f.kind != "definition"] == []


@on_both
def test_the_number_never_changes_and_is_never_given_again(either: House) -> None:
    number = either.reader.the("participant", id=ELSEWHERE)["number"]
    same = f"VG-01-{number:04d}"
    move(either, replace(MOVE, participant=same))
    assert either.reader.the("participant", id=same)["site_code"] == "02"
    given = [either.add("01"), either.add("02")]
    highest = max(int(r["id"][-4:]) for r in either.reader.all("participant") if r["id"].startswith("VG-01"))
    assert given == [f"VG-01-{highest:04d}", "VG-02-0002"]


def test_the_highest_number_of_a_site_is_not_given_again_after_it_moved_away(house: House) -> None:
    move(house)
    assert house.add("01") == "VG-01-0007"


@pytest.mark.requirement("R58")
def test_the_draw_stays_as_it_was_and_accrual_stays_with_the_site_that_enrolled(house: House) -> None:
    house.randomise(READY)
    before = house.reader.all("allocation")
    move(house)
    save_at(house, "02")
    assert house.reader.all("allocation") == before
    assert before[0]["factors"]["site"] == "01"
    viewer = house.actor("unblinded_statistician")
    whole = extract.accrual(house.reader, viewer, cut_on=TODAY, now=house.clock.now())
    (row,) = (r for r in whole.rows if r.participant == READY)
    assert (row.site, row.enrolled_at) == ("02", "01")
    assert {c.participant: c.site for c in course_rows(whole)}[READY] == "01"
    assert house.reader.all("breach", participant=READY) == [], "moving house is no wrong stratum"


def test_who_is_drawn_after_moving_is_drawn_at_the_new_site(house: House) -> None:
    move(house)

    made = request_randomisation(READY, uow=house.work("coordinator", "02"), key=KEY)
    assert made.factors["site"] == "02"


def test_open_queries_go_along_and_wait_for_the_new_site(house: House) -> None:
    query = ask(house, READY)
    act(house, query, "assign", "", assigned="coordinator01")
    move(house)
    assert house.reader.the("query", id=query)["assigned"] is None
    with pytest.raises(NotFound):
        act(house, query, "answer", "65", by="coordinator", site="01")
    act(house, query, "answer", "65", by="coordinator", site="02")
    assert state(house, query) == "answered"


def test_the_consent_stays_valid_though_the_new_site_never_had_that_version(house: House) -> None:
    with house.work("administrator") as uow:
        uow.update(
            "site", {"code": "02"}, consent_versions=[{"version": "7", "valid_from": "2025-01-01", "valid_to": None}]
        )
        uow.record(EmergencyPhoneSet("02"))
        uow.commit()
    before = {q["id"] for q in house.reader.all("query")}
    move(house)
    record = house.case(READY).record("SCR")

    assert assess(PROTOCOL, record).line("IN1").verdict == "met"
    save_at(house, "02")
    assert {q["id"] for q in house.reader.all("query")} == before
    assert set(record.facts["consent_versions"]) == {"1.0", "7"}


def test_the_history_says_which_site_when_and_who_agreed(house: House) -> None:
    move(house)
    house.clock.advance(timedelta(days=30))
    move(house, replace(MOVE, to_site="01", on=house.clock.today(), agreed_by="investigator01", reason="moved back"))
    told = [(m["from_site"], m["to_site"], m["on"], m["agreed_name"]) for m in transfers.moves(house.reader, READY)]
    assert told == [
        ("01", "02", TODAY, "Investigator02"),
        ("02", "01", TODAY + timedelta(30), "Investigator01"),
    ]
    assert transfers.origins(house.reader) == {READY: "01"}
    assert len(house.journal("person:participant:transferred", READY)) == 2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"participant": "VG-01-0999"}, NotFound),
        ({"to_site": "09"}, NotFound),
        ({"to_site": "01", "agreed_by": "investigator01"}, Refused),
        ({"on": TODAY + timedelta(1)}, Refused),
        ({"on": date(2026, 5, 31)}, Refused),
        ({"on": None}, Refused),
        ({"reason": "  "}, ReasonNeeded),
        ({"agreed_by": "investigator01"}, NotOpen),
        ({"agreed_by": "coordinator02"}, NotOpen),
        ({"agreed_by": "nobody"}, NotOpen),
        ({"agreed_by": ""}, NotOpen),
    ],
)
def test_what_refuses_a_transfer_writes_nothing(house: House, change, error) -> None:
    before = house.state()
    with pytest.raises(error):
        move(house, replace(MOVE, **change))
    assert house.state() == before


def test_an_investigator_who_left_can_agree_to_nothing(house: House) -> None:
    people.close_account("investigator02", uow=house.work("administrator"))
    with pytest.raises(NotOpen):
        move(house)


@pytest.mark.parametrize("scope", [Scope(participant=READY), Scope(site="02")])
def test_a_hold_here_or_there_stops_it(house: House, scope: Scope) -> None:
    hold.place("freeze", scope, "cleaning", uow=house.work("data_manager"))
    with pytest.raises(NotOpen):
        move(house)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "auditor"])
def test_a_data_manager_moves_and_nobody_else(house: House, role: str) -> None:
    with pytest.raises(NotAllowed):
        move(house, by=role)


def test_two_clicks_move_once(house: House) -> None:
    assert move(house, key="k") == move(house, key="k")
    assert len(house.reader.all("transfer")) == 1


@pytest.mark.requirement("R60")
def test_the_former_site_keeps_its_copy_and_learns_nothing_that_came_later(house: House) -> None:
    number = move(house)
    before = copy_of(number, reader=house.reader, actor=house.actor("investigator", "01"))
    save_at(house, "02")
    assert copy_of(number, reader=house.reader, actor=house.actor("investigator", "01")) == before
    assert {r["form"] for r in before.revisions} >= {"IC", "MRI0", "DEC"}
    assert all(r["author_name"] for r in before.revisions)
    for role, site, error in (("investigator", "02", NotFound), ("coordinator", "01", NotAllowed)):
        with pytest.raises(error):
            copy_of(number, reader=house.reader, actor=house.actor(role, site))


@pytest.mark.parametrize("participant", [CONSENTED, SCREENED])
def test_whoever_is_in_screening_may_move_as_well(house: House, participant: str) -> None:
    move(house, replace(MOVE, participant=participant))
    assert reads(house, "02", participant)
