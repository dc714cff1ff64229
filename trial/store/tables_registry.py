"""The table of the registry: under which waiver of consent a historical patient's data are used."""

from sqlalchemy import CheckConstraint, Column, Date, Table, Text

from trial.store.columns import metadata, participant_id, person_id
from trial.store.types import Instant

historical = Table(
    "historical",
    metadata,
    participant_id(primary_key=True),
    Column("committee", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("granted_on", Date, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    # What tells the registry apart is the number: no row may say it of a participant of the trial.
    CheckConstraint("participant LIKE 'RG-%'", name="number_of_the_registry"),
    CheckConstraint("length(committee) > 0 AND length(reference) > 0", name="waiver_named"),
)
