"""Tables of the data office: queries and their threads, source data verification, holds, review plan, casebooks, the lock's checklist."""

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

from trial.store.columns import CRF_KEY, crf_key, metadata, participant_id, person_id, sha256
from trial.store.types import Instant, Json

query = Table(
    "query",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    # A query on a participant has no event, one on a visit no form, one on a whole form the path "".
    Column("event", String(16)),
    Column("form", String(16)),
    Column("occurrence", Integer),
    Column("path", String(120), nullable=False),
    Column("state", String(16), nullable=False),
    Column("source", String(20), nullable=False),
    Column("rule", String(200)),
    Column("words", Text, nullable=False),
    Column("said", Json),
    Column("revision", Integer),
    person_id("raised_by"),
    Column("raised_role", String(40)),
    Column("raised_at", Instant, nullable=False),
    person_id("assigned"),
    Column("changed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint(
        "state IN ('candidate', 'open', 'answered', 'closed', 'cancelled', 'resolved')", name="state_known"
    ),
    CheckConstraint("source IN ('system', 'data', 'monitor', 'coding', 'safety')", name="source_known"),
    CheckConstraint("(ended_at IS NULL) = (state IN ('candidate', 'open', 'answered'))", name="ended_with_its_state"),
    CheckConstraint("form IS NULL OR (event IS NOT NULL AND occurrence IS NOT NULL)", name="form_has_a_place"),
    CheckConstraint("path = '' OR form IS NOT NULL", name="path_in_a_form"),
    Index(None, "participant", "state"),
    Index(None, "state", "raised_at"),
)

query_remark = Table(
    "query_remark",
    metadata,
    Column("query", ForeignKey("query.id"), primary_key=True),
    Column(
        "number", Integer, CheckConstraint("number >= 1", name="number_from_one"), primary_key=True, autoincrement=False
    ),
    Column("act", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False),
    person_id("by"),
    Column("role", String(40)),
    Column("at", Instant, nullable=False),
)

verification = Table(
    "verification",
    metadata,
    *crf_key(primary_key=True),
    # Path to {"revision", "by", "at"}: the values that stand verified now. What was reset is in the journal.
    Column("paths", Json, nullable=False),
    ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
)

review_plan = Table(
    "review_plan",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("percent", Integer),
    Column("seed", String(64)),
    Column("reason", Text, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    CheckConstraint("kind IN ('all', 'critical', 'sample')", name="kind_known"),
    CheckConstraint(
        "(kind = 'sample') = (percent IS NOT NULL) AND (percent IS NULL) = (seed IS NULL)", name="sample_has_its_seed"
    ),
    CheckConstraint("percent BETWEEN 1 AND 99", name="percent_of_a_sample"),
)

hold = Table(
    "hold",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    # The widest that is named rules: nothing at all is the study.
    Column("site", ForeignKey("site.code")),
    participant_id(nullable=True),
    Column("event", String(16)),
    Column("form", String(16)),
    Column("occurrence", Integer),
    Column("reason", Text, nullable=False),
    person_id("by"),
    Column("role", String(40)),
    Column("at", Instant, nullable=False),
    Column("lifted_at", Instant),
    person_id("lifted_by"),
    Column("lifted_because", Text),
    CheckConstraint("kind IN ('freeze', 'lock')", name="kind_known"),
    CheckConstraint("site IS NULL OR participant IS NULL", name="one_scope"),
    CheckConstraint(
        "(form IS NULL) = (event IS NULL) AND (form IS NULL) = (occurrence IS NULL)"
        " AND (form IS NULL OR participant IS NOT NULL)",
        name="form_has_a_place",
    ),
    CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)", name="lifted_with_a_reason"),
    Index(None, "lifted_at", "participant"),
)

casebook = Table(
    "casebook",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    # FORM/EVENT/OCCURRENCE to the digest of its content: what the signer saw.
    Column("forms", Json, nullable=False),
    sha256("content_digest"),
    Column("meaning", Text, nullable=False),
    person_id("signer", nullable=False),
    Column("printed_name", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("voided_at", Instant),
    Column("void_reason", Text),
    CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_with_a_reason"),
    Index(None, "participant"),
)

checklist = Table(
    "checklist",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.code")),
    Column("results", Json, nullable=False),
    sha256("content_digest"),
    Column("meaning", Text, nullable=False),
    person_id("signer", nullable=False),
    Column("printed_name", Text, nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)

audit_review = Table(
    "audit_review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("findings", Text, nullable=False),
    person_id("by", nullable=False),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("first <= last", name="first_before_last"),
)

safety_reference = Table(
    "safety_reference",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("product", String(40), nullable=False),
    Column("document", Text, nullable=False),
    Column("version", String(40), nullable=False),
    Column("valid_from", Date, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("product", "document", "version"),
)

expectedness = Table(
    "expectedness",
    metadata,
    *crf_key(primary_key=True),
    Column(
        "revision",
        Integer,
        CheckConstraint("revision >= 1", name="revision_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("assessed", String(16), nullable=False),
    # What was valid at onset, by product: [{"product", "document", "version", "valid_from"}]; empty where nothing was.
    Column("against", Json, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    ForeignKeyConstraint([*CRF_KEY, "revision"], [*(f"crf_revision.{c}" for c in CRF_KEY), "crf_revision.number"]),
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("name", Text, nullable=False),
    sha256("sha256"),
    Column("mode", String(8), nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", String(8), nullable=False),
    *(Column(name, Integer) for name in ("lines", "accepted", "changed", "unchanged", "rejected")),
    Column("report", String(64)),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("mode IN ('all', 'row')", name="mode_known"),
    CheckConstraint("state IN ('begun', 'done', 'refused')", name="state_known"),
    CheckConstraint("(state = 'begun') = (ended_at IS NULL)", name="ended_with_its_state"),
)
