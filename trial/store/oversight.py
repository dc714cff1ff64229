"""What is known of how the sites work: rows for indicators by site, never by arm, and never of a site that the reader does not reach.

A blinded role's rows come without what reveals an arm, so that its indicators cannot either (`trial/roles.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from forms.answers import Crf
from trial import roles
from trial.errors import NotAllowed
from trial.store.cohort import participant
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader, Row
from trial.store.tables_crfs import crf, crf_revision, due
from trial.store.tables_office import query

VERB = "oversight.read"


@dataclass(frozen=True)
class Entered:
    """A form instance as it stands: whose, at which site, and when it was first entered."""

    participant: str
    site: str
    first_entered_at: datetime
    crf: Crf


@dataclass(frozen=True)
class Oversight:
    """Rows of the sites a role reaches. `sites`: rows of the table; `queries` and `owed` rows with `site_code`."""

    sites: tuple[Row, ...]
    participants: tuple[tuple[str, str], ...]
    entered: tuple[Entered, ...]
    queries: tuple[Row, ...]
    owed: tuple[Row, ...]
    head: int


def oversight(reader: Reader, viewer: Any) -> Oversight:
    """Everything an indicator reads. Raises NotAllowed without `oversight.read`."""
    if not roles.may(viewer.role, VERB):
        raise NotAllowed(viewer.role, VERB)
    at = () if viewer.sites is None else (participant.c.site_code.in_(sorted(viewer.sites)),)
    people = reader.all(select(participant).where(*at), order_by="id")
    return Oversight(
        tuple(s for s in reader.all("site", order_by="code") if viewer.sites is None or s["code"] in viewer.sites),
        tuple((row["id"], row["site_code"]) for row in people),
        tuple(_entered(reader, at, viewer.role)),
        tuple(_seen(reader, _joined(query).where(*at), viewer.role)),
        tuple(_seen(reader, _joined(due).where(*at), viewer.role)),
        reader.the("journal_head", one=1)["seq"],
    )


def _joined(table: Any) -> Select[Any]:
    return select(table, participant.c.site_code).join(participant, participant.c.id == table.c.participant)


def _hidden(role: str, row: Row) -> bool:
    return bool(row["form"]) and roles.hides(role, row["form"], event=row["event"], aggregate=True)


def _seen(reader: Reader, rows: Select[Any], role: str) -> Iterator[Row]:
    return (row for row in reader.stream(rows) if not _hidden(role, row))


def _entered(reader: Reader, at: Any, role: str) -> Iterator[Entered]:
    rows = select(crf_revision, crf.c.first_entered_at, participant.c.site_code).join(crf, NEWEST)
    for row in reader.stream(rows.join(participant, participant.c.id == crf.c.participant).where(*at)):
        if not _hidden(role, row):
            yield Entered(row["participant"], row["site_code"], row["first_entered_at"], as_crf(row))
