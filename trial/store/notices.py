"""Reading notices and mails."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from trial.store.cohort import participant
from trial.store.reading import Reader, Row
from trial.store.tables_notices import notice, outbox

NEWEST = 50


def sites_of(reader: Reader, participants: Collection[str]) -> dict[str, str]:
    """Participant to site."""
    chosen = select(participant.c.id, participant.c.site_code).where(participant.c.id.in_(sorted(participants)))
    return {row["id"]: row["site_code"] for row in reader.all(chosen)}


def unseen(reader: Reader, person: int) -> int:
    """How many notices a person has not seen."""
    count = select(func.count()).select_from(notice).where(notice.c.person == person, notice.c.seen_at.is_(None))
    return int(reader.scalar(count) or 0)


def newest(reader: Reader, person: int) -> list[Row]:
    """A person's notices, those not seen first, then the newest."""
    mine = select(notice).where(notice.c.person == person)
    return reader.all(mine.order_by(notice.c.seen_at.is_not(None), notice.c.seq.desc()).limit(NEWEST))


def waiting(reader: Reader) -> dict[int, list[Row]]:
    """Person to notices that were neither seen nor told by mail, oldest first."""
    found: dict[int, list[Row]] = {}
    for row in reader.all("notice", order_by="seq", seen_at=None, mail=None):
        found.setdefault(row["person"], []).append(row)
    return found


def last_mail(reader: Reader, person: int) -> datetime | None:
    """When the last mail to a person was written."""
    row = reader.one(
        select(outbox.c.created_at).where(outbox.c.person == person).order_by(outbox.c.created_at.desc()).limit(1)
    )
    return row["created_at"] if row else None


def due_mails(reader: Reader, now: datetime) -> list[Row]:
    """Mails to be sent, or tried again, oldest first."""
    return reader.all(
        select(outbox).where(outbox.c.sent_at.is_(None), outbox.c.next_at <= now).order_by(outbox.c.created_at)
    )
