"""Chapter: the pages of the data office, as a monitor, a data manager, a coordinator and an investigator see them."""

import re

import pytest

from tests.actions.house import ENROLLED, PASSWORD, READY, SCREENED, SCREENING
from tests.office.work import act, ask, row, state
from trial.actions import hold
from trial.actions.hold import Scope

MRI = SCREENING["MRI0"]


def test_a_coordinator_finds_the_query_on_the_item_and_answers_it(desk) -> None:
    query = ask(desk.house, SCREENED)
    client = desk.client("coordinator01")
    page = client.get(f"/participants/{SCREENED}/SCR/MRI0").text
    assert "The report says 65 mm." in page
    answered = client.post(f"/queries/{query}", {"act": "answer", "words": "Misread; corrected."})
    assert answered.status_code == 303
    assert state(desk.house, query) == "answered"
    assert "Misread; corrected." in client.get(f"/queries/{query}").text


@pytest.mark.requirement("R41")
def test_the_site_is_offered_no_way_to_close_and_is_refused_one(desk) -> None:
    query = ask(desk.house, SCREENED)
    client = desk.client("coordinator01")
    assert 'value="close"' not in client.get(f"/queries/{query}").text
    assert client.post(f"/queries/{query}", {"act": "close"}).status_code == 403
    assert client.post("/queries", {"query": str(query), "act": "close"}).status_code == 403


def test_an_answer_without_words_comes_back_with_what_is_wrong(desk) -> None:
    query = ask(desk.house, SCREENED)
    page = desk.client("coordinator01").post(f"/queries/{query}", {"act": "answer", "words": " "})
    assert page.status_code == 422
    assert "Say it in words." in page.text


def test_a_monitor_asks_from_the_value_and_comes_back_to_it(desk) -> None:
    client = desk.client("monitor01")
    link = re.search(r'href="([^"]+/ask[^"]+path=DISTAV)"', client.get(f"/participants/{SCREENED}/SCR/MRI0").text)
    assert link
    address = link[1].replace("&amp;", "&")
    assert "anal verge" in client.get(address).text
    sent = client.post(
        address, {"words": "65 or 60?", "event": "SCR", "form": "MRI0", "occurrence": "1", "path": "DISTAV"}
    )
    assert sent.headers["Location"].endswith("MRI0#item-DISTAV")
    assert "65 or 60?" in client.get(f"/participants/{SCREENED}/SCR/MRI0").text


def test_a_data_manager_closes_many_at_once(desk) -> None:
    numbers = [ask(desk.house, SCREENED), ask(desk.house, SCREENED, path="LENGTH")]
    for number in numbers:
        act(desk.house, number, "answer")
    client = desk.client("data_manager")
    assert "Close the chosen ones" in client.get("/queries?state=answered").text
    client.post("/queries?state=answered", {"query": [str(n) for n in numbers], "act": "close"})
    assert {state(desk.house, n) for n in numbers} == {"closed"}


def test_figures_count_by_site_and_age(desk) -> None:
    ask(desk.house, SCREENED)
    page = desk.client("data_manager").get("/queries").text
    assert re.search(r'<th scope="row">01</th><td class="num">1</td><td class="num">1</td>', page)


def test_a_query_of_another_site_is_not_there(desk) -> None:
    query = ask(desk.house, SCREENED)
    client = desk.client("coordinator02")
    assert client.get(f"/queries/{query}").status_code == 404
    assert SCREENED not in client.get("/queries").text


def test_a_monitor_ticks_values_and_the_rest_is_left(desk) -> None:
    client = desk.client("monitor01")
    before = row(desk.house, SCREENED, "MRI0")["to_verify"]
    assert 'name="path" value="DISTAV"' in client.get(f"/participants/{SCREENED}/SCR/MRI0").text
    client.post(f"/participants/{SCREENED}/SCR/MRI0/1/verify", {"revision": "1", "path": ["DISTAV"]})
    assert row(desk.house, SCREENED, "MRI0")["to_verify"] == before - 1
    assert 'name="path" value="DISTAV"' not in client.get(f"/participants/{SCREENED}/SCR/MRI0").text


def test_a_form_that_changed_while_it_was_read_is_not_verified(desk) -> None:
    desk.house.save(SCREENED, "MRI0", MRI | {"LENGTH": "40"}, reasons={"": "typo"})
    sent = desk.client("monitor01").post(f"/participants/{SCREENED}/SCR/MRI0/1/verify", {"revision": "1", "all": "y"})
    assert sent.status_code == 409
    assert desk.house.reader.all("verification") == []


def test_a_data_manager_freezes_a_form_from_its_page_and_the_coordinator_is_told(desk) -> None:
    place = {"participant": ENROLLED, "event": "SCR", "form": "MRI0", "occurrence": "1"}
    client = desk.client("data_manager")
    assert "Freeze or lock this form" in client.get(f"/participants/{ENROLLED}/SCR/MRI0").text
    client.post("/data/holds", place | {"kind": "freeze", "reason": "cleaned"})
    page = desk.client("coordinator01").get(f"/participants/{ENROLLED}/SCR/MRI0").text
    assert "frozen" in page
    assert 'name="DISTAV"' not in page


def test_what_is_held_is_listed_and_opened_again_with_a_reason(desk) -> None:
    number = hold.place("lock", Scope(None, SCREENED), "done", uow=desk.house.work("data_manager"))
    client = desk.client("data_manager")
    assert SCREENED in client.get("/data").text
    assert client.post(f"/data/holds/{number}/lift", {"reason": ""}).status_code == 422
    client.post(f"/data/holds/{number}/lift", {"reason": "wrong scan"})
    assert desk.house.reader.the("hold", id=number)["lifted_because"] == "wrong scan"


def test_a_plan_without_a_share_is_refused_in_words(desk) -> None:
    client = desk.client("data_manager")
    refused = client.post("/data/plan", {"kind": "sample", "percent": "120", "reason": "pilot"})
    assert (refused.status_code, "between 1 and 99" in refused.text) == (422, True)
    client.post("/data/plan", {"kind": "sample", "percent": "20", "reason": "pilot"})
    assert desk.house.reader.the("review_plan", number=1)["percent"] == 20


@pytest.mark.requirement("R44")
def test_the_checklist_counts_what_is_left_and_offers_no_signature_before_it_is_done(desk) -> None:
    page = desk.client("data_manager").get("/data/checklist").text
    assert "Forms that are required and not entered" in page
    assert 'type="password"' not in page
    assert "signed here when nothing is left" in page


def test_each_step_of_the_checklist_that_is_not_done_leads_to_where_it_is_worked_off(desk) -> None:
    page = desk.client("data_manager").get("/data/checklist").text
    assert '<a class="go" href="/data">Forms that are required and not entered</a>' in page
    assert f'<a class="code" href="/participants/{SCREENED}">{SCREENED}</a>' in page
    assert not re.search(r"[A-Z]{2,}/[A-Z0-9]+/\d", page)


@pytest.mark.requirement("R50")
def test_an_investigator_signs_a_casebook(desk) -> None:
    client = desk.client("investigator01")
    page = client.get(f"/participants/{SCREENED}/casebook").text
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen
    wrong = client.post(f"/participants/{SCREENED}/casebook", {"seen": seen[1], "password": "no"})
    assert wrong.status_code == 422
    client.post(
        f"/participants/{SCREENED}/casebook", {"seen": seen[1], "signer": "investigator01", "password": PASSWORD}
    )
    assert len(desk.house.reader.all("casebook", participant=SCREENED, voided_at=None)) == 1
    assert "Signed by" in client.get(f"/participants/{SCREENED}/casebook").text


def test_a_casebook_says_what_stands_in_its_way(desk) -> None:
    ask(desk.house, READY)
    assert "A query is open." in desk.client("investigator01").get(f"/participants/{READY}/casebook").text
