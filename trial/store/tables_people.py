"""Tables of who may act: second factor, identity and certification, approval, training, delegation, closed sites, access reviews.

A person's right to act rests on rows that are added, not on a flag that is set: what is in force today follows from them
(`trial/rights.py`). Secrets (the sealed key of the second factor, hashes of recovery codes and passwords) enter the journal salted.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from trial.store.columns import SECRET, Long, flag, metadata, person_id, sha256
from trial.store.types import Instant

second_factor = Table(
    "second_factor",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True, autoincrement=False),
    # `pending` was shown to its owner and not proved yet; it replaces `sealed` when a code of it arrives.
    Column("pending", Text, info=SECRET),
    Column("sealed", Text, info=SECRET),
    Column("enrolled_at", Instant),
    Column("last_step", Long),
    # Hashes of the recovery codes that are left, separated by blanks.
    Column("recovery", Text, info=SECRET),
    CheckConstraint("(sealed IS NULL) = (enrolled_at IS NULL)", name="sealed_when_enrolled"),
)

password_past = Table(
    "password_past",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person_id", nullable=False),
    Column("password_hash", Text, nullable=False, info=SECRET),
    Column("set_at", Instant, nullable=False),
    Index(None, "person_id"),
)

access_approval = Table(
    "access_approval",
    metadata,
    Column("assignment", ForeignKey("assignment.id"), primary_key=True, autoincrement=False),
    Column("approved_on", Date, nullable=False),
    Column("approved_by", Text, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
)

training = Table(
    "training",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person_id", nullable=False),
    Column("role", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("version", String(40), nullable=False),
    Column("taken_on", Date, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    Index(None, "person_id"),
)

delegation = Table(
    "delegation",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person_id", nullable=False),
    Column("site_code", ForeignKey("site.code"), nullable=False),
    Column("role", String(40), nullable=False),
    Column("tasks", Text, nullable=False),
    # The investigator who answers for the site, and signs for whom else works there.
    flag("principal"),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    Column("basis", String(8), nullable=False),
    sha256("content_digest"),
    person_id("proposed_by"),
    Column("proposed_at", Instant, nullable=False),
    person_id("approver"),
    Column("approved_by", Text),
    Column("approved_on", Date),
    Column("approved_at", Instant),
    Column("ended_at", Instant),
    Column("ended_reason", Text),
    CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
    CheckConstraint("basis IN ('sponsor', 'paper', 'signed')", name="basis_known"),
    CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
    CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended_with_a_reason"),
    Index(None, "person_id"),
    Index(None, "site_code"),
)

site_closure = Table(
    "site_closure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site_code", ForeignKey("site.code"), nullable=False),
    Column("closed_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    person_id("reopened_by"),
    Column("reopened_at", Instant),
    Column("reopened_reason", Text),
    Index(None, "site_code"),
)

identity_check = Table(
    "identity_check",
    metadata,
    Column("id", Integer, primary_key=True),
    person_id("person_id", nullable=False),
    # How and by which kind of document: never its number.
    Column("how", String(20), nullable=False),
    Column("document", String(20), nullable=False),
    Column("checked_on", Date, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    person_id("revoked_by"),
    Column("revoked_at", Instant),
    Column("revoked_reason", Text),
    CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_a_reason"),
    Index(None, "person_id"),
)

certification = Table(
    "certification",
    metadata,
    Column("identity", ForeignKey("identity_check.id"), primary_key=True, autoincrement=False),
    person_id("person_id", nullable=False),
    Column("version", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("printed_name", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

access_review = Table(
    "access_review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("people", Integer, nullable=False),
    sha256("content_digest"),
    Column("findings", Text, nullable=False),
    Column("meaning", Text, nullable=False),
    person_id("signer", nullable=False),
    Column("printed_name", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)
