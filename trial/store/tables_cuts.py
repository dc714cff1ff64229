"""The table of data cuts: what was locked, where the journal stood, and by whom."""

from sqlalchemy import CheckConstraint, Column, Date, String, Table, Text

from trial.store.columns import Long, metadata, person_id, sha256
from trial.store.types import Instant, Json

data_cut = Table(
    "data_cut",
    metadata,
    Column("name", String(60), CheckConstraint("length(name) > 0", name="named"), primary_key=True),
    Column("cut_on", Date, nullable=False),
    Column("position", Long, CheckConstraint("position >= 0", name="position_not_negative"), nullable=False),
    # The hash of the journal's entry at the position: it fixes everything before it.
    sha256("head"),
    sha256("digest"),
    sha256("calls_digest"),
    Column("definitions", Json, nullable=False),
    Column("code", String(40), nullable=False),
    Column("reason", Text, CheckConstraint("length(reason) > 0", name="reason_given"), nullable=False),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)
