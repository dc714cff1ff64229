"""The pages of data cuts, and the results at a cut: who sees them, what they say, what is refused in words."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.actions.house import READY, TODAY
from tests.cuts.conftest import lock
from tests.cuts.test_as_it_stood import alter, corrected
from tests.performance.test_rooms import USERS
from tests.trail.test_redaction import mistyped, take_out
from trial import roles

FIELDS = {"name": "dmc-1", "on": TODAY.isoformat(), "reason": "For the board."}
RESULTS = ("/results/", "/results/performance/", "/results/closed/", "/results/closed/performance")


@pytest.mark.parametrize("role", list(roles.ROLES))
def test_who_opens_the_list_and_who_locks(house, enter, role):
    made = lock(house)
    client = enter(USERS[role])
    seen = 200 if roles.may(role, "cut.read") else 403
    for address in ("/results/cuts", "/results/cuts/dmc-1"):
        assert client.get(address).status_code == seen
    assert client.post("/results/cuts/dmc-1/verify").status_code == seen
    answer = client.post("/results/cuts", data=FIELDS | {"name": "other"})
    assert answer.status_code == (303 if roles.may(role, "cut.make") else 403)
    if seen == 200:
        page = client.get("/results/cuts").text
        assert made.digest[:16] in page and ("Lock this cut" in page) is roles.may(role, "cut.make")


def test_a_cut_is_locked_from_the_page(house, enter):
    client = enter("statistician")
    assert "No cut was locked yet." in client.get("/results/cuts").text
    answer = client.post("/results/cuts", data=FIELDS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/results/cuts/dmc-1")
    page = client.get("/results/cuts/dmc-1").text
    (row,) = house.reader.all("data_cut")
    locked = [row["digest"], row["calls_digest"], row["head"], str(row["position"])]
    for value in (*locked, "For the board.", row["definitions"]["forms"]["IC/1"]):
        assert value in page
    assert "The data are locked as the cut dmc-1." in page


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({"name": "a b"}, 422, "A name has letters, digits"),
        ({"name": ""}, 422, "A name has letters, digits"),
        ({"on": "1 June"}, 422, "written YYYY-MM-DD"),
        ({"on": ""}, 422, "written YYYY-MM-DD"),
        ({"on": "2026-06-02"}, 422, "cannot lie ahead of today, 2026-06-01"),
        ({"reason": " "}, 422, "Say what the cut is for"),
        ({"name": "taken"}, 422, "There is a data cut named taken already."),
    ],
)
def test_what_cannot_be_locked_is_said_in_words_and_what_was_typed_stays(house, enter, changed, status, words):
    lock(house, "taken")
    answer = enter("statistician").post("/results/cuts", data=FIELDS | {"reason": "typed before"} | changed)
    assert answer.status_code == status and words in answer.text
    assert "reason" in changed or 'value="typed before"' in answer.text
    assert [r["name"] for r in house.reader.all("data_cut")] == ["taken"]


def test_the_results_and_all_that_hangs_on_them_follow_the_cut(house, enter):
    made = lock(house)
    corrected(house)
    client = enter("unblinded_statistician")
    for address in RESULTS:
        page = client.get(f"{address}?cut=dmc-1").text
        assert "cut dmc-1</span>" in page and f"journal entry {made.position}" in page
        assert made.digest in page
        assert '<option value="dmc-1" selected>' in page
        links = re.findall(r'(?:src|href)="(/results/[^"#]*(?:svg|pdf|csv|json)[^"]*)"', page)
        assert [link for link in links if "cut=dmc-1" not in link] == []
        now = client.get(address).text
        assert made.digest not in now and "journal entry" not in now and '<option value="dmc-1">' in now
    svg = client.get("/results/accrual.svg?cut=dmc-1")
    assert (svg.status_code, svg.mimetype) == (200, "image/svg+xml")


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/results/status.pdf", "vigil-status-dmc-1.pdf"),
        ("/results/closed/closed.pdf", "vigil-closed-dmc-1.pdf"),
        ("/results/performance/performance.pdf", "vigil-performance-dmc-1.pdf"),
    ],
)
def test_a_report_at_a_cut_is_issued_again_to_the_byte(house, enter, address, file):
    made = lock(house)
    client = enter("unblinded_statistician")
    first = client.get(f"{address}?cut=dmc-1")
    assert file in first.headers["Content-Disposition"]
    assert all(
        "Data cut dmc-1, 2026-06-01" in " ".join(p.extract_text().split()) for p in PdfReader(BytesIO(first.data)).pages
    )
    corrected(house)
    assert client.get(f"{address}?cut=dmc-1").data == first.data
    (_first, again) = house.journal("person:data:taken")
    assert made.digest in again["body"]


@pytest.mark.requirement("R28")
def test_which_cut_was_looked_at_is_recorded(house, enter):
    lock(house)
    client = enter("statistician")
    client.get("/results/?cut=dmc-1")
    client.get("/results/")
    at, now = house.journal("person:results:seen")
    assert '"what":"pooled, cut dmc-1"' in at["body"] and '"what":"pooled"' in now["body"]


@pytest.mark.parametrize("address", RESULTS)
def test_a_cut_that_is_not_there_is_not_found(house, enter, address):
    lock(house)
    client = enter("unblinded_statistician")
    assert client.get(f"{address}?cut=none").status_code == 404
    assert client.get(f"{address}?cut=").status_code == 200, "the chooser's first choice: as they stand now"


def test_without_a_cut_there_is_no_chooser(house, enter):
    assert "cut-chooser" not in enter("statistician").get("/results/").text


def test_a_blinded_role_gets_no_closed_result_by_way_of_a_cut(house, enter):
    house.randomise(READY)
    lock(house, by="unblinded_statistician")
    for role in ("statistician", "data_manager", "auditor"):
        assert enter(role).get("/results/closed/?cut=dmc-1").status_code == 403


def test_working_a_cut_out_again_says_what_was_found(house, enter):
    mistyped(house)
    lock(house)
    client = enter("auditor")
    assert "The record gives again what was locked: every answer" in client.post("/results/cuts/dmc-1/verify").text
    take_out(house)
    page = client.post("/results/cuts/dmc-1/verify").text
    assert "personal data taken out since" in page and "Redactions since: 1." in page
    assert "redacted since (1)" in client.get("/results/?cut=dmc-1").text
    alter(house, "crf_revision", "update crf_revision set answers = replace(answers, '70.5', '70.6') where form = 'DM'")
    page = client.post("/results/cuts/dmc-1/verify").text
    assert "does not give again what was locked" in page and "not what its own digest says" in page
    states = [e["body"] for e in house.journal("person:cut:verified")]
    assert [s in body for s, body in zip(('"same"', '"redacted"', '"altered"'), states, strict=True)] == [True] * 3


def test_no_results_are_made_from_an_altered_cut_and_the_page_says_so(house, enter):
    lock(house)
    with house.engine.begin() as connection:
        connection.execute(text("update participant set site_code = '02' where number = 3"))
    answer = enter("statistician").get("/results/?cut=dmc-1")
    assert answer.status_code == 409
    assert "The data are not what the cut locked" in answer.text and "dmc-1" in answer.text
