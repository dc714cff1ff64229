"""A monitor asks and verifies, a coordinator answers, a data manager closes and freezes, a safety officer reads what is serious."""

from __future__ import annotations

from collections.abc import Callable

from tests.actions.house import SCREENED
from tests.journeys.conftest import Desk, Office

Sit = Callable[[str], Desk]
MRI = f"/participants/{SCREENED}/SCR/MRI0"


def _ask(desk: Desk, words: str) -> None:
    desk.open(MRI)
    desk.press("#item-DISTAV a:has-text('ask')")
    desk.page.fill("#words", words)
    desk.press("button:text-is('Ask')")


def test_a_query_goes_from_the_monitor_to_the_site_and_back_and_is_closed(at_desk: Sit, office: Office) -> None:
    monitor, site = at_desk("monitor01"), at_desk("coordinator01")
    _ask(monitor, "The report says 65 mm.")
    assert "The report says 65 mm." in monitor.item("DISTAV").inner_text()
    site.open("/")
    assert "1" in site.page.locator("a.tile:has-text('queries to answer')").inner_text()
    site.press("a.tile:has-text('queries to answer')")
    site.press("table.queries a.go")
    site.page.fill("#words", "Misread; corrected to 65.")
    site.press("button:text-is('Answer')")
    assert "answered" in site.banner()
    site.press("a:text-is('To the data')")
    site.answer("DISTAV", "65")
    site.page.fill("[name='reason__DISTAV']", "query of the monitor")
    assert site.save() == 200
    monitor.open("/queries?state=answered")
    assert "Misread; corrected to 65." in monitor.page.locator("table.queries").inner_text()
    monitor.press("table.queries a.go")
    monitor.press("button:text-is('Close')")
    assert "closed" in monitor.banner()
    (row,) = office.house.reader.all("query", participant=SCREENED, source="monitor")
    assert row["state"] == "closed"


def test_what_a_monitor_verified_loses_its_mark_when_the_site_changes_it(at_desk: Sit, office: Office) -> None:
    monitor, site = at_desk("monitor01"), at_desk("coordinator01")
    monitor.open(MRI)
    monitor.press("button:text-is('All values agree with the source')")
    assert "verified" in monitor.banner()
    assert monitor.page.locator("#item-DISTAV .verified").count() == 1
    site.open(MRI)
    site.answer("DISTAV", "65")
    site.page.fill("[name='reason__DISTAV']", "misread")
    assert site.save() == 200
    monitor.open(MRI)
    assert monitor.page.locator("#item-DISTAV .verified").count() == 0
    assert monitor.page.locator("#item-LENGTH .verified").count() == 1


def test_a_data_manager_freezes_a_form_and_opens_it_again(at_desk: Sit, office: Office) -> None:
    manager, site = at_desk("data_manager"), at_desk("coordinator01")
    manager.open(MRI)
    manager.page.click("summary:has-text('Freeze or lock')")
    manager.page.fill("details input[name=reason]", "cleaned for the interim")
    manager.press("button:text-is('Freeze')")
    site.open(MRI)
    assert site.page.locator("[name='DISTAV']").count() == 0
    assert "frozen" in site.page.locator(".page-head").inner_text()
    manager.open("/data")
    manager.page.fill("input[name=reason] >> nth=0", "a late correction")
    manager.press("button:text-is('Open')")
    site.open(MRI)
    assert site.page.locator("[name='DISTAV']").count() == 1


def test_a_data_manager_closes_answered_queries_together(at_desk: Sit, office: Office) -> None:
    monitor, site, manager = at_desk("monitor01"), at_desk("coordinator01"), at_desk("data_manager")
    for words in ("First?", "Second?"):
        _ask(monitor, words)
    for _each in range(2):
        site.open("/queries")
        site.press("table.queries a.go >> nth=0")
        site.page.fill("#words", "Yes.")
        site.press("button:text-is('Answer')")
    manager.open("/queries?state=answered")
    for box in manager.page.locator("table.queries input[type=checkbox]").all():
        box.check()
    manager.press("button:text-is('Close the chosen ones')")
    assert "2 queries changed." in manager.banner()
