"""`vigil cut`, and the commands that take `--cut`: what they print, with which exit code."""

from __future__ import annotations

import json

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.actions.house import TODAY
from tests.cuts.conftest import lock
from tests.cuts.test_as_it_stood import corrected
from tests.performance.conftest import vigil
from tests.trail.test_redaction import mistyped, take_out
from trial.cli.base import BROKEN, MISSING, REFUSED
from trial.release import release

__all__ = ["vigil"]
MAKE = ("cut", "make", "dmc-1", "--on", TODAY.isoformat(), "--reason", "For the board.", "--as", "statistician")


def test_a_cut_is_made_listed_and_shown(house, vigil):
    code, out, _ = vigil(*MAKE, "--json")
    made = json.loads(out)
    (row,) = house.reader.all("data_cut")
    assert code == 0
    assert (made["name"], made["on"], made["position"], made["digest"]) == (
        "dmc-1",
        "2026-06-01",
        row["position"],
        row["digest"],
    )
    code, out, _ = vigil("cut", "list", "--json")
    (listed,) = json.loads(out)
    assert code == 0 and listed == made | {"maker": "Statistician"}
    assert json.loads(vigil("cut", "show", "dmc-1", "--json")[1]) == made
    assert f"dmc-1  2026-06-01  journal {row['position']}  {row['digest']}  For the board." in vigil("cut", "list")[1]
    shown = vigil("cut", "show", "dmc-1")[1]
    assert f"head: {row['head']}" in shown and f"protocol: 1.0, forms: {len(made['definitions']['forms'])}" in shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("cut", "make", "a b", *MAKE[3:]), REFUSED),
        (("cut", "make", "ahead", "--on", "2026-06-02", *MAKE[5:]), REFUSED),
        ((*MAKE[:-1], "data_manager", "--role", "data_manager"), REFUSED),
        ((*MAKE[:-1], "data_manager"), REFUSED),
        ((*MAKE[:-1], "nobody"), MISSING),
        (("cut", "make", "dmc-1", "--on", "June", *MAKE[5:]), 2),
        (MAKE[:7], 2),
        (("cut", "show", "none"), MISSING),
        (("cut", "verify", "none"), MISSING),
        (("analyse", "accrual", "--cut", "none"), MISSING),
        (("analyse", "accrual", "--cut", "dmc-1", "--date", "2026-06-01"), 2),
        (("performance", "--cut", "dmc-1", "--date", "2026-06-01"), 2),
        (("report", "status", "--out", "x.pdf", "--cut", "dmc-1", "--date", "2026-06-01"), 2),
    ],
)
def test_what_is_refused_has_its_exit_code(house, vigil, arguments, expected):
    code, _out, said = vigil(*arguments)
    assert code == expected and said


def test_verifying_tells_the_same_from_redacted_from_altered(house, vigil):
    mistyped(house)
    made = lock(house)
    code, out, _ = vigil("cut", "verify", "dmc-1")
    assert code == 0 and "dmc-1: the same" in out
    take_out(house)
    code, out, _ = vigil("cut", "verify", "dmc-1", "--json")
    told = json.loads(out)
    assert (code, told["state"], told["redactions"], told["locked"]) == (REFUSED, "redacted", [1], made.digest)
    assert told["digest"] != made.digest
    with house.engine.begin() as connection:
        connection.execute(text("update participant set site_code = '02' where number = 3"))
    code, out, _ = vigil("cut", "verify", "dmc-1")
    assert code == BROKEN and "ALTERED" in out and "digest of answers, allocations and codes" in out
    code, _out, said = vigil("analyse", "accrual", "--cut", "dmc-1")
    assert code == BROKEN and "CutAltered" in said


@pytest.mark.requirement("R66")
@pytest.mark.parametrize("what", ["accrual", "disposition", "nrdfs"])
def test_an_analysis_at_a_cut_prints_the_same_whatever_was_entered_since(house, vigil, what):
    made = lock(house)
    before = {how: vigil("analyse", what, "--cut", "dmc-1", *how) for how in ((), ("--csv",), ("--json",))}
    corrected(house)
    assert {how: vigil("analyse", what, "--cut", "dmc-1", *how) for how in before} == before
    line = f"Data cut dmc-1, 2026-06-01, journal entry {made.position}, digest {made.digest}"
    assert line in before[()][1] and line in before[("--csv",)][2] and line not in before[("--csv",)][1]
    told = json.loads(before[("--json",)][1])
    assert (told["name"], told["cut"], told["position"], told["digest"]) == (
        "dmc-1",
        "2026-06-01",
        made.position,
        made.digest,
    )
    by = f"Made by Vigil {release()}."
    assert by in before[()][1] and by in before[("--csv",)][2] and told["system"] == f"Vigil {release()}"
    for table in told["tables"]:
        assert table["denominator"] and all(
            note in before[()][1] for note in (table["denominator"], *table["footnotes"])
        )
    assert bool(told["definition"]) == (what == "nrdfs") and all(line in before[()][1] for line in told["definition"])
    assert any("Censoring" in line for line in told["definition"]) == (what == "nrdfs")


def test_a_report_and_the_performance_at_a_cut(house, vigil, tmp_path):
    made = lock(house)
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        code, out, _ = vigil("report", "status", "--out", file, "--cut", "dmc-1")
        assert code == 0 and f"status at dmc-1, 2026-06-01, data {made.digest[:16]}" in out
        corrected(house) if file == files[0] else None
    assert files[0].read_bytes() == files[1].read_bytes()
    assert all(f"Vigil {release()}" in page.extract_text() for page in PdfReader(files[0]).pages)
    code, out, _ = vigil("performance", "--cut", "dmc-1", "--json")
    assert code == 0 and json.loads(out)["digest"] == made.digest


def test_without_a_cut_a_date_still_rules(house, vigil):
    lock(house)
    code, out, _ = vigil("analyse", "accrual", "--date", "2026-05-01", "--json")
    told = json.loads(out)
    assert (code, told["cut"], "name" in told) == (0, "2026-05-01", False)
