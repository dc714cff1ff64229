"""Laboratory reference ranges as stated: only ever added to. A later row goes before an earlier one; another corrects a wrong one."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from trial.store.columns import metadata, person_id, sha256
from trial.store.types import Instant

laboratory_range = Table(
    "laboratory_range",
    metadata,
    Column("id", Integer, primary_key=True),
    # No site: every site. No sex, age or last day: all of them.
    Column("site", String(8), ForeignKey("site.code")),
    Column("laboratory", Text),
    Column("test", String(16), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("sex", String(1)),
    Column("age_from", Integer),
    Column("age_to", Integer),
    # Decimal text: a binary fraction would move a limit.
    Column("low", String(40)),
    Column("high", String(40)),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
    Column("replaces", Integer, ForeignKey("laboratory_range.id")),
    sha256("sha256"),
    person_id("by"),
    Column("at", Instant, nullable=False),
    CheckConstraint("sex IN ('M', 'F')", name="sex_known"),
    CheckConstraint("age_from >= 0 AND age_to >= 0", name="age_not_negative"),
    CheckConstraint("age_from <= age_to", name="ages_in_order"),
    CheckConstraint("low IS NOT NULL OR high IS NOT NULL", name="has_a_limit"),
    CheckConstraint("valid_from <= valid_to", name="days_in_order"),
    UniqueConstraint("replaces"),
)
