"""Work lists: what is due, incomplete or unsigned, and participants page by page. One query each, however large the trial."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select

from trial.store.cohort import participant
from trial.store.reading import Reader, Row
from trial.store.tables import CRF_KEY
from trial.store.tables_crfs import crf, due
from trial.store.tables_decision import allocation

_SAME = and_(*(crf.c[name] == due.c[name] for name in CRF_KEY))
PHASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ended", ("EOS", "DTH")),
    ("follow-up", ("DEC",)),
    ("restaged", ("RST",)),
    ("treatment", ("RT", "EX")),
    ("enrolled", ("ELIG",)),
    ("screening", ("IC",)),
)
"""Where a participant stands: the first phase one of whose forms was entered, else "new". Says nothing about the arm."""

Sites = frozenset[str] | None
"""Codes of the sites asked about; None for every one."""


def _there(forms: tuple[str, ...]) -> ColumnElement[bool]:
    return exists().where(crf.c.participant == participant.c.id, crf.c.form.in_(forms), crf.c.status == "entered")


PHASE = case(*((_there(forms), name) for name, forms in PHASES), else_="new")


def _at(sites: Sites) -> tuple[ColumnElement[bool], ...]:
    return () if sites is None else (participant.c.site_code.in_(sorted(sites)),)


def _missed(today: date) -> ColumnElement[bool]:
    """What `trial.schedule.on_day` calls missed: the window is over and the next visit took its place."""
    return func.coalesce(and_(due.c.due_to < today, due.c.given_up_from <= today), false())


def _due(sites: Sites, today: date, ahead: timedelta, forms: Collection[str] | None) -> Select[tuple[object, ...]]:
    opens = or_(due.c.due_from.is_(None), due.c.due_from <= today + ahead)
    named = () if forms is None else (due.c.form.in_(sorted(forms)),)
    owed = (due.c.state == "required", ~_missed(today), opens, *named, *_at(sites))
    return select(due, participant.c.site_code).join(participant).where(*owed)


def open_forms(
    reader: Reader,
    sites: Sites,
    *,
    today: date,
    ahead: timedelta,
    forms: Collection[str] | None = None,
    limit: int = 500,
) -> list[Row]:
    """Forms owed on a day and not entered, whose window opens within `ahead` of it; those without dates first, then the oldest.

    What was missed is not owed any more: the grid of the participant shows it. `forms`: only these; None for every one.
    Rows of `due` with `site_code`.
    """
    last = func.coalesce(due.c.due_to, due.c.due_on, due.c.due_from)
    return reader.all(
        _due(sites, today, ahead, forms)
        .order_by(last.is_(None).desc(), last, due.c.participant, due.c.event, due.c.form)
        .limit(limit)
    )


def count_open(
    reader: Reader, sites: Sites, *, today: date, ahead: timedelta, forms: Collection[str] | None = None
) -> int:
    """How many there are in all."""
    return int(reader.scalar(select(func.count()).select_from(_due(sites, today, ahead, forms).subquery())) or 0)


def incomplete_forms(reader: Reader, sites: Sites, *, limit: int = 200) -> list[Row]:
    """Entered forms with required answers still open, or a check that waits for an answer; the newest first."""
    query = select(crf, participant.c.site_code).select_from(crf).join(participant).join(due, _SAME)
    open_ = (due.c.state == "entered", or_(due.c.missing > 0, due.c.asks > 0))
    return reader.all(query.where(*open_, *_at(sites)).order_by(crf.c.first_entered_at.desc()).limit(limit))


def unsigned_forms(reader: Reader, sites: Sites, forms: Sequence[str], *, limit: int = 200) -> list[Row]:
    """Complete forms of these names that carry no valid signature, oldest first."""
    query = select(crf, participant.c.site_code).select_from(crf).join(participant).join(due, _SAME)
    whole = (due.c.state == "entered", due.c.missing == 0, due.c.asks == 0)
    wanted = (*whole, crf.c.signed.is_(False), crf.c.form.in_(list(forms)))
    return reader.all(query.where(*wanted, *_at(sites)).order_by(crf.c.first_entered_at).limit(limit))


def with_form(reader: Reader, sites: Sites, form: str) -> list[Row]:
    """Participants' rows of whom that form was entered."""
    return reader.all(select(participant).where(_there((form,)), *_at(sites)).order_by(participant.c.id))


def participants_page(
    reader: Reader, sites: Sites, *, today: date, phase: str = "", text: str = "", offset: int = 0, limit: int = 50
) -> list[Row]:
    """Participants with their `phase` and how many forms are `overdue` on a day, newest first."""
    late = (
        select(func.count())
        .select_from(due)
        .where(due.c.participant == participant.c.id, due.c.due_to < today, ~_missed(today), due.c.state == "required")
    )
    query = select(participant, PHASE.label("phase"), late.scalar_subquery().label("overdue")).where(
        *_wanted(sites, phase, text)
    )
    return reader.all(
        query.order_by(participant.c.created_at.desc(), participant.c.id.desc()).offset(offset).limit(limit)
    )


def count_participants(reader: Reader, sites: Sites, *, phase: str = "", text: str = "") -> int:
    """How many such participants there are."""
    return int(reader.scalar(select(func.count()).select_from(participant).where(*_wanted(sites, phase, text))) or 0)


def _wanted(sites: Sites, phase: str, text: str) -> tuple[ColumnElement[bool], ...]:
    narrowed: list[ColumnElement[bool]] = list(_at(sites))
    if phase:
        narrowed.append(PHASE == phase)
    if text:
        narrowed.append(participant.c.id.contains(text.upper(), autoescape=True))
    return tuple(narrowed)


def decided_not_allocated(reader: Reader, sites: Sites, *, limit: int = 200) -> list[Row]:
    """Participants with a decision and no allocation: the page asks each record whether randomisation is open."""
    no_arm = ~exists().where(allocation.c.participant == participant.c.id)
    query = select(participant).where(_there(("DEC",)), no_arm, *_at(sites)).order_by(participant.c.id.desc())
    return reader.all(query.limit(limit))
