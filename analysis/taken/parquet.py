"""A dataset as Parquet: typed columns, labels in the metadata, and nothing of the hour or the machine."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.adam.variables import DATE, INTEGER, NUMBER, TEXT, Filled, Variable

TYPES: Mapping[str, Any] = {TEXT: pa.string(), INTEGER: pa.int64(), NUMBER: pa.float64(), DATE: pa.date32()}


def parquet_of(filled: Filled, metadata: Mapping[str, str]) -> bytes:
    """The dataset. `metadata`: what is said of the file, as cut and digest."""
    variables = filled.dataset.variables
    schema = pa.schema([_field(each) for each in variables], {"label": filled.dataset.label, **metadata})
    columns = [pa.array([row[i] for row in filled.rows], TYPES[v.kind]) for i, v in enumerate(variables)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), out, compression="snappy", version="2.6")
    return out.getvalue()


def _field(variable: Variable) -> Any:
    return pa.field(variable.name, TYPES[variable.kind], metadata={"label": variable.label, "derivation": variable.how})
