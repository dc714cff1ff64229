"""A hundred thousand results: in bounded memory, with progress, and what is killed half-way is finished by running it again."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forms.laboratory import TESTS
from tests.actions.house import House, open_house
from tests.imports.sheets import line, read, sheet
from trial.store.verify import verify

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, SAMPLES = 250, 20


def results() -> list[tuple[str, str, str, str]]:
    """A usual value of 20 tests."""
    found = []
    for test in list(TESTS.values())[:20]:
        low, high = test.reference["M"]
        value = ((low or 0) + (high or low or 1)) / 2
        found.append((test.code, "=", f"{value:.1f}", test.si))
    return found


def days(count: int) -> list[str]:
    return [f"2026-{1 + n // 27:02d}-{1 + n % 27:02d}" for n in range(count)]


def large(people: list[str], samples: int) -> list[str]:
    return [line(p, r, event="SCR", day=d) for p in people for d in days(samples) for r in results()]


@pytest.mark.slow
@pytest.mark.requirement("R39")
def test_100_000_lines_in_bounded_memory_with_one_in_a_hundred_rejected(house: House) -> None:
    people = [house.consented() for _ in range(PEOPLE)]
    lines = large(people, SAMPLES)
    assert len(lines) == 100_000
    broken = [text.replace(",=,", ",=,x") if n % 100 == 50 else text for n, text in enumerate(lines)]
    content, told = sheet(*broken), []
    del lines, broken
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    outcome = read(house, content, progress=told.append)
    took, grown = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stderr.write(f"\n{100_000 / took:.0f} lines a second, peak memory grown by {grown // 1024} MB\n")
    assert outcome.counts == {"accepted": 99_000, "rejected": 1_000}
    assert told == sorted(told) and told[-1] > 99_000
    assert grown < 200 * 1024  # kilobytes


CHILD = """
import sys
from pathlib import Path
from tests.actions.house import open_house
from tests.imports.sheets import read
house = open_house(sys.argv[1], Path(sys.argv[2]))
read(house, Path(sys.argv[3]).read_bytes(), mode=sys.argv[4], progress=lambda n: print(n, flush=True))
"""


@pytest.mark.parametrize("mode", ["row", "all"])
def test_a_run_that_is_killed_leaves_whole_forms_and_is_finished_by_running_it_again(
    house: House, tmp_path: Path, mode: str
) -> None:
    people = [house.consented() for _ in range(4)]
    file = tmp_path / "labs.csv"
    file.write_bytes(sheet(*large(people, 6)))
    url = house.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", CHILD, url, str(tmp_path / "files"), str(file), mode]
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert child.stdout is not None
    with child:
        while int(child.stdout.readline()) < 200:
            pass
        child.send_signal(signal.SIGKILL)
    again = open_house(url, tmp_path / "files")
    saved = [r for r in again.reader.all("crf_revision", form="LB", event="SCR") if r["participant"] in people]
    assert {len(r["answers"]["groups"]["R"]) for r in saved} <= {20}, "a form is whole or not there"
    assert (saved == []) is (mode == "all")
    assert verify(again.engine) == []
    counts = read(again, file.read_bytes(), mode=mode).counts
    assert counts.get("unchanged", 0) == 20 * len(saved)
    assert sum(counts.values()) == 4 * 6 * 20 and set(counts) <= {"accepted", "unchanged"}
    again.engine.dispose()
