"""Tables of inputs: a training cohort (a registry's export), and rows to predict. Each cell is an answer or its number; blank is missing.

Nothing is read charitably: a column too few or too many, a code that is not declared, or what is no number, is refused with its line.
"""

import math
from collections.abc import Iterator, Sequence
from typing import IO

import numpy as np

from trial.frozen.cohort import FACTS, NAMES, Cohort, as_matrix
from trial.frozen.errors import TableInvalid
from trial.frozen.inputs import INPUTS
from trial.frozen.manifest import InputSpec
from trial.imports.tabular import Broken, FileUnreadable, Heading, Line, lines

Values = dict[str, float | None]
OUTCOMES = {"0": 0, "1": 1}


def read_cohort(file: IO[bytes]) -> Cohort:
    """A training cohort: id, site, outcome (1 complete response, 0 none, blank not known), and every input. Raises TableInvalid.

    Who has no known outcome is counted and left out. A value outside the declared range of its input is refused: the range says
    what the model has seen.
    """
    found, drawn = [], 0
    for line in _lines(file, (*FACTS, *NAMES)):
        drawn += 1
        values = _values(line, INPUTS)
        if outside := [spec.name for spec in INPUTS if is_outside(spec, values[spec.name])]:
            raise TableInvalid(line.number, f"outside the declared range: {', '.join(outside)}")
        if (outcome := _outcome(line)) is not None:
            found.append((line.cells["id"], line.cells["site"], outcome, values))
    if not found:
        raise TableInvalid(0, "nobody has a known outcome")
    ids, sites, outcomes, rows = zip(*found, strict=True)
    return Cohort(ids, np.array(sites), as_matrix(rows), np.array(outcomes, dtype=int), None, drawn)


def read_rows(file: IO[bytes], inputs: Sequence[InputSpec]) -> Iterator[tuple[str, Values]]:
    """Rows to predict: id, and every input of a manifest; site and outcome may stand there and are not read. Raises TableInvalid."""
    for line in _lines(file, ("id", *(each.name for each in inputs))):
        yield line.cells["id"], _values(line, inputs)


def rows_of(cohort: Cohort) -> Iterator[list[str]]:
    """A cohort as `read_cohort` reads it, the heading first: the shape of a registry's export."""
    yield [*FACTS, *NAMES]
    for person, site, outcome, row in zip(cohort.ids, cohort.site, cohort.y, cohort.x, strict=True):
        yield [person, str(site), str(outcome), *("" if np.isnan(value) else repr(float(value)) for value in row)]


def is_outside(spec: InputSpec, value: float | None) -> bool:
    """Whether a value lies outside what the model has seen."""
    return value is not None and not spec.low <= value <= spec.high


def _lines(file: IO[bytes], columns: tuple[str, ...]) -> Iterator[Line]:
    """Every line, each with an id of its own."""
    seen: set[str] = set()
    try:
        for each in lines(file, columns, frozenset(), {}):
            if isinstance(each, Broken):
                raise TableInvalid(each.number, str(each.message))
            if isinstance(each, Heading):
                _refuse_foreign(each)
                continue
            if blank := [name for name in ("id", "site") if each.cells.get(name) == ""]:
                raise TableInvalid(each.number, f"without {', '.join(blank)}")
            if each.cells["id"] in seen:
                raise TableInvalid(each.number, f"a second row of {each.cells['id']}")
            seen.add(each.cells["id"])
            yield each
    except FileUnreadable as problem:
        raise TableInvalid(0, str(problem.message) % problem.args_) from problem


def _refuse_foreign(heading: Heading) -> None:
    if foreign := [name for name in heading.foreign if name.lower() not in FACTS]:
        raise TableInvalid(1, f"columns that the model does not know: {', '.join(foreign)}")


def _outcome(line: Line) -> int | None:
    text = line.cells["outcome"]
    if text and text not in OUTCOMES:
        raise TableInvalid(line.number, f"outcome is {text!r}, not 0, 1 or blank")
    return OUTCOMES.get(text)


def _values(line: Line, inputs: Sequence[InputSpec]) -> Values:
    return {spec.name: _value(spec, line.cells[spec.name], line.number) for spec in inputs}


def _value(spec: InputSpec, text: str, number: int) -> float | None:
    """A cell as a number: a declared code, or the number of one; any finite number where the input is not coded."""
    if not text:
        return None
    if spec.codes is not None and text in spec.codes:
        return spec.codes[text]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (spec.codes is not None and value not in spec.codes.values()):
        raise TableInvalid(
            number, f"{spec.name} is {text!r}, which is no {'declared code' if spec.codes else 'number'}"
        )
    return value
