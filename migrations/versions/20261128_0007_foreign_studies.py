"""Studies of other systems beside the trial, and audit trails that came with imported data. All of it is only added to."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0007"
down_revision = "20261128_0006"
branch_labels = None
depends_on = None

APPEND_ONLY = {"foreign_study": ("id",), "foreign_subject": ("study", "number"), "source_audit": ("run", "participant")}


def _sha256(name: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(64), sa.CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"), nullable=False
    )


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=False) for name in names)


def upgrade() -> None:
    op.create_table(
        "foreign_study",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("system", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        *_texts("sources", "definitions", "asides", "losses", "counts"),
        _sha256("report"),
        _sha256("digest"),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "foreign_subject",
        sa.Column("study", sa.Integer, sa.ForeignKey("foreign_study.id"), primary_key=True),
        sa.Column(
            "number",
            sa.Integer,
            sa.CheckConstraint("number >= 1", name="number_from_one"),
            primary_key=True,
            autoincrement=False,
        ),
        *_texts("key", "crfs", "unreadable", "audit", "asides"),
        _sha256("digest"),
        sa.UniqueConstraint("study", "key"),
    )
    op.create_table(
        "source_audit",
        sa.Column("run", sa.Integer, sa.ForeignKey("import_run.id"), primary_key=True),
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), primary_key=True, nullable=False),
        *_texts("records"),
        _sha256("digest"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    for table in ("source_audit", "foreign_subject", "foreign_study"):
        op.drop_table(table)


def _refuse_on_sqlite() -> None:
    for table, key in APPEND_ONLY.items():
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for action in ("UPDATE", "DELETE"):
            op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} {stop}"))
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        replace = f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql() -> None:
    for table in APPEND_ONLY:
        for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
            op.execute(
                sa.DDL(
                    f"CREATE TRIGGER {table}_refuses_{name} BEFORE {action} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
                )
            )
