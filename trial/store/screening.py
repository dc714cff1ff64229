"""Reading the pre-consent log, and who failed screening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select, exists, func, select

from trial import roles
from trial.errors import NotAllowed
from trial.screening_log import Flow, flow
from trial.store.cohort import participant
from trial.store.crfs import NEWEST, as_crf
from trial.store.reading import Reader, Row
from trial.store.tables_crfs import crf, crf_revision
from trial.store.tables_participants import screening_log

Sites = frozenset[str] | None
_later = screening_log.alias()
_STANDS = (~exists().where(_later.c.replaces == screening_log.c.id), screening_log.c.void.is_(False))
"""A line counts until another takes its place."""


def _at(query: Select[Any], sites: Sites) -> Select[Any]:
    return query if sites is None else query.where(screening_log.c.site.in_(sorted(sites)))


def lines(reader: Reader, sites: Sites, *, limit: int = 200) -> list[Row]:
    """The lines that stand, the last one written first."""
    found = select(screening_log).where(*_STANDS).order_by(screening_log.c.id.desc()).limit(limit)
    return reader.all(_at(found, sites))


def counts(reader: Reader, sites: Sites) -> list[Row]:
    """Site, month, reason and `n` of the lines that stand."""
    by = (screening_log.c.site, screening_log.c.month, screening_log.c.reason)
    found = select(*by, func.count().label("n")).where(*_STANDS).group_by(*by).order_by(*by)
    return reader.all(_at(found, sites))


def standing(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Of all lines, read now or as they stood, those that count: none in their place, and not void."""
    read = tuple(rows)
    replaced = {row["replaces"] for row in read}
    return tuple(row for row in read if row["id"] not in replaced and not row["void"])


def tallied(rows: Iterable[Row]) -> tuple[Row, ...]:
    """What `counts` gives, of rows that were read."""
    found = Counter((row["site"], row["month"], row["reason"]) for row in rows)
    return tuple({"site": s, "month": m, "reason": r, "n": n} for (s, m, r), n in sorted(found.items()))


def before_consent(reader: Reader, viewer: Any) -> Flow:
    """The boxes of the flow before consent, over the sites the viewer reaches. Raises NotAllowed without `accrual.read`."""
    if not roles.may(viewer.role, "accrual.read"):
        raise NotAllowed(viewer.role, "accrual.read")
    total: Counter[str] = Counter()
    for row in counts(reader, viewer.sites):
        total[row["reason"]] += row["n"]
    return flow(total)


def screen_failures(reader: Reader, sites: Sites) -> Iterator[Row]:
    """Participants whose confirmation of eligibility says no, or whose study ended as a screen failure; therapy may still have begun."""
    query = select(crf_revision).join(crf, NEWEST).join(participant, participant.c.id == crf.c.participant)
    query = query.where(crf.c.form.in_(("ELIG", "EOS")), crf.c.status == "entered").order_by(crf_revision.c.participant)
    narrowed = query if sites is None else query.where(participant.c.site_code.in_(sorted(sites)))
    failed = {r["participant"] for r in reader.all(narrowed) if _failed(as_crf(r).answers.items)}
    for name in sorted(failed):
        yield reader.the("participant", id=name)


def _failed(items: Any) -> bool:
    return bool(items.get("ELIGCONF") == "N" or items.get("EOSREAS") == "SCREENFAIL")
