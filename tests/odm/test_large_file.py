"""A file larger than anything is held of it: subjects come one at a time."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from forms.odm13 import read
from tests.odm.small_study import HEAD, METADATA

SUBJECTS, ROWS = 4_500, 40
PROGRAM = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from forms.odm13 import read, write

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

folder = Path(sys.argv[1])
metadata = lambda: (folder / "metadata.xml").open("rb")
read(metadata)
before = peak()
study = read(metadata, lambda: (folder / "data.xml").open("rb"))
with (folder / "out.xml").open("wb") as out:
    write(study, out, at=datetime(2026, 11, 28, tzinfo=UTC), release="1.0")
print(len(study.subjects), before, peak())
"""


def _text() -> Iterator[str]:
    yield f'{HEAD}<ClinicalData StudyOID="S" MetaDataVersionOID="V1">\n'
    for number in range(SUBJECTS):
        rows = "".join(
            f'<ItemGroupData ItemGroupOID="R" ItemGroupRepeatKey="{row}"><ItemData ItemOID="LAB" Value="{row % 10}"/></ItemGroupData>\n'
            for row in range(1, ROWS + 1)
        )
        yield (
            f'<SubjectData SubjectKey="{number}"><StudyEventData StudyEventOID="SE"><FormData FormOID="F.1">{rows}</FormData>'
            "</StudyEventData></SubjectData>\n"
        )
    yield "</ClinicalData></ODM>"


@pytest.mark.slow
def test_twenty_megabytes_come_in_and_go_out_in_a_few(tmp_path: Path) -> None:
    metadata, data = tmp_path / "metadata.xml", tmp_path / "data.xml"
    metadata.write_text(METADATA)
    with data.open("w") as file:
        file.writelines(_text())
    assert data.stat().st_size > 18_000_000
    # In a process of its own: the parser's memory is not Python's, and the highest mark never falls.
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, capture_output=True, text=True)
    subjects, before, after = map(int, done.stdout.split())
    assert subjects == SUBJECTS
    assert after - before < 30_000, "kilobytes"
    again = read(lambda: (tmp_path / "out.xml").open("rb"))
    values = sum(
        len(rows) for subject in again.subjects for crf in subject.crfs for rows in crf.answers.groups.values()
    )
    assert values == SUBJECTS * ROWS
