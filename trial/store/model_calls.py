"""Stored calls of the model as they leave the database for analysis: what was asked and answered, and nothing of an outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial import roles
from trial.cuts import CALLS
from trial.errors import CutAltered, NotAllowed
from trial.store import cuts
from trial.store.cohort import in_trial
from trial.store.past import Past
from trial.store.reading import Reader, Row
from trial.store.types import canonical


@dataclass(frozen=True)
class Calls:
    """Rows of `prediction` to the cut, by participant and number; `digest` is the SHA-256 over them."""

    rows: tuple[Row, ...]
    digest: str


def model_calls(reader: Reader, viewer: Any, *, cut_on: date, cut: str | None = None) -> Calls:
    """Every call up to the day of the cut (UTC) of the participants the viewer reaches. Raises NotAllowed without `results.pooled`.

    `cut`: the name of a data cut, whose date then stands in place of `cut_on`; NotFound, CutAltered as `extract` raises them.
    """
    if not roles.may(viewer.role, "results.pooled"):
        raise NotAllowed(viewer.role, "results.pooled")
    people = in_trial(reader)
    reached = {row["id"] for row in people if viewer.sites is None or row["site_code"] in viewer.sites}
    if cut is None:
        return calls_of(reader.all("prediction"), reached, cut_on)
    locked = cuts.named(reader, cut)
    every = calls_of(Past(reader, locked.position).rows("prediction"), {row["id"] for row in people}, locked.on)
    if every.digest != locked.calls_digest:
        raise CutAltered(locked.name, (CALLS,))
    return calls_of(every.rows, reached, locked.on)


def calls_of(rows: Iterable[Row], participants: Collection[str], on: date) -> Calls:
    """The calls of these participants up to a day (UTC), by participant and number."""
    kept = [row for row in rows if row["participant"] in participants and row["at"].date() <= on]
    kept.sort(key=lambda row: (row["participant"], row["number"]))
    total = hashlib.sha256()
    for row in kept:
        total.update(canonical(row).encode())
    return Calls(tuple(kept), total.hexdigest())
