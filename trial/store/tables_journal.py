"""Tables of the ledger: the journal, and where its chain ends."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from trial.store.columns import Long, metadata
from trial.store.types import Instant

GENESIS = "0" * 64

journal = Table(
    "journal",
    metadata,
    Column("seq", Long, CheckConstraint("seq >= 1", name="seq_from_one"), primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", ForeignKey("person.id")),
    Column("role", String(40)),
    Column("tag", String(80), nullable=False),
    Column("participant", ForeignKey("participant.id")),
    Column("body", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "participant", "seq"),
    Index(None, "tag", "seq"),
    Index(None, "actor", "seq"),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("one", Integer, CheckConstraint("one = 1", name="only_one"), primary_key=True, autoincrement=False),
    Column("seq", Long, nullable=False),
    Column("hash", String(64), nullable=False),
)
