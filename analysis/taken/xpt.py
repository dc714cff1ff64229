"""A dataset as a SAS transport file, version 5 (SAS TS-140), written by ReadStat through pyreadstat and held to what the format allows.

ReadStat writes a text of any length into a file whose readers take 200 bytes, cuts labels without a word, and stamps the hour of the clock
in four places: lengths are guarded here, labels where variables are declared, and the four stamps are set to the day of the cut.
Text beyond 200 bytes is split: the rest stands in variables named after the first with a number, NAME1, NAME2 (as SDTM IG 3.3, 4.5.3.2).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat

from analysis.adam.variables import DATE, TEXT, BadDeclaration, Filled, Variable

LONGEST_TEXT = 200
"""Bytes of a text variable that every reader of version 5 takes."""
STAMPS = (144, 160, 464, 480)
"""Where the library and the member say when they were made and changed: 16 bytes each."""


def xpt_of(filled: Filled, on: date) -> bytes:
    """The dataset; `on`: the day of the cut, which the file gives as its own. Raises BadDeclaration where it does not fit the format."""
    told = split(filled)
    variables = told.dataset.variables
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "made.xpt"
        pyreadstat.write_xport(
            _frame(told), str(place), file_label=told.dataset.label, column_labels=[v.label for v in variables],
            table_name=told.dataset.name, file_format_version=5, variable_format={v.name: "DATE9" for v in variables if v.kind == DATE},
        )  # fmt: skip
        return stamped(place.read_bytes(), on)


def stamped(content: bytes, on: date) -> bytes:
    """The file as if made at midnight of a day. Raises BadDeclaration where the stamps are not where the format has them."""
    stamp, made = on.strftime("%d%b%y:00:00:00").upper().encode("ascii"), bytearray(content)
    for at in STAMPS:
        # A colon after the day, and two in the time: whatever the clock said.
        if (made[at + 7], made[at + 10], made[at + 13]) != (ord(":"),) * 3:
            raise BadDeclaration(f"no time stamp at byte {at} of the transport file")
        made[at : at + 16] = stamp
    return bytes(made)


def split(filled: Filled) -> Filled:
    """The dataset with every text beyond 200 bytes over as many variables as it needs. Raises BadDeclaration where a name is taken."""
    variables, columns = [], []
    for place, variable in enumerate(filled.dataset.variables):
        column = [row[place] for row in filled.rows]
        for part, values in enumerate(_parts(column) if variable.kind == TEXT else [column]):
            variables.append(_part(variable, part))
            columns.append(values)
    # `Dataset` refuses a name twice.
    dataset = replace(filled.dataset, variables=tuple(variables))
    return Filled(dataset, tuple(zip(*columns, strict=True)) if filled.rows else ())


def _part(variable: Variable, part: int) -> Variable:
    if part == 0:
        return variable
    name = f"{variable.name[: 8 - len(str(part))]}{part}"
    return replace(variable, name=name, label=f"{variable.label[:34]}, pt {part + 1}", codes=())


def _parts(column: list[str | None]) -> list[list[str | None]]:
    cut = [list(_pieces(value or "")) for value in column]
    most = max((len(each) for each in cut), default=1)
    return [[each[n] if n < len(each) and each[n] else None for each in cut] for n in range(max(most, 1))]


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of at most 200 bytes, no character cut in two."""
    raw = text.encode()
    while len(raw) > LONGEST_TEXT:
        end = LONGEST_TEXT
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        yield raw[:end].decode()
        raw = raw[end:]
    yield raw.decode()


def _frame(filled: Filled) -> pd.DataFrame:
    made: dict[str, Any] = {}
    for place, variable in enumerate(filled.dataset.variables):
        column = [row[place] for row in filled.rows]
        # Dates and text stay objects, for ReadStat looks at the values; numbers are doubles, missing ones not a number.
        made[variable.name] = pd.Series(column, dtype=object if variable.kind in (TEXT, DATE) else float)
    return pd.DataFrame(made)
