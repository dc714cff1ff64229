"""Reading what the data office keeps: holds over a participant, queries of many, the plan in force, threads."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, or_, select

from trial.store.cohort import participant
from trial.store.columns import CRF_KEY
from trial.store.reading import Reader, Row
from trial.store.tables_accounts import person
from trial.store.tables_crfs import crf, crf_revision, due
from trial.store.tables_office import casebook, hold, query, query_remark, review_plan
from trial.store.worklist import Sites

LIVE = ("candidate", "open", "answered")
_OVER = select(hold).where(
    hold.c.lifted_at.is_(None),
    or_(
        hold.c.participant == bindparam("participant"),
        and_(hold.c.participant.is_(None), or_(hold.c.site.is_(None), hold.c.site == bindparam("site"))),
    ),
)


def holds_over(reader: Reader, site: str, participant: str | None) -> list[Row]:
    """Holds that were not lifted and stand over a participant, or over some form of theirs; of the site alone for None."""
    return reader.prepared(_OVER, site=site, participant=participant)


def plan_in_force(reader: Reader) -> Row | None:
    """The newest review plan; None before one was set."""
    newest = select(review_plan).order_by(review_plan.c.number.desc()).limit(1)
    return next(iter(reader.all(newest)), None)


def thread(reader: Reader, number: int) -> list[Row]:
    """What was said and done about a query, oldest first, with `name` (None: the system)."""
    said = select(query_remark, person.c.full_name.label("name")).outerjoin(person, query_remark.c.by == person.c.id)
    return reader.all(said.where(query_remark.c.query == number), order_by="number")


_LAST = (
    select(query_remark.c.words)
    .where(query_remark.c.query == query.c.id, query_remark.c.number > 1, query_remark.c.words != "")
    .order_by(query_remark.c.number.desc())
    .limit(1)
    .scalar_subquery()
)
"""What was last said to a query; None where only the question was."""


def _at(sites: Sites) -> tuple[ColumnElement[bool], ...]:
    return () if sites is None else (participant.c.site_code.in_(sorted(sites)),)


def _wanted(
    sites: Sites, states: Collection[str], source: str, forms: Collection[str] | None, text: str
) -> Select[tuple[object, ...]]:
    narrowed = [query.c.state.in_(sorted(states)), *_at(sites)]
    if source:
        narrowed.append(query.c.source == source)
    if forms is not None:
        narrowed.append(or_(query.c.form.is_(None), query.c.form.in_(sorted(forms))))
    if text:
        narrowed.append(query.c.participant.contains(text.upper(), autoescape=True))
    return select(query, participant.c.site_code, _LAST.label("last")).join(participant).where(*narrowed)


def queries(
    reader: Reader,
    sites: Sites,
    *,
    states: Collection[str] = LIVE,
    source: str = "",
    forms: Collection[str] | None = None,
    text: str = "",
    offset: int = 0,
    limit: int = 100,
) -> list[Row]:
    """Queries with their `site_code` and what was `last` said, oldest first. `forms`: only on these, and on no form; None for every one."""
    found = _wanted(sites, states, source, forms, text).order_by(query.c.raised_at, query.c.id)
    return reader.all(found.offset(offset).limit(limit))


def count_queries(
    reader: Reader,
    sites: Sites,
    *,
    states: Collection[str] = LIVE,
    source: str = "",
    forms: Collection[str] | None = None,
    text: str = "",
) -> int:
    """How many there are in all."""
    found = _wanted(sites, states, source, forms, text).subquery()
    return int(reader.scalar(select(func.count()).select_from(found)) or 0)


def query_figures(reader: Reader, sites: Sites) -> list[Row]:
    """Site, state, source, raised_at and ended_at of every query: what metrics by site and age are counted from."""
    columns = (participant.c.site_code, query.c.state, query.c.source, query.c.raised_at, query.c.ended_at)
    return reader.all(select(*columns).join(participant).where(*_at(sites)))


def held_as(kind: str | None = None) -> ColumnElement[bool]:
    """That a hold (of a kind) covers the row of `due`: the condition `trial.holds.covers` in SQL."""
    same = and_(*(hold.c[name] == due.c[name] for name in CRF_KEY))
    whole = and_(hold.c.form.is_(None), hold.c.participant == due.c.participant)
    wide = and_(hold.c.participant.is_(None), or_(hold.c.site.is_(None), hold.c.site == participant.c.site_code))
    kinds = () if kind is None else (hold.c.kind == kind,)
    return exists().where(hold.c.lifted_at.is_(None), or_(same, whole, wide), *kinds)


def _to_verify(sites: Sites) -> Select[tuple[object, ...]]:
    return select(due, participant.c.site_code).join(participant).where(due.c.to_verify > 0, *_at(sites))


def count_to_verify(reader: Reader, sites: Sites) -> int:
    """How many forms there are in all."""
    return int(reader.scalar(select(func.count()).select_from(_to_verify(sites).subquery())) or 0)


def to_verify(reader: Reader, sites: Sites, *, limit: int = 200) -> list[Row]:
    """Rows of `due` that hold values to be verified, with `site_code`, in the order of participant and visit."""
    found = _to_verify(sites)
    return reader.all(found.order_by(due.c.participant, due.c.due_on, due.c.event, due.c.form).limit(limit))


def casebooks(reader: Reader, sites: Sites) -> list[Row]:
    """Every participant with the `signed_at` of the valid casebook signature, None where there is none."""
    valid = select(casebook.c.participant, func.max(casebook.c.at).label("signed_at"))
    found = valid.where(casebook.c.voided_at.is_(None)).group_by(casebook.c.participant).subquery()
    listed = select(participant, found.c.signed_at).outerjoin(found, found.c.participant == participant.c.id)
    return reader.all(listed.where(*_at(sites)).order_by(participant.c.id))


def standing_by_site(reader: Reader, sites: Sites) -> list[Row]:
    """Site, `state` of the form, and whether it is late: how many rows, how many `missing` values, `asks`, values `to_verify`."""
    columns = (participant.c.site_code, due.c.state)
    sums = [func.coalesce(func.sum(due.c[n]), 0).label(n) for n in ("missing", "asks", "to_verify")]
    found = select(*columns, func.count().label("forms"), *sums).select_from(due).join(participant)
    return reader.all(found.where(*_at(sites)).group_by(*columns).order_by(*columns))


def entered_without_signature(reader: Reader, sites: Sites, forms: Collection[str]) -> int:
    """How many entered forms of these names carry no valid signature."""
    named = crf.c.form.in_(sorted(forms)) if forms else false()
    unsigned = select(func.count()).select_from(crf).join(participant)
    where = (crf.c.status == "entered", crf.c.signed.is_(False), named)
    return int(reader.scalar(unsigned.where(*where, *_at(sites))) or 0)


def count_revisions(reader: Reader) -> int:
    """How many revisions of forms were ever saved: two states of the data with the same number are the same."""
    return int(reader.scalar(select(func.count()).select_from(crf_revision)) or 0)
