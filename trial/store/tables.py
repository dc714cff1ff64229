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
    Index,
    Integer,
    String,
    Table,
    Text,
)

from trial.store import tables_access as tables_access
from trial.store import tables_accounts as tables_accounts
from trial.store import tables_amendments as tables_amendments  # their tables join the same metadata
from trial.store import tables_coding as tables_coding
from trial.store import tables_crfs as tables_crfs
from trial.store import tables_cuts as tables_cuts
from trial.store import tables_decision as tables_decision
from trial.store import tables_files as tables_files
from trial.store import tables_foreign as tables_foreign
from trial.store import tables_journal as tables_journal
from trial.store import tables_notices as tables_notices
from trial.store import tables_office as tables_office
from trial.store import tables_omics as tables_omics
from trial.store import tables_participants as tables_participants
from trial.store import tables_people as tables_people
from trial.store import tables_ranges as tables_ranges
from trial.store import tables_registry as tables_registry
from trial.store import tables_trail as tables_trail
from trial.store.columns import CRF_KEY as CRF_KEY
from trial.store.columns import Long, flag, participant_id, person_id
from trial.store.columns import metadata as metadata
from trial.store.types import Instant, Json

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
        "abundance",
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
        "aliquot",
        "custody",
        "batch",
        "assay_run",
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
        "data_cut",
    }
)
JOURNALLED = tuple(t for t in metadata.sorted_tables if t.name not in UNJOURNALLED | LEDGER)


def table_named(table: Table | str) -> Table:
    """The table, or the table of that name; KeyError for a name that is not ours."""
    return metadata.tables[table] if isinstance(table, str) else table


def key_names(table: Table) -> tuple[str, ...]:
    """Names of the primary key's columns, in order."""
    return tuple(c.name for c in table.primary_key.columns)
