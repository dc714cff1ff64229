"""Chapter: serious events: both causalities, expectedness against a dated reference, SUSAR, and what is due when (PROTOCOL 9)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.actions.house import ELSEWHERE, House
from tests.actions.rooms import on_both
from trial.actions import enter, safety
from trial.errors import AlreadyExists, NotAllowed, NotFound, Refused
from trial.roles import ROLES, may
from trial.safety_desk import Serious
from trial.store import crfs

EVENT = {
    "AESPID": "1", "AETERM": "Febrile neutropenia", "AESTDAT": "2026-05-30", "AETOXGR": "4", "AESER": "Y", "AESCRIT": ["LIFETHREAT"],
    "AEREL": ["CHEMO"], "AEOUT": "RECOVERING",
}  # fmt: skip
REPORT = {"SAEAENO": "AE/ANY/1", "SAEREP": "INITIAL", "SAEAWARE": "2026-06-01 08:30", "SAENARR": "Fever of 39.4, neutrophils 0.2.",
          "SAEDRUG": ["CAPECITABINE"]}  # fmt: skip
RELATED = REPORT | {"SAECAUSI": "RELATED"}


def post(house: House, participant: str, form: str, items: dict, by: str = "coordinator") -> None:
    """Save a form, with every soft check confirmed."""
    entry = house.entry(participant, form, items, "ANY", reasons={"": "as reported"})
    said = enter.preview(entry, uow=house.work(by, participant[3:5])).findings
    confirmed = {f.key: "as reported" for f in said if f.level == "soft"}
    house.post(replace(entry, raw={**entry.raw, "confirmed": confirmed}), by)


@pytest.fixture
def reported(house: House) -> tuple[House, str]:
    participant = house.eligible()
    post(house, participant, "AE", EVENT)
    post(house, participant, "SAE", RELATED, "investigator")
    return house, participant


def line(house: House) -> Serious:
    (found,) = safety.desk(house.reader, None, house.clock, UTC)
    return found


@pytest.mark.requirement("R26")
@on_both
def test_the_sponsor_is_aware_when_the_report_is_stored_and_the_system_says_so_in_its_own_revision(
    either: House,
) -> None:
    participant = either.eligible()
    post(either, participant, "AE", EVENT)
    post(either, participant, "SAE", REPORT)
    first, second = either.revisions(participant, "SAE", "ANY")
    assert (first["author"], "SAESPON" in first["answers"]["items"]) == (either.actor("coordinator").person_id, False)
    assert (second["author"], second["source"], second["reason"]) == (None, "system", "received by the sponsor")
    assert second["answers"]["items"]["SAESPON"] == either.clock.now().replace(second=0).isoformat().replace(
        "+00:00", "Z"
    )


def test_day_0_is_set_once_and_no_later_save_moves_it(reported: tuple[House, str]) -> None:
    house, participant = reported
    day_0 = house.stored(participant, "SAE", "ANY")["items"]["SAESPON"]
    house.clock.advance(timedelta(hours=5))
    post(house, participant, "SAE", RELATED | {"SAEREP": "FOLLOWUP"}, "investigator")
    assert house.stored(participant, "SAE", "ANY")["items"]["SAESPON"] == day_0


def test_a_report_without_an_awareness_of_the_site_is_not_dated(house: House) -> None:
    participant = house.eligible()
    post(house, participant, "SAE", {"SAEREP": "INITIAL"})
    assert len(house.revisions(participant, "SAE", "ANY")) == 1


def test_what_is_still_to_be_done_is_named_in_the_order_it_is_done(reported: tuple[House, str]) -> None:
    house, participant = reported
    assert line(house).to_do == ("signature", "expectedness", "reference", "sponsor")
    house.sign(participant, "SAE", "ANY")
    assert line(house).to_do == ("expectedness", "reference", "sponsor")


def judge(house: House, participant: str, **items: str) -> None:
    post(house, participant, "SAE", items, "safety_officer")


def test_unexpected_and_related_it_is_a_susar_and_owed_to_authority_and_ethics(reported: tuple[House, str]) -> None:
    house, participant = reported
    judge(house, participant, SAEEXP="UNEXPECTED", SAECAUSS="RELATED")
    found = line(house)
    assert (found.susar, found.urgent) == (True, True)
    assert found.to_do == ("signature", "authority", "ethics", "follow-up")
    assert found.next is not None
    assert found.next.due == datetime(2026, 6, 9, tzinfo=UTC) - timedelta(microseconds=1)


def test_expected_it_is_none_and_nothing_is_owed(reported: tuple[House, str]) -> None:
    house, participant = reported
    house.sign(participant, "SAE", "ANY")
    judge(house, participant, SAEEXP="EXPECTED", SAECAUSS="RELATED")
    assert (line(house).susar, line(house).to_do, line(house).open) == (False, (), False)


def test_until_it_is_judged_the_clock_of_a_susar_runs(reported: tuple[House, str]) -> None:
    house, _participant = reported
    assert line(house).susar is None
    assert line(house).next is not None


def test_what_the_sponsor_adds_does_not_break_the_investigators_signature(reported: tuple[House, str]) -> None:
    house, participant = reported
    house.sign(participant, "SAE", "ANY")
    judge(house, participant, SAEEXP="EXPECTED")
    assert house.case(participant).signed("SAE") is not None
    assert "signature" not in line(house).to_do


@pytest.mark.requirement("R49")
def test_what_the_site_changes_does(reported: tuple[House, str]) -> None:
    house, participant = reported
    house.sign(participant, "SAE", "ANY")
    post(house, participant, "SAE", RELATED | {"SAENARR": "Fever of 40.1."})
    assert house.case(participant).signed("SAE") is None
    assert "signature" in line(house).to_do


# --- the reference ----------------------------------------------------------------------------------------------------


def know(
    house: House, version: str, valid_from: date, product: str = "CAPECITABINE", by: str = "safety_officer"
) -> int:
    return safety.add_reference(product, "Summary of product characteristics", version, valid_from, uow=house.work(by))


def test_an_expectedness_is_kept_with_the_version_valid_at_onset(reported: tuple[House, str]) -> None:
    house, participant = reported
    for version, day in (("1", date(2024, 1, 1)), ("2", date(2026, 5, 30)), ("3", date(2026, 5, 31))):
        know(house, version, day)
    know(house, "9", date(2024, 1, 1), "OXALIPLATIN")
    judge(house, participant, SAEEXP="UNEXPECTED")
    (row,) = house.reader.all("expectedness", participant=participant)
    assert [(a["product"], a["version"]) for a in row["against"]] == [("CAPECITABINE", "2")]
    assert (row["assessed"], row["revision"]) == ("UNEXPECTED", len(house.revisions(participant, "SAE", "ANY")))


def test_a_second_judgement_is_a_second_row(reported: tuple[House, str]) -> None:
    house, participant = reported
    judge(house, participant, SAEEXP="UNEXPECTED")
    know(house, "1", date(2024, 1, 1))
    judge(house, participant, SAEEXP="EXPECTED")
    rows = house.reader.all("expectedness", participant=participant, order_by="revision")
    assert [(r["assessed"], len(r["against"])) for r in rows] == [("UNEXPECTED", 0), ("EXPECTED", 1)]


def test_another_item_is_no_judgement(reported: tuple[House, str]) -> None:
    house, participant = reported
    judge(house, participant, SAECAUSS="RELATED")
    assert house.reader.all("expectedness", participant=participant) == []


def test_a_version_is_known_once(house: House) -> None:
    know(house, "1", date(2024, 1, 1))
    with pytest.raises(AlreadyExists):
        know(house, "1", date(2025, 1, 1))


@pytest.mark.parametrize(("product", "version"), [("ASPIRIN", "1"), ("CAPECITABINE", " ")])
def test_a_reference_names_a_product_and_a_version(house: House, product: str, version: str) -> None:
    with pytest.raises(Refused):
        know(house, version, date(2024, 1, 1), product)


@pytest.mark.parametrize("by", sorted(set(ROLES) - {"safety_officer"}))
def test_only_a_safety_officer_makes_one_known(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        know(house, "1", date(2024, 1, 1), by=by)


# --- the page -----------------------------------------------------------------------------------------------------------


def test_the_page_names_the_event_its_clock_and_what_is_left(desk) -> None:
    participant = desk.house.eligible()
    post(desk.house, participant, "AE", EVENT)
    post(desk.house, participant, "SAE", RELATED, "investigator")
    page = desk.client("safety_officer").get("/safety/").text
    for words in ("Febrile neutropenia", "life-threatening", "SUSAR, 7 days", "expectedness", "cannot tell yet"):
        assert words in page, words


def test_a_site_sees_its_own_and_who_has_no_part_in_safety_nothing(desk) -> None:
    post(desk.house, ELSEWHERE, "AE", EVENT)
    post(desk.house, ELSEWHERE, "SAE", RELATED, "investigator")
    assert "Febrile" not in desk.client("coordinator01").get("/safety/").text
    assert "Febrile" in desk.client("coordinator02").get("/safety/").text
    assert desk.client("data_manager").get("/safety/").status_code == 403


def test_a_reference_with_a_wrong_date_comes_back_with_what_was_typed(desk) -> None:
    client = desk.client("safety_officer")
    typed = {"product": "PD1", "document": "Investigator's brochure", "version": "7", "valid_from": "31.12.2025"}
    page = client.post("/safety/references", typed)
    assert (page.status_code, 'value="31.12.2025"' in page.text) == (422, True)
    client.post("/safety/references", typed | {"valid_from": "2025-12-31"})
    assert "brochure" in client.get("/safety/references").text


def test_a_revision_of_the_system_has_a_digest_like_any_other(reported: tuple[House, str]) -> None:
    house, participant = reported
    rows = crfs.history(house.reader, participant, "ANY", "SAE", 1)
    assert rows[-1]["author_name"] is None
    assert len({r["digest"] for r in rows}) == len(rows)


# --- the narrative ------------------------------------------------------------------------------------------------------


@on_both
def test_the_narrative_names_reference_judgement_and_every_revision(either: House) -> None:
    participant = either.eligible()
    post(either, participant, "AE", EVENT)
    post(either, participant, "SAE", RELATED, "investigator")
    know(either, "2", date(2026, 5, 1))
    judge(either, participant, SAEEXP="UNEXPECTED")
    actor = either.actor("safety_officer")
    told = safety.tell(either.reader, actor, participant, 1, either.clock, UTC, str)
    words = "\n".join(sentence for section in told.sections for sentence in section.sentences)
    assert "version 2, valid from 2026-05-01" in words
    assert "It is a SUSAR" in words
    assert [row["number"] for row in told.revisions] == [1, 2, 3]


@pytest.mark.parametrize("role", sorted(r for r in ROLES if not may(r, "safety.read")))
def test_who_has_no_part_in_safety_reads_no_narrative(reported: tuple[House, str], role: str) -> None:
    house, participant = reported
    with pytest.raises((NotAllowed, NotFound)):
        safety.tell(house.reader, house.actor(role), participant, 1, house.clock, UTC, str)


def test_another_sites_narrative_and_one_that_is_not_there_are_not_found(reported: tuple[House, str]) -> None:
    house, participant = reported
    for site, occurrence in (("02", 1), ("01", 2)):
        with pytest.raises(NotFound):
            safety.tell(house.reader, house.actor("coordinator", site), participant, occurrence, house.clock, UTC, str)


def test_the_page_of_a_narrative_shows_versions_and_no_name_of_their_authors(desk) -> None:
    participant = desk.house.eligible()
    post(desk.house, participant, "AE", EVENT)
    post(desk.house, participant, "SAE", RELATED, "investigator")
    judge(desk.house, participant, SAEEXP="UNEXPECTED")
    before = desk.house.state()["journal"]
    page = desk.client("safety_officer").get(f"/safety/{participant}/1")
    assert page.status_code == 200
    for words in (
        "Fever of 39.4, neutrophils 0.2.",
        "Versions of the report",
        "as reported",
        "received by the sponsor",
    ):
        assert words in page.text, words
    article = page.text.partition("<article")[2].partition("</article>")[0]
    names = [row["full_name"] for row in desk.house.reader.all("person")]
    assert [name for name in names if name in article] == []
    opened = [row["tag"] for row in desk.house.state()["journal"] if row not in before]
    assert [tag for tag in opened if "taken" in tag] == []
    assert desk.client("coordinator02").get(f"/safety/{participant}/1").status_code == 404
    assert desk.client("safety_officer").get(f"/safety/{participant}/2").status_code == 404
