"""A feature table that is sent for one form, line by line against what the released model declares. Pure.

`trial/imports/features.py` does the same for a wide table with a column a feature. Here each fault names the line of the file that it
stands in: a renamed feature, another unit, a feature the model does not know, a value that is missing, another extractor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from forms.text import _l
from trial.feature_table import FeatureTable, Row
from trial.imports.features import Declared

LIKE = 0.75
"""How alike two names are, by `difflib`, for the one to be taken for the other written wrongly."""
OTHER_EXTRACTOR = _l("Line %(line)s: the table was extracted with “%(typed)s”; %(declared)s is expected.")
NO_EXTRACTOR = _l(
    "The table does not say what it was extracted with (“# extractor: %(declared)s” is expected in line 1)."
)
RENAMED = _l("Line %(line)s: the model reads “%(name)s”; “%(typed)s” is another name.")
UNKNOWN = _l("Line %(line)s: the model declares no feature “%(name)s”.")
OTHER_UNIT = _l("Line %(line)s: “%(name)s” is given in %(typed)s; the model reads it in %(unit)s.")
NO_VALUE = _l("Line %(line)s: “%(name)s” has no value.")
LACKS = _l("The table lacks features that the model reads: %(names)s.")
NO_UNIT = "–"


@dataclass(frozen=True)
class Fault:
    """What is wrong in one line; 0 is the table as a whole. `message` is a msgid, `args` its values."""

    line: int
    message: str
    args: Mapping[str, str]


def faults(table: FeatureTable, declared: Declared) -> tuple[Fault, ...]:
    """Everything that keeps a table from being one the model may read, in the order of the lines; empty: it may."""
    return tuple(sorted(_faults(table, declared), key=lambda fault: fault.line))


def _faults(table: FeatureTable, declared: Declared) -> Iterator[Fault]:
    yield from _extractor(table, declared)
    absent = [name for name in declared.units if name not in {row.name for row in table.rows}]
    for row in table.rows:
        if row.name in declared.units:
            yield from _of_feature(row, declared.units[row.name])
        elif near := get_close_matches(row.name, absent, 1, LIKE):
            absent.remove(near[0])
            yield _fault(row, RENAMED, name=near[0], typed=row.name[:60])
        elif declared.only:
            yield _fault(row, UNKNOWN, name=row.name[:60])
    if absent:
        yield Fault(0, LACKS, {"names": ", ".join(absent[:20])})


def _of_feature(row: Row, unit: str | None) -> Iterator[Fault]:
    if row.unit is not None and row.unit not in (unit or "", NO_UNIT if unit is None else unit):
        yield _fault(row, OTHER_UNIT, name=row.name, typed=row.unit[:20] or NO_UNIT, unit=unit or NO_UNIT)
    if row.value is None:
        yield _fault(row, NO_VALUE, name=row.name)


def _fault(row: Row, message: str, **args: str) -> Fault:
    return Fault(row.line, message, {"line": str(row.line), **args})


def _extractor(table: FeatureTable, declared: Declared) -> Iterator[Fault]:
    if declared.extractor is None:
        return
    said = table.said.get("extractor")
    if said is None:
        yield Fault(0, NO_EXTRACTOR, {"declared": declared.extractor})
    elif said != declared.extractor:
        line = table.lines["extractor"]
        yield Fault(line, OTHER_EXTRACTOR, {"line": str(line), "typed": said[:60], "declared": declared.extractor})
