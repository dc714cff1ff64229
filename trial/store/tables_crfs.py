"""Tables of the forms: definitions, instances and their revisions, signatures, what is due, drafts."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from trial.store.columns import COVERED, CRF_KEY, crf_key, flag, metadata, participant_id, person_id, sha256
from trial.store.types import Instant, Json

definition = Table(
    "definition",
    metadata,
    Column("form", String(16), primary_key=True),
    Column(
        "version",
        Integer,
        CheckConstraint("version >= 1", name="version_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    sha256("sha256"),
    Column("json", Text, nullable=False, info=COVERED),
)

crf = Table(
    "crf",
    metadata,
    *crf_key(primary_key=True),
    Column("status", String(16), nullable=False),
    Column("revision", Integer, nullable=False),
    flag("complete"),
    # Never set: `hold` says what is locked. SQLite drops no column that a CHECK names.
    flag("locked"),
    flag("signed"),
    Column("first_entered_at", Instant, nullable=False),
    ForeignKeyConstraint(["participant"], ["participant.id"]),
    CheckConstraint("status IN ('entered', 'not_done', 'removed')", name="status_known"),
    CheckConstraint("occurrence >= 1", name="occurrence_from_one"),
    CheckConstraint("revision >= 1", name="revision_from_one"),
    Index(None, "status", "complete"),
)

crf_revision = Table(
    "crf_revision",
    metadata,
    *crf_key(primary_key=True),
    Column(
        "number", Integer, CheckConstraint("number >= 1", name="number_from_one"), primary_key=True, autoincrement=False
    ),
    Column("form_version", Integer, nullable=False, info=COVERED),
    Column("answers", Json, nullable=False, info=COVERED),
    Column("reason", Text, info=COVERED),
    Column("author", ForeignKey("person.id"), info=COVERED),
    Column("at", Instant, nullable=False, info=COVERED),
    Column("source", Text, nullable=False, info=COVERED),
    sha256("digest"),
    ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
    ForeignKeyConstraint(["form", "form_version"], ["definition.form", "definition.version"]),
    CheckConstraint("number = 1 OR (reason IS NOT NULL AND length(reason) > 0)", name="change_has_a_reason"),
)

signature = Table(
    "signature",
    metadata,
    Column("id", Integer, primary_key=True),
    *crf_key(),
    Column("revision", Integer, nullable=False),
    Column("meaning", Text, nullable=False),
    sha256("content_digest"),
    Column("calculated", Json),
    person_id("signer", nullable=False),
    Column("printed_name", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    ForeignKeyConstraint([*CRF_KEY, "revision"], [*(f"crf_revision.{c}" for c in CRF_KEY), "crf_revision.number"]),
    CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_with_a_reason"),
    Index(None, *CRF_KEY),
)

due = Table(
    "due",
    metadata,
    *crf_key(primary_key=True),
    Column("due_from", Date),
    Column("due_on", Date),
    Column("due_to", Date),
    Column("given_up_from", Date),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("because", String(60)),
    Column("missing", Integer, nullable=False),
    Column("asks", Integer, nullable=False),
    Column("to_verify", Integer, nullable=False),
    Column("told", String(64)),
    ForeignKeyConstraint(["participant"], ["participant.id"]),
    CheckConstraint("state IN ('required', 'not_required', 'entered', 'not_done')", name="state_known"),
    Index(None, "due_on"),
    Index(None, "state"),
)

taken = Table(
    "taken",
    metadata,
    Column("form", String(16), primary_key=True),
    Column("item", String(16), primary_key=True),
    Column("value", String(400), primary_key=True),
    participant_id(),
    Column("event", String(16), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Index(None, *CRF_KEY),
)

draft = Table(
    "draft",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    *crf_key(primary_key=True),
    Column("form_version", Integer, nullable=False),
    Column("base_revision", Integer),
    Column("raw", Json, nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(["participant"], ["participant.id"]),
)
