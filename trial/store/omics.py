"""Reading what the omics platform keeps, and what a table of a site is expected to come from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select

from trial.imports.features import Declared, declared_by
from trial.store.reading import Reader, Row
from trial.store.tables_omics import batch

MODALITY = {"RAD": "radiomics", "MIC": "microbiota", "PATH": "pathology"}
"""The modality, as the manifest names it, whose tables a form holds."""


def batch_of(reader: Reader, modality: str, site: str) -> Row | None:
    """The batch that new tables of a site belong to: the site's newest, else the newest for every site; None where none was stated."""
    at = or_(batch.c.site.is_(None), batch.c.site == site)
    found = reader.all(select(batch).where(batch.c.modality == modality, at).order_by(batch.c.id))
    own = [row for row in found if row["site"] is not None]
    return next(reversed(own or found), None)


def expected(reader: Reader, manifest: Any, source: str, site: str) -> Declared:
    """What a table for FORM.ITEM must hold, and its extractor: the one the model was made with, else that of the site's batch."""
    form = source.partition(".")[0]
    declared = declared_by(manifest, source, only=form == "RAD")
    if form != "RAD":
        return replace(declared, extractor=None)
    stated = batch_of(reader, MODALITY[form], site)
    return replace(declared, extractor=declared.extractor or (stated["extractor"] if stated else None))
