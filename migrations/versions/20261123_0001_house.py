"""The house: sites and people, participants and CRFs, decisions, and the journal that vouches for them.

The tables are written out here as they were on this day, and not imported from the application, which will move on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261123_0001"
down_revision = None
branch_labels = None
depends_on = None

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
Long = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _sha256(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(
        name,
        sa.String(64),
        sa.CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"),
        nullable=False,
        **options,
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(create_constraint=True, name=f"{name}_is_boolean"), nullable=False, default=False)


def _person(name: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.ForeignKey("person.id"), nullable=nullable)


def _participant(**options: Any) -> sa.Column[str]:
    return sa.Column("participant", sa.ForeignKey("participant.id"), **{"nullable": False} | options)


def _crf_key(**options: Any) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("participant", sa.String(32), nullable=False, **options),
        sa.Column("event", sa.String(16), nullable=False, **options),
        sa.Column("form", sa.String(16), nullable=False, **options),
        sa.Column("occurrence", sa.Integer, nullable=False, **options),
    )


CRF_KEY = ("participant", "event", "form", "occurrence")

site = sa.Table(
    "site",
    metadata,
    sa.Column("code", sa.String(8), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("consent_versions", sa.Text, nullable=False),
    _flag("birth_year_only"),
    sa.Column("opened_on", sa.Date),
    sa.Column("target", sa.Integer, sa.CheckConstraint("target >= 0", name="target_not_negative")),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column(
        "username",
        sa.String(150),
        sa.CheckConstraint("username = lower(username)", name="username_is_lower"),
        nullable=False,
        unique=True,
    ),
    sa.Column("full_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("password_hash", sa.Text),
    _flag("active"),
    _flag("must_change_password"),
    sa.Column("created_at", sa.String(27), nullable=False),
)

assignment = sa.Table(
    "assignment",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    _person("person_id", nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("site_code", sa.ForeignKey("site.code")),
    sa.Column("granted_at", sa.String(27), nullable=False),
    _person("granted_by"),
    sa.Column("revoked_at", sa.String(27)),
    sa.CheckConstraint("revoked_at >= granted_at", name="revoked_after_granted"),
    sa.Index(None, "person_id"),
)

participant = sa.Table(
    "participant",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("site_code", sa.ForeignKey("site.code"), nullable=False),
    sa.Column("number", sa.Integer, sa.CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    _person("created_by"),
    sa.UniqueConstraint("site_code", "number"),
)

definition = sa.Table(
    "definition",
    metadata,
    sa.Column("form", sa.String(16), primary_key=True),
    sa.Column(
        "version",
        sa.Integer,
        sa.CheckConstraint("version >= 1", name="version_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    _sha256("sha256"),
    sa.Column("json", sa.Text, nullable=False),
)

crf = sa.Table(
    "crf",
    metadata,
    *_crf_key(primary_key=True),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    _flag("complete"),
    _flag("locked"),
    _flag("signed"),
    sa.Column("first_entered_at", sa.String(27), nullable=False),
    sa.ForeignKeyConstraint(["participant"], ["participant.id"]),
    sa.CheckConstraint("status IN ('entered', 'not_done', 'removed')", name="status_known"),
    sa.CheckConstraint("occurrence >= 1", name="occurrence_from_one"),
    sa.CheckConstraint("revision >= 1", name="revision_from_one"),
    sa.Index(None, "status", "complete"),
)

crf_revision = sa.Table(
    "crf_revision",
    metadata,
    *_crf_key(primary_key=True),
    sa.Column(
        "number",
        sa.Integer,
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("form_version", sa.Integer, nullable=False),
    sa.Column("answers", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("author", sa.ForeignKey("person.id")),
    sa.Column("at", sa.String(27), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    _sha256("digest"),
    sa.ForeignKeyConstraint(CRF_KEY, [f"crf.{c}" for c in CRF_KEY]),
    sa.ForeignKeyConstraint(["form", "form_version"], ["definition.form", "definition.version"]),
    sa.CheckConstraint("number = 1 OR (reason IS NOT NULL AND length(reason) > 0)", name="change_has_a_reason"),
)

randomisation = sa.Table(
    "randomisation",
    metadata,
    sa.Column("study", sa.String(40), primary_key=True),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("parameters", sa.Text, nullable=False),
    sa.Column("seed_sealed", sa.Text, nullable=False),
    _sha256("commitment"),
    sa.Column("opened_at", sa.String(27), nullable=False),
    sa.Column("closed_at", sa.String(27)),
    sa.Column("revealed_at", sa.String(27)),
    sa.Column("revealed_seed", sa.Text),
    sa.CheckConstraint("(revealed_at IS NULL) = (revealed_seed IS NULL)", name="revealed_at_once"),
    sa.CheckConstraint("revealed_seed IS NULL OR closed_at IS NOT NULL", name="revealed_after_closing"),
)

stratum = sa.Table(
    "stratum",
    metadata,
    sa.Column("study", sa.ForeignKey("randomisation.study"), primary_key=True),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("used", sa.Integer, sa.CheckConstraint("used >= 0", name="used_not_negative"), nullable=False),
)

allocation = sa.Table(
    "allocation",
    metadata,
    _participant(primary_key=True),
    sa.Column("study", sa.ForeignKey("randomisation.study"), nullable=False),
    sa.Column("number", sa.Integer, sa.CheckConstraint("number >= 1", name="number_from_one"), nullable=False),
    sa.Column("stratum", sa.String(120)),
    sa.Column("slot", sa.Integer, sa.CheckConstraint("slot >= 1", name="slot_from_one")),
    sa.Column("arm", sa.String(16), nullable=False),
    sa.Column("method", sa.String(40), nullable=False),
    sa.Column("factors", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    _person("by"),
    sa.UniqueConstraint("study", "number"),
    sa.UniqueConstraint("study", "stratum", "slot"),
    sa.CheckConstraint("slot IS NULL OR stratum IS NOT NULL", name="slot_in_a_stratum"),
)

prediction = sa.Table(
    "prediction",
    metadata,
    _participant(primary_key=True),
    sa.Column(
        "number",
        sa.Integer,
        sa.CheckConstraint("number >= 1", name="number_from_one"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    _sha256("digest"),
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("probability", sa.Text),
    sa.Column("threshold", sa.Text, nullable=False),
    sa.Column("classification", sa.String(16)),
    sa.Column("refused", sa.Text),
    sa.Column("versions", sa.Text, nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    _person("by"),
    sa.CheckConstraint("(probability IS NULL) = (refused IS NOT NULL)", name="answered_or_refused"),
    sa.CheckConstraint("(probability IS NULL) = (classification IS NULL)", name="classified_if_answered"),
)

signature = sa.Table(
    "signature",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *_crf_key(),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("meaning", sa.Text(), nullable=False),
    _sha256("content_digest"),
    sa.Column("calculated", sa.Text),
    _person("signer", nullable=False),
    sa.Column("printed_name", sa.Text, nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    sa.Column("voided_at", sa.String(27)),
    sa.Column("void_reason", sa.Text),
    sa.ForeignKeyConstraint([*CRF_KEY, "revision"], [*(f"crf_revision.{c}" for c in CRF_KEY), "crf_revision.number"]),
    sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="voided_with_a_reason"),
    sa.Index(None, *CRF_KEY),
)

file = sa.Table(
    "file",
    metadata,
    sa.Column(
        "sha256", sa.String(64), sa.CheckConstraint("length(sha256) = 64", name="sha256_is_sha256"), primary_key=True
    ),
    _participant(primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("size", Long, sa.CheckConstraint("size >= 0", name="size_not_negative"), nullable=False),
    sa.Column("media_type", sa.String(120), nullable=False),
    _person("by"),
    sa.Column("at", sa.String(27), nullable=False),
)

setting = sa.Table(
    "setting",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("value", sa.Text),
)

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", Long, sa.CheckConstraint("seq >= 1", name="seq_from_one"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(27), nullable=False),
    sa.Column("actor", sa.ForeignKey("person.id")),
    sa.Column("role", sa.String(40)),
    sa.Column("tag", sa.String(80), nullable=False),
    sa.Column("participant", sa.ForeignKey("participant.id")),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Index(None, "participant", "seq"),
    sa.Index(None, "tag", "seq"),
    sa.Index(None, "actor", "seq"),
)

journal_head = sa.Table(
    "journal_head",
    metadata,
    sa.Column("one", sa.Integer, sa.CheckConstraint("one = 1", name="only_one"), primary_key=True, autoincrement=False),
    sa.Column("seq", Long, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)

due = sa.Table(
    "due",
    metadata,
    *_crf_key(primary_key=True),
    sa.Column("due_from", sa.Date),
    sa.Column("due_on", sa.Date),
    sa.Column("due_to", sa.Date),
    sa.ForeignKeyConstraint(["participant"], ["participant.id"]),
    sa.Index(None, "due_on"),
)

taken = sa.Table(
    "taken",
    metadata,
    sa.Column("form", sa.String(16), primary_key=True),
    sa.Column("item", sa.String(16), primary_key=True),
    sa.Column("value", sa.String(400), primary_key=True),
    _participant(),
    sa.Column("event", sa.String(16), nullable=False),
    sa.Column("occurrence", sa.Integer, nullable=False),
    sa.Index(None, *CRF_KEY),
)

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("person", sa.ForeignKey("person.id"), primary_key=True),
    *_crf_key(primary_key=True),
    sa.Column("form_version", sa.Integer, nullable=False),
    sa.Column("base_revision", sa.Integer),
    sa.Column("raw", sa.Text, nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    sa.ForeignKeyConstraint(["participant"], ["participant.id"]),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    _person("person_id", nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
    sa.Column("seen_at", sa.String(27), nullable=False),
    sa.Column("password_at", sa.String(27)),
    sa.Column("revoked_at", sa.String(27)),
    sa.Index(None, "person_id"),
)

login_attempt = sa.Table(
    "login_attempt",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("at", sa.String(27), nullable=False),
    _flag("success"),
    sa.Column("address", sa.String(64)),
    sa.Index(None, "username", "at"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("person", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("action", sa.String(80), nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("at", sa.String(27), nullable=False),
)

GENESIS = "0" * 64
# Table and key: rows that are written once and stay.
APPEND_ONLY = {
    "journal": ("seq",),
    "crf_revision": (*CRF_KEY, "number"),
    "allocation": ("participant",),
    "prediction": ("participant", "number"),
    "definition": ("form", "version"),
}


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection, checkfirst=False)
    connection.execute(journal_head.insert().values(one=1, seq=0, hash=GENESIS))
    if connection.dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    connection = op.get_bind()
    metadata.drop_all(connection, checkfirst=False)
    if connection.dialect.name != "sqlite":
        op.execute(sa.DDL("DROP FUNCTION vigil_append_only()"))


def _refuse_on_sqlite() -> None:
    for table, key in APPEND_ONLY.items():
        stop = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for action in ("UPDATE", "DELETE"):
            op.execute(sa.DDL(f"CREATE TRIGGER {table}_refuses_{action.lower()} BEFORE {action} ON {table} {stop}"))
        # INSERT OR REPLACE deletes without firing DELETE triggers unless the connection asked for recursive triggers.
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        replace = f"CREATE TRIGGER {table}_refuses_replace BEFORE INSERT ON {table}"
        op.execute(sa.DDL(f"{replace} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {stop}"))  # noqa: S608  # names from above


def _refuse_on_postgresql() -> None:
    op.execute(
        sa.DDL(
            "CREATE FUNCTION vigil_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$"
        )
    )
    for table in APPEND_ONLY:
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION vigil_append_only()"
            )
        )
        op.execute(
            sa.DDL(
                f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION vigil_append_only()"
            )
        )
