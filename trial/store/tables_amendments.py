"""The table of amendments: which site works under which version of the protocol, with the day of its ethics approval."""

from sqlalchemy import Column, Date, ForeignKey, String, Table

from trial.store.columns import metadata, person_id
from trial.store.types import Instant

activation = Table(
    "activation",
    metadata,
    Column("site", ForeignKey("site.code"), primary_key=True),
    Column("protocol", String(20), primary_key=True),
    Column("approved_on", Date, nullable=False),
    person_id("by"),
    Column("role", String(40), nullable=False),
    Column("at", Instant, nullable=False),
)
