"""The main pages under axe: no violation that keeps somebody out (WCAG 2.1 A and AA, axe-core as in tests/vendor)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.actions.house import READY, RESTAGED, SCREENED, House, open_house
from tests.actions.rooms import copied
from tests.coding.work import code, load, report
from tests.journeys.conftest import SCREEN, Desk, Office, at_work, desks

AXE = Path(__file__).parents[1] / "vendor" / "axe.min.js"
PAGES = {
    "due": ("coordinator01", "/"),
    "participants": ("coordinator01", "/participants/"),
    "participant": ("coordinator01", f"/participants/{RESTAGED}"),
    "screening log": ("coordinator01", "/participants/screening-log"),
    "counts of the screening log": ("monitor01", "/participants/screening-log"),
    "transfer": ("data_manager", f"/participants/{RESTAGED}"),
    "crf": ("coordinator01", f"/participants/{SCREENED}/SCR/DM"),
    "crf with rows": ("coordinator01", f"/participants/{SCREENED}/SCR/MH"),
    "history": ("coordinator01", f"/participants/{SCREENED}/SCR/DM/1/history"),
    "eligibility": ("investigator01", f"/participants/{SCREENED}/eligibility"),
    "decision": ("investigator01", f"/participants/{RESTAGED}/decision"),
    "certificate": ("coordinator01", f"/participants/{READY}/randomisation"),
    "prediction": ("investigator01", f"/participants/{READY}/prediction/1"),
    "results": ("statistician", "/results/"),
    "closed": ("unblinded_statistician", "/results/closed/"),
    "interim analysis": ("unblinded_statistician", "/results/closed/interim"),
    "outputs": ("statistician", "/results/outputs/"),
    "one output": ("statistician", "/results/outputs/disposition"),
    "closed outputs": ("unblinded_statistician", "/results/closed/outputs/"),
    "performance of the model": ("statistician", "/results/performance/"),
    "how outcomes became known": ("unblinded_statistician", "/results/closed/performance"),
    "study": ("statistician", "/study"),
    "people and sites": ("administrator", "/admin/people"),
    "a person": ("administrator", "/admin/people/monitor01"),
    "a question before an end": ("administrator", "/admin/people/monitor01/close"),
    "start of a role without lists": ("dsmb_member", "/"),
    "the own account": ("investigator01", "/account/"),
    "the declaration": ("investigator01", "/account/signature"),
    "delegation log": ("investigator01", "/delegations"),
    "who has access": ("administrator", "/access/"),
    "failed attempts": ("auditor", "/access/attempts"),
    "letter on signatures": ("administrator", "/admin/letter"),
    "signing for the first time": ("investigator01", f"/participants/{SCREENED}/SCR/MRI0/1/sign"),
    "a question with a reason": ("administrator", "/admin/people/monitor01/compromised"),
    "audit": ("auditor", f"/participants/{SCREENED}/audit"),
    "the whole trail": ("data_manager", "/audit/"),
    "oversight": ("monitor01", "/oversight/"),
    "notices": ("coordinator01", "/notices/"),
    "tokens and calendar": ("coordinator01", "/tokens/"),
    "queries": ("monitor01", "/queries"),
    "state of the data": ("data_manager", "/data"),
    "coding": ("data_manager", "/data/coding"),
    "a term to code": ("data_manager", "/data/coding/term?kind=meddra&folded=felt+odd&search=febrile"),
    "synonyms": ("data_manager", "/data/coding/synonyms"),
    "dictionaries": ("data_manager", "/data/coding/dictionaries"),
    "deviations": ("monitor01", "/data/deviations"),
    "imports": ("data_manager", "/imports/"),
    "reference ranges": ("data_manager", "/ranges/"),
    "studies of other systems": ("data_manager", "/imports/studies/"),
    "versions of the protocol": ("data_manager", "/study/versions/"),
    "checklist": ("data_manager", "/data/checklist"),
    "safety": ("safety_officer", "/safety/"),
    "emergency card": ("coordinator01", f"/participants/{SCREENED}/card"),
    "files": ("coordinator01", f"/participants/{SCREENED}/files"),
    "casebook": ("investigator01", f"/participants/{SCREENED}/casebook"),
}


def _violations(desk: Desk) -> list[str]:
    """Serious and critical ones, each with the places where it was found."""
    # Evaluated and not added as an element: the policy of the pages forbids scripts written into them.
    desk.page.evaluate(AXE.read_text("utf-8"))
    found = desk.page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    grave = [v for v in found if v["impact"] in ("serious", "critical")]
    return [f"{v['id']}: {[n['target'] for n in v['nodes'][:4]]}" for v in grave]


@pytest.fixture(scope="module")
def reading_room(populated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One house for all who only read, in which something has happened that every page can show."""
    folder = tmp_path_factory.mktemp("reading-room")
    house = open_house(copied(populated, folder), folder / "files")
    house.randomise(READY)
    _coded(house)
    with at_work(house, folder) as office:
        yield office
    house.engine.dispose()


def _coded(house: House) -> None:
    load(house)
    report(house, "felt odd")
    report(house, "loose motions", 2)
    code(house, "loose motions", "Diarrhea", keep=True)


@pytest.fixture(scope="module")
def reader(reading_room: Office, browser: Any) -> Iterator[Callable[[str], Desk]]:
    """Who reads in that room: everybody signs in once."""
    with desks(reading_room, browser) as sit:
        yield cache(sit)


def _opened(reader: Callable[[str], Desk], name: str, screen: dict[str, int]) -> Desk:
    """Open one of the pages on a screen of a size."""
    who, path = PAGES[name]
    desk = reader(who)
    desk.page.set_viewport_size(screen)
    assert desk.open(path) == 200
    return desk


@pytest.mark.parametrize("name", PAGES)
def test_no_page_keeps_anybody_out(reader: Callable[[str], Desk], name: str) -> None:
    desk = _opened(reader, name, SCREEN)
    # What is folded away is read too.
    desk.page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
    assert _violations(desk) == []
    assert desk.faults == []


def test_setting_up_the_second_factor_keeps_nobody_out(at_desk: Callable[[str], Desk]) -> None:
    desk = at_desk("coordinator01")
    desk.open("/account/")
    desk.press("form[action='/account/second-factor'] button")
    assert desk.heading() == "Set up the second factor"
    assert _violations(desk) == []
    desk.page.set_viewport_size(TELEPHONE)
    assert not _sideways(desk)


TELEPHONE = {"width": 390, "height": 800}


def _sideways(desk: Desk) -> bool:
    """Whether the page is wider than the screen."""
    return bool(desk.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize(
    "name",
    [
        "due",
        "participants",
        "participant",
        "screening log",
        "transfer",
        "a term to code",
        "synonyms",
        "coding",
        "state of the data",
        "checklist",
        "queries",
        "delegation log",
        "emergency card",
        "casebook",
        "imports",
        "start of a role without lists",
    ],
)
def test_a_telephone_shows_every_word(reader: Callable[[str], Desk], name: str) -> None:
    """Nothing is wider than the screen, and no table but those of figures hides columns to the right."""
    desk = _opened(reader, name, TELEPHONE)
    assert not _sideways(desk)
    hidden = "(t) => t.scrollWidth > t.clientWidth + 1"
    tables = "[...document.querySelectorAll('table.list:not(.figures, .numbers, .risk), table.grid')]"
    assert desk.page.evaluate(f"{tables}.filter({hidden}).length") == 0
    assert _violations(desk) == []


def test_a_row_on_a_telephone_says_the_heading_of_each_cell(at_desk: Callable[[str], Desk]) -> None:
    desk = at_desk("investigator01")
    desk.page.set_viewport_size(TELEPHONE)
    desk.open("/delegations")
    table = "document.querySelector('table.list')"
    headings = desk.page.evaluate(f"[...{table}.tHead.rows[0].cells].map((c) => c.textContent.trim())")
    row = f"[...{table}.tBodies[0].rows[0].cells]"
    shown = desk.page.evaluate(f"{row}.map((c) => getComputedStyle(c, '::before').content.replaceAll('\"', ''))")
    assert shown == headings
    desk.page.set_viewport_size({"width": 1280, "height": 800})
    desk.page.wait_for_function(f"!{table}.classList.contains('stacked')")


@pytest.mark.parametrize(
    "name",
    [
        "due",
        "participant",
        "prediction",
        "audit",
        "people and sites",
        "study",
        "a person",
        "delegation log",
        "who has access",
        "oversight",
        "tokens and calendar",
    ],
)
def test_no_page_keeps_anybody_out_on_a_narrow_screen(reader: Callable[[str], Desk], name: str) -> None:
    """Tables that scroll are reached by keyboard, and the page itself never scrolls sideways."""
    desk = _opened(reader, name, {"width": 800, "height": 768})
    assert _violations(desk) == []
    assert not _sideways(desk)


def test_the_entrance_keeps_nobody_out(office: Office, browser: object) -> None:
    desk = Desk(browser.new_page(), office)  # type: ignore[attr-defined]
    assert desk.open("/sign-in") == 200
    assert _violations(desk) == []
    desk.page.close()


def test_findings_beside_their_fields_keep_nobody_out(at_desk: Callable[[str], Desk]) -> None:
    desk = at_desk("coordinator01")
    desk.crf(SCREENED, "MRI0")
    desk.answer("DISTAV", "8")
    desk.answer("LENGTH", "300")
    assert desk.save() == 422
    assert _violations(desk) == []
