"""Laboratory reference ranges by site, sex, age and date: one row a range as it was stated, only ever added to."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0009"
down_revision = "20261128_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "laboratory_range",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code")),
        sa.Column("laboratory", sa.Text),
        sa.Column("test", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(16), nullable=False),
        sa.Column("sex", sa.String(1)),
        sa.Column("age_from", sa.Integer),
        sa.Column("age_to", sa.Integer),
        sa.Column("low", sa.String(40)),
        sa.Column("high", sa.String(40)),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("replaces", sa.Integer, sa.ForeignKey("laboratory_range.id")),
        sa.Column(
            "sha256",
            sa.String(64),
            sa.CheckConstraint("length(sha256) = 64", name="sha256_is_sha256"),
            nullable=False,
        ),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("sex IN ('M', 'F')", name="sex_known"),
        sa.CheckConstraint("age_from >= 0 AND age_to >= 0", name="age_not_negative"),
        sa.CheckConstraint("age_from <= age_to", name="ages_in_order"),
        sa.CheckConstraint("low IS NOT NULL OR high IS NOT NULL", name="has_a_limit"),
        sa.CheckConstraint("valid_from <= valid_to", name="days_in_order"),
        sa.UniqueConstraint("replaces"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    op.drop_table("laboratory_range")


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'laboratory_range is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        named = f"CREATE TRIGGER laboratory_range_refuses_{action.lower()} BEFORE {action} ON laboratory_range {stop}"
        op.execute(sa.DDL(named))
    replace = "CREATE TRIGGER laboratory_range_refuses_replace BEFORE INSERT ON laboratory_range"
    same = "SELECT 1 FROM laboratory_range WHERE id = NEW.id OR replaces = NEW.replaces"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS ({same}) {stop}"))


def _refuse_on_postgresql() -> None:
    for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER laboratory_range_refuses_{name} BEFORE {action} ON laboratory_range "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
