"""Who sees which results: pooled for the blinded statistician, by arm behind a door of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.house import READY
from tests.journeys.conftest import Desk, Office

Sit = Callable[[str], Desk]


@pytest.fixture
def randomised(office: Office) -> Office:
    """The trial with somebody in it who has an arm."""
    office.house.randomise(READY)
    return office


def _wait_for_figures(desk: Desk) -> None:
    desk.page.evaluate(
        "() => Promise.all([...document.querySelectorAll('main img')].map(i => (i.loading = 'eager', i.decode())))"
    )


def test_a_statistician_sees_the_pooled_curve_and_no_arm(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("statistician")
    desk.press("nav >> text=Results")
    assert "all arms together" in desk.heading()
    _wait_for_figures(desk)
    drawn = desk.page.locator("main img").evaluate_all(
        "all => all.map(i => [i.src.split('/').pop(), i.complete && i.naturalWidth > 100])"
    )
    assert drawn
    assert all(whole for _name, whole in drawn), drawn
    assert any(name.startswith("nrdfs") for name, _whole in drawn)
    words = desk.page.locator("main").inner_text()
    assert "At risk" in words
    assert "TME " not in words.replace("TME or local excision", "")


def test_a_statistician_is_refused_outcomes_by_arm(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("statistician")
    assert desk.page.locator("text=Closed").count() == 0
    assert desk.open("/results/closed/") == 403
    assert "Not for your role" in desk.heading()
    assert desk.open("/results/closed/nrdfs.svg") == 403


def test_the_unblinded_statistician_sees_the_closed_page_and_that_is_recorded(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("unblinded_statistician")
    before = len(randomised.house.reader.all("journal"))
    assert desk.open("/results/closed/") == 200
    table = desk.page.locator("main table").first.inner_text()
    assert "WW" in table
    assert "TME" in table
    _wait_for_figures(desk)
    assert desk.page.locator("main img").first.evaluate("i => i.complete && i.naturalWidth > 100")
    assert len(randomised.house.reader.all("journal")) > before


def test_the_status_report_is_a_pdf(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("statistician")
    answer = desk.page.context.request.get(randomised.address + "/results/status.pdf")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")
