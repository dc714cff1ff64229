"""Questions over all accounts, one query each: who signed in last, what failed, who certified, who is delegated what."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import func, select

from trial.store.reading import Reader, Row
from trial.store.tables_accounts import login_attempt, person
from trial.store.tables_journal import journal
from trial.store.tables_people import certification, delegation, identity_check, training

ATTEMPTS = ("person:signature:refused", "person:session:refused", "system:attempts:alerted")
"""Events that tell of an attempt that failed, or of too many."""

REMOVALS = ("person:factor:removed", "admin:credential:voided")


def last_sign_ins(reader: Reader) -> dict[str, datetime]:
    """User name to the last attempt that succeeded."""
    c = login_attempt.c
    query = select(c.username, func.max(c.at).label("at")).where(c.success).group_by(c.username)
    return {row["username"]: row["at"] for row in reader.all(query)}


def failed_attempts(reader: Reader, limit: int) -> list[Row]:
    """The newest entries of the journal that tell of failures, newest first."""
    query = select(journal).where(journal.c.tag.in_(ATTEMPTS)).order_by(journal.c.seq.desc()).limit(limit)
    return _told(reader.all(query))


def last_sign_in_before_this(reader: Reader, username: str) -> datetime | None:
    """When a person signed in the time before the present one; None the first time."""
    c = login_attempt.c
    query = select(c.at).where(c.username == username, c.success).order_by(c.id.desc()).limit(2)
    found = reader.all(query)
    return found[1]["at"] if len(found) == 2 else None


def removals(reader: Reader, since: datetime | None) -> list[Row]:
    """Entries of the journal that tell of a second factor that was removed, after an instant (None: ever)."""
    later = () if since is None else (journal.c.at > since,)
    query = select(journal).where(journal.c.tag.in_(REMOVALS), *later).order_by(journal.c.seq)
    return _told(reader.all(query))


def _told(rows: list[Row]) -> list[Row]:
    return [row | {"body": json.loads(row["body"])} for row in rows]


def certified(reader: Reader) -> list[Row]:
    """Who certified the electronic signature under a check of identity that stands, by name."""
    c, i = certification.c, identity_check.c
    query = select(c.printed_name, c.at, i.how, i.document, i.checked_on).join(identity_check, i.id == c.identity)
    return reader.all(query.where(i.revoked_at.is_(None)).order_by(c.printed_name, c.at))


def delegations(reader: Reader, sites: frozenset[str] | None) -> list[Row]:
    """The delegation log of the sites (None: all) with names, by site, newest first."""
    d = delegation.c
    query = select(delegation, person.c.full_name, person.c.username).join(person, person.c.id == d.person_id)
    at = () if sites is None else (d.site_code.in_(sorted(sites)),)
    return reader.all(query.where(*at).order_by(d.site_code, d.id.desc()))


def trainings(reader: Reader, sites: frozenset[str] | None) -> list[Row]:
    """Trainings of everyone who was ever delegated tasks at the sites, or (None) of everyone, with names."""
    t = training.c
    query = select(training, person.c.full_name, person.c.username).join(person, person.c.id == t.person_id)
    if sites is not None:
        there = select(delegation.c.person_id).where(delegation.c.site_code.in_(sorted(sites)))
        query = query.where(t.person_id.in_(there))
    return reader.all(query.order_by(person.c.full_name, t.taken_on))
