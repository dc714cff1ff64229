"""Two people at one form, and a session that ended in the middle of one: nothing that was typed is lost."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.actions.house import CONSENTED, PASSWORD, SCREENED, SCREENING
from tests.journeys.conftest import SAVE, Desk, Office, later, sign_in

Sit = Callable[[str], Desk]


def _change(desk: Desk, item: str, value: str, why: str) -> int:
    desk.answer(item, value)
    desk.item(item).locator("[data-why] input").fill(why)
    return desk.save()


def test_the_second_of_two_gets_both_versions_side_by_side(at_desk: Sit, office: Office) -> None:
    first, second = at_desk("coordinator01"), at_desk("investigator01")
    for desk in (first, second):
        desk.crf(SCREENED, "DM")
    assert _change(first, "WEIGHT", "80.5", "misread") == 200
    assert _change(second, "HEIGHT", "173.0", "measured again") == 409
    rows = second.page.locator("table.sides tbody tr").all_inner_texts()
    assert any("172.0" in row and "173.0" in row for row in rows)
    assert any("70.5" in row and "80.5" in row for row in rows)
    assert len(office.house.revisions(SCREENED, "DM")) == 2
    second.press("text=Put my changes on their version")
    expect(second.page.locator(SAVE)).to_be_visible()
    assert (second.typed("HEIGHT"), second.typed("WEIGHT")) == ("173.0", "80.5")
    assert second.save() == 200
    assert (
        office.house.stored(SCREENED, "DM")["items"] | {"HEIGHT": "173.0", "WEIGHT": "80.5"}
        == office.house.stored(SCREENED, "DM")["items"]
    )


def test_an_ended_session_keeps_the_page_and_signing_in_elsewhere_goes_on(at_desk: Sit, office: Office) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "DM")
    desk.fill({"BRTHDAT": "1961-04-30", "SEX": "M", "HEIGHT": "172.0"})
    later(office, 20)
    desk.fill({"WEIGHT": "70.5", "ECOG": "0"})
    expect(desk.page.locator("#expired")).to_be_visible()
    other = Desk(desk.page.context.new_page(), office)
    sign_in(other, "coordinator01")
    desk.page.bring_to_front()
    if desk.page.locator("#expired-again").is_visible():
        desk.page.click("#expired-again")
    expect(desk.page.locator("#expired")).to_be_hidden()
    assert desk.typed("WEIGHT") == "70.5"
    assert desk.save() == 200
    assert office.house.stored(CONSENTED, "DM")["items"] == SCREENING["DM"]


def test_without_scripts_an_ended_session_gives_the_typed_text_back_after_signing_in(
    office: Office, browser: object
) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    desk = Desk(context.new_page(), office)
    sign_in(desk, "coordinator01")
    desk.crf(CONSENTED, "DM")
    desk.page.fill("[name=HEIGHT]", "172.0")
    later(office, 20)
    desk.press(SAVE)
    assert "Please sign in" in desk.page.locator("main").inner_text()
    assert office.house.revisions(CONSENTED, "DM") == []
    desk.page.fill("[name=username]", "coordinator01")
    desk.page.fill("[name=password]", PASSWORD)
    desk.press("main button[type=submit]")
    assert "172.0" in desk.page.locator("main").inner_text()
    with desk.page.expect_navigation():
        desk.press("text=Send it now")
    assert "is saved (revision 1)" in desk.banner(), desk.page.locator("main").inner_text()
    assert office.house.stored(CONSENTED, "DM")["items"]["HEIGHT"] == "172.0"
    context.close()
