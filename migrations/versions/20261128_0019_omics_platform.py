"""The omics platform: aliquots, custody of specimens, batches with their harmonisation, assay runs. Only ever added to."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0019"
down_revision = "20261128_0018"
branch_labels = None
depends_on = None

MOVES = "move IN ('shipped', 'received', 'stored', 'thawed', 'used', 'to-destroy', 'destroyed')"
APPEND_ONLY = {
    "aliquot": "label = NEW.label",
    "custody": "id = NEW.id",
    "batch": "id = NEW.id OR (modality = NEW.modality AND name = NEW.name)",
    "assay_run": "id = NEW.id",
}

# What people write there can hold a name: a redaction may rewrite these columns of a row that it names, and nothing else.
OPENED = {"custody": ("place", "reason"), "assay_run": ("platform", "laboratory")}
OTHERS = {
    "custody": ("id", "participant", "label", "move", "moved_on", "temperature", "by", "at"),
    "assay_run": (
        "id", "participant", "modality", "label", "image", "mask", "ran_on", "quality", "batch", "table_sha256", "consent", "by", "at",
    ),
}  # fmt: skip


def _who() -> tuple[sa.Column[int], sa.Column[str]]:
    return sa.Column("by", sa.Integer, sa.ForeignKey("person.id")), sa.Column("at", sa.String(27), nullable=False)


def _participant() -> sa.Column[str]:
    return sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "aliquot",
        sa.Column("label", sa.String(64), primary_key=True),
        _participant(),
        sa.Column("specimen", sa.String(64), nullable=False),
        sa.Column("amount", sa.String(20)),
        sa.Column("unit", sa.String(8)),
        sa.Column("made_on", sa.Date, nullable=False),
        *_who(),
        sa.Index(None, "participant", "specimen"),
    )
    op.create_table(
        "custody",
        sa.Column("id", sa.Integer, primary_key=True),
        _participant(),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("move", sa.String(16), nullable=False),
        sa.Column("moved_on", sa.Date, nullable=False),
        *(
            sa.Column(name, kind)
            for name, kind in (("place", sa.Text), ("temperature", sa.String(8)), ("reason", sa.Text))
        ),
        *_who(),
        sa.CheckConstraint(MOVES, name="move_known"),
        sa.Index(None, "label", "id"),
        sa.Index(None, "participant"),
    )
    _batch()
    _assay_run()
    op.create_table(
        "abundance", sa.Column("sha256", sa.String(64), primary_key=True), sa.Column("shares", sa.Text, nullable=False)
    )
    for table, same in APPEND_ONLY.items():
        if op.get_bind().dialect.name == "sqlite":
            _refuse_on_sqlite(table, same)
        else:
            _refuse_on_postgresql(table)


def downgrade() -> None:
    for table in ("abundance", "assay_run", "batch", "custody", "aliquot"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table in OPENED:
            op.execute(sa.DDL(f"DROP FUNCTION vigil_{table}_redacts_only()"))


def _batch() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("modality", sa.String(16), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code")),
        sa.Column("extractor", sa.Text, nullable=False),
        sa.Column("method", sa.String(20), nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(60)),
        sa.Column("parameters", sa.Text),
        sa.Column(
            "sha256",
            sa.String(64),
            sa.CheckConstraint("length(sha256) = 64", name="sha256_is_sha256"),
            nullable=False,
        ),
        *_who(),
        sa.UniqueConstraint("modality", "name"),
        sa.CheckConstraint("method IN ('none', 'location-scale')", name="method_known"),
        sa.CheckConstraint("(method = 'none') = (parameters IS NULL)", name="parameters_of_method"),
    )


def _assay_run() -> None:
    op.create_table(
        "assay_run",
        sa.Column("id", sa.Integer, primary_key=True),
        _participant(),
        sa.Column("modality", sa.String(16), nullable=False),
        sa.Column("label", sa.String(64)),
        sa.Column("image", sa.String(64)),
        sa.Column("mask", sa.String(64)),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("laboratory", sa.Text),
        sa.Column("ran_on", sa.Date, nullable=False),
        sa.Column("quality", sa.String(8), nullable=False),
        sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id")),
        sa.Column("table_sha256", sa.String(64)),
        sa.Column("consent", sa.String(60), nullable=False),
        *_who(),
        sa.CheckConstraint("(label IS NULL) <> (image IS NULL)", name="one_source"),
        sa.CheckConstraint("quality IN ('PASS', 'FAIL')", name="quality_known"),
        sa.Index(None, "participant"),
        sa.Index(None, "table_sha256"),
    )


def _unlike_a_redaction(table: str) -> str:
    """That an UPDATE is not what a redaction named; as migration 0016 has it."""
    named = f"EXISTS (SELECT 1 FROM redaction_place WHERE place = '{table} ' || OLD.id)"  # noqa: S608  # names from above
    moved = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in OTHERS[table])
    return f"NOT {named} OR {moved}"


def _refuse_on_sqlite(table: str, same: str) -> None:
    stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # SQLite before 3.39 knows the comparison only as IS NOT.
    when = f"WHEN {_unlike_a_redaction(table).replace('IS DISTINCT FROM', 'IS NOT')} " if table in OPENED else ""
    op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {when}{stop}"))
    op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {stop}"))
    replace = f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql(table: str) -> None:
    guard = "vigil_append_only"
    if table in OPENED:
        guard = f"vigil_{table}_redacts_only"
        op.execute(
            sa.DDL(
                f"CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF TG_OP = 'DELETE' OR {_unlike_a_redaction(table)} THEN "
                "RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END IF; RETURN NEW; END $$"
            )
        )
    for name, action, each, function in (
        ("change", "UPDATE OR DELETE", "ROW", guard),
        ("truncate", "TRUNCATE", "STATEMENT", "vigil_append_only"),
    ):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_{name} BEFORE {action} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION {function}()"
            )
        )
