"""The registry: the waiver of consent under which a historical patient's data are used.

Historical patients stand in `participant` under numbers of their own (RG-...). Where there are any, there is no way down: the older
release would count them as participants of the trial.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0021"
down_revision = "20261128_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "historical",
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), primary_key=True),
        sa.Column("committee", sa.Text, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("granted_on", sa.Date, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("participant LIKE 'RG-%'", name="number_of_the_registry"),
        sa.CheckConstraint("length(committee) > 0 AND length(reference) > 0", name="waiver_named"),
    )
    _refuse_on_sqlite() if _lite() else _refuse_on_postgresql()


def downgrade() -> None:
    held = op.get_bind().scalar(sa.text("SELECT count(*) FROM historical"))
    if held:
        # Their forms are insert-only: nothing here may take them out, and leaving them would count them in the trial.
        raise RuntimeError(
            f"{held} patients of the registry are on file; the older release would count them in the trial"
        )
    op.drop_table("historical")


def _lite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'historical is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        op.execute(sa.DDL(f"CREATE TRIGGER historical_refuses_{action.lower()} BEFORE {action} ON historical {stop}"))
    replace = "CREATE TRIGGER historical_refuses_replace BEFORE INSERT ON historical"
    op.execute(
        sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM historical WHERE participant = NEW.participant) {stop}")  # noqa: S608
    )


def _refuse_on_postgresql() -> None:
    for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER historical_refuses_{name} BEFORE {action} ON historical "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
