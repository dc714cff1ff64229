"""An investigator signs eligibility, and later estimates, asks the model, decides and randomises: in that order only."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.actions.house import DECISION, ELIGIBLE, ESTIMATE, PASSWORD, READY, RESTAGED, SCREENED
from tests.journeys.conftest import Desk, Office

Sit = Callable[[str], Desk]


def _sign(desk: Desk, password: str = PASSWORD) -> None:
    _name(desk)
    desk.page.fill(".signing input[type=password]", password)
    desk.press(".signing button[type=submit]")


def _name(desk: Desk) -> None:
    """The user name, which the first signature of a session asks for."""
    if desk.page.locator("input[name=signer]").count():
        desk.page.fill("input[name=signer]", "investigator01")


@pytest.mark.requirement("R47")
def test_eligibility_is_signed_with_the_password_again(at_desk: Sit, office: Office) -> None:
    desk = at_desk("investigator01")
    desk.crf(SCREENED, "ELIG")
    desk.fill(ELIGIBLE)
    assert desk.save() == 200
    desk.press("a:text-is('Sign')")
    _sign(desk, "not the password")
    assert "Wrong name or password" in desk.banner()
    assert office.house.case(SCREENED).signed("ELIG") is None
    _sign(desk)
    assert "Signed by" in desk.banner()
    desk.open(f"/participants/{SCREENED}/SCR/MRI0/1/sign")
    assert desk.page.locator("input[name=signer]").count() == 0, "the first signature of this session was given"
    desk.open(f"/participants/{SCREENED}/eligibility")
    assert "confirmed by Investigator01" in desk.page.locator(".page-head").inner_text()


def test_estimate_model_decision_and_randomisation_follow_each_other_in_the_pages(at_desk: Sit, office: Office) -> None:
    desk = at_desk("investigator01")
    decision = f"/participants/{RESTAGED}/decision"
    desk.open(decision)
    assert desk.page.locator("text=Call the model").count() == 0
    assert desk.page.locator("text=Go to randomisation").count() == 0
    _estimate(desk)
    desk.open(decision)
    assert "Signed and locked by" in desk.page.locator("li.done").nth(1).inner_text()
    desk.press("button:text-is('Call the model')")
    assert "The model has answered." in desk.banner()
    desk.open(decision)
    assert "70.0 %" in desk.page.locator("ol.steps").inner_text()
    desk.press("text=Record the decision")
    desk.fill(DECISION)
    assert desk.save() == 200
    desk.open(decision)
    assert desk.page.locator("text=Go to randomisation").count() == 0
    desk.press("a:text-is('Sign')")
    _sign(desk)
    desk.open(decision)
    desk.press("text=Go to randomisation")
    _randomise(desk, office)


def _estimate(desk: Desk) -> None:
    desk.press("text=Record the own estimate")
    desk.fill(ESTIMATE)
    _name(desk)
    desk.page.fill("label.password input", PASSWORD)
    assert desk.save() == 200, desk.banner()


def _randomise(desk: Desk, office: Office) -> None:
    desk.press("button:text-is('Randomise')")
    desk.page.wait_for_selector(".certificate")
    paper = desk.page.locator(".certificate").inner_text()
    row = office.house.reader.the("allocation", participant=RESTAGED)
    assert RESTAGED in paper
    assert desk.page.locator(".big-arm").inner_text() == row["arm"]
    assert office.house.reader.the("randomisation", study="VIGIL-1")["commitment"] in paper
    desk.page.reload()
    assert desk.page.locator(".certificate").inner_text() == paper


def test_a_page_kept_open_randomises_no_second_time(at_desk: Sit, office: Office) -> None:
    first, second = at_desk("investigator01"), at_desk("coordinator01")
    for desk in (first, second):
        desk.open(f"/participants/{READY}/randomisation")
    for desk in (first, second):
        desk.press("button:text-is('Randomise')")
        desk.page.wait_for_selector(".certificate")
    assert first.page.locator(".certificate").inner_text() == second.page.locator(".certificate").inner_text()
    assert len(office.house.reader.all("allocation", participant=READY)) == 1


def test_the_decision_form_is_closed_before_the_model_was_asked(at_desk: Sit) -> None:
    desk = at_desk("investigator01")
    desk.crf(RESTAGED, "DEC", "DEC")
    assert desk.page.locator("form#crf").count() == 0
    assert desk.banner() != ""


def test_a_coordinator_is_offered_neither_signature_nor_model(at_desk: Sit) -> None:
    desk = at_desk("coordinator01")
    assert desk.open(f"/participants/{SCREENED}/SCR/ELIG/1/sign") == 403
    desk.open(f"/participants/{RESTAGED}/decision")
    assert desk.page.locator("text=Call the model").count() == 0
