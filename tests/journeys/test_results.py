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


def test_the_contents_lead_to_every_section_and_titles_stand_above_what_they_name(
    at_desk: Sit, randomised: Office
) -> None:
    desk = at_desk("statistician")
    desk.open("/results/")
    _wait_for_figures(desk)
    targets = desk.page.locator("nav.contents a").evaluate_all("all => all.map(a => a.getAttribute('href').slice(1))")
    sections = desk.page.locator("main section").evaluate_all("all => all.map(s => s.id)")
    assert targets == sections == ["accrual", "disposition", "nrdfs", "regrowth", "safety"]
    under = "([above, below]) => above.getBoundingClientRect().bottom <= below.getBoundingClientRect().top + 1"
    for pair in ("caption, thead", "figcaption, img"):
        title, named = pair.split(", ")
        assert desk.page.evaluate(
            f"() => [...document.querySelectorAll('main {title}')].filter(t => t.checkVisibility())"
            f".every(t => ({under})([t, t.parentElement.querySelector('{named}')]))"
        )


def test_figures_are_wide_and_numbers_stand_to_the_right(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("statistician")
    desk.open("/results/")
    _wait_for_figures(desk)
    assert all(w >= 560 for w in desk.page.locator("main img").evaluate_all("all => all.map(i => i.clientWidth)"))
    aligned = desk.page.locator("main .number").evaluate_all("all => all.map(c => getComputedStyle(c).textAlign)")
    assert set(aligned) == {"right"}
    desk.page.set_viewport_size({"width": 800, "height": 900})
    assert desk.page.evaluate("document.documentElement.scrollWidth <= 800")


def test_a_statistician_is_refused_outcomes_by_arm(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("statistician")
    assert desk.page.locator("text=Closed").count() == 0
    assert desk.open("/results/closed/") == 403
    assert "Not for your role" in desk.heading()
    for name in ("nrdfs.svg", "regrowth.svg", "closed.pdf"):
        assert desk.page.context.request.get(f"{randomised.address}/results/closed/{name}").status == 403


def test_the_unblinded_statistician_sees_the_closed_page_and_that_is_recorded(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("unblinded_statistician")
    before = len(randomised.house.reader.all("journal"))
    assert desk.open("/results/closed/") == 200
    table = desk.page.locator("#table-nrdfs-arm").inner_text()
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


def test_the_closed_report_is_a_pdf_and_taking_it_is_recorded(at_desk: Sit, randomised: Office) -> None:
    desk = at_desk("unblinded_statistician")
    before = len(randomised.house.reader.all("journal"))
    answer = desk.page.context.request.get(randomised.address + "/results/closed/closed.pdf")
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")
    assert len(randomised.house.reader.all("journal")) == before + 1
