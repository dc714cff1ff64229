"""CTCAE 5.0 as data: the terms, their system organ class, and which grades each one defines.

Source: NCI CTEP, Common Terminology Criteria for Adverse Events 5.0 (27 November 2017), in `forms/data/ctcae_v5_0.csv`.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

VERSION = "5.0"
GRADES = (1, 2, 3, 4, 5)
_TABLE = Path(__file__).parent / "data" / "ctcae_v5_0.csv"


@dataclass(frozen=True)
class Term:
    """One term; `criteria` maps each grade it defines (1 to 5) to the wording of that grade."""

    name: str
    soc: str
    criteria: dict[int, str]
    definition: str

    @property
    def grades(self) -> tuple[int, ...]:
        """The grades the term defines, in order: only these are offered."""
        return tuple(self.criteria)

    def __hash__(self) -> int:
        return hash((self.name, self.soc))


@cache
def terms() -> dict[str, Term]:
    """Every term by name, in the order of the source (system organ class, then name)."""
    with _TABLE.open(encoding="utf-8", newline="") as table:
        return {row["term"]: _term(row) for row in csv.DictReader(table)}


def term(name: str) -> Term | None:
    """One term, or None where CTCAE 5.0 has none of that name."""
    return terms().get(name)


def grades_defined(name: str | None) -> tuple[int, ...] | None:
    """The grades a term defines; None (cannot tell) where the term is unknown or not chosen yet."""
    found = term(name) if name is not None else None
    return found.grades if found else None


def system_organ_classes() -> tuple[str, ...]:
    """The 26 system organ classes, in the order of the source."""
    return tuple(dict.fromkeys(each.soc for each in terms().values()))


def _term(row: dict[str, str]) -> Term:
    criteria = {grade: row[f"grade{grade}"] for grade in GRADES if row[f"grade{grade}"]}
    return Term(row["term"], row["soc"], criteria, row["definition"])
