"""Datasets as CSV and JSON, readable by anything.

RFC 4180: UTF-8 without a mark, CRLF, a heading row, empty for missing. A value that a spreadsheet would take for a formula is not altered:
these files are read by programs, and what a program reads must be what was recorded (a table for people is quoted, `analysis.table`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from analysis.adam.variables import Filled


def csv_of(filled: Filled) -> bytes:
    """A dataset as CSV."""
    return table([each.name for each in filled.dataset.variables], filled.rows)


def table(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Any rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([_text(value) for value in row] for row in rows)
    return out.getvalue().encode()


def table_of(heading: Sequence[str], entries: Iterable[Mapping[str, Any]]) -> bytes:
    """Entries by name as CSV, in the order of the heading."""
    return table(heading, ([entry[name] for name in heading] for entry in entries))


def json_of(document: Any) -> bytes:
    """A document as JSON, one way to write it only."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _text(value: Any) -> str:
    """The shortest text that reads back as the same value."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
