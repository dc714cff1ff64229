"""Pages and files of outputs: who gets in, that looking and taking are recorded, and that nothing open leads to an arm."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from analysis import closed_output_pages, closed_outputs, output_pages, outputs
from analysis.issued import SCHEMA
from analysis.output_shelf import Shelf
from tests.outputs.people import nobody, six
from trial.roles import ROLES

OPEN, CLOSED = "/results/outputs", "/results/closed/outputs"
USERS = {role: role if ROLES[role].scope in ("all", "none") else f"{role}01" for role in ROLES}
ADDRESSES = ("/", "/disposition", "/disposition.txt", "/disposition.json", "/disposition/disposition.csv")
BLINDED = [role for role in ROLES if "results.closed" not in ROLES[role].verbs]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Two outputs of each sort: what is asked here is not what they show."""
    kept = (
        [o for o in outputs.OPEN if o.id in ("disposition", "os")],
        [o for o in closed_outputs.CLOSED if o.id == "os-by-arm"],
    )
    monkeypatch.setattr(output_pages.ROOM.shelf, "_listed", lambda: tuple(kept[0]))
    monkeypatch.setattr(closed_output_pages.ROOM.shelf, "_listed", lambda: tuple(kept[1]))


@pytest.mark.parametrize("role", list(ROLES))
def test_open_outputs_open_for_who_sees_pooled_results_and_no_other(house, client, role):
    somebody = client(USERS[role])
    expected = 200 if "results.pooled" in ROLES[role].verbs else 403
    assert {somebody.get(OPEN + address).status_code for address in ADDRESSES} == {expected}


@pytest.mark.parametrize("role", BLINDED)
def test_a_blinded_role_is_refused_every_closed_output_in_every_form(house, client, role, monkeypatch):
    monkeypatch.undo()
    somebody = client(USERS[role])
    for output in closed_outputs.CLOSED:
        for address in (
            output.id,
            *(f"{output.id}.{e}" for e in ("txt", "csv", "json", "pdf", "zip")),
            f"{output.id}/a.png",
        ):
            assert somebody.get(f"{CLOSED}/{address}").status_code == 403, address
        assert somebody.get(f"{OPEN}/{output.id}").status_code in (403, 404)
    assert {somebody.get(f"{CLOSED}/{name}").status_code for name in ("", "all.pdf", "all.zip")} == {403}


def test_the_unblinded_statistician_opens_closed_outputs_and_it_is_recorded_as_closed(house, client):
    somebody = client("unblinded_statistician")
    before = len(house.journal("person:results:seen"))
    page = somebody.get(f"{CLOSED}/os-by-arm")
    assert page.status_code == 200 and "WW against TME" in page.text
    seen = house.journal("person:results:seen")
    assert len(seen) == before + 1 and '"closed":true' in seen[-1]["body"].replace(" ", "")
    assert somebody.get(f"{CLOSED}/").status_code == 200


@pytest.mark.requirement("R28")
def test_opening_is_recorded_as_seen_and_each_file_as_taken_with_its_digest(house, client):
    somebody = client("statistician")
    before = len(house.journal("person:results:seen")), len(house.journal("person:data:taken"))
    somebody.get(f"{OPEN}/")
    assert len(house.journal("person:results:seen")) == before[0]  # titles are no results
    somebody.get(f"{OPEN}/os")
    somebody.get(f"{OPEN}/os/os.svg")
    taken = ("os.txt", "os.csv", "os.json", "os.pdf", "os.zip", "os/os.csv", "os/os.png", "os/os.svg?save=1", "all.zip")
    digest = somebody.get(f"{OPEN}/os.json").json["cut"]["digest"]
    for name in taken:
        assert somebody.get(f"{OPEN}/{name}").status_code == 200
    assert len(house.journal("person:results:seen")) == before[0] + 1
    told = house.journal("person:data:taken")[before[1] :]
    assert len(told) == len(taken) + 1
    assert all(digest in entry["body"] for entry in told)


def test_what_does_not_exist_is_not_found(house, client):
    somebody = client("statistician")
    for address in (
        "/nothing",
        "/nothing.pdf",
        "/os.exe",
        "/os/nothing.csv",
        "/os/os.exe",
        "/os/os-at-risk.png",
        "/all.exe",
        "/os-by-arm",
    ):
        assert somebody.get(OPEN + address).status_code == 404, address


def test_every_link_of_the_page_leads_somewhere(house, client):
    somebody = client("statistician")
    for page in ("/", "/os"):
        links = re.findall(rf'(?:href|src)="({OPEN}/[^"]*)"', somebody.get(OPEN + page).text)
        assert len(links) > 6
        assert {somebody.get(link.replace("&amp;", "&")).status_code for link in links} == {200}


def test_files_are_what_their_type_says(house, client):
    somebody = client("statistician")
    got = {e: somebody.get(f"{OPEN}/os.{e}") for e in ("txt", "csv", "json", "pdf", "zip")}
    Draft202012Validator(SCHEMA).validate(json.loads(got["json"].data))
    assert next(csv.reader(io.StringIO(got["csv"].data.decode("utf-8-sig"))))[0] == "output"
    assert PdfReader(io.BytesIO(got["pdf"].data)).pages
    assert "os/os.png" in zipfile.ZipFile(io.BytesIO(got["zip"].data)).namelist()
    assert "Data cut 2026-06-01, digest" in got["txt"].text
    for ending, answer in got.items():
        name = answer.headers["Content-Disposition"]
        assert name.startswith("attachment") and re.search(rf"vigil-os-\d{{4}}-\d\d-\d\d-[0-9a-f]{{8}}\.{ending}", name)
        assert "no-store" in answer.headers["Cache-Control"]
    assert "sandbox" in somebody.get(f"{OPEN}/os/os.svg").headers["Content-Security-Policy"]


def test_the_volume_holds_every_open_output_and_no_closed_one(house, client):
    somebody = client("statistician")
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(somebody.get(f"{OPEN}/all.pdf").data)).pages)
    assert "14.1.7 Disposition" in text and "14.2.5.1 Overall survival" in text and "CLOSED" not in text
    names = zipfile.ZipFile(io.BytesIO(somebody.get(f"{OPEN}/all.zip").data)).namelist()
    assert {"disposition.pdf", "os/os.svg"} <= set(names) and not any("by-arm" in name for name in names)


def test_results_lead_to_the_outputs_and_only_who_sees_arms_is_led_to_the_closed_ones(house, client):
    blinded, unblinded = client("statistician"), client("unblinded_statistician")
    assert f'href="{OPEN}/"' in blinded.get("/results/").text
    assert CLOSED not in blinded.get(f"{OPEN}/").text + blinded.get("/results/").text
    assert f'href="{CLOSED}/"' in unblinded.get(f"{OPEN}/").text
    assert f'href="{CLOSED}/"' in unblinded.get("/results/closed/").text


# What was made is kept.


def test_an_output_is_made_once_a_state_of_the_data_and_language():
    calls = []
    output = outputs.BY_ID["disposition"]
    counted = type(output)(output.id, output.title, lambda e, tr: calls.append(1) or output.make(e, tr), output.number)
    shelf = Shelf(lambda: (counted,), closed=False)
    first = shelf.issued("disposition", six())
    assert shelf.issued("disposition", six()) is first and len(calls) == 1
    shelf.issued("disposition", six(), language="zh")
    assert len(calls) == 2
    shelf.issued("disposition", six().__class__(**(vars(six()) | {"digest": "f" * 64})))
    assert len(calls) == 3
    assert shelf.issued("disposition", six()) is not first


def test_a_shelf_stands_in_the_order_of_a_report():
    numbers = [output.number for output in Shelf(lambda: outputs.OPEN, closed=False).outputs]
    assert numbers.index("14.1.7") < numbers.index("14.2.1.1") < numbers.index("14.3.1")
    assert len(Shelf(lambda: outputs.OPEN[:2], closed=False).every(nobody())) == 2


def test_another_readers_output_is_not_handed_over_by_who_comes_in_between():
    """Two readers at once: while the state of the one is looked at, the other is served, and the states change under it."""
    shelf = Shelf(lambda: (outputs.BY_ID["disposition"],), closed=False)

    class Reach(frozenset[str]):
        __hash__ = frozenset.__hash__

        def __eq__(self, other: object) -> bool:
            if between:
                between.pop()()
            return frozenset.__eq__(self, other)

    between: list[Callable[[], object]] = []
    mine = shelf.issued("disposition", six(), reach=Reach({"01"}))
    between.append(lambda: shelf.issued("disposition", nobody(), reach=frozenset({"02"})))
    assert shelf.issued("disposition", six(), reach=Reach({"01"})).tables == mine.tables
    assert between == [], "somebody did come in between"
    assert shelf.issued("disposition", nobody(), reach=frozenset({"02"})).tables != mine.tables
