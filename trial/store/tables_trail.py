"""Tables of the trail's own procedures: what was taken out of it, where, and by whom."""

from sqlalchemy import Column, ForeignKey, Integer, Table, Text

from trial.store.columns import metadata, participant_id, person_id, sha256
from trial.store.types import Instant

redaction = Table(
    "redaction",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    Column("reason", Text, nullable=False),
    person_id("by", nullable=False),
    person_id("agreed", nullable=False),
    Column("at", Instant, nullable=False),
)

redaction_place = Table(
    "redaction_place",
    metadata,
    Column("redaction", ForeignKey("redaction.id"), primary_key=True),
    # Table and key in words, as `trial.store.broken.place` says them; triggers build the same text.
    Column("place", Text, primary_key=True),
    sha256("before"),
    sha256("after"),
)
