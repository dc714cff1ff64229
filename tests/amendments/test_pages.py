"""The page of protocol versions, and what a participant's pages say of theirs."""

import re
from datetime import date

import pytest

from tests.actions.house import CONSENTED, ELSEWHERE, ENROLLED, READY, SCREENED, SCREENING
from tests.amendments.work import FRAIL_DM, activate, reconsent
from tests.office.conftest import Desk

VERSIONS = "/study/versions/"
DM = f"/participants/{CONSENTED}/SCR/DM"
MRI0 = f"/participants/{CONSENTED}/SCR/MRI0"


@pytest.fixture(autouse=True)
def _shipped(amended):
    """Every test here."""


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|based_on|typed_by|key)" value="([^"]*)"', page))


def test_the_study_page_leads_to_the_versions(desk: Desk):
    assert f'href="{VERSIONS}"' in desk.client("auditor").get("/study").text


def test_the_page_lists_each_version_with_what_it_changes_and_each_site(desk: Desk):
    activate(desk.house, "02")
    reconsent(desk.house, ELSEWHERE)
    page = desk.client("data_manager").get(VERSIONS).text
    assert page.index("Protocol 1.1") < page.index("Protocol 1.0")
    assert "The clinical frailty scale is asked at screening." in page
    assert "Activate at 01" in page
    assert "Activate at 02" not in page
    assert "2026-04-01" in page
    assert "Data Manager" in page


@pytest.mark.requirement("R37")
def test_a_data_manager_activates_it_with_the_approval_date(desk: Desk):
    client = desk.client("data_manager")
    answer = client.post(f"{VERSIONS}1.1/activate", {"site": "01", "approved_on": "2026-04-01"})
    assert answer.status_code == 303
    assert "works under protocol 1.1" in client.get(VERSIONS).text
    assert desk.house.reader.the("activation", site="01")["approved_on"] == date(2026, 4, 1)


@pytest.mark.requirement("R37")
@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("2026-06-02", 422, "lies in the future"),
        ("1.4.2026", 422, "YYYY-MM-DD"),
        ("", 422, "YYYY-MM-DD"),
    ],
)
def test_without_an_approval_that_was_given_nothing_is_activated(desk: Desk, typed, status, said):
    answer = desk.client("data_manager").post(f"{VERSIONS}1.1/activate", {"site": "01", "approved_on": typed})
    assert answer.status_code == status
    assert said in answer.text
    assert desk.house.reader.all("activation") == []


def test_activating_twice_says_so(desk: Desk):
    activate(desk.house)
    answer = desk.client("data_manager").post(f"{VERSIONS}1.1/activate", {"site": "01", "approved_on": "2026-04-01"})
    assert answer.status_code == 409


@pytest.mark.parametrize("role", ["coordinator01", "investigator01", "monitor01", "auditor", "statistician"])
def test_who_may_only_look_has_no_form_and_no_way(desk: Desk, role):
    client = desk.client(role)
    assert "Activate at" not in client.get(VERSIONS).text
    assert client.post(f"{VERSIONS}1.1/activate", {"site": "01", "approved_on": "2026-04-01"}).status_code == 403
    assert client.get(f"{VERSIONS}1.1/dry-run").status_code == 403


def test_a_site_sees_itself_alone(desk: Desk):
    page = desk.client("coordinator02").get(VERSIONS).text
    assert "Site 02" in page
    assert "Site 01" not in page


def test_the_administrator_activates_and_sees_no_participant(desk: Desk):
    page = desk.client("administrator").get(VERSIONS).text
    assert "Activate at 01" in page
    assert "What 1.1 would change" not in page
    assert "VG-0" not in page


def test_the_dry_run_is_shown_and_says_that_nothing_was_written(desk: Desk):
    staged = SCREENING["MRI0"] | {"FIELD": "1.5", "LENGTH": "95"}
    desk.house.save(CONSENTED, "MRI0", staged)
    client = desk.client("data_manager")
    before = desk.house.state()
    page = client.get(f"{VERSIONS}1.1/dry-run").text
    assert desk.house.state() == before
    for said in (
        "Nothing was written.",
        "Clinical frailty scale",
        "no longer offered",
        "withheld",
        CONSENTED,
        SCREENED,
    ):
        assert said in page
    assert "Form due at another time" not in page
    only = client.get(f"{VERSIONS}1.1/dry-run?site=02").text
    assert ELSEWHERE in only
    assert SCREENED not in only
    assert client.get(f"{VERSIONS}9.9/dry-run").status_code == 404


@pytest.mark.requirement("R37")
def test_a_participants_page_says_which_version_and_which_consent(desk: Desk):
    activate(desk.house)
    reconsent(desk.house, READY)
    page = desk.client("coordinator01").get(f"/participants/{READY}").text
    assert re.search(r"protocol 1\.1\s+since 2026-05-25", page)
    assert "consented under version 2.0 on 2026-05-25" in page
    other = desk.client("coordinator01").get(f"/participants/{ENROLLED}").text
    assert re.search(r"protocol 1\.0\b", other)
    assert "consented under version 1.0 on 2026-01-05" in other


def test_a_site_offers_the_consent_version_once_it_is_active(desk: Desk):
    address = f"/participants/{CONSENTED}/SCR/IC/2"
    client = desk.client("coordinator01")
    assert 'value="2.0"' not in client.get(address).text
    activate(desk.house)
    assert 'value="2.0"' in client.get(address).text


@pytest.mark.requirement("R30")
def test_a_blank_form_is_asked_as_the_participants_version_asks_it(desk: Desk):
    client = desk.client("coordinator01")
    activate(desk.house)
    assert "Clinical frailty scale" not in client.get(DM).text
    reconsent(desk.house, CONSENTED)
    page = client.get(DM).text
    assert "Clinical frailty scale" in page
    assert fields(page)["version"] == "2"


def test_an_old_form_opens_under_its_version_and_offers_the_new_one(desk: Desk):
    desk.house.save(CONSENTED, "MRI0", SCREENING["MRI0"] | {"FIELD": "1.5"})
    activate(desk.house)
    reconsent(desk.house, CONSENTED)
    client = desk.client("coordinator01")
    page = client.get(MRI0).text
    assert fields(page)["version"] == "1"
    assert "Go over it under version 2" in page
    moved = client.get(f"{MRI0}?version=2").text
    assert fields(moved)["version"] == "2"
    assert "no longer offered" in moved
    assert "Saving it moves it there" in moved
    assert re.search(r'value="1\.5"[^>]* checked', moved), "the answer stands where it stood"


def test_a_retired_code_is_not_offered_on_a_blank_form(desk: Desk):
    activate(desk.house)
    reconsent(desk.house, CONSENTED)
    page = desk.client("coordinator01").get(MRI0).text
    assert 'value="3.0"' in page
    assert 'value="1.5"' not in page


def test_a_version_that_is_not_offered_cannot_be_asked_for(desk: Desk):
    page = desk.client("coordinator01").get(f"{DM}?version=2").text
    assert fields(page)["version"] == "1"


def test_a_page_opened_before_the_consent_comes_back_under_the_new_version_with_what_was_typed(desk: Desk):
    client = desk.client("coordinator01")
    old = fields(client.get(DM).text)
    activate(desk.house)
    reconsent(desk.house, CONSENTED)
    answer = client.post(DM, FRAIL_DM | {"WEIGHT": "71.5"} | old)
    assert answer.status_code == 409
    assert 'value="71.5"' in answer.text
    assert "This form has another version now" in answer.text
    again = fields(answer.text)
    assert again["version"] == "2"
    assert client.post(DM, FRAIL_DM | {"WEIGHT": "71.5", "FRAIL": "3"} | again).status_code == 303
    assert desk.house.stored(CONSENTED, "DM")["items"]["FRAIL"] == 3
