"""Stored calls of the model as they leave the database for analysis: what was asked and answered, and nothing of an outcome."""

from __future__ import annotations

from datetime import date
from typing import Any

from trial import roles
from trial.cuts import CALLS
from trial.errors import CutAltered, NotAllowed
from trial.store import cut_kept, cuts
from trial.store.calls import Calls as Calls
from trial.store.calls import calls_of
from trial.store.cohort import in_trial
from trial.store.reading import Reader


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
    worked = cut_kept.worked(reader, locked)
    if CALLS in worked.verdict.problems:
        raise CutAltered(locked.name, (CALLS,))
    return calls_of(worked.calls.rows, reached, locked.on)
