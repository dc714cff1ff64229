"""Tokens with which programs and calendars come in, in the name of a person and one role."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Integer, String, Table, Text

from trial.store.columns import SECRET, flag, metadata, person_id
from trial.store.types import Instant

token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person", nullable=False),
    Column("role", String(40), nullable=False),
    Column(
        "scope",
        String(8),
        CheckConstraint("scope IN ('read', 'write', 'calendar')", name="scope_known"),
        nullable=False,
    ),
    Column("label", Text, nullable=False),
    # The token itself is shown once and kept nowhere: of 256 random bits the hash says nothing.
    Column("sha256", String(64), nullable=False, unique=True, info=SECRET),
    Column("created_at", Instant, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("revoked_at", Instant),
    flag("by_administrator"),
    Index(None, "person"),
)
