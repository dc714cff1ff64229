"""Participants of the trial, and historical patients of the registry: two selections of one table that never overlap.

Every query of the store about many participants starts from `participant` here, which the registry is not in; a test walks the modules of
the store and fails on one that asks the table itself without standing in its list of reasons. So nothing has to remember to leave the
registry out of a denominator.
"""

from __future__ import annotations

from sqlalchemy import case, func, select

from trial.registry import PREFIX
from trial.store import tables, tables_crfs
from trial.store.reading import Reader, Row
from trial.store.tables_registry import historical
from trial.store.unit_of_work import UnitOfWork

Sites = frozenset[str] | None
_table = tables.participant
_HISTORICAL = _table.c.id.startswith(PREFIX, autoescape=True)

participant = select(_table).where(~_HISTORICAL).subquery("participant_of_the_trial")
"""The columns of the table, without anybody of the registry."""
patient = select(_table).where(_HISTORICAL).subquery("patient_of_the_registry")
"""The same of the registry alone."""


def in_trial(reader: Reader, site: str | None = None) -> list[Row]:
    """Participants of the trial by their numbers; of one site where it is named."""
    found = select(participant).order_by(participant.c.id)
    return reader.all(found if site is None else found.where(participant.c.site_code == site))


def in_registry(reader: Reader, sites: Sites) -> list[Row]:
    """Historical patients of these sites with their waiver (`committee`, `reference`, `granted_on`); None means every site."""
    columns = (historical.c.committee, historical.c.reference, historical.c.granted_on)
    found = select(patient, *columns).join(historical, historical.c.participant == patient.c.id).order_by(patient.c.id)
    return reader.all(found if sites is None else found.where(patient.c.site_code.in_(sorted(sites))))


def next_patient(uow: UnitOfWork, site: str) -> int:
    """The next number of the registry at a site. Its row is held until the end. Raises NotFound."""
    uow.lock("site", {"code": site})
    given = _table.c.id.startswith(f"{PREFIX}{site}-", autoescape=True)
    return 1 + (uow.scalar(select(func.max(_table.c.number)).where(given)) or 0)


def forms_entered(reader: Reader) -> dict[str, tuple[int, int]]:
    """Historical patient to how many forms are entered, and how many of them lack nothing."""
    crf = tables_crfs.crf
    whole = func.sum(case((crf.c.complete, 1), else_=0)).label("complete")
    found = select(crf.c.participant, func.count().label("entered"), whole).join(
        patient, patient.c.id == crf.c.participant
    )
    rows = reader.all(found.where(crf.c.status != "removed").group_by(crf.c.participant))
    return {row["participant"]: (row["entered"], int(row["complete"])) for row in rows}
