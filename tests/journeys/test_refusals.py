"""Where the keyboard is after something was refused: at the reason, or where the typing goes on."""

from __future__ import annotations

from collections.abc import Callable

from tests.actions.house import CONSENTED, PASSWORD, SCREENING
from tests.journeys.conftest import Desk

Sit = Callable[[str], Desk]
FOCUSED = "document.activeElement.id"


def test_a_refusal_takes_the_focus(at_desk: Sit) -> None:
    desk = at_desk("coordinator01")
    desk.open("/password")
    for name, typed in (("old", PASSWORD), ("new", "one long sentence"), ("again", "another long sentence")):
        desk.page.fill(f"#{name}", typed)
    desk.press("main form button[type=submit]")
    assert "The password was not changed" in desk.banner()
    assert desk.page.evaluate(FOCUSED) == "refusal"
    desk.page.keyboard.press("Tab")
    assert desk.page.evaluate(FOCUSED) == "old"


def test_a_form_that_was_not_saved_takes_it_to_the_first_item_to_correct(at_desk: Sit) -> None:
    desk = at_desk("coordinator01")
    desk.crf(CONSENTED, "MRI0")
    desk.fill({**SCREENING["MRI0"], "LENGTH": "300"})
    assert desk.save() == 422
    assert "1 to correct." in desk.page.locator("#refusal").inner_text()
    assert desk.page.evaluate("document.activeElement.closest('.item')?.id") == "item-LENGTH"
