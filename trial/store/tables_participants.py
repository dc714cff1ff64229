"""Tables of the participants' desk: deviations the system found, the pre-consent log, transfers between sites."""

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

from trial.store.columns import CRF_KEY, flag, metadata, participant_id, person_id
from trial.store.types import Instant, Json

breach = Table(
    "breach",
    metadata,
    # One row a deviation form the system wrote. The key keeps a breach from being raised twice, however dates move later.
    Column("participant", String(32), primary_key=True),
    Column("key", String(200), primary_key=True),
    *(Column(name, kind, nullable=False) for name, kind in (("event", String(16)), ("form", String(16)))),
    Column("occurrence", Integer, nullable=False),
    # What it follows from: FORM/EVENT/OCCURRENCE, with #ITEM where one value is meant; an event; "allocation".
    Column("because", String(80), nullable=False),
    Column("said", Json, nullable=False),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
)

screening_log = Table(
    "screening_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.code"), nullable=False),
    Column("month", String(7), nullable=False),
    Column("age_band", String(8), nullable=False),
    Column("sex", String(1), nullable=False),
    Column("reason", String(16), nullable=False),
    # A correction is a row of its own that takes the place of another; `void` takes it out without a successor.
    Column("replaces", ForeignKey("screening_log.id")),
    flag("void"),
    person_id("by"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("replaces"),
    CheckConstraint("void = false OR replaces IS NOT NULL", name="void_replaces"),
    CheckConstraint("sex IN ('M', 'F', 'U')", name="sex_known"),
    Index(None, "site", "month"),
)

transfer = Table(
    "transfer",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    Column("from_site", ForeignKey("site.code"), nullable=False),
    Column("to_site", ForeignKey("site.code"), nullable=False),
    Column("on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    person_id("agreed_by", nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    CheckConstraint("from_site <> to_site", name="to_another_site"),
    Index(None, "participant", "id"),
)
