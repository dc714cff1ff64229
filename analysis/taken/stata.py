"""A dataset as Stata .dta, format 118 (Stata 14 and later, UTF-8): labels of variables, of values, and dates as days.

Codes that are text stay text, so that a program that works on one format works on the other; codes that are numbers carry value labels.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from analysis.adam.variables import DATE, INTEGER, TEXT, Filled, Variable

LONGEST_TEXT = 2045
"""Bytes of a str variable; what is longer becomes a strL."""


def stata_of(filled: Filled, on: date) -> bytes:
    """The dataset; `on`: the day of the cut, which the file gives as the hour it was made."""
    variables, out = filled.dataset.variables, io.BytesIO()
    long = [
        v.name
        for v in variables
        if v.kind == TEXT and any(len((t or "").encode()) > LONGEST_TEXT for t in filled.column(v.name))
    ]
    _frame(filled).to_stata(
        out,
        write_index=False,
        version=118,
        time_stamp=datetime(on.year, on.month, on.day, tzinfo=UTC),
        data_label=filled.dataset.label,
        variable_labels={v.name: v.label for v in variables},
        convert_dates={v.name: "td" for v in variables if v.kind == DATE},
        value_labels={v.name: dict(v.codes) for v in variables if v.codes and v.kind == INTEGER},
        convert_strl=long,
    )
    return out.getvalue()


def _frame(filled: Filled) -> pd.DataFrame:
    return pd.DataFrame({v.name: _column(v, filled.column(v.name)) for v in filled.dataset.variables})


def _column(variable: Variable, values: tuple[Any, ...]) -> pd.Series:
    if variable.kind == TEXT:
        return pd.Series([value or "" for value in values], dtype=object)
    if variable.kind == DATE:
        return pd.Series(pd.to_datetime(list(values)), dtype="datetime64[ns]")
    # Every number a double: a missing one is Stata's own missing, and a type does not change with the data.
    return pd.Series(values, dtype=float)
