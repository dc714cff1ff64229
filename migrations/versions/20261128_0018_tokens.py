"""Tokens: programs and calendars come in with one, in the name of a person and one role."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0018"
down_revision = "20261128_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column(
            "scope",
            sa.String(8),
            sa.CheckConstraint("scope IN ('read', 'write', 'calendar')", name="scope_known"),
            nullable=False,
        ),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("revoked_at", sa.String(27)),
        sa.Column(
            "by_administrator", sa.Boolean(create_constraint=True, name="by_administrator_is_boolean"), nullable=False
        ),
    )
    op.create_index(op.f("ix_token_person"), "token", ["person"])


def downgrade() -> None:
    op.drop_table("token")
