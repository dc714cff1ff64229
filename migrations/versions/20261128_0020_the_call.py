"""A call keeps what each modality did, and what was wrong with a model that could not be asked.

Where the manifest is not the released one, neither the name of the model, its version nor its threshold is known: they may be blank
where no probability is given.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0020"
down_revision = "20261128_0019"
branch_labels = None
depends_on = None

UNKNOWN = ("model", "version", "threshold")
ADDED = ("contributions", "problem")
BEFORE = (
    "participant", "number", "model", "version", "digest", "inputs", "probability", "threshold", "classification", "refused",
    "versions", "at", "by",
)  # fmt: skip
CHECK = "(probability IS NULL) OR (model IS NOT NULL AND version IS NOT NULL AND threshold IS NOT NULL)"
NAMED = "answered_by_a_model"


def upgrade() -> None:
    if _lite():
        _made_anew(_table(known=False), {name: sa.column(name) for name in BEFORE})
        return
    for name in UNKNOWN:
        op.alter_column("prediction", name, nullable=True)
    for name in ADDED:
        op.add_column("prediction", sa.Column(name, sa.Text))
    op.create_check_constraint(op.f(f"ck_prediction_{NAMED}"), "prediction", CHECK)


def downgrade() -> None:
    # The older release takes a name, a version and a threshold for granted.
    if _lite():
        blank = {name: sa.func.coalesce(sa.column(name), "") for name in UNKNOWN}
        _made_anew(_table(known=True), {name: sa.column(name) for name in BEFORE} | blank)
        return
    op.drop_constraint(op.f(f"ck_prediction_{NAMED}"), "prediction", type_="check")
    for name in ADDED:
        op.drop_column("prediction", name)
    for name in UNKNOWN:
        op.alter_column("prediction", name, type_=sa.Text, postgresql_using=f"coalesce({name}, '')")
        op.alter_column("prediction", name, nullable=False)


def _lite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _table(*, known: bool) -> list[sa.schema.SchemaItem]:
    added = [] if known else [sa.Column(name, sa.Text) for name in ADDED]
    check = [] if known else [sa.CheckConstraint(CHECK, name=NAMED)]
    first = sa.CheckConstraint("number >= 1", name="number_from_one")
    digest = sa.CheckConstraint("length(digest) = 64", name="digest_is_sha256")
    return [
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), primary_key=True),
        sa.Column("number", sa.Integer, first, primary_key=True, autoincrement=False),
        sa.Column("model", sa.Text, nullable=not known),
        sa.Column("version", sa.Text, nullable=not known),
        sa.Column("digest", sa.String(64), digest, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("probability", sa.Text),
        sa.Column("threshold", sa.Text, nullable=not known),
        sa.Column("classification", sa.String(16)),
        sa.Column("refused", sa.Text),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        *added,
        sa.CheckConstraint("(probability IS NULL) = (refused IS NOT NULL)", name="answered_or_refused"),
        sa.CheckConstraint("(probability IS NULL) = (classification IS NULL)", name="classified_if_answered"),
        *check,
    ]


def _made_anew(parts: list[sa.schema.SchemaItem], values: dict[str, sa.ColumnElement]) -> None:
    """SQLite loosens no column: the table is made anew with its rows, and refuses changes as before. Nothing points at it."""
    kept = sa.select(*values.values()).select_from(sa.table("prediction_kept", *map(sa.column, BEFORE)))
    op.execute(sa.DDL("CREATE TEMPORARY TABLE prediction_kept AS SELECT * FROM prediction"))
    op.drop_table("prediction")
    op.create_table("prediction", *parts)
    into = sa.table("prediction", *map(sa.column, values))
    op.execute(into.insert().from_select(list(values), kept))
    op.execute(sa.DDL("DROP TABLE prediction_kept"))
    stop = "BEGIN SELECT RAISE(ABORT, 'prediction is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        op.execute(sa.DDL(f"CREATE TRIGGER prediction_refuses_{action.lower()} BEFORE {action} ON prediction {stop}"))
    same = "EXISTS (SELECT 1 FROM prediction WHERE participant = NEW.participant AND number = NEW.number)"
    op.execute(sa.DDL(f"CREATE TRIGGER prediction_refuses_replace BEFORE INSERT ON prediction WHEN {same} {stop}"))
