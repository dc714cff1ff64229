"""The safety desk: reference safety information by product and date, and what each expectedness was judged against."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0004"
down_revision = "20261124_0003"
branch_labels = None
depends_on = None

CRF_KEY = ("participant", "event", "form", "occurrence")


def upgrade() -> None:
    op.create_table(
        "safety_reference",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("product", sa.String(40), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("at", sa.String(27), nullable=False),
        sa.UniqueConstraint("product", "document", "version"),
    )
    op.create_table(
        "expectedness",
        sa.Column("participant", sa.String(32), primary_key=True, nullable=False),
        sa.Column("event", sa.String(16), primary_key=True, nullable=False),
        sa.Column("form", sa.String(16), primary_key=True, nullable=False),
        sa.Column("occurrence", sa.Integer, primary_key=True, nullable=False),
        sa.Column(
            "revision",
            sa.Integer,
            sa.CheckConstraint("revision >= 1", name="revision_from_one"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("assessed", sa.String(16), nullable=False),
        sa.Column("against", sa.Text, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(
            [*CRF_KEY, "revision"], [*(f"crf_revision.{c}" for c in CRF_KEY), "crf_revision.number"]
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    op.drop_table("expectedness")
    op.drop_table("safety_reference")


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'expectedness is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        named = f"CREATE TRIGGER expectedness_refuses_{action.lower()} BEFORE {action} ON expectedness {stop}"
        op.execute(sa.DDL(named))
    same = " AND ".join(f"{name} = NEW.{name}" for name in (*CRF_KEY, "revision"))
    replace = "CREATE TRIGGER expectedness_refuses_replace BEFORE INSERT ON expectedness"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM expectedness WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql() -> None:
    for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER expectedness_refuses_{name} BEFORE {action} ON expectedness "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
