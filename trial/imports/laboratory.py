"""Laboratory results as lines: which form each belongs to, and what would be typed there.

A line is a result: participant, event, date of sample, test, operator, result, unit. What the page reads, this reads: the words go through
the same parse and the same checks. All results of one sample stand on one form, a row a test; a row that is there keeps its id.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.answers import Crf
from forms.codelists.laboratory import LAB_TEST
from forms.dates import DateProblem, PartialDate
from forms.document import as_typed
from forms.language import FormDef
from forms.text import _l
from trial.imports.tabular import Line
from trial.places import is_place

FORM, GROUP = "LB", "R"
COLUMNS = ("participant", "event", "date", "test", "operator", "result", "unit")
OPTIONAL = frozenset({"operator"})
_NUMBER = re.compile(r"(?:VG|RG)-[0-9A-Z]{1,8}-[0-9]{4,}")
_OPERATORS = ("<", ">")


@dataclass(frozen=True)
class Names:
    """The sender's own names: of columns, tests and units, to ours."""

    columns: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """One line as it would be typed."""

    line: int
    participant: str
    event: str
    date: str
    test: str
    items: Mapping[str, str]

    @property
    def sample(self) -> tuple[str, str, str]:
        """What makes results one form."""
        return self.participant, self.event, self.date


@dataclass(frozen=True)
class Unusable:
    """A line that names no place where it could stand: `message` is a msgid, `args` its values."""

    line: int
    participant: str
    message: str
    args: Mapping[str, str] = field(default_factory=dict)


def result_of(line: Line, names: Names) -> Result | Unusable:
    """One line as a result, or why it is none. Whether the values can be true is for the form's own checks."""
    cells = line.cells
    participant, event, day = cells["participant"].upper(), cells["event"].upper(), cells["date"]
    if not _NUMBER.fullmatch(participant):
        return Unusable(
            line.number, participant, _l("“%(typed)s” is no participant number."), {"typed": participant[:40]}
        )
    if not is_place(FORM, event, 1):
        return Unusable(
            line.number, participant, _l("Laboratory results have no visit “%(typed)s”."), {"typed": event[:40]}
        )
    if not _is_day(day):
        return Unusable(
            line.number, participant, _l("“%(typed)s” is no date, written YYYY-MM-DD."), {"typed": day[:40]}
        )
    test = names.tests.get(cells["test"], cells["test"].upper())
    if test not in LAB_TEST:
        return Unusable(
            line.number, participant, _l("The test “%(typed)s” is not known."), {"typed": cells["test"][:40]}
        )
    return Result(line.number, participant, event, day, test, _items(cells, test, names))


def _is_day(text: str) -> bool:
    try:
        return PartialDate.parse(text).day is not None
    except DateProblem:
        return False


def _items(cells: Mapping[str, str], test: str, names: Names) -> dict[str, str]:
    operator, result = cells.get("operator", ""), cells["result"]
    if not operator and result[:1] in _OPERATORS:
        operator, result = result[0], result[1:].strip()
    unit = names.units.get(cells["unit"], cells["unit"])
    return {"LBTEST": test, "LBOPER": operator or "=", "LBORRES": result, "LBORRESU": unit}


def samples(results: Iterable[Result]) -> Iterator[tuple[tuple[Result, ...], tuple[Unusable, ...]]]:
    """Results that stand on one form, in the order of the file; and lines that name a test of the sample a second time."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for each in results:
        groups.setdefault(each.sample, []).append(each)
    for group in groups.values():
        first: dict[str, Result] = {}
        for each in group:
            first.setdefault(each.test, each)
        again = (each for each in group if first[each.test] is not each)
        twice = _l("The test stands twice for this sample; line %(line)s was taken.")
        told = tuple(Unusable(e.line, e.participant, twice, {"line": str(first[e.test].line)}) for e in again)
        yield tuple(first.values()), told


def occurrence_of(saved: Sequence[Crf], event: str, day: str) -> int:
    """The form at that visit that holds the sample of that day, else the next free one."""
    here = [c for c in saved if c.form == FORM and c.event == event]
    same = (c for c in here if c.counts and str(c.answers.items.get("LBDAT")) == day)
    return next((c.occurrence for c in same), max((c.occurrence for c in here), default=0) + 1)


def merged(definition: FormDef, saved: Crf | None, sample: Sequence[Result]) -> tuple[dict[str, Any], dict[int, str]]:
    """The raw document of the form with these results, and line number to the id of its row."""
    raw = (
        as_typed(definition, saved.answers)
        if saved and saved.counts
        else {"items": {}, "missing": {}, "groups": {}, "confirmed": {}, "not_done": None}
    )
    rows = {row["items"].get("LBTEST"): row for row in raw["groups"].get(GROUP, ())}
    placed = {}
    for each in sample:
        row = rows.setdefault(each.test, {"id": uuid.uuid4().hex[:12], "items": {}, "missing": {}})
        row["items"], row["missing"] = dict(each.items), {}
        placed[each.line] = row["id"]
    raw["items"]["LBDAT"] = sample[0].date
    raw["groups"] = {**raw["groups"], GROUP: list(rows.values())}
    return raw, placed
