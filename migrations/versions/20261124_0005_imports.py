"""Imports: one row a run, with the digest of the file and of its report."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0005"
down_revision = "20261124_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column(
            "sha256",
            sa.String(64),
            sa.CheckConstraint("length(sha256) = 64", name="sha256_is_sha256"),
            nullable=False,
        ),
        sa.Column("mode", sa.String(8), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        *(sa.Column(name, sa.Integer) for name in ("lines", "accepted", "changed", "unchanged", "rejected")),
        sa.Column("report", sa.String(64)),
        sa.Column("by", sa.Integer, sa.ForeignKey("person.id")),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("ended_at", sa.String(27)),
        sa.CheckConstraint("mode IN ('all', 'row')", name="mode_known"),
        sa.CheckConstraint("state IN ('begun', 'done', 'refused')", name="state_known"),
        sa.CheckConstraint("(state = 'begun') = (ended_at IS NULL)", name="ended_with_its_state"),
    )


def downgrade() -> None:
    op.drop_table("import_run")
