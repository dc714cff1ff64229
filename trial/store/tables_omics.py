"""Tables of the omics platform: aliquots, the custody of specimens, assay runs, batches. All of these are only ever added to.

A specimen itself is a form (SPEC): its label is SPEC.SPID, which occurs once. What happened to it afterwards is here. `label` is the
label of a specimen or of an aliquot. `abundance` is convenience: the numbers of a file, so that no page opens it.
"""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from trial.store.columns import metadata, participant_id, person_id, sha256
from trial.store.types import Instant, Json

LABEL = String(64)

aliquot = Table(
    "aliquot",
    metadata,
    Column("label", LABEL, primary_key=True),
    participant_id(),
    # The SPEC.SPID that it was taken from.
    Column("specimen", LABEL, nullable=False),
    # Decimal text with its unit: 0.5 mL.
    Column("amount", String(20)),
    Column("unit", String(8)),
    Column("made_on", Date, nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    Index(None, "participant", "specimen"),
)

custody = Table(
    "custody",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    Column("label", LABEL, nullable=False),
    Column("move", String(16), nullable=False),
    Column("moved_on", Date, nullable=False),
    Column("place", Text),
    # As SPEC.SPSTORE codes it, degC.
    Column("temperature", String(8)),
    Column("reason", Text),
    person_id("by"),
    Column("at", Instant, nullable=False),
    CheckConstraint(
        "move IN ('shipped', 'received', 'stored', 'thawed', 'used', 'to-destroy', 'destroyed')", name="move_known"
    ),
    Index(None, "label", "id"),
    Index(None, "participant"),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("modality", String(16), nullable=False),
    Column("name", String(60), nullable=False),
    # No site: every site.
    Column("site", String(8), ForeignKey("site.code")),
    # Extractor and version, or pipeline and version, that the tables of this batch must come from.
    Column("extractor", Text, nullable=False),
    # How its values are brought to those of the reference batch; the parameters were estimated on training data and are frozen.
    Column("method", String(20), nullable=False),
    Column("version", String(20), nullable=False),
    Column("reference", String(60)),
    Column("parameters", Json),
    sha256("sha256"),
    person_id("by"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("modality", "name"),
    CheckConstraint("method IN ('none', 'location-scale')", name="method_known"),
    CheckConstraint("(method = 'none') = (parameters IS NULL)", name="parameters_of_method"),
)

assay_run = Table(
    "assay_run",
    metadata,
    Column("id", Integer, primary_key=True),
    participant_id(),
    Column("modality", String(16), nullable=False),
    # What was used up: a specimen or an aliquot; of an image, the digest of its file.
    Column("label", LABEL),
    Column("image", String(64)),
    Column("mask", String(64)),
    Column("platform", Text, nullable=False),
    Column("laboratory", Text),
    Column("ran_on", Date, nullable=False),
    Column("quality", String(8), nullable=False),
    Column("batch", Integer, ForeignKey("batch.id")),
    # The feature table it gave; none where it failed, or where the result is no table.
    Column("table_sha256", String(64)),
    # The consent it stands on: FORM/EVENT/OCCURRENCE.
    Column("consent", String(60), nullable=False),
    person_id("by"),
    Column("at", Instant, nullable=False),
    CheckConstraint("(label IS NULL) <> (image IS NULL)", name="one_source"),
    CheckConstraint("quality IN ('PASS', 'FAIL')", name="quality_known"),
    Index(None, "participant"),
    Index(None, "table_sha256"),
)

abundance = Table(
    "abundance",
    metadata,
    # The shares in an abundance table by the digest of its file: made from the file, and can be made again.
    Column("sha256", String(64), primary_key=True),
    Column("shares", Json, nullable=False),
)
