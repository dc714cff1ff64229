"""The calls of the model that count at a day, and the digest over them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from trial.store.reading import Row
from trial.store.types import canonical


@dataclass(frozen=True)
class Calls:
    """Rows of `prediction` to the cut, by participant and number; `digest` is the SHA-256 over them."""

    rows: tuple[Row, ...]
    digest: str


def calls_of(rows: Iterable[Row], participants: Collection[str], on: date) -> Calls:
    """The calls of these participants up to a day (UTC), by participant and number."""
    kept = [row for row in rows if row["participant"] in participants and row["at"].date() <= on]
    kept.sort(key=lambda row: (row["participant"], row["number"]))
    total = hashlib.sha256()
    for row in kept:
        total.update(canonical(row).encode())
    return Calls(tuple(kept), total.hexdigest())
