"""Chapter: what an answer opens, and what closes it. AE opens SAE and death form, SAE the report of a SUSAR; each closes when it is filed.

Every row appears in the save that gave the reason for it, names that form, and goes when the reason goes; what was filed is never deleted.
"""

from datetime import UTC

import pytest

from tests.actions.house import House
from tests.actions.rooms import on_both
from tests.office.test_safety_desk import EVENT, RELATED, REPORT, post
from trial.actions import safety
from trial.actions.enter import remove_crf

PLAIN = EVENT | {"AETOXGR": "2", "AESER": "N", "AEREL": ["NONE"]}
PLAIN = {k: v for k, v in PLAIN.items() if k != "AESCRIT"}
SERIOUS = EVENT
FATAL = EVENT | {"AETOXGR": "5", "AEOUT": "FATAL", "AESCRIT": ["DEATH"], "AEENDAT": "2026-05-31"}
DEATH = {"DTHDAT": "2026-05-31", "DTHCAUS": "TREATMENT"}


@pytest.fixture
def told(house: House) -> tuple[House, str]:
    return house, house.eligible()


def chain(house: House, participant: str) -> dict[str, tuple[str, str | None, bool]]:
    """Address to state, the form that opened it, and whether it gives a reason; SAE and death forms only."""
    rows = house.reader.all("due", participant=participant)
    return {
        f"{r['form']}/{r['event']}/{r['occurrence']}": (r["state"], r["because"], bool(r["reason"]))
        for r in rows
        if r["form"] in ("SAE", "DTH") and r["state"] != "not_required"
    }


OPEN = ("required", "AE/ANY/1", True)
FILED = "entered"


@pytest.mark.parametrize(
    ("event", "opened"),
    [
        (PLAIN, {}),
        (PLAIN | {"AETOXGR": "3"}, {}),
        (PLAIN | {"AETOXGR": "4"}, {}),
        (SERIOUS, {"SAE/ANY/1": OPEN}),
        (SERIOUS | {"AETOXGR": "2", "AESCRIT": ["HOSPITAL"]}, {"SAE/ANY/1": OPEN}),
        (FATAL, {"SAE/ANY/1": OPEN, "DTH/ANY/1": OPEN}),
        ({k: v for k, v in FATAL.items() if k not in ("AESER", "AESCRIT")}, {"SAE/ANY/1": OPEN, "DTH/ANY/1": OPEN}),
        ({k: v for k, v in FATAL.items() if k != "AESCRIT"} | {"AESER": "N"}, {"SAE/ANY/1": OPEN, "DTH/ANY/1": OPEN}),
        (FATAL | {"AEOUT": "NOTREC", "AETOXGR": "5"}, {"SAE/ANY/1": OPEN, "DTH/ANY/1": OPEN}),
    ],
    ids=[
        "grade 2",
        "grade 3",
        "grade 4",
        "serious",
        "serious, mild",
        "fatal",
        "fatal, box blank",
        "fatal, box no",
        "grade 5",
    ],
)
def test_what_an_adverse_event_opens_in_the_same_save(told, event, opened) -> None:
    house, participant = told
    assert chain(house, participant) == {}
    post(house, participant, "AE", event)
    assert chain(house, participant) == opened


@on_both
def test_the_whole_chain_opens_and_closes(either: House) -> None:
    participant = either.eligible()
    post(either, participant, "AE", FATAL)
    assert chain(either, participant) == {"SAE/ANY/1": OPEN, "DTH/ANY/1": OPEN}
    post(either, participant, "SAE", REPORT)
    found = chain(either, participant)
    assert (found["SAE/ANY/1"][0], found["DTH/ANY/1"]) == (FILED, OPEN)
    post(either, participant, "DTH", DEATH)
    assert {state for state, _because, _reason in chain(either, participant).values()} == {FILED}


@on_both
def test_an_event_corrected_back_takes_the_requirement_away(either: House) -> None:
    participant = either.eligible()
    post(either, participant, "AE", FATAL)
    post(either, participant, "AE", PLAIN)
    assert chain(either, participant) == {}


@on_both
def test_but_nothing_that_was_filed(either: House) -> None:
    participant = either.eligible()
    post(either, participant, "AE", SERIOUS)
    post(either, participant, "SAE", REPORT)
    filed = either.revisions(participant, "SAE", "ANY")
    post(either, participant, "AE", PLAIN)
    assert either.revisions(participant, "SAE", "ANY") == filed
    assert chain(either, participant)["SAE/ANY/1"][0] == FILED
    (asked,) = (q for q in either.reader.all("query", participant=participant) if q["rule"] == "SAE-S1")
    assert asked["state"] == "open", "and somebody is asked which of the two is right"


def test_it_is_owed_again_when_what_was_filed_is_taken_out(told) -> None:
    house, participant = told
    post(house, participant, "AE", SERIOUS)
    post(house, participant, "SAE", REPORT)
    remove_crf(house.entry(participant, "SAE", event="ANY"), "another participant's", uow=house.work())
    assert [row for row in chain(house, participant).values() if row == OPEN]


def test_an_event_that_is_removed_opens_nothing_any_more(told) -> None:
    house, participant = told
    post(house, participant, "AE", FATAL)
    remove_crf(house.entry(participant, "AE", event="ANY"), "another participant's", uow=house.work())
    assert chain(house, participant) == {}


def test_marked_as_not_done_it_waits_no_longer(told) -> None:
    house, participant = told
    post(house, participant, "AE", SERIOUS)
    house.save(participant, "SAE", event="ANY", not_done={"reason": "reported on paper before the start", "on": ""})
    assert chain(house, participant)["SAE/ANY/1"][0] == "not_done"


def desk_of(house: House):
    (found,) = safety.desk(house.reader, None, house.clock, UTC)
    return found


@on_both
def test_a_susar_owes_its_reports_until_they_are_filed(either: House) -> None:
    participant = either.eligible()
    post(either, participant, "AE", SERIOUS)
    post(either, participant, "SAE", RELATED, "investigator")
    either.sign(participant, "SAE", "ANY")
    post(either, participant, "SAE", {"SAEEXP": "UNEXPECTED", "SAECAUSS": "RELATED"}, "safety_officer")
    assert {"authority", "ethics", "follow-up"} <= set(desk_of(either).to_do)
    now = either.clock.now().strftime("%Y-%m-%d %H:%M")
    reports = {"SAEEXP": "UNEXPECTED", "SAECAUSS": "RELATED", "SAERPTA": now, "SAERPTE": now}
    post(either, participant, "SAE", reports, "safety_officer")
    assert {"authority", "ethics"}.isdisjoint(desk_of(either).to_do)
    assert "follow-up" in desk_of(either).to_do, "urgent: eight more days"
    post(either, participant, "SAE", reports | {"SAERPTF": now}, "safety_officer")
    assert "follow-up" not in desk_of(either).to_do


def test_expected_after_all_it_owes_none(told) -> None:
    house, participant = told
    post(house, participant, "AE", SERIOUS)
    post(house, participant, "SAE", RELATED, "investigator")
    for judged, owed in (("UNEXPECTED", True), ("EXPECTED", False)):
        post(house, participant, "SAE", {"SAEEXP": judged, "SAECAUSS": "RELATED"}, "safety_officer")
        assert ("authority" in desk_of(house).to_do) is owed


@pytest.mark.parametrize(
    ("aware", "late"), [("2026-05-31 09:30", False), ("2026-05-31 08:30", True), ("2026-05-30 10:00", True)]
)
def test_a_report_after_more_than_a_day_is_a_deviation_of_safety(told, aware, late) -> None:
    house, participant = told
    post(house, participant, "AE", SERIOUS | {"AESTDAT": "2026-05-29"})
    post(house, participant, "SAE", REPORT | {"SAEAWARE": aware})
    found = [r["key"] for r in house.reader.all("breach", participant=participant)]
    assert found == (["report:SAE/ANY/1"] if late else [])
