"""Notices to people, the mails that tell of them, and how far the journal has been followed."""

import sqlalchemy as sa
from alembic import op

revision = "20261128_0017"
down_revision = "20261128_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("sent_at", sa.String(27)),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(27)),
        sa.Column("problem", sa.Text),
        sa.Column("given_up", sa.Boolean(create_constraint=True, name="given_up_is_boolean"), nullable=False),
    )
    op.create_index(op.f("ix_outbox_sent_at_next_at"), "outbox", ["sent_at", "next_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("participant", sa.String(32), sa.ForeignKey("participant.id")),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("seen_at", sa.String(27)),
        sa.Column("mail", sa.Integer, sa.ForeignKey("outbox.id")),
        sa.UniqueConstraint("person", "seq", "kind"),
    )
    op.create_index(op.f("ix_notice_person_seen_at"), "notice", ["person", "seen_at"])
    op.create_table(
        "followed",
        sa.Column(
            "one", sa.Integer, sa.CheckConstraint("one = 1", name="only_one"), primary_key=True, autoincrement=False
        ),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("followed")
    op.drop_table("notice")
    op.drop_table("outbox")
