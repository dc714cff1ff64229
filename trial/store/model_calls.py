"""Stored calls of the model as they leave the database for analysis: what was asked and answered, and nothing of an outcome."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial import roles
from trial.errors import NotAllowed
from trial.store.cohort import in_trial
from trial.store.reading import Reader, Row
from trial.store.types import canonical


@dataclass(frozen=True)
class Calls:
    """Rows of `prediction` to the cut, by participant and number; `digest` is the SHA-256 over them."""

    rows: tuple[Row, ...]
    digest: str


def model_calls(reader: Reader, viewer: Any, *, cut_on: date) -> Calls:
    """Every call up to the day of the cut (UTC) of the participants the viewer reaches. Raises NotAllowed without `results.pooled`."""
    if not roles.may(viewer.role, "results.pooled"):
        raise NotAllowed(viewer.role, "results.pooled")
    reached = {row["id"] for row in in_trial(reader) if viewer.sites is None or row["site_code"] in viewer.sites}
    rows = tuple(
        row
        for row in reader.all("prediction", order_by=("participant", "number"))
        if row["participant"] in reached and row["at"].date() <= cut_on
    )
    total = hashlib.sha256()
    for row in rows:
        total.update(canonical(row).encode())
    return Calls(rows, total.hexdigest())
