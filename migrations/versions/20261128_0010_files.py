"""Files: what was found out about each, and who looked at its picture."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0010"
down_revision = "20261128_0009"
branch_labels = None
depends_on = None

FILE_KEY = ("sha256", "participant")
TABLES = {"file_report": FILE_KEY, "file_look": (*FILE_KEY, "finding")}


def upgrade() -> None:
    op.create_table(
        "file_report",
        *_file_key(),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("item", sa.String(16), nullable=False),
        sa.Column(
            "source", sa.String(64), sa.CheckConstraint("length(source) = 64", name="source_is_sha256"), nullable=False
        ),
        sa.Column("preview", sa.String(64), sa.CheckConstraint("length(preview) = 64", name="preview_is_sha256")),
        sa.Column("preview_size", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("flags", "facts")),
        sa.Column("network", sa.String(16), nullable=False),
        sa.Column("scanned", sa.Text, nullable=False),
        sa.ForeignKeyConstraint([*FILE_KEY], [f"file.{name}" for name in FILE_KEY]),
        sa.CheckConstraint("network IN ('namespace', 'seccomp', 'none')", name="network_known"),
        sa.CheckConstraint("preview_size >= 0", name="preview_size_not_negative"),
    )
    op.create_index(op.f("ix_file_report_source"), "file_report", ["source"])
    op.create_table(
        "file_look",
        *_file_key(),
        sa.Column("finding", sa.String(16), primary_key=True),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint([*FILE_KEY], [f"file.{name}" for name in FILE_KEY]),
        sa.CheckConstraint("finding IN ('clean', 'name')", name="finding_known"),
    )
    for table in TABLES:
        if op.get_bind().dialect.name == "sqlite":
            _refuse_on_sqlite(table)
        else:
            _refuse_on_postgresql(table)


def downgrade() -> None:
    for table in reversed(list(TABLES)):
        op.drop_table(table)


def _file_key() -> tuple[sa.Column, ...]:
    return (
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("participant", sa.String(32), primary_key=True),
    )


def _refuse_on_sqlite(table: str) -> None:
    stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} {stop}"))
    same = " AND ".join(f"{name} = NEW.{name}" for name in TABLES[table])
    replace = f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
    op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql(table: str) -> None:
    for name, action, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_{name} BEFORE {action} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION vigil_append_only()"
            )
        )
