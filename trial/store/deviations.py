"""Deviations of many participants: the DV forms as they stand, with what each follows from where the system knows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, select

from trial.breaches import reveals
from trial.roles import hides, may_read_form
from trial.store.cohort import participant
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader
from trial.store.tables import CRF_KEY
from trial.store.tables_crfs import crf, crf_revision
from trial.store.tables_participants import breach

SYSTEM, PEOPLE = "system", "people"


@dataclass(frozen=True)
class Deviation:
    """One deviation. `said`: message and arguments of one the system found, to be translated; `because`: see `trial.breaches`.

    `hidden`: it may tell the arm to whoever asks, so that it is counted and not shown.
    """

    participant: str
    site: str
    occurrence: int
    on: date | None
    category: str | None
    severity: str | None
    source: str
    term: str
    said: dict[str, Any] | None
    because: str | None
    hidden: bool


_SAME = and_(*(crf.c[name] == breach.c[name] for name in CRF_KEY))
_ALL = (
    select(crf_revision, participant.c.site_code, breach.c.because, breach.c.said, breach.c.key)
    .join(crf, NEWEST)
    .join(participant, participant.c.id == crf.c.participant)
    .outerjoin(breach, _SAME)
    .where(crf.c.form == "DV", crf.c.status == "entered")
    .order_by(crf_revision.c.participant, crf_revision.c.occurrence)
)


def deviations(reader: Reader, role: str, sites: frozenset[str] | None) -> list[Deviation]:
    """Every deviation of the sites, the newest first. Who is blinded in lists of many gets those that tell no arm; the rest is `hidden`,
    and says nothing but category and importance. What a person wrote in words of their own is hidden too: nobody knows what it tells.
    """
    if not may_read_form(role, "DV"):
        return []
    blinded = hides(role, "DV", aggregate=True)
    found = sorted(_read(reader, sites, blinded), key=lambda d: (d.on or date.min, d.participant, d.occurrence))
    return found[::-1]


def _read(reader: Reader, sites: frozenset[str] | None, blinded: bool) -> Iterator[Deviation]:
    for row in reader.all(_ALL if sites is None else _ALL.where(participant.c.site_code.in_(sorted(sites)))):
        items = as_crf(row).answers.items
        hidden = blinded and (row["because"] is None or reveals(row["because"]) or _own_words(row["key"]))
        source = SYSTEM if row["because"] is not None else PEOPLE
        kinds = items.get("DVCAT"), items.get("DVSEV")
        if hidden:
            yield Deviation("", row["site_code"], 0, None, *kinds, source, "", None, None, True)
        else:
            told = None if _own_words(row["key"]) else row["said"]
            term, on = str(items.get("DVTERM") or ""), items.get("DVDAT")
            place = row["participant"], row["site_code"], row["occurrence"]
            yield Deviation(*place, on, *kinds, source, term, told, row["because"], False)


def _own_words(key: str | None) -> bool:
    """Whether the words are a person's: why a check was overridden, why a form was not done."""
    return key is None or key.startswith(("check:", "notdone:"))
