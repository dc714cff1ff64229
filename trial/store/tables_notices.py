"""Tables of the notices: who was told of which entry of the journal, what left by mail. Convenience, made from the journal."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from trial.store.columns import Long, flag, metadata, participant_id, person_id
from trial.store.types import Instant

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person", nullable=False),
    Column("kind", String(20), nullable=False),
    Column("seq", Long, nullable=False),
    participant_id(nullable=True),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant),
    Column("mail", ForeignKey("outbox.id")),
    UniqueConstraint("person", "seq", "kind"),
    Index(None, "person", "seen_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person", nullable=False),
    Column("address", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("next_at", Instant),
    Column("problem", Text),
    flag("given_up"),
    Index(None, "sent_at", "next_at"),
)

followed = Table(
    "followed",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="only_one"), primary_key=True, autoincrement=False),
    Column("seq", Long, nullable=False),
)
