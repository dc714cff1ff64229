"""Data cuts: a state of the data under a name, insert-only."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0022"
down_revision = "20261128_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_cut",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("cut_on", sa.Date, nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("calls_digest", sa.String(64), nullable=False),
        sa.Column("definitions", sa.Text, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("length(name) > 0", name="named"),
        sa.CheckConstraint("position >= 0", name="position_not_negative"),
        sa.CheckConstraint("length(head) = 64", name="head_is_sha256"),
        sa.CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        sa.CheckConstraint("length(calls_digest) = 64", name="calls_digest_is_sha256"),
        sa.CheckConstraint("length(reason) > 0", name="reason_given"),
    )
    _refuse_on_sqlite() if _lite() else _refuse_on_postgresql()


def downgrade() -> None:
    op.drop_table("data_cut")


def _lite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'data_cut is append-only'); END"
    op.execute(sa.DDL(f"CREATE TRIGGER data_cut_refuses_update BEFORE UPDATE ON data_cut {stop}"))
    op.execute(sa.DDL(f"CREATE TRIGGER data_cut_refuses_delete BEFORE DELETE ON data_cut {stop}"))
    replace = "CREATE TRIGGER data_cut_refuses_replace BEFORE INSERT ON data_cut"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM data_cut WHERE name = NEW.name) {stop}"))  # noqa: S608


def _refuse_on_postgresql() -> None:
    for name, when, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER data_cut_refuses_{name} BEFORE {when} ON data_cut "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
