"""The same cut gives the same bytes: today, after later entries, in another process with another hash seed, zone and locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from analysis.cut import DataCut
from analysis.reports.status import status_report
from analysis.results import pooled_results
from tests.actions.house import READY, House
from tests.coding.work import report
from tests.cuts.conftest import lock
from tests.cuts.outputs import BLINDED, digests
from tests.cuts.test_as_it_stood import added, corrected, transferred
from tests.performance.conftest import plant
from tests.trail.test_redaction import mistyped, take_out
from trial.store import extract

ROOT = Path(__file__).resolve().parents[2]


def elsewhere(house: House, cut: str) -> dict[str, str]:
    """The same outputs of another process, another day, in another zone."""
    url, later = house.engine.url.render_as_string(hide_password=False), house.clock.now() + timedelta(days=500)
    other = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.cuts.outputs", url, cut, later.isoformat()]
    told = subprocess.run(command, env=os.environ | other, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, str] = json.loads(told.stdout)
    return found


def here(house: House, cut: str) -> dict[str, str]:
    return digests(house.engine.url.render_as_string(hide_password=False), cut, house.clock.now())


@pytest.mark.requirement("R66")
def test_a_cut_gives_the_same_bytes_today_tomorrow_and_elsewhere(house):
    house.randomise(READY)
    report(house, "fever")
    plant(house, 6)
    lock(house, on=house.clock.today())
    first = here(house, "dmc-1")
    assert len(first) > 30
    house.clock.advance(timedelta(days=3))
    assert here(house, "dmc-1") == first, "another time of making"
    for later in (added, corrected, transferred):
        later(house)
    report(house, "rash", number=2)
    plant(house, 0)
    lock(house, "dmc-2", on=house.clock.today())
    assert here(house, "dmc-1") == first, "after later entries"
    changed = {name for name, digest in here(house, "dmc-2").items() if digest != first[name]}
    assert {"status.pdf", "closed.pdf", "performance.pdf", "sites.csv", "listing for statistician"} <= changed, (
        "they do tell cuts apart"
    )
    assert elsewhere(house, "dmc-1") == first, "another hash seed, another zone, another locale"


def words(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]


def status_of(house: House, cut: str | None) -> bytes:
    now = house.clock.now()
    taken = extract.pooled(house.reader, BLINDED, cut_on=now.date(), now=now, cut=cut)
    return status_report(pooled_results(taken, taken.opened_on), system="Vigil 9", made_at=now)


@pytest.mark.requirement("R70")
def test_every_page_of_a_report_names_the_cut_and_gives_its_time_and_says_so(house):
    made = lock(house)
    house.clock.advance(timedelta(days=30))
    pages = words(status_of(house, "dmc-1"))
    for text in pages:
        assert f"Data cut dmc-1, 2026-06-01, journal entry {made.position}, digest {made.digest[:16]}" in text
        assert (
            f"Vigil 9; the time is that of the cut, locked {made.at:%Y-%m-%d %H:%M} UTC, so that the file can be issued again"
            in text
        )
        assert "2026-07-01" not in text
    assert f"Cut locked at {made.at:%Y-%m-%d %H:%M} UTC" in pages[0]
    assert made.digest in pages[0].replace(" ", "")
    assert f"Release that locked the cut {made.code}" in pages[0]


def test_a_report_of_the_data_as_they_stand_says_when_it_was_made(house):
    house.clock.advance(timedelta(days=30))
    pages = words(status_of(house, None))
    assert all("Vigil 9, made 2026-07-01" in text and "journal entry" not in text for text in pages)


def test_after_a_redaction_the_report_says_that_its_digest_is_another_one_and_why(house):
    mistyped(house)
    made = lock(house)
    take_out(house)
    pages = words(status_of(house, "dmc-1"))
    assert made.digest[:16] not in " ".join(pages)
    assert all("after redactions that came since" in text for text in pages)
    assert "Redactions since 1: personal data were taken out after the cut" in pages[0]


DAY = date(2026, 6, 1)
LOCKED = {"cut", "digest", "name", "position", "code", "redactions"}


@pytest.mark.parametrize(
    ("cut", "named", "slug", "told"),
    [
        (DataCut("2026-06-01", DAY, "d" * 64), "2026-06-01", "2026-06-01", {"cut", "digest"}),
        (DataCut("x", DAY, "d" * 64), "x, 2026-06-01", "2026-06-01", {"cut", "digest"}),
        (DataCut("dmc-1", DAY, "d" * 64, 7, "1"), "dmc-1, 2026-06-01", "dmc-1", LOCKED),
        (DataCut("first", DAY, "d" * 64, 0), "first, 2026-06-01", "first", LOCKED),
    ],
)  # fmt: skip
def test_a_cut_is_named_in_words_in_a_file_and_to_a_machine(cut, named, slug, told):
    assert (cut.named, cut.slug, set(cut.told())) == (named, slug, told)
