"""Dictionaries, what was coded with them, and the list of synonyms. The tables join the shared metadata.

The terms of a dictionary are not journalled row by row: the row of the dictionary keeps the digest of all of them, and `vigil verify`
counts it again. `verbatim` is derived from the answers: a row a term as it stands now.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, String, Table, Text

from trial.store.columns import CRF_KEY, crf_key, flag, metadata, person_id
from trial.store.types import Instant, Json


def bytewise(length: int) -> String:
    """Text that sorts by its bytes on both engines: what is looked for by its beginning, or hashed in order."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


dictionary = Table(
    "dictionary",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("version", String(20), nullable=False),
    Column("language", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    # Name of a file to its SHA-256.
    Column("files", Json, nullable=False),
    Column("terms", Integer),
    Column("terms_sha256", String(64)),
    Column("problems", Json),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("kind IN ('meddra', 'whodrug')", name="kind_known"),
    CheckConstraint("state IN ('loading', 'refused', 'ready', 'current', 'retired')", name="state_known"),
    CheckConstraint("(state IN ('loading', 'refused')) = (terms_sha256 IS NULL)", name="whole_with_its_digest"),
)

dictionary_term = Table(
    "dictionary_term",
    metadata,
    Column("dictionary", ForeignKey("dictionary.id"), primary_key=True),
    Column("level", bytewise(4), primary_key=True),
    Column("code", bytewise(16), primary_key=True),
    Column("text", Text, nullable=False),
    Column("folded", bytewise(400), nullable=False),
    Column("parent", String(16)),
    flag("current"),
    Column("paths", Json),
    Index(None, "dictionary", "level", "folded"),
)

dictionary_word = Table(
    "dictionary_word",
    metadata,
    Column("dictionary", ForeignKey("dictionary.id"), primary_key=True),
    Column("word", bytewise(60), primary_key=True),
    Column("code", bytewise(16), primary_key=True),
)

synonym = Table(
    "synonym",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("folded", String(400), nullable=False),
    Column("text", Text, nullable=False),
    Column("code", String(16), nullable=False),
    Column("term", Text, nullable=False),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("removed_at", Instant),
    person_id("removed_by"),
    Column("removed_because", Text),
    CheckConstraint("(removed_at IS NULL) = (removed_because IS NULL)", name="removed_with_a_reason"),
    Index(None, "kind", "folded"),
)

coding = Table(
    "coding",
    metadata,
    Column("id", Integer, primary_key=True),
    *crf_key(),
    Column("path", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("verbatim", Text, nullable=False),
    Column("dictionary", ForeignKey("dictionary.id"), nullable=False),
    Column("version", String(20), nullable=False),
    Column("code", String(16), nullable=False),
    # The term and all above it on the day: [{"level", "code", "text"}].
    Column("codes", Json, nullable=False),
    # The last version in which the code was found to mean the same.
    Column("valid_in", ForeignKey("dictionary.id"), nullable=False),
    Column("how", String(8), nullable=False),
    Column("synonym", ForeignKey("synonym.id")),
    Column("reason", Text),
    Column("state", String(12), nullable=False),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    person_id("approved_by"),
    Column("approved_role", String(40)),
    Column("approved_at", Instant),
    Column("ended_at", Instant),
    Column("ended_because", Text),
    ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
    CheckConstraint("how IN ('auto', 'synonym', 'person')", name="how_known"),
    CheckConstraint("state IN ('proposed', 'approved', 'superseded', 'rejected')", name="state_known"),
    CheckConstraint("(state IN ('superseded', 'rejected')) = (ended_at IS NOT NULL)", name="ended_with_its_state"),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_with_a_reason"),
    CheckConstraint("state <> 'approved' OR approved_at IS NOT NULL", name="approved_by_somebody"),
    Index(None, "participant", "state"),
    Index(None, "kind", "state"),
)

verbatim = Table(
    "verbatim",
    metadata,
    *crf_key(primary_key=True),
    Column("path", String(120), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("folded", bytewise(400), nullable=False),
    Column("state", String(8), nullable=False),
    ForeignKeyConstraint(["participant"], ["participant.id"]),
    CheckConstraint("state IN ('uncoded', 'proposed', 'recode', 'approved')", name="state_known"),
    Index(None, "kind", "folded"),
    Index(None, "state"),
)
