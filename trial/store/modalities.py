"""Reading the board of modalities: the few forms it is made from, of many participants in one query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from forms.answers import Crf
from forms.catalogue import definitions
from forms.record import Record
from trial.course import in_course_order
from trial.omics.modalities import READ, Cell, cells
from trial.roles import hides
from trial.store.cohort import participant
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader
from trial.store.tables_crfs import crf, crf_revision
from trial.store.worklist import Sites

_FORMS = (
    select(crf_revision, participant.c.site_code)
    .join(crf, NEWEST)
    .join(participant, participant.c.id == crf.c.participant)
    .where(crf_revision.c.form.in_(sorted(READ)), crf.c.status != "removed")
    .order_by(crf_revision.c.participant, crf.c.first_entered_at, *crf.primary_key.columns)
)


@dataclass(frozen=True)
class Line:
    """A participant of the board: number, site, and the cells by column."""

    participant: str
    site: str
    cells: Mapping[str, Cell]


def board(reader: Reader, manifest: Any, role: str, sites: Sites, today: date) -> list[Line]:
    """Everybody who has consented at the sites reached. What a role that is blinded in lists must not see is not read for it."""
    query = _FORMS if sites is None else _FORMS.where(participant.c.site_code.in_(sorted(sites)))
    found: dict[tuple[str, str], list[Crf]] = {}
    for row in reader.all(query):
        if not hides(role, row["form"], event=row["event"], aggregate=True):
            found.setdefault((row["participant"], row["site_code"]), []).append(as_crf(row))
    return [
        Line(name, site, cells(Record(in_course_order(tuple(crfs)), definitions()), manifest, today))
        for (name, site), crfs in found.items()
        if any(c.form == "IC" and c.counts for c in crfs)
    ]
