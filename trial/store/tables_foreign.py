"""Tables of studies that came from other systems, and of the audit trails that came with imported data.

They stand beside the trial, never in it. What is large is covered by the row's digest in the journal.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from trial.store.columns import COVERED, metadata, participant_id, person_id, sha256
from trial.store.types import Instant, Json

foreign_study = Table(
    "foreign_study",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("system", String(16), nullable=False),
    Column("name", String(200), nullable=False, unique=True),
    # [{"name", "sha256", "size"}]: the files it was read from, kept under their digests.
    Column("sources", Json, nullable=False),
    Column("definitions", Json, nullable=False, info=COVERED),
    Column("asides", Json, nullable=False, info=COVERED),
    Column("losses", Json, nullable=False, info=COVERED),
    # {"subjects", "forms", "values", "unreadable", "audit", "problem", "hard", "soft", "missing"}
    Column("counts", Json, nullable=False),
    sha256("report"),
    sha256("digest"),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)

foreign_subject = Table(
    "foreign_subject",
    metadata,
    Column("study", ForeignKey("foreign_study.id"), primary_key=True),
    Column(
        "number", Integer, CheckConstraint("number >= 1", name="number_from_one"), primary_key=True, autoincrement=False
    ),
    Column("key", Text, nullable=False),
    Column("crfs", Json, nullable=False, info=COVERED),
    Column("unreadable", Json, nullable=False, info=COVERED),
    Column("audit", Json, nullable=False, info=COVERED),
    Column("asides", Json, nullable=False, info=COVERED),
    sha256("digest"),
    UniqueConstraint("study", "key"),
)

source_audit = Table(
    "source_audit",
    metadata,
    Column("run", ForeignKey("import_run.id"), primary_key=True),
    participant_id(primary_key=True),
    # What the other installation's audit trail says of each value, in its order: `forms.foreign.SourceAudit`.
    Column("records", Json, nullable=False, info=COVERED),
    sha256("digest"),
)

COVERING = frozenset({"foreign_study", "foreign_subject", "source_audit"})
"""Tables whose `digest` covers the columns that the journal leaves out (`trial/store/foreign.py`)."""
