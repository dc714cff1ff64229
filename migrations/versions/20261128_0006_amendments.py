"""Amendments: the sites that work under a version of the protocol, each with the day of its ethics approval."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0006"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activation",
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code"), primary_key=True, nullable=False),
        sa.Column("protocol", sa.String(20), primary_key=True, nullable=False),
        sa.Column("approved_on", sa.Date, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    op.drop_table("activation")


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'activation is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        named = f"CREATE TRIGGER activation_refuses_{action.lower()} BEFORE {action} ON activation {stop}"
        op.execute(sa.DDL(named))
    replace = "CREATE TRIGGER activation_refuses_replace BEFORE INSERT ON activation"
    same = "site = NEW.site AND protocol = NEW.protocol"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM activation WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql() -> None:
    for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER activation_refuses_{name} BEFORE {action} ON activation "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
