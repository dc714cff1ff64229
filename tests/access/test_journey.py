"""A telephone is enrolled in the browser, and used at the next sign-in; nothing typed is lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.access.people import Telephone
from tests.actions.house import CONSENTED, PASSWORD, SCREENED, House
from tests.journeys.conftest import SAVE, Desk, Office, at_desk, later, office
from tests.journeys.test_accessibility import _violations

__all__ = ["at_desk", "office"]
WHO = "coordinator01"


@pytest.mark.requirement("R14")
def test_enrolling_with_the_square_and_the_recovery_codes(at_desk: Callable[[str], Desk], house: House) -> None:
    desk = at_desk("investigator01")
    desk.press("a.name")
    desk.press("text=Set it up")
    square = desk.page.locator("img")
    assert square.evaluate("i => i.complete && i.naturalWidth > 100"), "the policy of the pages lets the square in"
    assert _violations(desk) == []
    phone = Telephone(house, "investigator01")
    phone.scan()
    desk.page.fill("#code", phone.code())
    desk.press("text=Confirm")
    assert desk.page.locator(".recovery li").count() == 10
    assert _violations(desk) == []
    desk.open(f"/participants/{SCREENED}/SCR/MRI0/1/sign")
    desk.page.fill("input[name=signer]", "investigator01")
    desk.page.fill("input[name=password]", PASSWORD)
    desk.page.fill("input[name=code]", phone.next_code())
    desk.press(".signing button[type=submit]")
    assert "Signed by Investigator01" in desk.banner()


@pytest.mark.requirement("R12", "R14")
def test_what_was_typed_survives_an_expired_session_and_the_code(
    at_desk: Callable[[str], Desk], office: Office, house: House, browser: object
) -> None:
    phone = Telephone.enrolled(house, WHO)
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    desk = Desk(context.new_page(), office)
    desk.open("/sign-in")
    sign_in(desk, phone)
    desk.crf(CONSENTED, "DM")
    desk.page.fill("[name=HEIGHT]", "172.0")
    later(office, 20)
    desk.press(SAVE)
    sign_in(desk, phone)
    assert "172.0" in desk.page.locator("main").inner_text()
    with desk.page.expect_navigation():
        desk.press("text=Send it now")
    assert house.stored(CONSENTED, "DM")["items"]["HEIGHT"] == "172.0"
    context.close()


def sign_in(desk: Desk, phone: Telephone) -> None:
    """Name and password, then the code."""
    desk.page.fill("[name=username]", WHO)
    desk.page.fill("[name=password]", PASSWORD)
    desk.press("main button[type=submit]")
    desk.page.fill("[name=code]", phone.next_code())
    desk.press("main button[type=submit]")
