"""The registry: the waiver of consent under which a historical patient's data are used.

Historical patients stand in `participant` under numbers of their own (RG-...). Where there are any, there is no way down: the older
release would count them as participants of the trial.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0021"
down_revision = "20261128_0020"
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
    if not _lite():
        op.execute(sa.DDL("DROP FUNCTION vigil_historical_redacts_only()"))


def _lite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _unlike_a_redaction() -> str:
    """That an UPDATE is not what a redaction named: only the words of people may go."""
    named = "EXISTS (SELECT 1 FROM redaction_place WHERE place = 'historical ' || OLD.participant)"
    kept = ("participant", "granted_on", "by", "at")
    moved = " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in kept)
    return f"NOT {named} OR {moved}"


def _refuse_on_sqlite() -> None:
    stop = "BEGIN SELECT RAISE(ABORT, 'historical is append-only'); END"
    # SQLite before 3.39 knows the comparison only as IS NOT.
    unlike = _unlike_a_redaction().replace("IS DISTINCT FROM", "IS NOT")
    op.execute(sa.DDL(f"CREATE TRIGGER historical_refuses_update BEFORE UPDATE ON historical WHEN {unlike} {stop}"))
    op.execute(sa.DDL(f"CREATE TRIGGER historical_refuses_delete BEFORE DELETE ON historical {stop}"))
    replace = "CREATE TRIGGER historical_refuses_replace BEFORE INSERT ON historical"
    op.execute(
        sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM historical WHERE participant = NEW.participant) {stop}")  # noqa: S608
    )


def _refuse_on_postgresql() -> None:
    op.execute(
        sa.DDL(
            "CREATE FUNCTION vigil_historical_redacts_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF TG_OP = 'DELETE' OR {_unlike_a_redaction()} THEN "
            "RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END IF; RETURN NEW; END $$"
        )
    )
    op.execute(
        sa.DDL(
            "CREATE TRIGGER historical_refuses_change BEFORE UPDATE OR DELETE ON historical "
            "FOR EACH ROW EXECUTE FUNCTION vigil_historical_redacts_only()"
        )
    )
    op.execute(
        sa.DDL(
            "CREATE TRIGGER historical_refuses_truncate BEFORE TRUNCATE ON historical "
            "FOR EACH STATEMENT EXECUTE FUNCTION vigil_append_only()"
        )
    )
