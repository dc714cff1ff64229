"""A coordinator enters a new participant from consent to eligibility, with everything that goes wrong on such a day."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.actions.house import CONSENTED, SCREENED, SCREENING
from tests.journeys.conftest import SAVE, Desk, Office

Sit = Callable[[str], Desk]


def test_the_first_form_is_one_click_from_signing_in(at_desk: Sit) -> None:
    desk = at_desk("coordinator01")
    first = desk.page.locator("main table a.go").first
    form = first.inner_text()
    desk.press("main table a.go >> nth=0")
    assert desk.heading().startswith(form)
    assert desk.page.locator("#crf .item input").count() > 0


def test_a_new_participant_goes_from_consent_to_an_eligible_verdict(at_desk: Sit, office: Office) -> None:
    desk = at_desk("coordinator01")
    desk.press("text=New participant")
    desk.press("main form button[type=submit]")
    participant = desk.page.locator(".crumbs a").first.inner_text()
    assert desk.heading() == "Informed consent"
    for form, items in SCREENING.items():
        desk.crf(participant, form)
        desk.fill(items)
        assert desk.save() == 200, (form, desk.banner())
        assert "is saved (revision 1)" in desk.banner()
        assert [r["number"] for r in office.house.revisions(participant, form)] == [1]
    desk.open(f"/participants/{participant}/eligibility")
    assert "eligible" in desk.page.locator(".page-head .tag").first.inner_text()
    assert desk.page.locator("main").inner_text().count("✔ met") == 7
    assert desk.page.locator("main").inner_text().count("✔ absent") == 3


def test_an_impossible_value_is_refused_beside_its_field_and_nothing_typed_is_lost(
    at_desk: Sit, office: Office
) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "MRI0")
    desk.fill({**SCREENING["MRI0"], "MRIDAT": "2026-02-30", "LENGTH": "300"})
    expect(desk.item("LENGTH").locator(".finding.hard")).to_be_visible()  # said before anything is sent
    assert desk.save() == 422
    assert "month has no such day" in desk.said("MRIDAT")
    assert "Only 1 mm to 250 mm is possible" in desk.said("LENGTH")
    assert (desk.typed("MRIDAT"), desk.typed("LENGTH"), desk.typed("DISTAV")) == ("2026-02-30", "300", "60")
    assert desk.said("DISTAV") == ""
    assert office.house.revisions(CONSENTED, "MRI0") == []


def test_an_unusual_value_is_saved_once_somebody_says_why_it_is_right(at_desk: Sit, office: Office) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "MRI0")
    desk.fill({**SCREENING["MRI0"], "DISTAV": "8"})
    assert desk.save() == 422
    assert "8 cm = 80 mm?" in desk.said("DISTAV")
    desk.item("DISTAV").locator(".confirm input").fill("measured twice: at the anal canal")
    assert desk.save() == 200
    assert office.house.stored(CONSENTED, "MRI0")["confirmed"] == {
        "MRI0.DISTAV:soft": "measured twice: at the anal canal"
    }


def test_a_saved_value_changes_only_with_a_reason_and_the_history_tells_it(at_desk: Sit, office: Office) -> None:
    desk = at_desk("coordinator01")
    desk.crf(SCREENED, "DM")
    assert not desk.item("WEIGHT").locator("[data-why]").is_visible()
    desk.answer("WEIGHT", "80.5")
    expect(desk.item("WEIGHT").locator("[data-why]")).to_be_visible()
    assert desk.save() == 422
    assert desk.typed("WEIGHT") == "80.5"
    desk.item("WEIGHT").locator("[data-why] input").fill("misread on the scale")
    assert desk.save() == 200
    assert [r["number"] for r in office.house.revisions(SCREENED, "DM")] == [1, 2]
    desk.press("#item-WEIGHT a.past")
    told = desk.page.locator("main table").inner_text()
    assert all(words in told for words in ("70.5", "80.5", "misread on the scale", "Coordinator01"))


def test_what_is_typed_without_a_network_is_kept_and_saved_once_when_it_is_back(at_desk: Sit, office: Office) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "DM")
    desk.answer("BRTHDAT", "1961-04-30")
    desk.page.context.set_offline(True)
    desk.fill({"SEX": "M", "HEIGHT": "172.0", "WEIGHT": "70.5", "ECOG": "0"})
    expect(desk.page.locator("#offline")).to_be_visible()
    desk.page.click(SAVE)  # a hasty click must not throw the page away
    expect(desk.page.locator("#kept")).to_have_text("Not reachable: kept in this browser")
    assert office.house.revisions(CONSENTED, "DM") == []
    desk.page.context.set_offline(False)
    expect(desk.page.locator("#offline")).to_be_hidden()
    assert (desk.typed("BRTHDAT"), desk.typed("HEIGHT"), desk.typed("WEIGHT")) == ("1961-04-30", "172.0", "70.5")
    assert desk.save() == 200
    assert [r["number"] for r in office.house.revisions(CONSENTED, "DM")] == [1]
    assert office.house.stored(CONSENTED, "DM")["items"] == {**SCREENING["DM"], "ECOG": "0"}


def test_a_page_closed_without_a_network_comes_back_with_its_text(at_desk: Sit) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "DM")
    desk.page.context.set_offline(True)
    desk.answer("HEIGHT", "172.0")
    expect(desk.page.locator("#offline")).to_be_visible()
    context = desk.page.context
    desk.page.close(run_before_unload=False)
    context.set_offline(False)
    desk.page = context.new_page()
    desk.crf(CONSENTED, "DM")
    assert desk.typed("HEIGHT") == "172.0"


def test_conditional_items_appear_hide_and_keep_what_was_typed_until_the_form_is_saved(
    at_desk: Sit, office: Office
) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "PLAN")
    expect(desk.item("REGIMEN")).to_be_hidden()
    desk.answer("NATPLAN", "Y")
    expect(desk.item("PLANSTDT")).to_be_visible()
    desk.answer("PLANSTDT", "2026-01-19")
    desk.answer("NATPLAN", "N")
    expect(desk.item("PLANSTDT")).to_be_hidden()
    desk.answer("NATPLAN", "Y")
    assert desk.typed("PLANSTDT") == "2026-01-19"
    desk.answer("NATPLAN", "N")
    assert desk.save() == 200
    assert office.house.stored(CONSENTED, "PLAN")["items"] == {"NATPLAN": "N"}
