"""Chapter: the audit trail is read, filtered, handed out and reviewed (R23, R24)."""

import csv
import io
from datetime import UTC, datetime

import pytest

from tests.actions.house import ELSEWHERE, READY, SCREENED, House
from tests.actions.rooms import on_both
from trial.actions import review_trail
from trial.errors import NotAllowed, NotOpen, Refused
from trial.roles import ROLES, may
from trial.sheets import harmless
from trial.store import journal
from trial.store.journal import Sought

SITE = Sought(frozenset({"01"}))


def review(house: House, sought: Sought = SITE, findings: str = "none", by: str = "monitor") -> int:
    return review_trail.review("site 01", sought, findings, uow=house.work(by))


@pytest.mark.requirement("R24")
@on_both
def test_a_review_keeps_who_what_and_what_was_found(either: House) -> None:
    entries = journal.found(either.reader, SITE)
    number = review(either, findings="two late signatures, explained")
    row = either.reader.the("audit_review", id=number)
    assert (row["first"], row["last"], row["looked_at"]) == (entries[-1]["seq"], entries[0]["seq"], len(entries))
    assert (row["by"], row["role"], row["findings"]) == (
        either.actor("monitor").person_id,
        "monitor",
        "two late signatures, explained",
    )


def test_nothing_said_is_no_review_and_nothing_to_see_is_none(house: House) -> None:
    with pytest.raises(Refused):
        review(house, findings=" ")
    with pytest.raises(NotOpen):
        review(house, Sought(frozenset({"01"}), "VG-01-9999"))


@pytest.mark.parametrize("by", [r for r in ROLES if not may(r, "audit.review")])
def test_only_monitors_and_data_managers_review(house: House, by: str) -> None:
    with pytest.raises(NotAllowed):
        review(house, by=by)


@pytest.mark.requirement("R23")
@on_both
def test_it_is_narrowed_by_site_participant_kind_and_day(either: House) -> None:
    everything = journal.found(either.reader, Sought())
    assert [e["seq"] for e in everything] == list(range(len(everything), 0, -1))
    own = journal.found(either.reader, SITE)
    assert {e["participant"][:5] for e in own} == {"VG-01"}
    one = journal.found(either.reader, Sought(None, SCREENED, "site:crf"))
    assert {(e["participant"], e["tag"][:8]) for e in one} == {(SCREENED, "site:crf")}
    first, last = either.reader.the("journal", seq=1)["at"], either.clock.now()
    assert journal.found(either.reader, Sought(until=first)) == []
    assert len(journal.found(either.reader, Sought(since=first, until=last.replace(year=2027)))) == len(everything)
    assert journal.found(either.reader, Sought(since=datetime(2027, 1, 1, tzinfo=UTC))) == []


@pytest.mark.requirement("R23")
def test_a_page_shows_only_the_sites_of_the_reader(desk) -> None:
    page = desk.client("coordinator01").get("/audit/").text
    assert SCREENED in page
    assert ELSEWHERE not in page
    assert desk.client("coordinator01").get(f"/audit/?participant={ELSEWHERE}").status_code == 404


@pytest.mark.requirement("R23")
@pytest.mark.requirement("R20")
def test_the_file_says_what_its_columns_mean_and_that_it_was_taken_is_recorded(desk) -> None:
    got = desk.client("auditor").get(f"/audit/export?participant={READY}")
    lines = list(csv.reader(io.StringIO(got.data.decode("utf-8-sig"))))
    assert lines[0][:3] == ["entry", "at_utc", "name"]
    assert lines[1][1] == "When, in UTC"
    assert len(lines[2]) == len(lines[0])
    assert all("\u4e00" <= meaning[0] <= "\u9fff" for meaning in lines[2]), "Chinese, compiled by `make environment`"
    assert all(row[1].endswith("Z") for row in lines[3:])
    assert [int(row[0]) for row in lines[3:]] == sorted(int(row[0]) for row in lines[3:])
    assert {row[4] for row in lines[3:]} == {READY}
    (taken,) = desk.house.journal("person:data:taken")
    assert READY in taken["body"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert (harmless("plain"), harmless(""), harmless("a=1")) == ("plain", "", "a=1")


def test_a_review_is_recorded_from_the_page(desk) -> None:
    client = desk.client("monitor01")
    refused = client.post("/audit/review", {"findings": ""})
    assert refused.status_code == 422
    client.post("/audit/review", {"findings": "none", "participant": SCREENED})
    (row,) = desk.house.reader.all("audit_review")
    assert row["scope"] == f"sites 01; participant {SCREENED}"
    assert "Recorded reviews: 1" in client.get("/audit/").text
