"""The only process that reads a BIOM table. Started by `trial/confine.py`: limited, without network, with an empty environment.

One line in: {"kind": "biom:RANK", "source", "folder"}; one line out, as `trial/imaging/worker.py`. What is kept in folder/content is a wide
table: a line a sample with its id, its reads (blank for shares), what its metadata says of visit and date, and a column a taxon.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

# Isolated mode knows no folder but the interpreter's; the code of this release is two above.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from trial.omics import biom
from trial.omics.microbiota import NoComposition, composition

SAID = ("event", "date")


def table(source: Path, target: Path, rank: str) -> dict[str, Any]:
    """Write the wide table; says how many samples and taxa it has, and what was given. Raises NoBiom."""
    found = biom.read(source)
    kinds: set[str] = set()
    with target.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file, lineterminator="\n")
        for number, (sample, said, values) in enumerate(found.taxa(rank), start=1):
            if number == 1:
                sheet.writerow(("specimen", "reads", *SAID, *values))
            try:
                made = composition(values)
            except NoComposition as problem:
                raise biom.NoBiom(f"biom-{problem.why}", f"sample {number}") from problem
            kinds.add(made.kind)
            told = (said.get(name, "") for name in SAID)
            sheet.writerow((sample, made.reads or "", *told, *(f"{share:.12f}" for share in made.shares.values())))
    if len(kinds) > 1:
        raise biom.NoBiom("biom-mixed")
    return {
        "flags": [],
        "facts": {"samples": len(found.samples), "observations": len(found.observations), "given": kinds.pop()},
    }


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What became of it."""
    try:
        return {
            "taken": table(Path(asked["source"]), Path(asked["folder"]) / "content", asked["kind"].partition(":")[2])
        }
    except biom.NoBiom as problem:
        return {"refused": problem.reason, "detail": problem.where}
    except MemoryError:
        return {"refused": "memory", "detail": ""}


if __name__ == "__main__":
    said = answer(json.loads(sys.stdin.readline()))
    sys.stdout.write(json.dumps({"network": sys.argv[1], **said}) + "\n")
