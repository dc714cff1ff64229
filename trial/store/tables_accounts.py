"""Tables of people who sign in: accounts and roles, sessions and attempts, and what was sent once already."""

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

from trial.store.columns import SECRET, flag, metadata, person_id
from trial.store.types import Instant, Json

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    # Never reused: rows are not deleted, and one spelling (lower case) leaves no look-alike.
    Column(
        "username",
        String(150),
        CheckConstraint("username = lower(username)", name="username_is_lower"),
        nullable=False,
        unique=True,
    ),
    Column("full_name", Text, nullable=False),
    Column("email", Text),
    Column("password_hash", Text, info=SECRET),
    flag("active"),
    flag("must_change_password"),
    Column("created_at", Instant, nullable=False),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person_id", nullable=False),
    Column("role", String(40), nullable=False),
    Column("site_code", ForeignKey("site.code")),
    Column("granted_at", Instant, nullable=False),
    person_id("granted_by"),
    Column("revoked_at", Instant),
    CheckConstraint("revoked_at >= granted_at", name="revoked_after_granted"),
    Index(None, "person_id"),
)

session = Table(
    "session",
    metadata,
    Column("id", String(64), primary_key=True),
    person_id("person_id", nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("password_at", Instant),
    Column("revoked_at", Instant),
    # The first signature of a session asks for more than the later ones (21 CFR 11.200).
    Column("signed_at", Instant),
    Index(None, "person_id"),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("username", Text, nullable=False),
    Column("at", Instant, nullable=False),
    flag("success"),
    Column("address", String(64)),
    Index(None, "username", "at"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("action", String(80), nullable=False),
    Column("result", Json),
    Column("at", Instant, nullable=False),
)
