"""A dictionary as large as the licensed one: how long it takes to import, how much memory, how long a search takes.

On the machine of the first release: see docs/decisions/0011-coding.md.
"""

import time
import tracemalloc
from pathlib import Path

import pytest

from tests.actions.house import House
from tests.coding.work import load
from trial.dictionaries import meddra
from trial.dictionaries.terms import Broken, Source
from trial.store import coding

CLASSES, GROUPS, SUBGROUPS, PREFERRED, LOWEST = 27, 340, 1740, 26_000, 62_000
WORDS = ("pain", "sore", "swelling", "bleeding", "fever", "ulcer", "rash", "cramp", "weakness", "stiffness")


def large(folder: Path) -> Path:
    """27 classes, 340 groups, 1,740 subgroups, 26,000 preferred terms and 88,000 lowest ones, invented."""
    folder.mkdir()
    hlt_of, hlgt_of, soc_of = (lambda n: n % SUBGROUPS), (lambda n: n % GROUPS), (lambda n: n % CLASSES)
    files = {
        "soc.asc": (f"VGS{n}$Class {n}$C{n}$" for n in range(CLASSES)),
        "hlgt.asc": (f"VGG{n}$Group {n}$" for n in range(GROUPS)),
        "hlt.asc": (f"VGH{n}$Subgroup {n}$" for n in range(SUBGROUPS)),
        "soc_hlgt.asc": (f"VGS{soc_of(n)}$VGG{n}$" for n in range(GROUPS)),
        "hlgt_hlt.asc": (f"VGG{hlgt_of(n)}$VGH{n}$" for n in range(SUBGROUPS)),
        "hlt_pt.asc": (f"VGH{hlt_of(n)}$VGP{n}$" for n in range(PREFERRED)),
        "pt.asc": (f"VGP{n}${_name(n)}$$VGS{soc_of(hlgt_of(hlt_of(n)))}$" for n in range(PREFERRED)),
        "mdhier.asc": (
            f"VGP{n}$VGH{hlt_of(n)}$VGG{hlgt_of(hlt_of(n))}$VGS{soc_of(hlgt_of(hlt_of(n)))}$$$$$$$VGS{soc_of(hlgt_of(hlt_of(n)))}$Y$"
            for n in range(PREFERRED)
        ),
        "llt.asc": (
            *(f"VGP{n}${_name(n)}$VGP{n}$$$$$$$Y$$" for n in range(PREFERRED)),
            *(f"VGL{n}${_name(n)} of kind {n}$VGP{n % PREFERRED}$$$$$$${'YN'[n % 7 == 0]}$$" for n in range(LOWEST)),
        ),
    }
    for name, lines in files.items():
        (folder / name).write_text("".join(line + "\n" for line in lines), "utf-8")
    return folder


def _name(n: int) -> str:
    return f"{WORDS[n % 10]} of organ {n // 10} with {WORDS[n // 7 % 10]}"


@pytest.mark.slow
def test_a_dictionary_of_full_size_is_imported_within_two_minutes_and_searched_within_one_second(
    house: House, tmp_path
) -> None:
    began = time.perf_counter()
    done = load(house, large(tmp_path / "large"))
    took = time.perf_counter() - began
    assert (done.state, done.terms) == ("current", CLASSES + GROUPS + SUBGROUPS + 2 * PREFERRED + LOWEST)
    used = coding.in_use(house.reader, "meddra")
    assert used
    began = time.perf_counter()
    for text in ("sore organ 77", "bleed", "fever of organ", "ulc sti 1"):
        assert 0 < len(coding.search(house.reader, used, text)) <= coding.MOST_FOUND
    assert (time.perf_counter() - began) / 4 < 1.0
    assert took < 120


@pytest.mark.slow
def test_it_is_read_without_being_held(tmp_path) -> None:
    """What is held are the preferred terms and what is above them; the lowest terms, twice as many, pass by."""
    problems: list[Broken] = []
    source = Source(large(tmp_path / "large"))
    tracemalloc.start()
    count = sum(1 for _term in meddra.read(source, problems.append))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, problems) == (CLASSES + GROUPS + SUBGROUPS + 2 * PREFERRED + LOWEST, [])
    assert most < 60e6
