"""A serious event from the bed to the authority: the site reports it, the safety officer judges it, the clocks run and stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.actions.house import RESTAGED
from tests.journeys.conftest import Desk, Office

Sit = Callable[[str], Desk]
AE, SAE = (f"/participants/{RESTAGED}/ANY/{form}" for form in ("AE", "SAE"))
NARRATIVE = f"/safety/{RESTAGED}/1"
EVENT = {
    "AESPID": "1", "AETERM": "Febrile neutropenia", "AESTDAT": "2026-05-30", "AEOUT": "RECOVERING", "AETOXGR": "4", "AESER": "Y",
    "AESCRIT": "LIFETHREAT", "AEREL": "CHEMO",
}  # fmt: skip
REPORT = {
    "SAEAENO": "AE/ANY/1",
    "SAEREP": "INITIAL",
    "SAENARR": "Fever of 39.4, neutrophils 0.2.",
    "SAEDRUG": "CAPECITABINE",
}


def written(office: Office, **ago: int) -> str:
    """An instant before now, as it is typed."""
    return (office.house.clock.now() - timedelta(**ago)).strftime("%Y-%m-%d %H:%M")


def saved(desk: Desk) -> None:
    """Save; what the page asks is answered as reported, and saved again."""
    status = desk.save()
    for box in desk.page.locator("#crf .finding textarea:visible, #crf .finding input[type=text]:visible").all():
        box.fill("as reported")
    if status != 200 or desk.page.locator("#crf .finding.soft:visible").count():
        status = desk.save()
    assert status == 200, desk.banner()


def why(desk: Desk, item: str, words: str) -> None:
    """The reason for a change of one item."""
    desk.page.fill(f"[name='reason__{item}']", words)


def line(desk: Desk) -> str:
    """What the desk says of the one event."""
    desk.open("/safety/?show=all")
    return desk.page.locator("table.safety tbody").inner_text()


def report(at_desk: Sit, office: Office) -> Desk:
    """The site enters a grade 4 serious event, then its report with the investigator's causality."""
    site = at_desk("investigator01")
    site.open(AE)
    site.fill(EVENT)
    saved(site)
    site.open(f"/participants/{RESTAGED}")
    assert site.page.locator("a.chip.due:has-text('SAE')").count() == 1  # owed from the moment the event is serious
    site.open(SAE)
    site.fill(REPORT)
    site.answer("SAEAWARE", written(office, hours=2))
    site.answer("SAECAUSI", "RELATED")
    saved(site)
    return site


def judge(officer: Desk) -> None:
    """A dated reference, then expectedness and the sponsor's causality."""
    officer.open("/safety/")
    officer.press("a:has-text('Reference safety information')")
    officer.page.select_option("[name=product]", "CAPECITABINE")
    for name, value in (
        ("document", "Summary of product characteristics"),
        ("version", "4"),
        ("valid_from", "2026-01-01"),
    ):
        officer.page.fill(f"[name={name}]", value)
    officer.press("button:text-is('Add')")
    assert "Summary of product characteristics" in officer.page.locator("table.list").inner_text()
    officer.open(SAE)
    officer.answer("SAEEXP", "UNEXPECTED")
    officer.answer("SAECAUSS", "RELATED")
    saved(officer)


@pytest.mark.requirement("R26")
def test_a_susar_is_reported_judged_and_sent_in_time(at_desk: Sit, office: Office) -> None:
    site = report(at_desk, office)
    officer = at_desk("safety_officer")
    officer.open("/")
    first = officer.page.locator("#safety").inner_text()
    assert RESTAGED in first
    assert "SUSAR, 7 days" in first
    assert "cannot tell yet" in line(officer)
    judge(officer)
    day_0 = office.house.clock.now().date()
    told = line(officer)
    for words in ("SUSAR, 7 days", str(day_0 + timedelta(7)), "report to the authority", "follow-up report"):
        assert words in told, words
    site.open(SAE)
    site.answer("SAEREP", "FOLLOWUP")
    site.answer("SAENARR", "Fever gone, neutrophils 1.8.")
    for item in ("SAEREP", "SAENARR"):
        why(site, item, "discharge letter")
    saved(site)
    office.house.clock.advance(timedelta(days=2))
    officer = at_desk("safety_officer")  # the session of two days ago is over
    officer.open(SAE)
    for item in ("SAERPTA", "SAERPTE"):
        officer.answer(item, written(office, hours=1))
    saved(officer)
    sent_on = (office.house.clock.now() - timedelta(hours=1)).date()
    assert str(sent_on + timedelta(8)) in line(officer)
    assert "report to the authority" not in line(officer)
    officer.open(NARRATIVE)
    words = officer.page.locator("article.narrative").inner_text()
    for expected in ("It is a SUSAR", "version 4", "Fever gone, neutrophils 1.8.", "discharge letter", "in time"):
        assert expected in words, expected
    officer.open(SAE)
    officer.answer("SAERPTF", written(office, minutes=5))
    saved(officer)
    officer.open("/safety/")
    assert "report" not in officer.page.locator("table.safety tbody td:last-child").inner_text()


def test_what_is_not_sent_in_time_is_marked_overdue(at_desk: Sit, office: Office) -> None:
    report(at_desk, office)
    judge(at_desk("safety_officer"))
    office.house.clock.advance(timedelta(days=8))
    officer = at_desk("safety_officer")
    assert "overdue" in line(officer)
    officer.open(NARRATIVE)
    assert "is overdue" in officer.page.locator("article.narrative").inner_text()
