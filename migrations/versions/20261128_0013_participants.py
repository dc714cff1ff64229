"""Participants: deviations found by the system, the pre-consent log, transfers between sites, a site's emergency number.

A participant who moves keeps the number, so that a site may follow two of them with the same one: the unique key of site and number
goes; the id, which is unique, holds both already.
"""

import re
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "20261128_0013"
down_revision = "20261128_0012"
branch_labels = None
depends_on = None

CRF_KEY = ("participant", "event", "form", "occurrence")
APPEND_ONLY = {"breach": ("participant", "key"), "screening_log": ("id",), "transfer": ("id",)}
UNIQUE = "uq_participant_site_code_number"
CLAUSE = f"CONSTRAINT {UNIQUE} UNIQUE (site_code, number)"
FIRST_SITE = "(SELECT from_site FROM transfer WHERE transfer.participant = participant.id ORDER BY transfer.id LIMIT 1)"


def _person(name: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id"), nullable=nullable)


def upgrade() -> None:
    op.add_column("site", sa.Column("emergency_phone", sa.Text))
    if _lite():
        _rebuilt_on_sqlite(lambda made: re.sub(r",\s*" + re.escape(CLAUSE), "", made))
    else:
        op.drop_constraint(UNIQUE, "participant")
    op.create_index("ix_participant_site_code", "participant", ["site_code"])
    _breach()
    _screening_log()
    _transfer()
    _refuse()


def downgrade() -> None:
    # Who was moved goes back: the older release knows one site a participant.
    op.execute(sa.DDL(f"UPDATE participant SET site_code = coalesce({FIRST_SITE}, site_code)"))  # noqa: S608  # names from above
    for table in ("transfer", "screening_log", "breach"):
        op.drop_table(table)
    op.drop_index("ix_participant_site_code", "participant")
    if _lite():
        _rebuilt_on_sqlite(lambda made: re.sub(r"\)\s*$", f", {CLAUSE})", made))
    else:
        op.create_unique_constraint(UNIQUE, "participant", ["site_code", "number"])
    op.drop_column("site", "emergency_phone")


def _lite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _rebuilt_on_sqlite(changed: Callable[[str], str]) -> None:
    """SQLite drops no constraint: the table is made anew with its rows. What points at it is checked when all is back."""
    here = op.get_bind()
    made = str(here.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'participant'")))
    assert changed(made) != made
    for step in (
        "PRAGMA defer_foreign_keys = ON",
        "CREATE TEMPORARY TABLE participant_kept AS SELECT * FROM participant",
        "DROP TABLE participant",
        changed(made),
        "INSERT INTO participant SELECT * FROM participant_kept",
        "DROP TABLE participant_kept",
    ):
        op.execute(sa.DDL(step))


def _breach() -> None:
    op.create_table(
        "breach",
        sa.Column("participant", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("occurrence", sa.Integer, nullable=False),
        sa.Column("because", sa.String(80), nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
    )


def _screening_log() -> None:
    op.create_table(
        "screening_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("age_band", sa.String(8), nullable=False),
        sa.Column("sex", sa.String(1), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("replaces", sa.Integer, sa.ForeignKey("screening_log.id")),
        sa.Column("void", sa.Boolean(create_constraint=True, name="void_is_boolean"), nullable=False),
        _person("by"),
        sa.Column("at", sa.String(27), nullable=False),
        sa.UniqueConstraint("replaces"),
        sa.CheckConstraint("void = false OR replaces IS NOT NULL", name="void_replaces"),
        sa.CheckConstraint("sex IN ('M', 'F', 'U')", name="sex_known"),
        sa.Index(None, "site", "month"),
    )


def _transfer() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), nullable=False),
        sa.Column("from_site", sa.String(8), sa.ForeignKey("site.code"), nullable=False),
        sa.Column("to_site", sa.String(8), sa.ForeignKey("site.code"), nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _person("agreed_by", nullable=False),
        _person("by"),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("from_site <> to_site", name="to_another_site"),
        sa.Index(None, "participant", "id"),
    )


def _refuse() -> None:
    for table, key in APPEND_ONLY.items():
        if _lite():
            _refuse_on_sqlite(table, key)
        else:
            _refuse_on_postgresql(table)


def _refuse_on_sqlite(table: str, key: tuple[str, ...]) -> None:
    stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for action in ("UPDATE", "DELETE"):
        op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} {stop}"))
    same = " AND ".join(f"{name} = NEW.{name}" for name in key)
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
