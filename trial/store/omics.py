"""Reading what the omics platform keeps, and what a table of a site is expected to come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, or_, select

from trial.feature_table import read
from trial.imports.features import Declared, declared_by
from trial.store.reading import Reader, Row
from trial.store.tables import file
from trial.store.tables_omics import abundance, batch
from trial.store.unit_of_work import UnitOfWork

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


def keep_shares(uow: UnitOfWork, sha256: str, content: bytes) -> None:
    """The numbers of an abundance table that was just kept, for the fact `taxon_tables`."""
    shares = [str(Decimal(repr(row.value))) for row in read(content).rows if row.value is not None]
    uow.put("abundance", sha256=sha256, shares=shares)


_OF_PARTICIPANT = (
    select(abundance)
    .join(file, file.c.sha256 == abundance.c.sha256)
    .where(file.c.participant == bindparam("participant"))
)


def taxon_tables(reader: Reader, participant: str) -> Mapping[str, tuple[Decimal, ...]]:
    """The fact of that name (`forms/crfs/facts.py`): the shares of every abundance table sent for a participant.

    Of every one that was sent, not of those a form holds: the form that is being saved holds one that no saved form has yet.
    """
    rows = reader.prepared(_OF_PARTICIPANT, participant=participant)
    return {row["sha256"]: tuple(map(Decimal, row["shares"])) for row in rows}
