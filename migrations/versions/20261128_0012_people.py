"""Who may act: second factor, identity and certification, approval, training, delegation, closed sites, access reviews.

Roles granted before this revision have no recorded approval and training yet: until they are recorded (`vigil user admit`), or
with VIGIL_DELEGATION=recorded meanwhile, they are not in force. Nothing is made up for them here.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0012"
down_revision = "20261128_0011"
branch_labels = None
depends_on = None

APPEND_ONLY = {
    "access_approval": ("assignment",),
    "training": ("id",),
    "certification": ("identity",),
    "access_review": ("id",),
}
TABLES = (
    "access_review",
    "certification",
    "identity_check",
    "site_closure",
    "delegation",
    "training",
    "access_approval",
    "password_past",
    "second_factor",
)


def _instant(name: str, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(27), nullable=nullable)


def _person(name: str, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id"), nullable=nullable)


def _sha256(name: str) -> sa.Column[str]:
    return sa.Column(
        name, sa.String(64), sa.CheckConstraint(f"length({name}) = 64", name=f"{name}_is_sha256"), nullable=False
    )


def _key(name: str, parent: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(parent), primary_key=True, autoincrement=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def upgrade() -> None:
    op.add_column("session", _instant("signed_at"))
    _credentials()
    _rights()
    _signing()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_on_sqlite()
    else:
        _refuse_on_postgresql()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_column("session", "signed_at")


def _credentials() -> None:
    op.create_table(
        "second_factor",
        _key("person_id", "person.id"),
        sa.Column("pending", sa.Text),
        sa.Column("sealed", sa.Text),
        _instant("enrolled_at"),
        sa.Column("last_step", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
        sa.Column("recovery", sa.Text),
        sa.CheckConstraint("(sealed IS NULL) = (enrolled_at IS NULL)", name="sealed_when_enrolled"),
    )
    op.create_table(
        "password_past",
        _id(),
        _person("person_id", nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        _instant("set_at", nullable=False),
        sa.Index(None, "person_id"),
    )


def _rights() -> None:
    op.create_table(
        "access_approval",
        _key("assignment", "assignment.id"),
        sa.Column("approved_on", sa.Date, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        _person("by"),
        _instant("at", nullable=False),
    )
    op.create_table(
        "training",
        _id(),
        _person("person_id", nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        _person("by"),
        _instant("at", nullable=False),
        sa.Index(None, "person_id"),
    )
    _delegation()
    op.create_table(
        "site_closure",
        _id(),
        sa.Column("site_code", sa.String(8), sa.ForeignKey("site.code"), nullable=False),
        sa.Column("closed_on", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _person("by"),
        _instant("at", nullable=False),
        _person("reopened_by"),
        _instant("reopened_at"),
        sa.Column("reopened_reason", sa.Text),
        sa.Index(None, "site_code"),
    )


def _delegation() -> None:
    op.create_table(
        "delegation",
        _id(),
        _person("person_id", nullable=False),
        sa.Column("site_code", sa.String(8), sa.ForeignKey("site.code"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("tasks", sa.Text, nullable=False),
        sa.Column(
            "principal", sa.Boolean(create_constraint=True, name="principal_is_boolean"), nullable=False, default=False
        ),
        sa.Column("from_on", sa.Date, nullable=False),
        sa.Column("to_on", sa.Date),
        sa.Column("basis", sa.String(8), nullable=False),
        _sha256("content_digest"),
        _person("proposed_by"),
        _instant("proposed_at", nullable=False),
        _person("approver"),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_on", sa.Date),
        _instant("approved_at"),
        _instant("ended_at"),
        sa.Column("ended_reason", sa.Text),
        sa.CheckConstraint("to_on >= from_on", name="ends_after_it_begins"),
        sa.CheckConstraint("basis IN ('sponsor', 'paper', 'signed')", name="basis_known"),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended_with_a_reason"),
        sa.Index(None, "person_id"),
        sa.Index(None, "site_code"),
    )


def _signing() -> None:
    op.create_table(
        "identity_check",
        _id(),
        _person("person_id", nullable=False),
        sa.Column("how", sa.String(20), nullable=False),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("checked_on", sa.Date, nullable=False),
        _person("by"),
        _instant("at", nullable=False),
        _person("revoked_by"),
        _instant("revoked_at"),
        sa.Column("revoked_reason", sa.Text),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_a_reason"),
        sa.Index(None, "person_id"),
    )
    op.create_table(
        "certification",
        _key("identity", "identity_check.id"),
        _person("person_id", nullable=False),
        sa.Column("version", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("printed_name", sa.Text, nullable=False),
        _instant("at", nullable=False),
    )
    op.create_table(
        "access_review",
        _id(),
        sa.Column("people", sa.Integer, nullable=False),
        _sha256("content_digest"),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("meaning", sa.Text, nullable=False),
        _person("signer", nullable=False),
        sa.Column("printed_name", sa.Text, nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        _instant("at", nullable=False),
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
