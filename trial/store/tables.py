"""The typed tables: what the trial decides, and the journal of all that happened.

A column says how it enters the journal: in full (the default); `SECRET`, as a salted digest; `COVERED`, not at all, because a
digest column of the same row stands for it. A table in `UNJOURNALLED` holds convenience, not record: it may be changed and
dropped; `due` (a row a form that is expected or entered: its state, what it lacks) and `taken` (values that may occur once)
can be made again from the record. A person's id of None in `by`, `author`, `granted_by` or `journal.actor` means the system.
"""

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
    UniqueConstraint,
)

from trial.store import tables_access as tables_access
from trial.store import tables_amendments as tables_amendments  # their tables join the same metadata
from trial.store import tables_coding as tables_coding
from trial.store import tables_files as tables_files
from trial.store import tables_foreign as tables_foreign
from trial.store import tables_notices as tables_notices
from trial.store import tables_office as tables_office
from trial.store import tables_participants as tables_participants
from trial.store import tables_people as tables_people
from trial.store import tables_ranges as tables_ranges
from trial.store import tables_registry as tables_registry
from trial.store import tables_trail as tables_trail
from trial.store.columns import COVERED, SECRET, Long, crf_key, flag, participant_id, person_id, sha256
from trial.store.columns import CRF_KEY as CRF_KEY
from trial.store.columns import metadata as metadata
from trial.store.types import Instant, Json

GENESIS = "0" * 64

site = Table(
    "site",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("consent_versions", Json, nullable=False),
    flag("birth_year_only"),
    Column("opened_on", Date),
    Column("target", Integer, CheckConstraint("target >= 0", name="target_not_negative")),
    Column("emergency_phone", Text),
)

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

participant = Table(
    "participant",
    metadata,
    Column("id", String(32), primary_key=True),
    # Where the participant is followed now (`transfer` moves it); the id keeps the site that gave the number.
    Column("site_code", ForeignKey("site.code"), nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    Column("created_at", Instant, nullable=False),
    person_id("created_by"),
    Index(None, "site_code"),
)

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

randomisation = Table(
    "randomisation",
    metadata,
    Column("study", String(40), primary_key=True),
    Column("method", String(40), nullable=False),
    Column("parameters", Json, nullable=False),
    Column("seed_sealed", Text, nullable=False, info=SECRET),
    sha256("commitment"),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("revealed_at", Instant),
    Column("revealed_seed", Text),
    CheckConstraint("(revealed_at IS NULL) = (revealed_seed IS NULL)", name="revealed_at_once"),
    CheckConstraint("revealed_seed IS NULL OR closed_at IS NOT NULL", name="revealed_after_closing"),
)

stratum = Table(
    "stratum",
    metadata,
    Column("study", ForeignKey("randomisation.study"), primary_key=True),
    Column("key", String(120), primary_key=True),
    Column("used", Integer, CheckConstraint("used >= 0", name="used_not_negative"), nullable=False),
)

allocation = Table(
    "allocation",
    metadata,
    participant_id(primary_key=True),
    Column("study", ForeignKey("randomisation.study"), nullable=False),
    Column("number", Integer, CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    Column("stratum", String(120)),
    Column("slot", Integer, CheckConstraint("slot >= 1", name="slot_from_one")),
    Column("arm", String(16), nullable=False),
    Column("method", String(40), nullable=False),
    Column("factors", Json, nullable=False),
    Column("detail", Json, nullable=False),
    Column("at", Instant, nullable=False),
    person_id("by"),
    UniqueConstraint("study", "number"),
    UniqueConstraint("study", "stratum", "slot"),
    CheckConstraint("slot IS NULL OR stratum IS NOT NULL", name="slot_in_a_stratum"),
)

prediction = Table(
    "prediction",
    metadata,
    participant_id(primary_key=True),
    Column(
        "number", Integer, CheckConstraint("number >= 1", name="number_from_one"), primary_key=True, autoincrement=False
    ),
    Column("model", Text, nullable=False),
    Column("version", Text, nullable=False),
    sha256("digest"),
    Column("inputs", Json, nullable=False),
    Column("probability", Text),
    Column("threshold", Text, nullable=False),
    Column("classification", String(16)),
    Column("refused", Json),
    Column("versions", Json, nullable=False),
    Column("at", Instant, nullable=False),
    person_id("by"),
    CheckConstraint("(probability IS NULL) = (refused IS NOT NULL)", name="answered_or_refused"),
    CheckConstraint("(probability IS NULL) = (classification IS NULL)", name="classified_if_answered"),
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

file = Table(
    "file",
    metadata,
    Column("sha256", String(64), CheckConstraint("length(sha256) = 64", name="sha256_is_sha256"), primary_key=True),
    participant_id(primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", Long, CheckConstraint("size >= 0", name="size_not_negative"), nullable=False),
    Column("media_type", String(120), nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Text),
)

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

UNJOURNALLED = frozenset(
    {
        "due",
        "taken",
        "draft",
        "session",
        "login_attempt",
        "idempotency",
        "notice",
        "outbox",
        "followed",
        "verbatim",
        # The row of the dictionary keeps the digest of its terms.
        "dictionary_term",
        "dictionary_word",
    }
)
LEDGER = frozenset({"journal", "journal_head"})
INSERT_ONLY = frozenset(
    {
        "crf_revision",
        "activation",
        "allocation",
        "prediction",
        "definition",
        "expectedness",
        "query_remark",
        "review_plan",
        "checklist",
        "audit_review",
        "redaction",
        "redaction_place",
        "laboratory_range",
        "foreign_study",
        "foreign_subject",
        "source_audit",
        "breach",
        "screening_log",
        "transfer",
        "historical",
        "file_report",
        "file_look",
        "access_approval",
        "training",
        "certification",
        "access_review",
    }
)
JOURNALLED = tuple(t for t in metadata.sorted_tables if t.name not in UNJOURNALLED | LEDGER)


def table_named(table: Table | str) -> Table:
    """The table, or the table of that name; KeyError for a name that is not ours."""
    return metadata.tables[table] if isinstance(table, str) else table


def key_names(table: Table) -> tuple[str, ...]:
    """Names of the primary key's columns, in order."""
    return tuple(c.name for c in table.primary_key.columns)
