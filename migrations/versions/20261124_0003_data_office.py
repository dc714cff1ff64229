"""The data office: queries, verification, holds, review plan, casebooks, the lock's checklist; and what each due form lacks.

`due` is derived and is made anew with its new columns: every command that migrates fills it again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261124_0003"
down_revision = "20261124_0002"
branch_labels = None
depends_on = None

CRF_KEY = ("participant", "event", "form", "occurrence")
APPEND_ONLY = {
    "query_remark": ("query", "number"),
    "review_plan": ("number",),
    "checklist": ("id",),
    "audit_review": ("id",),
}
TABLES = ("query_remark", "query", "verification", "review_plan", "hold", "casebook", "checklist", "audit_review")


def _sha256(name: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(64), sa.CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"), nullable=False
    )


def _person(name: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id"), nullable=nullable)


def _participant(nullable: bool = False) -> sa.Column[str]:
    return sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id"), nullable=nullable)


def _crf_key() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("participant", sa.String(32), primary_key=True, nullable=False),
        sa.Column("event", sa.String(16), primary_key=True, nullable=False),
        sa.Column("form", sa.String(16), primary_key=True, nullable=False),
        sa.Column("occurrence", sa.Integer, primary_key=True, nullable=False),
    )


def upgrade() -> None:
    _office()
    op.drop_table("due")
    op.create_table(
        "due",
        *_days(),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("because", sa.String(60)),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("asks", sa.Integer, nullable=False),
        sa.Column("to_verify", sa.Integer, nullable=False),
        sa.Column("told", sa.String(64)),
        sa.CheckConstraint("state IN ('required', 'not_required', 'entered', 'not_done')", name="state_known"),
        sa.Index(None, "due_on"),
        sa.Index(None, "state"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    op.drop_table("due")
    op.create_table("due", *_days(), sa.Index(None, "due_on"))
    for table in TABLES:
        op.drop_table(table)


def _days() -> tuple[Any, ...]:
    return (
        *_crf_key(),
        sa.Column("due_from", sa.Date),
        sa.Column("due_on", sa.Date),
        sa.Column("due_to", sa.Date),
        sa.Column("given_up_from", sa.Date),
        sa.ForeignKeyConstraint(["participant"], ["participant.id"]),
    )


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


def _office() -> None:
    op.create_table(
        "query",
        sa.Column("id", sa.Integer, primary_key=True),
        _participant(),
        sa.Column("event", sa.String(16)),
        sa.Column("form", sa.String(16)),
        sa.Column("occurrence", sa.Integer),
        sa.Column("path", sa.String(120), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("rule", sa.String(200)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("said", sa.Text),
        sa.Column("revision", sa.Integer),
        _person("raised_by"),
        sa.Column("raised_role", sa.String(40)),
        sa.Column("raised_at", sa.String(27), nullable=False),
        _person("assigned"),
        sa.Column("changed_at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27)),
        sa.CheckConstraint(
            "state IN ('candidate', 'open', 'answered', 'closed', 'cancelled', 'resolved')", name="state_known"
        ),
        sa.CheckConstraint("source IN ('system', 'data', 'monitor', 'coding', 'safety')", name="source_known"),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (state IN ('candidate', 'open', 'answered'))", name="ended_with_its_state"
        ),
        sa.CheckConstraint("form IS NULL OR (event IS NOT NULL AND occurrence IS NOT NULL)", name="form_has_a_place"),
        sa.CheckConstraint("path = '' OR form IS NOT NULL", name="path_in_a_form"),
        sa.Index(None, "participant", "state"),
        sa.Index(None, "state", "raised_at"),
    )

    op.create_table(
        "query_remark",
        sa.Column("query", sa.Integer, sa.ForeignKey("query.id"), primary_key=True),
        sa.Column(
            "number",
            sa.Integer,
            sa.CheckConstraint("number >= 1", name="number_from_one"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        _person("by"),
        sa.Column("role", sa.String(40)),
        sa.Column("at", sa.String(27), nullable=False),
    )

    op.create_table(
        "verification",
        *_crf_key(),
        sa.Column("paths", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
    )

    op.create_table(
        "review_plan",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("percent", sa.Integer),
        sa.Column("seed", sa.String(64)),
        sa.Column("reason", sa.Text, nullable=False),
        _person("by"),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("kind IN ('all', 'critical', 'sample')", name="kind_known"),
        sa.CheckConstraint(
            "(kind = 'sample') = (percent IS NOT NULL) AND (percent IS NULL) = (seed IS NULL)",
            name="sample_has_its_seed",
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 99", name="percent_of_a_sample"),
    )

    op.create_table(
        "hold",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code")),
        _participant(nullable=True),
        sa.Column("event", sa.String(16)),
        sa.Column("form", sa.String(16)),
        sa.Column("occurrence", sa.Integer),
        sa.Column("reason", sa.Text, nullable=False),
        _person("by"),
        sa.Column("role", sa.String(40)),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("lifted_at", sa.String(27)),
        _person("lifted_by"),
        sa.Column("lifted_because", sa.Text),
        sa.CheckConstraint("kind IN ('freeze', 'lock')", name="kind_known"),
        sa.CheckConstraint("site IS NULL OR participant IS NULL", name="one_scope"),
        sa.CheckConstraint(
            "(form IS NULL) = (event IS NULL) AND (form IS NULL) = (occurrence IS NULL)"
            " AND (form IS NULL OR participant IS NOT NULL)",
            name="form_has_a_place",
        ),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)", name="lifted_with_a_reason"),
        sa.Index(None, "lifted_at", "participant"),
    )

    op.create_table(
        "casebook",
        sa.Column("id", sa.Integer, primary_key=True),
        _participant(),
        sa.Column("forms", sa.Text, nullable=False),
        _sha256("content_digest"),
        sa.Column("meaning", sa.Text, nullable=False),
        _person("signer", nullable=False),
        sa.Column("printed_name", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("voided_at", sa.String(27)),
        sa.Column("void_reason", sa.Text),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_with_a_reason"),
        sa.Index(None, "participant"),
    )

    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site", sa.String(8), sa.ForeignKey("site.code")),
        sa.Column("results", sa.Text, nullable=False),
        _sha256("content_digest"),
        sa.Column("meaning", sa.Text, nullable=False),
        _person("signer", nullable=False),
        sa.Column("printed_name", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
    )

    op.create_table(
        "audit_review",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("looked_at", sa.Integer, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        _person("by", nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.CheckConstraint("first <= last", name="first_before_last"),
    )
