"""The page in a browser, with made-up people: whole figures, nothing wider than the screen, nothing that keeps anybody out."""

from __future__ import annotations

import pytest

from analysis import performance_pages
from analysis.reports.performance_figures import draw
from tests.journeys.conftest import at_desk, office
from tests.journeys.test_accessibility import _violations
from tests.performance.people import crowd, found, training
from tests.performance.test_performance import judge

__all__ = ["at_desk", "office"]

pytestmark = pytest.mark.browser


def patient(desk):
    """The first page after the data changed draws four figures, on cores that others use as well."""
    desk.page.set_default_timeout(90_000)
    return desk


@pytest.fixture
def shown(monkeypatch):
    """The page shows the made-up validation, worked out beforehand: a browser is not to wait for it."""
    draw("roc", found())
    monkeypatch.setattr(performance_pages, "_found", found)


def test_the_page_is_whole_on_a_wide_and_on_a_narrow_screen(shown, at_desk):
    desk = patient(at_desk("statistician"))
    assert desk.open("/results/performance/") == 200
    desk.page.evaluate(
        "() => Promise.all([...document.querySelectorAll('main img')].map(i => (i.loading = 'eager', i.decode())))"
    )
    drawn = desk.page.locator("main img").evaluate_all("all => all.map(i => i.complete && i.naturalWidth > 100)")
    assert drawn == [True] * 4
    for width in (1360, 800):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_contents_lead_to_every_section(shown, at_desk):
    desk = patient(at_desk("statistician"))
    desk.open("/results/performance/")
    targets = desk.page.locator("nav.contents a").evaluate_all("all => all.map(a => a.getAttribute('href').slice(1))")
    assert targets == desk.page.locator("main section").evaluate_all("all => all.map(s => s.id)")


def test_nothing_on_the_full_page_keeps_anybody_out(shown, at_desk):
    desk = patient(at_desk("statistician"))
    desk.open("/results/performance/")
    desk.page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert _violations(desk) == []


def test_an_input_that_moved_stands_at_the_head_of_the_page(monkeypatch, at_desk):
    moved = judge(crowd(shift=12.0), reference=training())
    monkeypatch.setattr(performance_pages, "_found", lambda: moved)
    performance_pages._DRAWN.clear()
    desk = patient(at_desk("statistician"))
    desk.open("/results/performance/")
    assert (
        "Inputs that have moved away from training: distance"
        in desk.page.locator("main .banner.warn:visible").all_inner_texts()[0]
    )
    performance_pages._DRAWN.clear()
