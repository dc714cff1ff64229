"""The interim analysis in a browser: figure beside the verdict, nothing wider than the page, and the looks typed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analysis.interim import interim
from analysis.interim_figure import draw_bounds
from tests.interim.bearing import DESIGN, by_arm
from tests.journeys.conftest import Desk, at_desk, office

__all__ = ["at_desk", "office"]
ADDRESS = "/results/closed/interim"


@pytest.fixture(autouse=True)
def drawn_before() -> None:
    """What draws is loaded before the browser waits for it: a server has it loaded after its first page."""
    draw_bounds(interim(by_arm(1, 1), DESIGN))


def test_looks_are_typed_and_worked_out_anew(at_desk: Callable[[str], Desk], with_events: None) -> None:
    desk = at_desk("unblinded_statistician")
    desk.page.set_default_timeout(60_000)
    assert desk.open(ADDRESS) == 200
    assert "0.500" in desk.page.locator("#table-interim-looks").inner_text()  # as planned, since nothing was typed
    desk.page.fill("#looks", "0.31=1.25")
    desk.press("main .filter button")
    table = desk.page.locator("#table-interim-looks").inner_text()
    assert "1, made" in table and "2, now" in table and "1.250" in table and "0.500" not in table
    desk.page.wait_for_function(
        "() => [...document.querySelectorAll('main img')].every(i => i.complete && i.naturalWidth > 100)"
    )
    assert "looks=0.31" in desk.page.locator("main img").get_attribute("src")
    assert desk.page.locator("#looks").input_value() == "0.31=1.25"
    desk.page.set_viewport_size({"width": 800, "height": 900})
    assert desk.page.evaluate("document.documentElement.scrollWidth <= 800")


def test_looks_that_cannot_be_are_said_above_what_is_shown(at_desk: Callable[[str], Desk], with_events: None) -> None:
    desk = at_desk("unblinded_statistician")
    desk.page.set_default_timeout(60_000)
    assert desk.open(f"{ADDRESS}?looks=half") == 422
    assert "half" in desk.banner() and "is not a look" in desk.banner()
    assert desk.page.locator("#looks").get_attribute("aria-invalid") == "true"
