"""From an extract, the stored calls and the released model to the data of its dossier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from analysis.courses import course_rows
from analysis.performance import Performance
from analysis.performance_results import performance_results
from analysis.reports.dossier_data import DossierData, Setting, approved_by_two, vector_results
from analysis.reports.performance_figures import draw
from analysis.reports.performance_tables import every_table
from analysis.table import Translate
from trial.frozen.manifest import checked_bytes, content_digest
from trial.frozen.runner import FrozenModel
from trial.protocol import PROTOCOL
from trial.store.extract import Extract
from trial.store.model_calls import Calls

FIGURES = ("roc", "calibration", "decision")
TABLES = frozenset({"flow", "measures", "accuracy", "strata", "readers", "quarters"})
"""Of the validation, what the dossier repeats; the report of performance holds all of it."""


def dossier_data(
    extract: Extract, calls: Calls, sites: Iterable[str], model: FrozenModel, tr: Translate = str
) -> DossierData:
    """The dossier at the cut of the extract. Runs every reference vector; raises ModelError where the model is not as released."""
    raw = checked_bytes(model.folder / "manifest.json", model.manifest_digest)
    manifest, found = model.manifest, performance_results(extract, calls)
    return DossierData(
        manifest,
        hashlib.sha256(raw).hexdigest(),
        (model.folder / manifest.card).read_text("utf-8"),
        approved_by_two(manifest, content_digest(json.loads(raw))),
        vector_results(manifest, lambda row: model.run([list(row)])[0]),
        PROTOCOL,
        _setting(extract, calls, sites, found),
        found.cut,
        tuple(table for table in every_table(found, tr) if table.id in TABLES) if found.enough else (),
        tuple(draw(name, found, tr) for name in FIGURES) if found.enough else (),
    )


def _setting(extract: Extract, calls: Calls, sites: Iterable[str], found: Performance) -> Setting:
    consented = [row.consent_on for row in course_rows(extract) if row.consent_on]
    answered = sum(_answered(row) for row in calls.rows)
    return Setting(
        tuple(sorted(sites)),
        min(consented, default=None),
        len(consented),
        answered,
        len(calls.rows) - answered,
        found.n,
    )


def _answered(row: Any) -> bool:
    return row["probability"] is not None
