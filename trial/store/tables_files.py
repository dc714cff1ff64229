"""What was found out about an uploaded file, and who has looked at it for a name in the picture. Both are written once."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, String, Table, Text

from trial.store.columns import Long, metadata, person_id
from trial.store.types import Instant, Json

FILE_KEY = ("sha256", "participant")


def _file_key() -> tuple[Column[str], ...]:
    return (Column("sha256", String(64), primary_key=True), Column("participant", String(32), primary_key=True))


file_report = Table(
    "file_report",
    metadata,
    *_file_key(),
    # The item it was sent for: whether a role may read that decides where no form holds the file (yet).
    Column("form", String(16), nullable=False),
    Column("item", String(16), nullable=False),
    # A keyed digest of what was sent (the bytes; of images, their studies): it shows the same again, and nobody without the key
    # can try a file of their own against it.
    Column("source", String(64), CheckConstraint("length(source) = 64", name="source_is_sha256"), nullable=False),
    Column("preview", String(64), CheckConstraint("length(preview) = 64", name="preview_is_sha256")),
    Column("preview_size", Long, nullable=False),
    Column("flags", Json, nullable=False),
    Column("facts", Json, nullable=False),
    Column("network", String(16), nullable=False),
    Column("scanned", Text, nullable=False),
    ForeignKeyConstraint([*FILE_KEY], [f"file.{name}" for name in FILE_KEY]),
    CheckConstraint("network IN ('namespace', 'seccomp', 'none')", name="network_known"),
    CheckConstraint("preview_size >= 0", name="preview_size_not_negative"),
    Index(None, "source"),
)

file_look = Table(
    "file_look",
    metadata,
    *_file_key(),
    # "name" may follow "clean", when somebody looks better; it stands for good.
    Column("finding", String(16), primary_key=True),
    person_id("by", nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint([*FILE_KEY], [f"file.{name}" for name in FILE_KEY]),
    CheckConstraint("finding IN ('clean', 'name')", name="finding_known"),
)
