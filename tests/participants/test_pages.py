"""Chapter: the pages of the participants' desk, by role."""

import json
import re
from datetime import timedelta

import pytest

from tests.actions.house import ENROLLED, READY, SCREENED, SCREENING, TODAY
from trial.actions.deviations import raise_deviations
from trial.actions.screening import log_before_consent
from trial.actions.transfers import Order, transfer
from trial.actor import SYSTEM
from trial.screening_log import Line
from trial.store.deviations import deviations

MRI = SCREENING["MRI0"]
WRONG = {"": "second reading"}


@pytest.fixture
def late(desk):
    """Randomised to watch or to operate, and 250 days later nothing was entered; one ineligible; one deviation in a person's words."""
    house = desk.house
    house.randomise(READY)
    house.save(READY, "MRI0", MRI | {"CTCAT": "cT4a"}, reasons=WRONG)
    house.save(ENROLLED, "MRI0", MRI | {"DISTAV": "101"}, reasons=WRONG)
    house.clock.advance(timedelta(days=250))
    raise_deviations(uow=house.work(SYSTEM))
    own = {"DVTERM": "operated instead of watched", "DVDAT": "2026-03-01", "DVCAT": "TREATMENT", "DVSEV": "MAJOR"}
    house.save(
        ENROLLED,
        "DV",
        own,
        "ANY",
        occurrence=house.reader.all("crf", form="DV", participant=ENROLLED)[-1]["occurrence"] + 1,
    )
    return desk


def test_a_coordinator_sees_the_deviations_of_the_own_site_with_a_link_to_each_form(late) -> None:
    page = late.client("coordinator01").get("/data/deviations").text
    assert "Nothing was entered for the visit FU03" in page
    assert "operated instead of watched" in page
    assert f"/participants/{READY}/ANY/DV" in page
    assert "VG-02" not in page
    assert "/data/deviations" in late.client("coordinator01").get("/data").text


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("category=ELIGIBILITY", "IN4", "FU03"),
        ("severity=MINOR", "FU03", "IN4"),
        ("source=people", "operated instead", "FU03"),
        ("source=system", "FU03", "operated instead"),
        ("site=02", "", "VG-01-0003"),
        ("category=nonsense", "No deviation here", "FU03"),
    ],
)
def test_the_list_is_narrowed_and_so_is_the_file(late, query, there, gone) -> None:
    page = late.client("auditor").get(f"/data/deviations?{query}").text
    assert there in page and gone not in page.partition("</form>")[2]
    file = late.client("auditor").get(f"/data/deviations.csv?{query}").text
    assert gone not in file


@pytest.mark.requirement("R58")
def test_a_blinded_role_is_not_told_what_follows_from_an_arm(late) -> None:
    client = late.client("data_manager")
    for text in (client.get("/data/deviations").text, client.get("/data/deviations.csv").text):
        assert "IN4" in text and "FU03" in text
        assert "Randomised with" not in text
        assert "operated instead of watched" not in text
    assert "counted and not listed" in client.get("/data/deviations").text
    told = deviations(late.house.reader, "data_manager", None)
    everything = deviations(late.house.reader, "auditor", None)
    assert len(told) == len(everything)
    assert all((d.participant, d.term, d.said, d.because, d.on) == ("", "", None, None, None) for d in told if d.hidden)
    assert sorted((d.category, d.severity) for d in told) == sorted((d.category, d.severity) for d in everything)


def test_who_may_not_read_the_form_gets_no_list(late) -> None:
    for role in ("safety_officer", "statistician", "laboratory", "nobody"):
        assert deviations(late.house.reader, role, None) == []
    assert late.client("safety_officer").get("/data/deviations").status_code == 403


def test_a_formula_in_the_words_of_a_deviation_is_no_formula_in_the_file(desk) -> None:
    items = {"DVTERM": "=1+1", "DVDAT": "2026-03-01", "DVCAT": "OTHER", "DVSEV": "MINOR"}
    desk.house.save(ENROLLED, "DV", items, "ANY")
    assert ",'=1+1" in desk.client("auditor").get("/data/deviations.csv").text


def test_the_site_adds_a_deviation_in_its_own_words(desk) -> None:
    client = desk.client("coordinator01")
    page = client.get(f"/participants/{ENROLLED}").text
    (address,) = re.findall(r'href="([^"]*/add/DV)"', page)
    assert "/ANY/DV" in client.get(address).headers["Location"]


def test_a_proposal_is_a_tab_of_the_queries_and_is_opened_there(desk) -> None:
    house = desk.house
    for value in ("101", "60"):
        house.save(ENROLLED, "MRI0", MRI | {"DISTAV": value}, reasons=WRONG)
    client = desk.client("monitor01")
    page = client.get("/queries?state=candidate").text
    assert "Does it still stand?" in page
    number = re.search(r'name="query" value="(\d+)"', page)[1]
    assert client.post("/queries?state=candidate", {"query": number, "act": "open"}).status_code == 303
    assert house.reader.the("query", id=int(number))["state"] == "open"
    assert "Does it still stand?" in desk.client("coordinator01").get("/queries?state=open").text


# --- screening log ----------------------------------------------------------------------------------------------------

LINE = {"site": "01", "month": "2026-05", "age_band": "60-69", "sex": "F", "reason": "DECLINED"}


def test_people_are_counted_one_after_the_other_in_the_same_month(desk) -> None:
    client = desk.client("coordinator01")
    answer = client.post("/participants/screening-log", LINE)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert 'value="2026-05"' in page and "declined to take part" in page
    assert client.post("/participants/screening-log", LINE | {"reason": "MISSED"}).status_code == 303
    assert len(desk.house.reader.all("screening_log")) == 2


def test_what_is_wrong_comes_back_with_what_was_typed(desk) -> None:
    page = desk.client("coordinator01").post("/participants/screening-log", LINE | {"month": "2027-01"})
    assert page.status_code == 422
    assert "not one ahead" in page.text
    assert '<option value="60-69" selected>' in page.text


def test_a_line_is_corrected_and_taken_out(desk) -> None:
    client = desk.client("coordinator01")
    client.post("/participants/screening-log", LINE)
    client.post("/participants/screening-log", LINE | {"reason": "MISSED", "replaces": "1"})
    assert client.post("/participants/screening-log", LINE | {"replaces": "1"}).status_code == 422
    assert client.post("/participants/screening-log/2/take-back").status_code == 303
    assert "Nobody was counted yet" in client.get("/participants/screening-log").text


def test_another_site_s_line_is_not_there(desk) -> None:
    desk.client("coordinator01").post("/participants/screening-log", LINE)
    other = desk.client("coordinator02")
    assert "declined to take part</td>" not in other.get("/participants/screening-log").text
    assert other.post("/participants/screening-log/1/take-back").status_code == 404
    assert other.post("/participants/screening-log", LINE).status_code == 403


@pytest.mark.parametrize("username", ["monitor01", "data_manager", "statistician", "auditor"])
def test_the_sponsor_sees_counts_and_not_small_ones(desk, username) -> None:
    for reason, n in (("DECLINED", 6), ("MISSED", 2)):
        for _each in range(n):
            log_before_consent("01", Line("2026-05", "60-69", "F", reason), uow=desk.house.work())
    page = desk.client(username).get("/participants/screening-log").text
    assert "60–69" not in page and "2026-05" not in page
    cells = dict(re.findall(r'<th scope="row">([^<]+)</th><td class="num">(?:<[^>]+>)?([^<]+)<', page))
    assert cells == {
        "declined to take part": "withheld",
        "missed, or nobody had time": "withheld",
        "01": "8",
        "All": "8",
    }


def test_who_failed_screening_is_listed_with_the_first_criterion_that_failed(desk) -> None:
    house = desk.house
    house.save(SCREENED, "MRI0", MRI | {"DISTAV": "101"}, reasons=WRONG)
    house.save(SCREENED, "ELIG", {"ELIGCONF": "N", "ELIGDAT": "2026-01-15"})
    page = desk.client("coordinator01").get("/participants/screening-log").text
    assert SCREENED in page and "IN4" in page
    assert SCREENED not in desk.client("coordinator02").get("/participants/screening-log").text
    assert SCREENED not in desk.client("statistician").get("/participants/screening-log").text


# --- consent, transfer, card ------------------------------------------------------------------------------------------


def test_the_participant_page_says_under_which_consent(desk) -> None:
    page = desk.client("coordinator01").get(f"/participants/{SCREENED}").text
    assert "consented under version 1.0 on 2026-01-05" in page
    assert "consent valid" in page and "samples: no" in page
    admin = desk.client("administrator")
    fields = {"site": "01", "version": "1.1", "valid_from": "2026-02-01", "mandatory_from": "2026-03-01"}
    assert admin.post("/admin/sites/consent", fields).status_code == 303
    assert (
        "version 1.1 had to be signed by 2026-03-01"
        in desk.client("coordinator01").get(f"/participants/{SCREENED}").text
    )
    assert "consented under" not in desk.client("laboratory01").get(f"/participants/{SCREENED}").text


MOVE = {"to_site": "02", "on": TODAY.isoformat(), "agreed_by": "investigator02", "reason": "moved house"}


def test_a_data_manager_moves_a_participant_and_both_sites_see_their_part(desk) -> None:
    manager = desk.client("data_manager")
    assert "Transfer to another site" in manager.get(f"/participants/{READY}").text
    assert manager.post(f"/participants/{READY}/transfer", MOVE).status_code == 303
    assert "at site 01 until" in desk.client("coordinator02").get(f"/participants/{READY}").text
    former = desk.client("investigator01")
    assert former.get(f"/participants/{READY}").status_code == 404
    assert f"{READY}.json" in former.get("/participants/").text
    kept = json.loads(former.get("/transfers/1/copy.json").text)
    assert (kept["participant"], kept["site"]) == (READY, "01")
    assert {"IC", "DEC"} <= {r["form"] for r in kept["revisions"]}
    assert desk.client("investigator02").get("/transfers/1/copy.json").status_code == 404
    assert desk.client("coordinator01").get("/transfers/1/copy.json").status_code == 403


def test_who_can_agree_to_a_transfer_is_offered_by_name(desk) -> None:
    """The data manager knows no user names of another site; the own site's investigators cannot take over what they have."""
    page = desk.client("data_manager").get(f"/participants/{READY}").text
    offered = re.findall(
        r'<option value="(\w+)">([^<]+)</option>', page.partition('name="agreed_by"')[2].partition("</select>")[0]
    )
    assert [name for name, _words in offered] == ["investigator02"]
    assert offered[0][1].startswith("02 · ")


def test_the_day_of_a_transfer_is_typed_as_it_is_stored(desk) -> None:
    page = desk.client("data_manager").get(f"/participants/{READY}").text
    assert re.search(rf'name="on" required value="{TODAY.isoformat()}" placeholder="YYYY-MM-DD"', page)


def test_a_transfer_nobody_agreed_to_says_so_on_the_page(desk) -> None:
    manager = desk.client("data_manager")
    manager.post(f"/participants/{READY}/transfer", MOVE | {"agreed_by": "coordinator02"})
    page = manager.get(f"/participants/{READY}").text
    assert "Nobody who is investigator at the new site" in page
    assert desk.house.reader.all("transfer") == []
    for wrong in ({"on": "soon"}, {"reason": " "}):
        assert manager.post(f"/participants/{READY}/transfer", MOVE | wrong).status_code == 303
    assert desk.house.reader.all("transfer") == []


def test_the_card_names_no_person_and_says_what_to_do(desk) -> None:
    admin = desk.client("administrator")
    assert admin.post("/admin/sites/phone", {"site": "01", "phone": "+86 531 8916 9114"}).status_code == 303
    card = desk.client("coordinator01").get(f"/participants/{READY}/card").text
    body = card.partition("<article")[2].partition("</article>")[0]
    for words in (READY, "+86 531 8916 9114", "Site 01", "open label", "Call at any hour", "VIGIL"):
        assert words in body, words
    assert "1961" not in body and "Coordinator" not in body
    assert desk.client("coordinator02").get(f"/participants/{READY}/card").status_code == 404
    assert desk.client("data_manager").get(f"/participants/{READY}/card").status_code == 403


def test_a_card_of_a_site_without_a_number_says_so_and_leaves_room(desk) -> None:
    page = desk.client("coordinator01").get(f"/participants/{READY}/card").text
    assert "no number that is answered at any hour" in page and "by-hand" in page


def test_the_card_follows_the_participant(desk) -> None:
    house = desk.house
    assert "operation planned" in desk.client("coordinator01").get(f"/participants/{READY}/card").text
    assert "neoadjuvant therapy planned" in desk.client("coordinator01").get(f"/participants/{SCREENED}/card").text
    transfer(Order(READY, "02", TODAY, "moved", "investigator02"), uow=house.work("data_manager"))
    assert "Site 02" in desk.client("coordinator02").get(f"/participants/{READY}/card").text


@pytest.mark.parametrize("phone", ["", "call me"])
def test_an_administrator_is_told_what_is_no_number(desk, phone) -> None:
    admin = desk.client("administrator")
    admin.post("/admin/sites/phone", {"site": "01", "phone": phone})
    assert "Give a telephone number" in admin.get("/admin/people").text
    admin.post("/admin/sites/consent", {"site": "01", "version": "1.0", "valid_from": "2026-02-01"})
    assert "a name of its own" in admin.get("/admin/people").text
    admin.post("/admin/sites/consent", {"site": "01", "version": "2", "valid_from": "x"})
    assert "Give the day as" in admin.get("/admin/people").text
