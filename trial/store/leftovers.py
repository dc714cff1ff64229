"""Bytes in the store that no row names: what a crash between disk and database leaves. Listed, never removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select, union

from trial.store.files import HEX, INCOMING, Files
from trial.store.reading import Reader
from trial.store.tables import file
from trial.store.tables_files import file_report
from trial.store.tables_office import import_run


def named(reader: Reader) -> frozenset[str]:
    """Every digest that a row names: files, previews, imported files and the reports on them."""
    columns = (file.c.sha256, file_report.c.preview, import_run.c.sha256, import_run.c.report)
    every = union(*(select(column.label("sha256")).where(column.is_not(None)) for column in columns)).subquery()
    return frozenset(row["sha256"] for row in reader.stream(select(every)))


def leftovers(reader: Reader, files: Files) -> Iterator[Path]:
    """Files of the store that nobody names, and those that never got their name."""
    if not files.root.exists():
        return
    known = named(reader)
    for place in sorted(files.root.rglob("*")):
        if place.is_file() and (
            place.name.startswith(INCOMING) or (_is_digest(place.name) and place.name not in known)
        ):
            yield place


def _is_digest(name: str) -> bool:
    return len(name) == 64 and HEX.issuperset(name)
