"""Tables of the decision point: the sealed seed, its strata and allocations, and what the model predicted."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from trial.store.columns import SECRET, metadata, participant_id, person_id, sha256
from trial.store.types import Instant, Json

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
    Column("model", Text),
    Column("version", Text),
    sha256("digest"),
    Column("inputs", Json, nullable=False),
    Column("probability", Text),
    Column("threshold", Text),
    Column("classification", String(16)),
    Column("refused", Json),
    Column("versions", Json, nullable=False),
    Column("at", Instant, nullable=False),
    person_id("by"),
    # `contributions`: the probability without each modality; `problem`: what was found where the model could not be asked.
    Column("contributions", Json),
    Column("problem", Text),
    CheckConstraint("(probability IS NULL) = (refused IS NOT NULL)", name="answered_or_refused"),
    CheckConstraint("(probability IS NULL) = (classification IS NULL)", name="classified_if_answered"),
    # Where the manifest is not the released one, nothing is known of the model but the digest it should have.
    CheckConstraint(
        "(probability IS NULL) OR (model IS NOT NULL AND version IS NOT NULL AND threshold IS NOT NULL)",
        name="answered_by_a_model",
    ),
)
