"""Redaction: what was taken out of the record, and triggers that let through exactly the rows a redaction names."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0016"
down_revision = "20261128_0013"
branch_labels = None
depends_on = None

NEW = {"redaction": ("id",), "redaction_place": ("redaction", "place")}
# Table to its key, in the order the place names it, and the columns that a redaction may rewrite.
OPENED = {
    "crf_revision": (("participant", "event", "form", "occurrence", "number"), ("answers", "reason")),
    "query_remark": (("query", "number"), ("words",)),
    "journal": (("seq",), ("body",)),
    "transfer": (("id",), ("reason",)),
    "breach": (("participant", "key"), ("said",)),
    "source_audit": (("run", "participant"), ("records",)),
}
OTHERS = {
    "crf_revision": ("form_version", "author", "at", "source", "digest"),
    "query_remark": ("act", "state", "by", "role", "at"),
    "journal": ("at", "actor", "role", "tag", "participant", "previous", "hash"),
    "transfer": ("participant", "from_site", "to_site", "on", "agreed_by", "by", "at"),
    "breach": ("event", "form", "occurrence", "because", "at"),
    "source_audit": ("digest",),
}


def upgrade() -> None:
    op.create_table(
        "redaction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("agreed", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )
    op.create_table(
        "redaction_place",
        sa.Column("redaction", sa.Integer, sa.ForeignKey("redaction.id"), primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        *(
            sa.Column(
                name,
                sa.String(64),
                sa.CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"),
                nullable=False,
            )
            for name in ("before", "after")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_on_sqlite()
    else:
        _guard_on_postgresql()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in OPENED:
            op.execute(sa.DDL(f"DROP TRIGGER {table}_refuses_update"))
            stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} {stop}"))
    else:
        for table in OPENED:
            op.execute(sa.DDL(f"DROP TRIGGER {table}_refuses_change ON {table}"))
            _append_only(table)
            op.execute(sa.DDL(f"DROP FUNCTION vigil_{table}_redacts_only()"))
    op.drop_table("redaction_place")
    op.drop_table("redaction")


def _unlike_a_redaction(table: str) -> str:
    """That an UPDATE is not what a redaction named."""
    key, _texts = OPENED[table]
    place = " || '/' || ".join(f'OLD."{name}"' for name in key)
    named = f"EXISTS (SELECT 1 FROM redaction_place WHERE place = '{table} ' || {place})"  # noqa: S608  # names from above
    moved = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in (*key, *OTHERS[table]))
    return f"NOT {named} OR {moved}"


def _guard_on_sqlite() -> None:
    for table in OPENED:
        op.execute(sa.DDL(f"DROP TRIGGER {table}_refuses_update"))
        # SQLite before 3.39 knows the comparison only as IS NOT.
        unlike = _unlike_a_redaction(table).replace("IS DISTINCT FROM", "IS NOT")
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE ON {table} WHEN {unlike} {stop}"))
    for table, key in NEW.items():
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for action in ("UPDATE", "DELETE"):
            op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} {stop}"))
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        replace = f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _guard_on_postgresql() -> None:
    for table in OPENED:
        op.execute(
            sa.DDL(
                f"CREATE FUNCTION vigil_{table}_redacts_only() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN IF TG_OP = 'DELETE' OR {_unlike_a_redaction(table)} THEN "
                "RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END IF; RETURN NEW; END $$"
            )
        )
        op.execute(sa.DDL(f"DROP TRIGGER {table}_refuses_change ON {table}"))
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION vigil_{table}_redacts_only()"
            )
        )
    for table in NEW:
        _append_only(table)
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION vigil_append_only()"
            )
        )


def _append_only(table: str) -> None:
    op.execute(
        sa.DDL(
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION vigil_append_only()"
        )
    )
